"""Everything that an event may show to somebody, for filters; and what it says, for readers.

Clients differ in what they show: the plain body, the formatted one, a file's name, a caption, the new or the old text of
an edit, and what later proposals put beside them. Whatever any of them shows, a filter has to see.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.platforms.matrix import hypertext, links, raw
from bot.platforms.matrix.events import MESSAGE, Event

#: Kinds of events that clients show as something said; others count where they hold one of the keys below.
SAID = frozenset(
    {
        MESSAGE,
        "m.sticker",
        "m.poll.start",
        "org.matrix.msc3381.poll.start",
        "m.message",
        "m.location",
        "m.file",
        "m.image",
        "m.video",
        "m.audio",
        "m.emote",
        "m.notice",
        "m.voice",
    }
)

#: Under these keys stands HTML.
_HTML = frozenset({"formatted_body", "m.html", "org.matrix.msc1767.html"})

#: Under these keys stands text that some client shows: v1.16, extensible events (MSC1767), polls (MSC3381), captions,
#: link previews and names that a message brings along (`com.beeper.*`).
_TEXT = frozenset(
    {
        "body",
        "filename",
        "caption",
        "text",
        "name",
        "description",
        "displayname",
        "m.text",
        "m.caption",
        "org.matrix.msc1767.text",
        "og:title",
        "og:description",
        "og:site_name",
        "matched_url",
        "og:url",
    }
)

#: Nothing to read in here: relations, whole events, keys, sizes.
_DULL = frozenset({"m.relates_to", "m.mentions", "file", "thumbnail_file", "ciphertext", "m.relations"})

#: How deep and how far content is looked into. An event has at most 64 KiB, so that this is never reached in good faith.
_DEPTH = 12
_PIECES = 400

#: An event of no known kind says something where one of these stands in it.
_SPEAKING = (
    frozenset({"body", "m.text", "org.matrix.msc1767.text", "org.matrix.msc1767.message", "m.message"})
    | _HTML
)

_FALLBACK = re.compile(r"> (?:\* )?<@")
#: Marks and blanks, and what begins the items of a list: texts that differ in nothing else read the same.
_MARKS = re.compile(r"[\s!-/:-@\[-`{-~]+")
_ITEM = re.compile(r"^[ \t]*(?:\d{1,4}[.)]|[•◦▪‣·–—])[ \t]+", re.MULTILINE)
#: What of typed Markdown is shown nowhere: where links lead, and the language of code.
_TARGET = re.compile(r"\]\([^()\s]{0,2000}\)")
_LANGUAGE = re.compile(r"^ {0,3}(?:```|~~~)[^\n`~]*$", re.MULTILINE)
#: What rules leave out as not the author's own words: blocks of code, code in a line, quotations.
_NOT_OWN = (
    re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[`~]* *$|\Z)", re.MULTILINE | re.DOTALL),
    re.compile(r"(?<!`)(`{1,4})(?!`)[^\n]{1,2000}?(?<!`)\1(?!`)"),
    re.compile(r"^ {0,3}>.*$", re.MULTILINE),
)
_FENCE = re.compile(r"`|~(?=~~)")


def speaks(event: Event) -> bool:
    """Whether it is something said. State is not, but for a message that somebody disguised as state."""
    if event.kind == MESSAGE:
        return True
    return event.state_key is None and (event.kind in SAID or not _SPEAKING.isdisjoint(event.content))


@dataclass(frozen=True, slots=True)
class Piece:
    """One text in an event; `hypertext` is what it was read from where that was HTML."""

    text: str
    links: tuple[str, ...] = ()


def texts(event: Event) -> tuple[str, ...]:
    """Every text that somebody may be shown, each once, addresses of links included; what it answers is left out."""
    pieces = list(_pieces(event.content, reply=event.carries_reply))
    addresses = [address for piece in pieces for address in piece.links]
    return tuple(dict.fromkeys(text for text in (*(p.text for p in pieces), *addresses) if text.strip()))


def said(event: Event) -> str:
    """The event as one text: what a reader sees and, where a part of it reads differently, all of the parts.

    As a rule that is the plain body, as typed. Of an edit it is the new text.
    """
    content = event.content
    renewed = raw.mapping(content.get("m.new_content"))
    pieces = list(_pieces(content, reply=event.carries_reply))
    if len(pieces) == 1 and not pieces[0].links:
        return pieces[0].text
    first = renewed if event.replaces and renewed else content
    body = own_body(raw.text(first.get("body")), reply=event.carries_reply and first is content)
    shown = [body] if body.strip() else []
    own = _own(body)
    known = [(plain(body), plain(own)), (plain(_seen(body)), plain(_seen(own)))]
    for piece in pieces:
        new = plain(piece.text), plain(_own(piece.text))
        if new[0].strip() and not any(_within(new[0], old[0]) and _within(new[1], old[1]) for old in known):
            shown.append(piece.text)
            known.append(new)
    present = "\n".join(shown)
    extra = [address for piece in pieces for address in piece.links if _is_news(address, present)]
    if len(shown) > 1:
        # A code block that one part opens must not hide the next.
        shown = [_FENCE.sub(r"\\\g<0>", part) for part in shown]
    return "\n\n".join([*shown, *dict.fromkeys(extra)])


def _is_news(address: str, present: str) -> bool:
    """Whether an address behind a word leads somewhere that the text does not tell; naming a person leads nowhere."""
    if address.startswith("mxc:") or address.rstrip("/") in present:
        return False
    target = links.parse(address)
    return target is None or target.user is None


def plain(text: str) -> str:
    """`text` without marks, between two blanks: what texts have to share to read the same."""
    return f" {_MARKS.sub(' ', _ITEM.sub(' ', text)).strip()} "


def _seen(text: str) -> str:
    """Typed Markdown without what is shown nowhere."""
    return _LANGUAGE.sub("", _TARGET.sub("]", text))


def _own(text: str) -> str:
    """What rules take for the author's own words."""
    for pattern in _NOT_OWN:
        text = pattern.sub(" ", text)
    return text


