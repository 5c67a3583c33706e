"""The coming prompts, day by day, and the clock changes among them. Pure.

It chooses with the same function as the day itself, and counts each of its own choices as used: when nothing changes,
what it shows is what comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.api import dates
from plugins.daily_prompts.choice import SUGGESTED, Choice, choose
from plugins.daily_prompts.memory import Memory, Used
from plugins.daily_prompts.pool import Prompt


@dataclass(frozen=True, slots=True)
class Entry:
    """A day, the instant of its prompt in UTC, and the prompt; None where the pool has none, or during a pause."""

    day: date
    at: datetime
    choice: Choice | None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class ClockChange:
    """The clocks of a zone jump at `at` (UTC): forward by a positive `by`, back by a negative one."""

    at: datetime
    by: timedelta

    def sentence(self, zone: ZoneInfo) -> str:
        """`the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00`."""
        after = self.at.astimezone(zone)
        before = after - self.by
        hours = f"{abs(self.by) / timedelta(hours=1):g} h"
        direction = "forward" if self.by > timedelta() else "back"
        return (
            f"the clocks go {direction} by {hours} on {dates.weekday(before, 'en')} {dates.long(before, 'en')}, "
            f"{before:%H:%M} → {after:%H:%M}"
        )


def coming(now: datetime, *, at: time, zone: ZoneInfo, memory: Memory) -> date:
    """The local date of the next run that may post: today until its time has come, unless it was posted by hand."""
    today = now.astimezone(zone).date()
    still = memory.on(today) is None and now < dates.local_instant(today, at, zone)
    return today if still else today + timedelta(days=1)


def agenda(
    start: date,
    days: int,
    *,
    at: time,
    zone: ZoneInfo,
    pool: Sequence[Prompt],
    memory: Memory,
    seed: str,
    themes: Mapping[int, str],
) -> Iterator[Entry]:
    """What comes on `days` days from `start` on, that day included."""
    for day in (start + timedelta(days=n) for n in range(days)):
        when = dates.local_instant(day, at, zone)
        if memory.paused(day):
            yield Entry(day, when, None, paused=True)
            continue
        choice = upcoming(day, pool, memory, seed=seed, themes=themes)
        yield Entry(day, when, choice)
        if choice:
            memory = after(memory, day, choice)


def upcoming(
    day: date, pool: Sequence[Prompt], memory: Memory, *, seed: str, themes: Mapping[int, str]
) -> Choice | None:
    """`choose`, given everything that is remembered."""
    suggested = tuple(suggestion.prompt() for suggestion in memory.queue)
    return choose(day, pool, memory.uses, seed=seed, themes=themes, suggested=suggested)


def after(memory: Memory, day: date, choice: Choice) -> Memory:
    """The memory once that prompt came."""
    used = Used(day, next_number(memory), choice.prompt.title, choice.use)
    suggestions = memory.suggestions
    if choice.group == SUGGESTED:
        suggestions = tuple(s for s in suggestions if s.number != choice.prompt.suggestion)
    return replace(memory, used=(*memory.used, used), suggestions=suggestions)


def next_number(memory: Memory) -> int:
    """The number of the prompt that comes next."""
    return memory.used[-1].number + 1 if memory.used else 1


def clock_changes(start: datetime, until: datetime, zone: ZoneInfo) -> Iterator[ClockChange]:
    """Every jump of the zone's clocks in (start, until], to the second."""
    low, until = start.replace(microsecond=0), until.replace(microsecond=0)
    while low < until:
        high = min(low + timedelta(days=1), until)
        if _offset(low, zone) != _offset(high, zone):
            yield _locate(low, high, zone)
        low = high


def next_clock_change(start: datetime, zone: ZoneInfo) -> ClockChange | None:
    """The next jump within 400 days; None where the clocks stay as they are."""
    return next(clock_changes(start, start + timedelta(days=400), zone), None)


def _locate(low: datetime, high: datetime, zone: ZoneInfo) -> ClockChange:
    """Bisection between two instants of different offset."""
    before, after_ = _offset(low, zone), _offset(high, zone)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return ClockChange(high, after_ - before)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
