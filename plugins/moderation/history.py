"""What rules would have done to the past: hits by rule, samples, people, and where the ladder would have led. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.api import Message, Role, Strike
from plugins.moderation.ladder import Deed, Ladder
from plugins.moderation.matching import Found, Match, Matcher
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
        self.result = Backtest(hits={rule.name: Hits() for rule in rules})

    def take(self, message: Message, item: Subject | None = None) -> Found:
        """Holds one message against the rules and counts; returns what matched. `item` may know more than `message`."""
        result = self.result
        result.messages += 1
        result.first = result.first or message.sent_at
        result.last = message.sent_at
        if message.author.is_bot or message.author.role >= Role.TRUSTED:
            return Found()
        now = message.sent_at
        found = self._matcher.match(item or subject(message, now=now))
        result.slow.update(rule.name for rule in found.slow)
        matches = tuple(match for match in found.matches if self._holds(match.rule, message))
        for match in matches:
            self._count(match, message)
        punishing = next((match for match in matches if match.rule.punishes), None)
        if punishing:
            self._climb(punishing.rule, message)
        return Found(matches, found.slow)

    def _holds(self, rule: Rule, message: Message) -> bool:
        return rule.repeat is None or is_repeated(rule, message, self._past(message), message.sent_at)

    def _past(self, message: Message) -> list[Message]:
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

    def _climb(self, rule: Rule, message: Message) -> None:
        strikes = self._strikes[message.author.key]
        now = message.sent_at
        ruling = self._ladder.decide(strikes, rule.strikes, now, severe=rule.severe, cooldown=self._cooldown)
        if ruling.points:
            strikes.append(Strike(0, now, ruling.points, now + self._expiry, rule.name))
        if ruling.step:
            self.result.steps[ruling.step.do] += 1


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