def _within(part: str, whole: str) -> bool:
    return not part.strip() or part in whole


def own_body(text: str, *, reply: bool) -> str:
    """A plain body without the copy of what it answers."""
    if not reply or not _FALLBACK.match(text):
        return text
    rows = text.split("\n")
    own = next((index for index, row in enumerate(rows) if not row.startswith(">")), len(rows))
    return "\n".join(rows[own:]).strip("\n")


def _pieces(content: Mapping[str, Any], *, reply: bool) -> Iterator[Piece]:
    """Every text in a content, the outermost first. An edit's new text carries no copy of what it answers."""
    for key, text, outer in islice(_strings(content), _PIECES):
        if key in _HTML:
            seen = hypertext.seen(hypertext.without_reply(text) if reply and outer else text)
            yield Piece(seen.text, seen.links)
        else:
            yield Piece(own_body(text, reply=reply and outer and key == "body"))


def _strings(content: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """(key, text, whether it is the outermost) for every text that may be shown; lists count as under their key."""
    waiting: deque[tuple[str, object, int]] = deque([("", content, 0)])
    while waiting:
        key, value, depth = waiting.popleft()
        if isinstance(value, dict) and depth < _DEPTH:
            html = value.get("mimetype") == "text/html"
            waiting += [
                ("formatted_body" if html and inner == "body" else str(inner), found, depth + 1)
                for inner, found in value.items()
                if inner not in _DULL
            ]
        elif isinstance(value, list) and depth < _DEPTH:
            waiting += [(key, found, depth + 1) for found in value]
        elif isinstance(value, str) and (key in _HTML or key in _TEXT):
            yield key, raw.text(value), depth == 1
