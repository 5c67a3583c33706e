"""What a rule is held against: one message with everything that is known about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from bot.api import Message, PlaceKind, Platform, Role
from plugins.moderation.rule import Fact, Field, Kind
from plugins.moderation.views import own_words, trimmed_length

_URL = re.compile(r"https?://[^\s<>\"'`\\^{|}\]]+", re.IGNORECASE)
_HOST = re.compile(r"https?://(?:[^/?#@\s]*@)?(\[[^\]]*\]|[^/?#:\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """`texts` has what may be searched (a field that is absent cannot match); `facts` what may be compared."""

    kind: Kind
    place: str
    platform: Platform
    texts: dict[Field, tuple[str, ...]]
    facts: dict[Fact, float] = field(default_factory=dict)


def links(text: str) -> tuple[str, ...]:
    """The http links in a text, in order, without the punctuation of the sentence around them."""
    return tuple(dict.fromkeys(found.rstrip(".,;:!?)*_~") for found in _URL.findall(text)))


def host(url: str) -> str | None:
    """The host of a link, lower case; None when there is none."""
    found = _HOST.match(url)
    return found[1].lower().rstrip(".") if found else None


def kind_of(message: Message) -> Kind:
    if message.parent is not None or (message.title is None and message.root != message.ref):
        return Kind.COMMENT
    return Kind.LINK if message.link else Kind.TEXT


def subject(
    message: Message,
    *,
    now: datetime,
    is_edited: bool | None = None,
    starter: str | None = None,
    reports: int = 0,
) -> Subject:
    """A message as rules see it.

    `starter` is the id of who began the thread, where known. Only the person's own words are searched: quoted lines
    and code are blanked out. In a chat room every link of the text counts as its `url` and `domain`; a post has its
    own link, and one without a link has, as on Reddit, the domain `self.<place>`.
    """
    kind = kind_of(message)
    body = own_words(message.text)
    urls = (message.link,) if message.link else ()
    if message.place.kind is not PlaceKind.COMMUNITY:
        urls = (*urls, *links(body))
    texts: dict[Field, tuple[str, ...]] = {
        Field.ID: (message.ref.id,),
        Field.AUTHOR: (local_part(message.author.name),),
        Field.AUTHOR_ID: (message.author.id, message.author.name),
    }
    # The body of a link post is read when there is one; an empty one is as if it were absent.
    if body.strip() or kind is not Kind.LINK:
        texts[Field.BODY] = (body,)
    if message.title is not None:
        texts[Field.TITLE] = (message.title,)
    if urls:
        texts[Field.URL] = urls
        texts[Field.DOMAIN] = tuple(dict.fromkeys(h for h in map(host, urls) if h))
    elif kind is Kind.TEXT:
        texts[Field.DOMAIN] = (f"self.{message.place.alias}",)
    known: dict[Fact, float | None] = {
        Fact.REPORTS: reports,
        Fact.EDITED: is_edited if is_edited is not None else message.edited_at is not None,
        Fact.MODERATOR: message.author.role >= Role.MODERATOR,
        Fact.CONTRIBUTOR: message.author.role >= Role.TRUSTED,
        Fact.GOLD: False,
        Fact.BODY_LENGTH: trimmed_length(message.text) if Field.BODY in texts else None,
        Fact.ACCOUNT_AGE: (now - message.author.since).total_seconds() if message.author.since else None,
        Fact.TOP_LEVEL: message.parent in {None, message.root} if kind is Kind.COMMENT else None,
        Fact.SUBMITTER: _is_submitter(message, starter),
    }
    facts = {fact: float(value) for fact, value in known.items() if value is not None}
    return Subject(kind, message.place.alias, message.place.platform, texts, facts)


def _is_submitter(message: Message, starter: str | None) -> bool | None:
    if message.root == message.ref:
        return True
    return None if starter is None else starter == message.author.id


def local_part(name: str) -> str:
    """`ana` of `ana@lemmy.example` and of `@ana:example.org`."""
    return name.removeprefix("@").partition("@")[0].partition(":")[0]
