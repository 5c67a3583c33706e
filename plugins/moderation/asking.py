"""Whether a rule's conditions hold for a subject: yes, no, or not known before something is fetched. Pure."""

from __future__ import annotations

from plugins.moderation.facts import NEEDS, Need, Target
from plugins.moderation.rule import Condition, Rule
from plugins.moderation.subject import Subject

#: The answer of a rule that nobody can give yet: what would have to be fetched.
Open = frozenset[Need]

#: What to fetch for what is above a message.
NEED_OF_HOME = {Target.POST: Need.POST, Target.PARENT: Need.PARENT}


def in_scope(rule: Rule, subject: Subject) -> bool:
    return (
        subject.kind in rule.kinds
        and (not rule.places or subject.place in rule.places)
        and (not rule.platforms or subject.platform in rule.platforms)
    )


def conditions_hold(rule: Rule, subject: Subject) -> Open | None:
    """None when they do not; else what would have to be fetched to tell."""
    needs: Open = frozenset()
    alternatives: dict[Target, bool | Open] = {}
    for condition in rule.conditions:
        answer = _answer(condition, subject)
        if condition.alternative:
            before = alternatives.get(condition.target, False)
            alternatives[condition.target] = _either(before, answer)
        elif answer is False:
            return None
        elif answer is not True:
            needs |= answer
    for either in alternatives.values():
        if either is False:
            return None
        if either is not True:
            needs |= either
    return needs


def _either(one: bool | Open, other: bool | Open) -> bool | Open:
    if one is True or other is True:
        return True
    if one is False:
        return other
    return one if other is False else one | other


def _answer(condition: Condition, subject: Subject) -> bool | Open:
    """Whether a condition is satisfied, or what to fetch; what cannot be known satisfies none."""
    there = subject
    home = condition.target.home
    if home is not Target.ITEM:
        if home not in subject.above:
            need = NEED_OF_HOME[home]
            return frozenset({need}) if need in subject.open else False
        there = subject.above[home]
    value = there.facts.get(condition.fact)
    if value is None:
        wanted = NEEDS.get(condition.fact)
        return frozenset({wanted}) if wanted in there.open and wanted else False
    match condition.operator:
        case "<":
            return value < condition.value
        case ">":
            return value > condition.value
        case ">=":
            return value >= condition.value
        case "=":
            return value == condition.value
        case "in":
            return bool(int(condition.value) >> int(value) & 1)
