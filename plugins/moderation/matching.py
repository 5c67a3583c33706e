"""Holds messages against rules. An index over all rules picks the few that could match; each of those is then evaluated.

The index only ever leaves out rules that cannot match: with it and without it, the answers are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from plugins.moderation import finders
from plugins.moderation.finders import Cased, Finder, Hosts, Parts, PatternFinder, Words
from plugins.moderation.patterns import Slow
from plugins.moderation.probes import Gate, Probes
from plugins.moderation.rule import Check, Condition, Field, Method, Rule
from plugins.moderation.subject import Subject
from plugins.moderation.views import AS_WRITTEN, View, views, word_tokens

#: A rule that ran out of time so often is not tried any more, until the rules are loaded again.
QUARANTINE_AFTER = 2


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, and what it was found in: `field`, the place in it, those words, and the view that showed them.

    All four are None for a rule without a positive text check.
    """

    rule: Rule
    field: Field | None = None
    span: tuple[int, int] | None = None
    text: str | None = None
    view: str = AS_WRITTEN


@dataclass(frozen=True, slots=True)
class Found:
    """All matches, highest priority first, and the rules that nobody can tell of because they ran out of time."""

    matches: tuple[Match, ...] = ()
    slow: tuple[Rule, ...] = ()


class _Looked:
    """A subject's texts with their views, each made when it is first needed."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._views: dict[Field, tuple[tuple[str, View], ...]] = {}

    def views(self, field: Field) -> tuple[tuple[str, View], ...]:
        if field not in self._views:
            texts = self.subject.texts.get(field, ())
            self._views[field] = tuple((text, view) for text in texts for view in views(text))
        return self._views[field]

    def all_views(self) -> Iterator[tuple[Field, View]]:
        for field in self.subject.texts:
            for _, view in self.views(field):
                yield field, view


class _Check:
    """A check with its finders: one for most fields, another for hosts."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.finder: Finder = finders.finder(check)
        # A domain in a list for several fields is still a domain where the host is searched.
        self.hosts: Hosts | None = None
        self.on_host: Finder = self.finder
        if Field.DOMAIN in check.fields and check.method is Method.WORD and not check.regex:
            domains = [v for v in finders.spellings(check) if "." in v.strip(".")]
            words = [v for v in check.values if "." not in v.strip(".")]
            self.hosts = Hosts(domains)
            self.on_host = _Either(self.hosts, Words(v.casefold() for v in words))

    def find(self, looked: _Looked) -> tuple[Field, tuple[int, int], str, View] | None:
        for field in self.check.fields:
            finder = self.on_host if field is Field.DOMAIN else self.finder
            for original, view in looked.views(field):
                found = finder.find(view)
                if found:
                    return field, view.span(*found), original, view
        return None

    def applies(self, subject: Subject) -> bool:
        return any(field in subject.texts for field in self.check.fields)


class _Either:
    def __init__(self, *inner: Finder) -> None:
        self.inner = inner

    def find(self, view: View) -> tuple[int, int] | None:
        return next((found for f in self.inner if (found := f.find(view))), None)


class _Prepared:
    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        # What excludes is cheap to know and names no evidence, so what must be found comes first: it is the evidence.
        self.checks = [_Check(check) for check in sorted(rule.checks, key=lambda check: check.negated)]
        self.timeouts = 0

    def match(self, looked: _Looked) -> Match | None:
        """Raises Slow."""
        rule, subject = self.rule, looked.subject
        if not (in_scope(rule, subject) and conditions_hold(rule, subject)):
            return None
        if self.checks and not any(check.applies(subject) for check in self.checks):
            return None
        evidence: Match | None = None
        for check in self.checks:
            found = check.find(looked)
            if (found is None) != check.check.negated:
                return None
            if found and evidence is None:
                field, (start, end), original, view = found
                evidence = Match(rule, field, (start, end), original[start:end], view.name)
        return evidence or Match(rule)


def in_scope(rule: Rule, subject: Subject) -> bool:
    return (
        subject.kind in rule.kinds
        and (not rule.places or subject.place in rule.places)
        and (not rule.platforms or subject.platform in rule.platforms)
    )


def conditions_hold(rule: Rule, subject: Subject) -> bool:
    if not all(holds(condition, subject) for condition in rule.conditions):
        return False
    combine = any if rule.any_threshold else all
    return not rule.thresholds or combine(holds(threshold, subject) for threshold in rule.thresholds)


