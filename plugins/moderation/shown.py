"""A text as its readers see it: without the marks of Markdown, which may stand in the middle of words, and HTML's entities.

`ba*d*word`, `[bad](x)word`, `b&#97;dword` and `_badword_` all show as one word.
"""

from __future__ import annotations

import html
import re

from plugins.moderation.views import LONGEST_DISGUISE, Origin, View, as_they_stand

SHOWN = "as it is shown"

#: Nearly every text passes without.
_SIGN = re.compile(r"[*~^`\\&\]_]")
_MARKUP = re.compile(
    r"""(?P<url>https?://[^\s<>()]+)
    | (?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)
    | (?P<escape>\\[!-/:-@\[-`{-~])
    | (?P<run>\*{1,3}|~{1,2}|\^|`{1,3}|(?<![^\W_])_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?![^\W_]))
    | (?P<end>\n[ \t]*\n)""",
    re.VERBOSE,
)
_LINK = re.compile(r"(?<!\\)!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}(?:\s\"[^\"\n]{0,200}\")?\)")
#: From, to, and what is shown instead.
_Edit = tuple[int, int, str]


def shown(view: View) -> View:
    """`view` without markup; the same view where there is none."""
    if not _SIGN.search(view.text):
        return view
    text = view.text[:LONGEST_DISGUISE]
    edits = sorted(_edits(text))
    if not edits:
        return view
    parts: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for start, end, instead in edits:
        parts += [text[at:start], instead]
        origin += [*as_they_stand(at, start), *[(start, end)] * len(instead)]
        at = end
    parts.append(text[at:])
    origin += as_they_stand(at, len(text))
    plain = "".join(parts).rstrip()
    places: Origin = tuple(origin[: len(plain)])
    return view.derived(SHOWN, plain, places)


def _edits(text: str) -> list[_Edit]:
    """What is not shown, or shown as something else; no two overlap."""
    holes = [
        span
        for found in _LINK.finditer(text)
        for span in ((found.start(), found.start(1)), (found.end(1), found.end()))
    ]
    edits: list[_Edit] = [(*hole, "") for hole in holes]
    opened: dict[str, tuple[int, int]] = {}
    at = next_hole = 0
    while found := _MARKUP.search(text, at):
        start, at = found.span()
        while next_hole < len(holes) and holes[next_hole][1] <= start:
            next_hole += 1
        if next_hole < len(holes) and holes[next_hole][0] <= start:
            at = holes[next_hole][1]
            continue
        match found.lastgroup:
            case "entity":
                if (decoded := html.unescape(found.group())) != found.group():
                    edits.append((start, at, decoded))
            case "escape":
                edits.append((start, start + 1, ""))
            case "end":
                opened.clear()
            case "url":
                pass
            case _:
                _pair(text, (start, at), opened, edits)
    return edits


def _pair(text: str, place: tuple[int, int], opened: dict[str, tuple[int, int]], edits: list[_Edit]) -> None:
    """Marks count in pairs, with words right inside of them."""
    start, end = place
    mark = text[start:end]
    before = opened.get(mark)
    if before and before[1] < start and not text[start - 1].isspace():
        edits += [(*before, ""), (start, end, "")]
        del opened[mark]
    elif end < len(text) and not text[end].isspace():
        opened[mark] = place
