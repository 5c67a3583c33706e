"""Which prompt comes on a day. Pure and repeatable: the same pool and past always give the same prompt.

Prompts of one group (a weekday's, a date's, all others) are used up round by round. In a round each comes once, in an
order shuffled by community, group and round: by a hash of each prompt, so that adding or removing prompts leaves the order
of the others as it was, and a preview is what will come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from bot.api import dates
from plugins.daily_prompts.pool import Prompt

ALL = "all"
SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Use:
    """A prompt that was posted, or put aside, in a round of its group."""

    prompt: str
    group: str
    round: int


@dataclass(frozen=True, slots=True)
class Choice:
    """`restarts` is true when each of the group's `among` prompts had been used, so that a new round begins."""

    prompt: Prompt
    group: str
    round: int
    restarts: bool = False
    among: int = 1

    @property
    def use(self) -> Use:
        return Use(self.prompt.id, self.group, self.round)


def choose(
    day: date,
    pool: Sequence[Prompt],
    uses: Sequence[Use],
    *,
    seed: str,
    themes: Mapping[int, str] | None = None,
    suggested: Sequence[Prompt] = (),
) -> Choice | None:
    """The prompt for `day`, or None where the pool has nothing for such a day.

    `uses` is the past, newest last; `seed` the community's name; `themes` a theme by weekday (0 is Monday);
    `suggested` are approved suggestions, first come first served. A date goes before a suggestion, a suggestion before the
    pool, but a weekday with prompts of its own is left to them as long as suggestions find another day.
    """
    themes = themes or {}
    group, candidates = _candidates(day, pool, themes)
    if suggested and _takes_suggestions(group, pool, themes):
        return Choice(suggested[0], SUGGESTED, 1)
    return _next_of(group, candidates, uses, seed) if candidates else None


def _candidates(
    day: date, pool: Sequence[Prompt], themes: Mapping[int, str]
) -> tuple[str, tuple[Prompt, ...]]:
    """The group whose turn it is on `day`, and its prompts that are in season."""
    ready = [prompt for prompt in pool if prompt.season is None or day in prompt.season]
    if dated := tuple(p for p in ready if p.on and p.on.dated and day in p.on):
        return f"{day:%m-%d}", dated
    if bound := tuple(p for p in ready if _weekday_of(p, themes) == day.weekday()):
        return dates.WEEKDAYS[day.weekday()], bound
    return ALL, tuple(p for p in ready if p.on is None and _weekday_of(p, themes) is None)


def _weekday_of(prompt: Prompt, themes: Mapping[int, str]) -> int | None:
    if prompt.on is not None:
        return prompt.on.weekday
    return next((n for n, theme in themes.items() if theme == prompt.theme), None)


def _takes_suggestions(group: str, pool: Sequence[Prompt], themes: Mapping[int, str]) -> bool:
    if group == ALL:
        return True
    every_day_bound = {_weekday_of(prompt, themes) for prompt in pool} >= set(range(7))
    return group in dates.WEEKDAYS and every_day_bound


def _next_of(group: str, candidates: Sequence[Prompt], uses: Sequence[Use], seed: str) -> Choice:
    past = [use for use in uses if use.group == group]
    current = max((use.round for use in past), default=1)
    spent = {use.prompt for use in past if use.round == current}
    fresh = [prompt for prompt in candidates if prompt.id not in spent]
    restarts = not fresh
    if restarts:
        current, fresh = current + 1, list(candidates)
    # Over the turn of a round, what came last waits until half of the others have been there.
    recent = {use.prompt for use in past[-(len(candidates) // 2) :]} if len(candidates) > 1 else set()
    chosen = min(fresh, key=lambda prompt: (prompt.id in recent, _rank(seed, group, current, prompt.id)))
    return Choice(chosen, group, current, restarts and len(candidates) > 1, len(candidates))


def _rank(seed: str, group: str, number: int, ident: str) -> bytes:
    return sha256(f"{seed}\n{group}\n{number}\n{ident}".encode()).digest()
