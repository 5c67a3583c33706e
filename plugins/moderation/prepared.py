"""Rules and their checks, ready to be held against messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from plugins.moderation.asking import NEED_OF_HOME, Open, conditions_hold, in_scope
from plugins.moderation.facts import NEEDS, Fact, Field, Need, Target
from plugins.moderation.finders import Expressions, Finder, Hosts, Place, finder
from plugins.moderation.gate import Gate
from plugins.moderation.index import WordIndex
from plugins.moderation.looks import Look, Looks
from plugins.moderation.match import Find, Match
from plugins.moderation.notice import PLACEHOLDER
from plugins.moderation.patterns import Patience, Pattern
from plugins.moderation.rule import Check, Method, Rule
from plugins.moderation.subject import Subject
from plugins.moderation.views import View


class PreparedCheck:
    """A check with its finders: one for most fields, another for hosts."""

    def __init__(self, check: Check, number: int, *, captures: bool) -> None:
        self.check = check
        self.number = number
        self.captures = captures and check.regex
        self.finder: Finder = finder(check)
        self.free = tuple(at for at, parts in enumerate(self.finder.parts) if parts is None)
        # Those of them that a gate may leave out, by the number of its program; see `guard`.
        self._guarded: dict[int, int] = {}
        self.all = tuple(range(len(check.values)))
        # A domain in a list for several fields is still a domain where the host is searched.
        self.hosts: Hosts | None = None
        self.domains: frozenset[int] = frozenset()
        if Field.DOMAIN in check.fields and check.method is Method.WORD and not check.regex:
            self.hosts = Hosts(check.values)
            self.domains = frozenset(at for at, value in enumerate(check.values) if "." in value.strip("."))
        self.guesses = check.method is Method.WORD and not check.regex and not check.case_sensitive
        self.needs = frozenset(NEEDS[field] for field in check.fields if field in NEEDS)

    @property
    def free_patterns(self) -> tuple[Pattern, ...]:
        """The expressions that have to be searched in every text."""
        finder = self.finder
        return tuple(finder.patterns[at] for at in self.free) if isinstance(finder, Expressions) else ()

    def guard(self, gate: Gate) -> None:
        """From now on, asks the gate first."""
        numbers = zip(self.free, map(gate.number_of.get, self.free_patterns), strict=False)
        self._guarded = {at: number for at, number in numbers if number is not None}

    @property
    def gate_programs(self) -> frozenset[int]:
        """The gate's programs that one of its expressions is in."""
        return frozenset(self._guarded.values())

    @property
    def can_be_left_out(self) -> bool:
        """Whether index and gate together know all texts in which it may find something."""
        return len(self._guarded) == len(self.free)

    def find(self, looks: Looks, hits: Mapping[int, list[int]] | None) -> Find | None:
        """Where a value is found first. `hits` are the values worth trying, by check; None: all are. Raises Slow."""
        values: Sequence[int] = self.all if hits is None else hits.get(self.number, ())
        if hits is not None and self.free:
            values = sorted({*values, *self.free})
        if not values:
            return None
        for field, look in self._looks(looks):
            worth = self._worth(look[0], values, looks) if hits is not None and self._guarded else values
            place = self._place(field, look[0], worth, looks.patience)
            if place:
                return self._found(field, look, place, looks.patience)
        for field in self._fields(looks) if self.guesses else ():
            for look in looks.guesses(field):
                place = self.finder.find(look[0], values, looks.patience)
                if place:
                    return self._found(field, look, place, looks.patience)
        return None

    def _looks(self, looks: Looks) -> Iterator[tuple[Field, Look]]:
        """Where to search, no text twice: a chat message of one line is its own title."""
        seen: set[str] = set()
        for field in self._fields(looks):
            for look in looks.views(field):
                if field is Field.DOMAIN:
                    yield field, look
                elif look[0].text not in seen:
                    seen.add(look[0].text)
                    yield field, look

    def _fields(self, looks: Looks) -> Sequence[Field]:
        """What was written before what is derived from it."""
        fields, derived = self.check.fields, looks.subject.derived
        return sorted(fields, key=derived.__contains__) if derived and len(fields) > 1 else fields

    def _worth(self, view: View, values: Sequence[int], looks: Looks) -> Sequence[int]:
        """The values that the gate does not leave out."""
        gates = looks.gates_open(view)
        closed = {value for value, number in self._guarded.items() if number not in gates}
        return [value for value in values if value not in closed] if closed else values

    def _place(self, field: Field, view: View, values: Sequence[int], patience: Patience) -> Place | None:
        if field is not Field.DOMAIN or self.hosts is None:
            return self.finder.find(view, values, patience)
        domains = [value for value in values if value in self.domains]
        others = [value for value in values if value not in self.domains]
        return self.hosts.find(view, domains, patience) or self.finder.find(view, others, patience)

    def _found(self, field: Field, look: Look, place: Place, patience: Patience) -> Find:
        view, text = look
        start, end, number = place
        span = view.span(start, end)
        words = text[slice(*span)]
        groups = (words, *self._groups(look, number, patience)) if self.captures else (words,)
        return Find(self.check.name, self.check.target, field, span, words, view.name, groups)

    def _groups(self, look: Look, number: int, patience: Patience) -> list[str]:
        """What the brackets of an expression hold; numbers go on over all values of the check, as on Reddit."""
        assert isinstance(self.finder, Expressions)
        view, text = look
        before = sum(pattern.groups - 1 for pattern in self.finder.patterns[:number])
        found = self.finder.patterns[number].groups_in(view, patience)
        spans = found.regs[2:] if found else ()
        return [""] * before + [text[slice(*view.span(*span))] if span[0] >= 0 else "" for span in spans]

    def is_unknown(self, subject: Subject) -> bool:
        """Whether a text was to be fetched and could not be: nobody may say that it does not hold something."""
        return any(field in NEEDS and field not in subject.texts for field in self.check.fields)

    def applies(self, subject: Subject) -> bool:
        return any(
            field in subject.texts or (field is Field.OWN_BODY and Field.BODY in subject.texts)
            for field in self.check.fields
        )


