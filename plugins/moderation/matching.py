"""Holds messages against rules. An index over all values picks the few that could be found; the rest costs nothing.

The index only ever leaves out what cannot match: with it and without it, the answers are the same. A rule that asks for
something which is not fetched yet is neither met nor missed: it stays open until somebody fetches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from plugins.moderation.asking import Open
from plugins.moderation.facts import Fact, Field, Need
from plugins.moderation.gate import Gate
from plugins.moderation.index import WordIndex
from plugins.moderation.looks import Looks
from plugins.moderation.match import Find, Found, Match, Pending
from plugins.moderation.patterns import Patience, Slow
from plugins.moderation.prepared import PreparedRule
from plugins.moderation.rule import Rule
from plugins.moderation.subject import Subject, Wishes

__all__ = ["Find", "Found", "Match", "Matcher"]

#: A rule that ran out of time so often is not tried any more, until its text changes or a moderator lets it.
QUARANTINE_AFTER = 2
#: Seconds that one rule may take when it is asked by itself.
_ONE = 0.02


class Matcher:
    """All rules, prepared. `indexed=False` tries every value on every message: slower, same answers."""

    def __init__(
        self, rules: Iterable[Rule], *, indexed: bool = True, late: Mapping[str, int] | None = None
    ) -> None:
        """`late` is how often rules ran out of time before, by their version.

        Raises BadPattern when a rule holds an expression that does not compile; the reader lets none by.
        """
        ordered = sorted(rules, key=lambda rule: -rule.priority)
        prepared: list[PreparedRule] = []
        number = 0
        for rule in ordered:
            prepared.append(PreparedRule(rule, number, late=(late or {}).get(rule.version, 0)))
            number += len(rule.checks)
        self._rules = tuple(prepared)
        self.rules = tuple(one.rule for one in prepared)
        self._by_version = {one.rule.version: one for one in prepared}
        checks = [check for one in prepared for check in one.checks]
        self._index = WordIndex.of(checks) if indexed else None
        self._gate = Gate(checks) if indexed else None
        #: Rules that no word can leave out; and those of them that wait for reports.
        self._always: list[int] = []
        self._reported: list[int] = []
        self._gated: dict[int, list[int]] = {}
        for at, one in enumerate(prepared):
            if one.gates and indexed:
                self._gated.setdefault(one.gates[0], []).append(at)
            elif one.is_about_reports:
                self._reported.append(at)
            else:
                self._always.append(at)

    @property
    def needs(self) -> frozenset[Need]:
        """What any of the rules may ask to be fetched."""
        return frozenset(need for prepared in self._rules for need in prepared.needs)

    @cached_property
    def wishes(self) -> Wishes:
        """What the rules look at in a message itself; the rest need not be found out."""
        fields = {field for rule in self.rules for check in rule.checks for field in check.fields}
        if Field.OWN_BODY in fields:
            fields.add(Field.BODY)
        return Wishes(fields, {condition.fact for rule in self.rules for condition in rule.conditions})

    def match(self, subject: Subject, patience: Patience | None = None) -> Found:
        """Every rule that holds for `subject`. A rule without checks but with `repeat` holds here: the caller counts."""
        looks = Looks(subject, patience, self._gate)
        answers: list[Match | Pending] = []
        slow: list[Rule] = []
        for at in self._candidates(looks):
            prepared = self._rules[at]
            try:
                answer = self._ask(prepared, looks)
            except Slow:
                slow.append(prepared.rule)
                continue
            if isinstance(answer, Match):
                answers.append(answer)
            elif answer:
                answers.append(Pending(prepared.rule, answer))
        return Found(tuple(answers), tuple(slow))

    def ask(self, rule: Rule, subject: Subject) -> Match | Open | None:
        """The same for one of the rules; what it still asks for where nobody can tell yet. Raises Slow."""
        return self._ask(self._by_version[rule.version], Looks(subject, Patience(_ONE), self._gate))

    def wants(self, rule: Rule) -> frozenset[Need]:
        """What a match of one of the rules has to know besides that it holds."""
        return self._by_version[rule.version].wants

    def _ask(self, prepared: PreparedRule, looks: Looks) -> Match | Open | None:
        if prepared.timeouts >= QUARANTINE_AFTER:
            return None
        try:
            return prepared.match(looks, self._index)
        except Slow as slow:
            prepared.timeouts += slow.own_fault
            raise

    def timeouts(self, rule: Rule) -> int:
        """How often one of the rules ran out of time by its own fault."""
        return self._by_version[rule.version].timeouts

    def _candidates(self, looks: Looks) -> Sequence[int]:
        """The rules that may hold, in their order."""
        found: list[int] = []
        if self._index is not None and self._gated:
            hits: AbstractSet[int] = looks.hits(self._index).keys()
            if self._gate is not None and self._gate.fields:
                hits = looks.behind_gates(self._gate) | hits
            for check in self._gated.keys() & hits:
                found += (
                    at for at in self._gated[check] if all(other in hits for other in self._rules[at].gates)
                )
        if self._reported and looks.subject.facts.get(Fact.REPORTS):
            found += self._reported
        return sorted([*self._always, *found]) if found else self._always
