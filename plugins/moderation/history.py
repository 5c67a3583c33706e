"""What rules would have done to the past: hits by rule, samples, people, and where the ladder would have led. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.api import Message, Strike
from plugins.moderation.ladder import Deed, Ladder, Step
from plugins.moderation.match import Match
from plugins.moderation.matching import Matcher
from plugins.moderation.passes import Steps, Terms, Verdict, everything, passes, spares
from plugins.moderation.past import TOLD, Past
from plugins.moderation.placeholders import Words, new_labels
from plugins.moderation.repeats import is_repeated
from plugins.moderation.rule import Rule
from plugins.moderation.subject import Subject, subject

#: Samples that are kept of each rule.
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Sample:
    at: datetime
    author: str
    text: str
    words: str | None
    url: str | None


@dataclass(slots=True)
class Hits:
    """What one rule hit."""

    count: int = 0
    people: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)


@dataclass(slots=True)
class Backtest:
    """The result. `steps` counts what the ladder would have done, `slow` the time-outs by rule."""

    messages: int = 0
    first: datetime | None = None
    last: datetime | None = None
    hits: dict[str, Hits] = field(default_factory=dict)
    steps: Counter[Deed] = field(default_factory=Counter)
    slow: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        return len({name for hits in self.hits.values() for name in hits.people})


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one message: the rules that hold, those of them that act, and the step that the ladder would take."""

    matches: tuple[Match, ...] = ()
    acting: tuple[Match, ...] = ()
    slow: tuple[Rule, ...] = ()
    step: Step | None = None


class Replay:
    """Takes messages one by one, oldest first, so that a long past needs little memory and can show its progress."""

    def __init__(
        self, rules: Sequence[Rule], ladder: Ladder, expiry: timedelta, cooldown: timedelta = timedelta()
    ) -> None:
        self._matcher = Matcher(rules)
        self._ladder = ladder
        self._expiry = expiry
        self._cooldown = cooldown
        self._strikes: defaultdict[str, list[Strike]] = defaultdict(list)
        self._window = max((rule.repeat.within for rule in rules if rule.repeat), default=timedelta())
        self._recent: defaultdict[str, list[Message]] = defaultdict(list)
        self._past = Past()
        self.result = Backtest(hits={rule.name: Hits() for rule in rules})

    def take(self, message: Message, item: Subject | None = None) -> Taken:
        """Holds one message against the rules and counts. `item` may know more than `message`, and may have more open."""
        result = self.result
        result.messages += 1
        result.first = result.first or message.sent_at
        result.last = message.sent_at
        if message.author.is_bot:
            self._past.keep(message)
            return Taken()
        item = item or subject(message, now=message.sent_at, needs=TOLD, wishes=self._matcher.wishes)
        found = self._matcher.match(item)
        result.slow.update(rule.name for rule in found.slow)
        every = self._walk(
            everything(self._matcher, found, item, self._terms(message, anybody=True)), message
        )
        acting = self._walk(passes(self._matcher, found, item, self._terms(message)), message)
        matches = (*every.matches, *every.guesses)
        for match in matches:
            if not spares(match.rule, message.author):
                self._count(match, message)
        punishing = next((match for match in acting.matches if match.rule.punishes), None)
        step = self._climb(punishing.rule, message) if punishing else None
        self._past.keep(message, acting.matches)
        return Taken(matches, acting.matches, (*found.slow, *every.slow), step)

    def _terms(self, message: Message, *, anybody: bool = False) -> Terms:
        return Terms(
            lambda rule: anybody or not spares(rule, message.author),
            lambda match: self._holds(match.rule, message),
            lambda match, known: new_labels(match, known, Words(match, message)),
        )

    def _walk(self, steps: Steps, message: Message) -> Verdict:
        """Runs a pass; the past tells what it asks for."""
        try:
            item, needs = next(steps)
            while True:
                item, needs = steps.send(self._past.learn(message, item, needs))
        except StopIteration as done:
            verdict: Verdict = done.value
            return verdict

    def _holds(self, rule: Rule, message: Message) -> bool:
        return rule.repeat is None or is_repeated(rule, message, self._lately(message), message.sent_at)

    def _lately(self, message: Message) -> list[Message]:
        past = self._recent[message.author.key]
        if not past or past[-1].ref != message.ref:
            past = [one for one in past if one.sent_at > message.sent_at - self._window]
            past.append(message)
            self._recent[message.author.key] = past
        return past

    def _count(self, match: Match, message: Message) -> None:
        hits = self.result.hits[match.rule.name]
        hits.count += 1
        hits.people[message.author.name] += 1
        if len(hits.samples) < SAMPLES:
            text = message.text or message.title or ""
            hits.samples.append(Sample(message.sent_at, message.author.name, text, match.text, message.url))

    def _climb(self, rule: Rule, message: Message) -> Step | None:
        strikes = self._strikes[message.author.key]
        now = message.sent_at
        ruling = self._ladder.decide(strikes, rule.strikes, now, severe=rule.severe, cooldown=self._cooldown)
        if ruling.points:
            strikes.append(Strike(0, now, ruling.points, now + self._expiry, rule.name))
        if ruling.step:
            self.result.steps[ruling.step.do] += 1
        return ruling.step


def backtest(
    rules: Sequence[Rule],
    messages: Iterable[Message],
    ladder: Ladder,
    expiry: timedelta,
    cooldown: timedelta = timedelta(),
) -> Backtest:
    """What `rules`, all enforced, would have done to `messages` (oldest first)."""
    replay = Replay(rules, ladder, expiry, cooldown)
    for message in messages:
        replay.take(message)
    return replay.result