class PreparedRule:
    """A rule, ready to be held against messages."""

    def __init__(self, rule: Rule, first: int, *, late: int = 0) -> None:
        self.rule = rule
        captures = wants_captures(rule)
        self.checks = [
            PreparedCheck(check, first + n, captures=captures) for n, check in enumerate(rule.checks)
        ]
        by_target: dict[Target, list[PreparedCheck]] = {}
        for check in self.checks:
            by_target.setdefault(check.check.target, []).append(check)
        # What is at hand comes first.
        groups = ((target.home, checks) for target, checks in by_target.items())
        self.groups = sorted(groups, key=lambda pair: pair[0] is not Target.ITEM)
        self.is_about_reports = any(
            condition.fact is Fact.REPORTS and condition.target is Target.ITEM
            for condition in rule.conditions
        )
        self.wants = wants(rule)
        self.timeouts = late

    @cached_property
    def gates(self) -> tuple[int, ...]:
        """The checks without whose words the rule cannot hold; what is fetched later is no reason to leave it out."""
        return tuple(
            check.number
            for check in self.checks
            if check.can_be_left_out and not (check.check.negated or check.needs)
            and check.check.target.home is Target.ITEM
        )  # fmt: skip

    @property
    def needs(self) -> frozenset[Need]:
        """What the rule may ask to be fetched."""
        facts = (NEEDS.get(condition.fact) for condition in self.rule.conditions)
        fields = (NEEDS.get(field) for check in self.checks for field in check.check.fields)
        targets = {part.target for part in self.rule.checks} | {part.target for part in self.rule.conditions}
        homes = (NEED_OF_HOME.get(target.home) for target in targets)
        return frozenset(need for need in (*facts, *fields, *homes) if need is not None)

    def match(self, looks: Looks, index: WordIndex | None) -> Match | Open | None:
        """Whether the rule holds; raises Slow."""
        rule, subject = self.rule, looks.subject
        if not in_scope(rule, subject):
            return None
        needs = conditions_hold(rule, subject)
        if needs is None:
            return None
        finds: dict[int, Find] = {}
        for home, checks in self.groups:
            there = looks.above(home)
            if there is None:
                need = NEED_OF_HOME[home]
                if need not in subject.open:
                    return None
                needs |= {need}
                continue
            asked = self._checks(there, checks, index, finds)
            if asked is None:
                return None
            needs |= asked
        return needs or Match(rule, tuple(finds[number] for number in sorted(finds)))

    def _checks(
        self, looks: Looks, checks: list[PreparedCheck], index: WordIndex | None, finds: dict[int, Find]
    ) -> Open | None:
        """None when one does not hold; else what would have to be fetched to tell."""
        needs: Open = frozenset()
        open_needs = looks.subject.open
        if not any(check.applies(looks.subject) or check.needs & open_needs for check in checks):
            return None
        for check in checks:
            found = check.find(looks, looks.hits(index) if index else None)
            if found is None and check.needs & open_needs:
                needs |= check.needs & open_needs
            elif (check.check.negated and check.is_unknown(looks.subject)) or (
                found is None
            ) != check.check.negated:
                return None
            elif found is not None:
                finds[check.number] = found
        return needs


def wants(rule: Rule) -> frozenset[Need]:
    """What a match of the rule has to know besides that it holds: labels that it sets or quotes, the title above a comment."""
    quoted = {name.lower() for text in rule.texts for name in PLACEHOLDER.findall(text)}
    needs: set[Need] = set()
    if rule.labels or any(name.startswith("author_flair") for name in quoted):
        needs.add(Need.LABELS)
    above = {Target.POST, Target.POST_AUTHOR}
    quotes_post = not quoted.isdisjoint({"title", "parent_submission_author"})
    if rule.post_action or quotes_post or any(one.target in above for one in rule.labels):
        needs.add(Need.POST)
    return frozenset(needs)


_CAPTURE = re.compile(r"\{\{\s*match-(?:[^}]*-)?([2-9]|\d\d+)\s*\}\}", re.IGNORECASE)


def wants_captures(rule: Rule) -> bool:
    """Whether a text of the rule quotes what the brackets of an expression held."""
    return any(_CAPTURE.search(text) for text in rule.texts)
