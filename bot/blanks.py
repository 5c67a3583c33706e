"""Titles and texts with blanks: `{{date}}`, `{{yesterday.link}}`. A fixed set of names, no code.

A line of a text that uses a name without a value today (there was no prompt yesterday) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches

from bot import dates

#: What every text may say about its day, and what stands in its place.
CALENDAR: dict[str, str] = {
    "date": "the date in the community's language: 2 March 2026",
    "date.iso": "the date as 2026-03-02",
    "weekday": "the day of the week in the community's language",
    "day": "the day of the month",
    "month": "the month's name in the community's language",
    "year": "the year",
    "week": "the ISO week of the year",
}

_BLANK = re.compile(r"\{\{([^{}\n]*)\}\}")
#: What Markdown, Lemmy's additions to it and mentions are made of; some only at the beginning of a line.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>&#|~^:@!]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")


def calendar(day: date, language: str) -> dict[str, str]:
    """The values of `CALENDAR` on a day."""
    return {
        "date": dates.long(day, language),
        "date.iso": day.isoformat(),
        "weekday": dates.weekday(day, language),
        "day": str(day.day),
        "month": dates.month(day, language),
        "year": str(day.year),
        "week": str(day.isocalendar().week),
    }


def problems(source: str, names: Collection[str]) -> list[str]:
    """A sentence for each name that is not among `names`, and each brace that does not close."""
    found = []
    for match in _BLANK.finditer(source):
        name = match[1].strip()
        if name not in names:
            close = get_close_matches(name.casefold(), list(names), n=1, cutoff=0.5)
            hint = f"did you mean {{{{{close[0]}}}}}?" if close else f"known are {', '.join(names)}"
            found.append(f"{{{{{name}}}}} is not a name that can be filled in; {hint}")
    rest = _BLANK.sub("", source)
    if "{{" in rest or "}}" in rest:
        found.append("a {{ without its }} (or the other way round); a blank is written {{date}}, on one line")
    return found


def used(source: str) -> set[str]:
    """The names that `source` uses."""
    return {match[1].strip() for match in _BLANK.finditer(source)}


def fill(source: str, values: Mapping[str, str | None]) -> str:
    """`source` with its blanks filled in; lines that need a value that is None or absent are left out."""
    kept = (
        _BLANK.sub(lambda match: values[match[1].strip()] or "", row)
        for row in source.splitlines()
        if all(values.get(name) is not None for name in used(row))
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def escape(text: str) -> str:
    """Text that a member typed, so that Markdown shows it as it is and nobody is mentioned by it."""
    return "  \n".join(_SPECIAL.sub(r"\\\1", row.strip()) for row in text.splitlines())
