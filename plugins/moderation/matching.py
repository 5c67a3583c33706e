"""Holds messages against rules. An index over all values picks the few that could be found; the rest costs nothing.

The index only ever leaves out what cannot match: with it and without it, the answers are the same. A rule that asks for
something which is not fetched yet is neither met nor missed: it stays open until somebody fetches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from plugins.moderation.asking import Open
from plugins.moderation.facts import Need
from plugins.moderation.index import WordIndex
from plugins.moderation.looks import Looks
from plugins.moderation.match import Find, Found, Match
from plugins.moderation.patterns import Slow
from plugins.moderation.prepared import PreparedRule
from plugins.moderation.rule import Rule
from plugins.moderation.subject import Subject

__all__ = ["Find", "Found", "Match", "Matcher"]

#: A rule that ran out of time so often is not tried any more, until the rules are loaded again.
QUARANTINE_AFTER = 2


class Matcher:
    """All rules, prepared. `indexed=False` tries every value on every message: slower, same answers."""

    def __init__(self, rules: Iterable[Rule], *, indexed: bool = True) -> None:
        """Raises BadPattern when a rule holds an expression that does not compile; the reader lets none by."""
        ordered = sorted(rules, key=lambda rule: -rule.priority)
        prepared: list[PreparedRule] = []
        number = 0
        for rule in ordered:
            prepared.append(PreparedRule(rule, number))
            number += len(rule.checks)
        self._rules = tuple(prepared)
        self._by_version = {one.rule.version: one for one in prepared}
        self._index = WordIndex.of(check for one in prepared for check in one.checks) if indexed else None
        self._always: list[int] = []
        self._gated: dict[int, list[int]] = {}
        for at, one in enumerate(prepared):
            if one.gates and indexed:
                self._gated.setdefault(one.gates[0], []).append(at)
            else:
                self._always.append(at)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(prepared.rule for prepared in self._rules)

    @property
    def needs(self) -> frozenset[Need]:
        """What any of the rules may ask to be fetched."""
        return frozenset(need for prepared in self._rules for need in prepared.needs)

    def match(self, subject: Subject) -> Found:
        """Every rule that holds for `subject`. A rule without checks but with `repeat` holds here: the caller counts."""
        looks = Looks(subject)
        matches: list[Match] = []
        slow: list[Rule] = []
        still_open: list[tuple[Rule, frozenset[Need]]] = []
        for at in self._candidates(looks):
            prepared = self._rules[at]
            try:
                answer = self._ask(prepared, looks)
            except Slow:
                slow.append(prepared.rule)
                continue
            if isinstance(answer, Match):
                matches.append(answer)
            elif answer:
                still_open.append((prepared.rule, answer))
        return Found(tuple(matches), tuple(slow), tuple(still_open))

    def ask(self, rule: Rule, subject: Subject) -> Match | Open | None:
        """The same for one of the rules; what it still asks for where nobody can tell yet. Raises Slow."""
        return self._ask(self._by_version[rule.version], Looks(subject))

    def _ask(self, prepared: PreparedRule, looks: Looks) -> Match | Open | None:
        if prepared.timeouts >= QUARANTINE_AFTER:
            return None
        try:
            return prepared.match(looks, self._index)
        except Slow as slow:
            prepared.timeouts += slow.own_fault
            raise

    @property
    def quarantined(self) -> tuple[Rule, ...]:
        return tuple(p.rule for p in self._rules if p.timeouts >= QUARANTINE_AFTER)

    def _candidates(self, looks: Looks) -> Sequence[int]:
        if self._index is None or not self._gated:
            return self._always
        hits = looks.hits(self._index)
        found = [
            at
            for gate in self._gated.keys() & hits.keys()
            for at in self._gated[gate]
            if all(other in hits for other in self._rules[at].gates)
        ]
        return sorted([*self._always, *found]) if found else self._always
