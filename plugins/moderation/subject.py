"""What a rule is held against: one message with everything that is known about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.api import Message, PlaceKind, Platform, Role
from plugins.moderation.facts import Fact, Field, Need, Target
from plugins.moderation.rule import Kind
from plugins.moderation.views import trimmed_length, without_quotes, written

_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}\]]+", re.IGNORECASE)
_HOST = re.compile(r"https?://(?:[^/?#@\s]*@)?(\[[^\]]*\]|[^/?#:\s]+)", re.IGNORECASE)
#: `@ana:example.org`, `@ana@lemmy.example`, a matrix.to link, a profile's address.
_MENTION = re.compile(
    r"(?<![\w@/])@[\w.=/+-]+(?:[:@][\w.-]+\w)?|matrix\.to/#/(?:@|%40)[^\s)]+|https?://[\w.-]+/u/[\w.@-]+"
)
#: The first line of a cross-post, in any language: a few words, a colon, the address of a post.
_CROSSPOSTED = re.compile(
    r"\s*[*_>]{0,3}[^\n:：]{2,60}[:：]\s*[*_]{0,2}\s*\[?[^\n\]]{0,80}\]?\(?<?(?P<url>https?://[^\s/]+/post/(?P<id>\d+))[^\n]*(?:\n|$)"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """`texts` has what may be searched (a field that is absent cannot match); `facts` what may be compared.

    `above` has the post and the comment above it, where they were fetched; `open` what could still be fetched.
    `derived` fields repeat what stands in others (the first line of a chat message is its title, too).
    """

    kind: Kind
    place: str
    platform: Platform
    texts: Mapping[Field, tuple[str, ...]]
    facts: Mapping[Fact, float] = field(default_factory=dict)
    above: Mapping[Target, Subject] = field(default_factory=dict)
    open: frozenset[Need] = frozenset()
    derived: frozenset[Field] = frozenset()

    def knowing(
        self,
        texts: Mapping[Field, tuple[str, ...]] | None = None,
        facts: Mapping[Fact, float | None] | None = None,
        above: Mapping[Target, Subject] | None = None,
        needs: frozenset[Need] = frozenset(),
    ) -> Subject:
        """The same, with more known, and `needs` not open any more."""
        known = {fact: float(value) for fact, value in (facts or {}).items() if value is not None}
        return replace(
            self,
            texts={**self.texts, **(texts or {})},
            facts={**self.facts, **known},
            above={**self.above, **(above or {})},
            open=self.open - needs,
        )


def links(text: str) -> tuple[str, ...]:
    """The http links in a text, in order, without the punctuation of the sentence around them."""
    if "://" not in text:
        return ()
    return tuple(dict.fromkeys(found.rstrip(".,;:!?)*_~") for found in _URL.findall(text)))


def mentions(text: str) -> tuple[str, ...]:
    """The people that a text addresses, in order, each once, without case."""
    return tuple(dict.fromkeys(found.lower() for found in _MENTION.findall(text)))


def host(url: str) -> str | None:
    """The host of a link, lower case; None when there is none."""
    found = _HOST.match(url)
    return found[1].lower().rstrip(".") if found else None


def crossposted_from(text: str) -> tuple[str, str] | None:
    """The address and the id of the post that a text says it was cross-posted from."""
    found = _CROSSPOSTED.match(text)
    return (found["url"], found["id"]) if found else None


def kind_of(message: Message) -> Kind:
    if message.parent is not None or (message.title is None and message.root != message.ref):
        return Kind.COMMENT
    return Kind.LINK if message.link else Kind.TEXT


def subject(
    message: Message,
    *,
    now: datetime,
    zone: str = "UTC",
    is_edited: bool | None = None,
    starter: str | None = None,
    reports: int = 0,
    needs: frozenset[Need] = frozenset(),
    body: str | None = None,
) -> Subject:
    """A message as rules see it.

    `starter` is the id of who began the thread, where known; `needs` is what the caller can fetch later; `body` stands
    in for the message's text. In a chat room every link of the text counts as its `url` and `domain`, and the first line
    as its title; a post has its own link, and one without a link has, as on Reddit, the domain `self.<place>`.
    """
    kind = kind_of(message)
    body = message.text if body is None else body
    texts = _texts(message, body, kind)
    facts = _facts(message, now, zone, kind, starter)
    facts[Fact.REPORTS] = reports
    facts[Fact.EDITED] = is_edited if is_edited is not None else message.edited_at is not None
    if Field.BODY in texts:
        facts |= _lengths(body)
    if kind is not Kind.COMMENT:
        origin = crossposted_from(body)
        facts[Fact.CROSSPOST] = origin is not None
        if origin:
            texts[Field.SOURCE_ID] = (origin[1],)
    return Subject(
        kind,
        message.place.alias,
        message.place.platform,
        texts,
        {fact: float(value) for fact, value in facts.items() if value is not None},
        open=needs,
        derived=frozenset({Field.TITLE}) if message.title is None else frozenset(),
    )


def _texts(message: Message, body: str, kind: Kind) -> dict[Field, tuple[str, ...]]:
    in_room = message.place.kind is not PlaceKind.COMMUNITY
    texts: dict[Field, tuple[str, ...]] = {
        Field.ID: (message.ref.id,),
        Field.AUTHOR: (local_part(message.author.name),),
        Field.AUTHOR_ID: (message.author.id, message.author.name),
        Field.COMMUNITY: (message.place.alias, message.place.native),
    }
    # The body of a link post is read when there is one; an empty one is as if it were absent.
    if kind is not Kind.LINK or body.strip():
        texts[Field.BODY] = (body,)
    if message.title is not None:
        texts[Field.TITLE] = (message.title,)
    elif in_room and kind is not Kind.COMMENT:
        texts[Field.TITLE] = (_first_line(body),)
    urls = (*((message.link,) if message.link else ()), *(links(body) if in_room else ()))
    if urls:
        texts[Field.URL] = urls
        texts[Field.DOMAIN] = tuple(dict.fromkeys(h for h in map(host, urls) if h))
    elif kind is Kind.TEXT:
        texts[Field.DOMAIN] = (f"self.{message.place.alias}",)
    return texts


def _facts(
    message: Message, now: datetime, zone: str, kind: Kind, starter: str | None
) -> dict[Fact, float | None]:
    author = message.author
    is_comment = kind is Kind.COMMENT
    in_room = message.place.kind is not PlaceKind.COMMUNITY
    return {
        Fact.NOTHING: False,
        Fact.MODERATOR: author.role >= Role.MODERATOR,
        Fact.CONTRIBUTOR: author.role >= Role.TRUSTED,
        Fact.ACCOUNT_AGE: (now - author.since).total_seconds() if author.since else None,
        Fact.AGE: (now - message.sent_at).total_seconds(),
        Fact.WEEKDAY: now.astimezone(ZoneInfo(zone)).weekday(),
        Fact.NSFW: None if is_comment else message.nsfw,
        Fact.COMMENTS: message.replies,
        Fact.SUBMITTER: _is_submitter(message, starter),
        Fact.TOP_LEVEL: _is_top_level(message, is_comment=is_comment, in_room=in_room),
    }


def _lengths(body: str) -> dict[Fact, float | None]:
    view = written(body)
    return {
        Fact.BODY_LENGTH: trimmed_length(view),
        Fact.OWN_LENGTH: trimmed_length(without_quotes(view)),
        Fact.LINKS: len(links(body)),
        Fact.MENTIONS: len(mentions(body)),
    }


def _first_line(text: str) -> str:
    """The first line of a chat message that is no quotation."""
    rows = (row.strip() for row in text.splitlines())
    return next((row for row in rows if row and not row.startswith(">")), "")


def _is_top_level(message: Message, *, is_comment: bool, in_room: bool) -> bool | None:
    """In a room, whether it answers nothing and stands in no thread; else whether a comment answers the post itself."""
    if in_room:
        return not is_comment
    return message.parent in {None, message.root} if is_comment else None


def _is_submitter(message: Message, starter: str | None) -> bool | None:
    if message.root == message.ref:
        return True
    return None if starter is None else starter == message.author.id


def local_part(name: str) -> str:
    """`ana` of `ana@lemmy.example` and of `@ana:example.org`."""
    return name.removeprefix("@").partition("@")[0].partition(":")[0]
