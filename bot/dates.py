"""Local dates: when they begin, and how people write them in the languages of communities. Pure.

The names are those of Unicode's CLDR, in `dates.txt`. Babel would bring them, too: 33 MB on the disk, and 2 MiB of memory
and another for each language, for three short answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

#: As settings and commands name them, Monday first.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clocks of `zone` show `at` on `day`, in UTC.

    A time that a clock change leaves out comes right after it, shifted by the length of the gap; one that happens
    twice counts the first time. Both is what PEP 495 means by `fold=0`: the offset before the change holds.
    """
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def long(day: date, language: str) -> str:
    """`2 March 2026` in that language (a BCP 47 tag), English where it is unknown."""
    pattern = _of(language).long
    return pattern.format(day=day.day, month=month(day, language), year=day.year)


def weekday(day: date, language: str) -> str:
    return _of(language).weekdays[day.weekday()]


def month(day: date, language: str) -> str:
    """The month's name, in the case that a date asks for."""
    return _of(language).months[day.month - 1]


def languages() -> tuple[str, ...]:
    """The tags of the languages that dates can be written in; elsewhere English is written."""
    return tuple(_languages())


def knows(language: str) -> bool:
    """Whether dates can be written in it; its region does not count."""
    return _tag(language) is not None


@dataclass(frozen=True, slots=True)
class _Language:
    """`long` is a date's usual form, with the names of its parts in braces."""

    long: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]


@cache
def _languages() -> dict[str, _Language]:
    rows = Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines()
    found = {}
    for row in rows:
        if not row.startswith("#"):
            tag, pattern, weekdays, months = (cell.strip() for cell in row.split("|"))
            found[tag] = _Language(pattern, tuple(weekdays.split(", ")), tuple(months.split(", ")))
    return found


#: Norwegian goes by several tags.
_OTHER_TAGS = {"no": "nb", "nn": "nb"}


def _tag(language: str) -> str | None:
    """The tag that the language stands under: itself, or without its region."""
    first, *rest = language.replace("_", "-").split("-")
    whole = "-".join([first.lower(), *(part.upper() for part in rest)])
    primary = _OTHER_TAGS.get(first.lower(), first.lower())
    return next((tag for tag in (whole, primary) if tag in _languages()), None)


def _of(language: str) -> _Language:
    return _languages()[_tag(language) or "en"]
