"""The line "cross-posted from: …" that Lemmy's web client writes, in whatever language it was written.

The words are translated, so they do not count: what counts is a first line that ends in the address of a post, and a
quotation right after it.
"""

from __future__ import annotations

import re

_URL = r"https?://[^\s<>()\[\]\"']+"
#: How posts are addressed: Lemmy, PieFed (`/post/1`), Mbin (`/m/name/t/1`), and Lemmy's form with a community before it.
_POST = re.compile(r"(?:/c/[^/\s]+)?/(?:post/\d+|m/[^/\s]+/[tp]/\d+)(?:[/?#]\S*)?$")
_FIRST = re.compile(rf"[^\n]{{0,200}}?(?:\[[^\]\n]*\]\((?P<linked>{_URL})\)|<?(?P<bare>{_URL})>?)[\s.*_]*")


def origin(text: str) -> str | None:
    """The address of the post that `text` says it was taken from; None when it does not say so."""
    rows = [row.strip() for row in text.strip().splitlines()]
    if not rows or not (match := _FIRST.fullmatch(rows[0])):
        return None
    url = (match["linked"] or match["bare"]).rstrip(".,;*_")
    path = "/" + url.partition("://")[2].partition("/")[2]
    following = next((row for row in rows[1:] if row), "")
    return url if _POST.match(path) and following.startswith(">") else None


def own_words(text: str) -> str:
    """`text` without the marker and with the quotation after it as plain text, to compare with other posts."""
    if origin(text) is None:
        return text
    _, _, rest = text.strip().partition("\n")
    return "\n".join(row.strip().removeprefix(">").strip() for row in rest.splitlines())
