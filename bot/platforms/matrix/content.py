"""What the bot says, as the content of an event: plain and formatted, mentioning exactly whom it means, within the limits.

Everything is a notice, which no bot answers, but where a post is meant to start talk. Replies carry no copy of what they
answer. (Source: client-server API v1.16, instant messaging; a whole event must stay below 65,536 bytes.)
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.markup import fit, html, notified, plain, utf8_length
from bot.model import Author, Platform
from bot.platforms.matrix import links
from bot.platforms.matrix.events import NOTICE, is_user
from bot.text import Document, Heading, Link, Name, Paragraph, Plain, document, line

Content = dict[str, Any]

#: A third of the limit is left for what surrounds the content and for encryption, which makes four bytes of three.
LIMIT = 43_000

#: Stands in place of what was left out.
REST = "… The rest does not fit into one message."

#: The key of what an action sent, so that it can be found again.
KEY = "org.folkmoot.key"

#: An answer beyond this many characters or lines goes into a thread of its own.
LONG_TEXT = 1_200
LONG_LINES = 14

#: How the plain body of an edit begins, for clients that know no edits.
_EDITED = "* "

#: Markdown's tables align with it, and Matrix does not allow it.
_STYLE = re.compile(r'(<t[hd]) style="[^"]*"')

#: A quotation, as we write it: what people typed is escaped in it.
_QUOTED = re.compile(r"<blockquote>.*?</blockquote>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Relation:
    """What an event belongs to: the event it answers, the root of its thread. `quietly` shows no answer in the thread."""

    answers: str | None = None
    thread: str | None = None
    quietly: bool = False

    def content(self) -> Content:
        """As `m.relates_to`; empty where it belongs to nothing."""
        reply = self.answers or self.thread
        answer = {"m.in_reply_to": {"event_id": reply}} if reply else {}
        if self.thread is None:
            return answer
        falling_back = self.quietly or self.answers is None
        return {"rel_type": "m.thread", "event_id": self.thread, "is_falling_back": falling_back} | answer


def message(
    doc: Document,
    key: str,
    *,
    relation: Relation | None = None,
    msgtype: str = NOTICE,
    veiled: bool = False,
) -> Content:
    """The content that says `doc`, shortened between two blocks where it is too long.

    What it quotes is `veiled` behind a spoiler where nobody should have to read it once more.
    """
    surroundings: Content = {KEY: transaction(key)}
    if relation is not None and (related := relation.content()):
        surroundings["m.relates_to"] = related
    return _fitted(doc, lambda text: _text(text, msgtype, veiled=veiled) | surroundings)


def edit(doc: Document, key: str, of: str, *, msgtype: str = NOTICE) -> Content:
    """The content that makes the event `of` read `doc`. Whom the text names were told when it was said."""

    def build(text: Document) -> Content:
        new = _text(text, msgtype)
        return new | {
            "body": _EDITED + new["body"],
            "m.mentions": {},
            "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": of},
            KEY: transaction(key),
        }

    return _fitted(doc, build)


def reaction(symbol: str, to: str, key: str) -> Content:
    return {
        "m.relates_to": {"rel_type": "m.annotation", "event_id": to, "key": symbol},
        KEY: transaction(key),
    }


def transaction(key: str) -> str:
    """The transaction id for an action's key: what is sent twice under it is said once."""
    return "fm" + hashlib.sha256(key.encode()).hexdigest()[:32]


def headed(doc: Document, title: str | None, link: str | None) -> Document:
    """`doc` below its title and above its link, which a room has no fields for."""
    top = (Heading((Plain(title),)),) if title else ()
    bottom = (line(Link(link, link)),) if link else ()
    return Document((*top, *doc.blocks, *bottom))


def addressed(doc: Document, person: Author) -> Document:
    """`doc` so that it notifies `person`, and nobody else."""
    quiet = _notifying(doc, lambda who: who.key == person.key)
    if notified(quiet):
        return quiet
    match quiet.blocks:
        case (Paragraph(inlines=inlines), *rest):
            return document(line(Name(person, notify=True), ": ", *inlines), *rest)
        case blocks:
            return document(line(Name(person, notify=True), ":"), *blocks)


def is_long(doc: Document) -> bool:
    """Whether `doc` would push everything else in a room off the screen."""
    text = plain(doc)
    return len(text) > LONG_TEXT or text.count("\n") >= LONG_LINES


def _notifying(doc: Document, wanted: Callable[[Author], bool]) -> Document:
    """`doc` in which nobody is notified but those `wanted`."""

    def one(part: Any) -> Any:
        if isinstance(part, Name):
            return replace(part, notify=part.notify and wanted(part.who))
        if isinstance(part, tuple):
            return tuple(map(one, part))
        inner = [name for name in ("inlines", "blocks", "items") if hasattr(part, name)]
        return replace(part, **{name: one(getattr(part, name)) for name in inner}) if inner else part

    return Document(one(doc.blocks))


def _fitted(doc: Document, build: Callable[[Document], Content]) -> Content:
    """What `build` makes of as much of `doc` as fits."""

    def rendered(text: Document) -> str:
        return json.dumps(build(text), ensure_ascii=False, separators=(",", ":"))

    content: Content = json.loads(fit(doc, LIMIT, rendered, measure=utf8_length, ending=REST))
    return content


def _text(doc: Document, msgtype: str, *, veiled: bool = False) -> Content:
    # Somebody on another platform may bear what would be an id here.
    doc = _notifying(doc, lambda who: who.platform is Platform.MATRIX and is_user(who.id))
    people = [who.id for who in notified(doc)]
    formatted = _STYLE.sub(r"\1", html(doc, mention=lambda who: links.pill(who.id)))
    return {
        "msgtype": msgtype,
        "body": plain(doc),
        "format": "org.matrix.custom.html",
        "formatted_body": _QUOTED.sub(_veil, formatted) if veiled else formatted,
        "m.mentions": {"user_ids": people} if people else {},
    }


def _veil(quotation: re.Match[str]) -> str:
    """A quotation whose paragraphs show when one asks for them (`data-mx-spoiler`)."""
    return quotation[0].replace("<p>", "<p><span data-mx-spoiler>").replace("</p>", "</span></p>")
