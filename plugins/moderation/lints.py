"""Mistakes that real rule files make in their values, each with its remedy."""

from __future__ import annotations

import re

from plugins.moderation.rule import Method

_DOUBLED = re.compile(r"\\\\[wWdDsSbB.?*+()\[\]{}|/-]")
#: What nobody writes into a plain word list.
_LOOKS_LIKE_REGEX = re.compile(
    r"\\[bBwWdDsS]|\(\?[:=!<imsx]|\.[*+]|\[\^?\w-\w|\][+*?]|\)[+*?]|\w\|\w|\([^()]*\|[^()]*\)|\[\w{2,8}\]\w|^\^\w|\w\$$"
)
_CURLY = "“”„«»‘’"


def value_problems(value: str, method: Method, *, regex: bool) -> list[str]:
    """What is suspicious about one value of a search check, one sentence each."""
    found: list[str] = []
    if regex and _DOUBLED.search(value):
        found.append(
            f"{show(value)} looks for a real backslash: it is doubled, but not in double quotes; write each backslash once"
        )
    if not regex and _LOOKS_LIKE_REGEX.search(value):
        found.append(
            f"{show(value)} looks like a regular expression but is searched for letter by letter; "
            "add the modifier: `(regex)`"
        )
    if not regex and value.count(",") >= 2 and re.fullmatch(r"[^,.!?]{1,40}(?:,\s*[^,.!?]{1,40}){2,}", value):
        found.append(f"{show(value)} is one value; if a list was meant, put it in brackets: [a, b, c]")
    if not regex and method is Method.PART and len(value.strip()) <= 3:
        found.append(
            f"{show(value)} is found inside many ordinary words with `includes`; leave the modifier out to search whole words"
        )
    if value[:1] in _CURLY or value[-1:] in _CURLY:
        found.append(
            f"{show(value)} holds a curly quote that belongs to the text; type straight ones around values"
        )
    if method is Method.DOMAIN and ("/" in value or "." not in value.strip(".")):
        found.append(
            f"{show(value)} is no domain and will never match; write `example.org`, or search `url` instead"
        )
    return found


def show(value: str) -> str:
    """A value in a message, not too long."""
    return f"“{value if len(value) <= 60 else value[:57] + '…'}”"
