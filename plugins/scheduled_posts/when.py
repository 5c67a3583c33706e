"""When something comes, as people write it: `friday 18:00`, `first monday 09:00`, `2026-12-24 18:00`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from difflib import get_close_matches

from bot.api import dates

_RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_ONCE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEARLY = re.compile(r"(\d{1,2})-(\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_DAY = timedelta(days=1)

#: What is said when something else was found.
EXPECTED = (
    "a day and a time such as “friday 18:00”, “daily 09:00”, “first monday 09:00”, “day 1 09:00”, "
    "“12-24 18:00” (every year) or “2026-12-24 18:00” (once)"
)


@dataclass(frozen=True, slots=True)
class When:
    """A time of day, on the days that agree with every field that is set; `written` is how people wrote it.

    `rank` counts a weekday within its month (1 is the first, -1 the last), `day` is a day of the month (-1: its last).
    """

    written: str
    at: time
    weekday: int | None = None
    rank: int | None = None
    day: int | None = None
    yearly: tuple[int, int] | None = None
    once: date | None = None

    def __contains__(self, day: date) -> bool:
        if self.once is not None:
            return day == self.once
        if self.yearly is not None:
            return (day.month, day.day) == self.yearly
        if self.day is not None:
            return day.day == (self.day if self.day > 0 else monthrange(day.year, day.month)[1])
        if self.weekday is not None and day.weekday() != self.weekday:
            return False
        if self.rank == -1:
            return (day + 7 * _DAY).month != day.month
        return self.rank is None or (day.day - 1) // 7 + 1 == self.rank

    def days(self, first: date, last: date) -> Iterator[date]:
        """Its days from `first` to `last`, both included."""
        if self.once is not None:
            if first <= self.once <= last:
                yield self.once
            return
        for n in range((last - first).days + 1):
            if (day := first + n * _DAY) in self:
                yield day


def parse(text: str) -> When:
    """Raises ValueError with a sentence for people."""
    found = split(text)
    if found is None or found[1]:
        raise ValueError(f"{EXPECTED} was expected, not “{text.strip()[:60]}”{_near(text)}")
    return found[0]


def split(text: str) -> tuple[When, str] | None:
    """The time at the beginning of `text`, and what follows it; None where there is no time at the beginning."""
    text = text.strip()
    for word in list(re.finditer(r"\S+", text))[1:3]:
        if clock := _CLOCK.fullmatch(word[0]):
            written = " ".join(text[: word.end()].split())
            try:
                at = time(int(clock[1]), int(clock[2]))
                when = _days(written, at, written.casefold().split()[:-1])
            except ValueError:
                return None
            return when, text[word.end() :].strip()
    return None


def _days(written: str, at: time, words: list[str]) -> When:
    """Raises ValueError where the words name no days."""
    match words:
        case ["daily"]:
            return When(written, at)
        case [word] if _ONCE.fullmatch(word):
            return When(
                written, at, once=date.fromisoformat("-".join(f"{int(p):02}" for p in word.split("-")))
            )
        case [word] if _YEARLY.fullmatch(word):
            month, day = (int(part) for part in word.split("-"))
            date(2000, month, day)  # a leap year: 02-29 is a day, too
            return When(written, at, yearly=(month, day))
        case [word]:
            return When(written, at, weekday=_weekday(word))
        case ["day", number] if number.isdecimal() and 1 <= int(number) <= 28:
            return When(written, at, day=int(number))
        case ["last", "day"]:
            return When(written, at, day=-1)
        case [rank, word] if rank in _RANKS:
            return When(written, at, weekday=_weekday(word), rank=_RANKS[rank])
        case _:
            raise ValueError(written)


def _weekday(word: str) -> int:
    """`friday`, `fridays` or `fri`."""
    for number, name in enumerate(dates.WEEKDAYS):
        if word in {name, f"{name}s", name[:3]}:
            return number
    raise ValueError(word)


def _near(text: str) -> str:
    words = (get_close_matches(word.casefold(), dates.WEEKDAYS, n=1, cutoff=0.7) for word in text.split()[:2])
    near = next((found[0] for found in words if found and found[0] not in text.casefold()), None)
    return f" (did you mean {near}?)" if near else ""
