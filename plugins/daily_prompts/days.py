"""On which days a prompt may come: a weekday, a date, a date every year, a season."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from bot.api import dates

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEARLY = re.compile(r"(\d{1,2})-(\d{1,2})")
#: `12-01..01-06`; people also type one dash between spaces, or an en dash.
_RANGE = re.compile(r"\s*(?:\.\.|–|\s-\s|\sto\s)\s*")

#: A day of the year: (month, day).
YearDay = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Season:
    """From one day of the year to another, both included; it may run over New Year."""

    first: YearDay
    last: YearDay

    def __contains__(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class On:
    """The days that a prompt is bound to; exactly one field is set. `weekday` counts from Monday, 0."""

    weekday: int | None = None
    once: date | None = None
    yearly: YearDay | None = None

    @property
    def dated(self) -> bool:
        return self.weekday is None

    def __contains__(self, day: date) -> bool:
        if self.once is not None:
            return day == self.once
        if self.yearly is not None:
            return (day.month, day.day) == self.yearly
        return day.weekday() == self.weekday


def weekday(text: str) -> int | None:
    """`Friday`, `friday` or `fri` as 4; None when it is no weekday."""
    word = text.strip().casefold()
    return next((n for n, name in enumerate(dates.WEEKDAYS) if word in {name, name[:3]}), None)


def parse_on(text: str) -> On:
    """`friday`, `2026-12-24` or `12-24` (every year). Raises ValueError with a sentence for people."""
    word = text.strip()
    if (number := weekday(word)) is not None:
        return On(weekday=number)
    if match := _DATE.fullmatch(word):
        try:
            return On(once=date(*map(int, match.groups())))
        except ValueError:
            raise ValueError(f"{word} is not a day of the calendar") from None
    if match := _YEARLY.fullmatch(word):
        return On(yearly=_year_day(int(match[1]), int(match[2]), word))
    raise ValueError(
        f"a weekday (friday), a date (2026-12-24) or a date of every year (12-24) was expected, not {word!r}"
        + suggestion(word, dates.WEEKDAYS)
    )


def parse_season(text: str) -> Season:
    """`december`, `june..august` or `12-01..01-06`. Raises ValueError with a sentence for people."""
    ends = _RANGE.split(text.strip())
    if not 1 <= len(ends) <= 2:
        raise ValueError(f"a season has a first and a last day, such as 12-01..01-06, not {text.strip()!r}")
    first, last = _span(ends[0]), _span(ends[-1])
    return Season(first[0], last[1])


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """` (did you mean friday?)` where something known is close, else nothing."""
    close = get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def _span(text: str) -> tuple[YearDay, YearDay]:
    word = text.strip().casefold()
    for number, name in enumerate(MONTHS, start=1):
        if word in {name, name[:3]}:
            return (number, 1), (number, 31)
    if match := _YEARLY.fullmatch(word):
        day = _year_day(int(match[1]), int(match[2]), word)
        return day, day
    raise ValueError(
        f"a month (december) or a day of the year (12-01) was expected, not {text.strip()!r}"
        + suggestion(word, MONTHS)
    )


def _year_day(month: int, day: int, typed: str) -> YearDay:
    try:
        date(2000, month, day)  # a leap year: 02-29 is a day, too
    except ValueError:
        raise ValueError(f"{typed} is not a day of the year (month-day was expected)") from None
    return month, day
