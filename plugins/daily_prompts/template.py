"""Titles and texts with blanks: `{{date}}`, `{{yesterday.link}}`. A fixed set of names, no code.

A line of a text that uses a name without a value today (there was no prompt yesterday) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

#: Every name, and what stands in its place.
NAMES: dict[str, str] = {
    "prompt": "the prompt's title",
    "text": "the prompt's text",
    "date": "the date in the community's language: 2 March 2026",
    "date.iso": "the date as 2026-03-02",
    "weekday": "the day of the week in the community's language",
    "day": "the day of the month",
    "month": "the month's name in the community's language",
    "year": "the year",
    "week": "the ISO week of the year",
    "number": "how many prompts there have been, this one included",
    "community": "the community's title",
    "yesterday.link": "a link to the last prompt",
    "yesterday.title": "the last prompt's title",
    "yesterday.comments": "how many comments the last prompt has",
    "yesterday.top": "a link to the best liked comment under the last prompt",
}

_BLANK = re.compile(r"\{\{([^{}\n]*)\}\}")
#: What Markdown, Lemmy's additions to it and mentions are made of; some only at the beginning of a line.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>&#|~^:@!]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")


def problems(source: str) -> list[str]:
    """A sentence for each unknown name and each brace that does not close."""
    found = []
    for match in _BLANK.finditer(source):
        name = match[1].strip()
        if name not in NAMES:
            close = get_close_matches(name.casefold(), NAMES, n=1, cutoff=0.5)
            hint = f"did you mean {{{{{close[0]}}}}}?" if close else f"known are {', '.join(NAMES)}"
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