def holds(condition: Condition, subject: Subject) -> bool:
    """Whether a condition is satisfied; what is not known satisfies none."""
    value = subject.facts.get(condition.fact)
    if value is None:
        return False
    match condition.operator:
        case "<":
            return value < condition.value
        case ">":
            return value > condition.value
        case ">=":
            return value >= condition.value
        case "=":
            return value == condition.value


class Matcher:
    """All rules, prepared. `indexed=False` evaluates every rule on every message: slower, same answers."""

    def __init__(self, rules: Iterable[Rule], *, indexed: bool = True) -> None:
        """Raises `patterns.BadPattern` when a rule holds an expression that does not compile; the reader lets none by."""
        ordered = sorted(rules, key=lambda rule: -rule.priority)
        self._rules = tuple(_Prepared(rule) for rule in ordered)
        self._index = _Index(self._rules) if indexed else None

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(prepared.rule for prepared in self._rules)

    def match(self, subject: Subject) -> Found:
        """Every rule that holds for `subject`. A rule without checks but with `repeat` holds here: the caller counts."""
        looked = _Looked(subject)
        matches: list[Match] = []
        slow: list[Rule] = []
        for number in self._candidates(looked):
            prepared = self._rules[number]
            if prepared.timeouts >= QUARANTINE_AFTER:
                continue
            try:
                match = prepared.match(looked)
            except Slow:
                prepared.timeouts += 1
                slow.append(prepared.rule)
                continue
            if match:
                matches.append(match)
        return Found(tuple(matches), tuple(slow))

    @property
    def quarantined(self) -> tuple[Rule, ...]:
        return tuple(p.rule for p in self._rules if p.timeouts >= QUARANTINE_AFTER)

    def _candidates(self, looked: _Looked) -> Sequence[int]:
        return self._index.candidates(looked) if self._index else range(len(self._rules))


class _Index:
    """From what a text holds to the rules that could match. A rule stands in it under one of its positive checks."""

    def __init__(self, rules: Sequence[_Prepared]) -> None:
        self._always: list[int] = []
        self._words: dict[str, list[int]] = {}
        self._domains: dict[str, list[int]] = {}
        gates: list[Gate] = []
        for number, prepared in enumerate(rules):
            checks = [check for check in prepared.checks if not check.check.negated]
            gate = min(checks, key=_effort, default=None)
            if gate is None:
                self._always.append(number)
            elif not self._by_words(gate, number):
                sources = {ascii_only: _gates(gate, ascii_only=ascii_only) for ascii_only in (True, False)}
                gates.append(Gate(number, frozenset(gate.check.fields), sources))
        self._keys = frozenset(self._words)
        self._probes = Probes(gates)

    def _by_words(self, check: _Check, number: int) -> bool:
        """Files the rule under words and domains; False when its check cannot be filed so."""
        if check.check.method is Method.DOMAIN:
            assert isinstance(check.finder, Hosts)
            for domain in check.finder.domains:
                self._domains.setdefault(domain, []).append(number)
            return True
        if not _is_worded(check):
            return False
        for value in finders.spellings(check.check):
            token = max(word_tokens(value), key=lambda pair: len(pair[0]))[0]
            self._words.setdefault(token, []).append(number)
        if check.hosts:
            for domain in check.hosts.domains:
                self._domains.setdefault(domain, []).append(number)
        return True

    def candidates(self, looked: _Looked) -> list[int]:
        looks = list(looked.all_views())
        found = self._probes.candidates(looks) | set(self._always)
        for _, view in looks:
            for word in self._keys & view.words:
                found.update(self._words[word])
        if self._domains:
            for _, view in looked.views(Field.DOMAIN):
                for suffix in finders.suffixes(view.lower):
                    found.update(self._domains.get(suffix, ()))
        return sorted(found)


def _is_worded(check: _Check) -> bool:
    """Whether all values consist of whole words of the text, so that one word of each finds it."""
    whole = check.check.method in {Method.WORD, Method.EXACT, Method.TEXT} and not check.check.regex
    return whole and all(word_tokens(value) for value in finders.spellings(check.check))


def _effort(check: _Check) -> int:
    """What asking the index for a check costs: words and domains least, expressions most."""
    if check.check.method is Method.DOMAIN or _is_worded(check):
        return 0
    return 1 if not check.check.regex else 2


def _gates(check: _Check, *, ascii_only: bool) -> list[str | None]:
    """re2 sources that find at least what the check finds, in any text without regard to case."""
    finder = check.finder
    if isinstance(finder, PatternFinder):
        return finder.patterns.gates(ascii_only=ascii_only)
    if isinstance(finder, (Cased, Parts, Words)) or not check.check.regex:
        return [finders.any_of(finders.spellings(check.check))]
    return [None]
