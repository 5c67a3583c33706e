"""What a rule is held against: one message with everything that is known about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.api import Message, PlaceKind, Platform, Role
from plugins.moderation.facts import Fact, Field, Need, Target
from plugins.moderation.labels import texts_of_person, texts_of_post
from plugins.moderation.rule import Kind, Label
from plugins.moderation.views import View, trimmed_length, without_quotes, written

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


class _Source:
    """A message while it is being looked at, for one subject."""

    def __init__(self, message: Message, now: datetime, zone: str, body: str) -> None:
        self.message = message
        self.now = now
        self.zone = zone
        self.body = body
        self.kind = kind_of(message)
        self.is_comment = self.kind is Kind.COMMENT
        self.in_room = message.place.kind is not PlaceKind.COMMUNITY
        # The body of a link post is read when there is one; an empty one is as if it were absent.
        self.has_body = self.kind is not Kind.LINK or bool(body.strip())

    @cached_property
    def urls(self) -> tuple[str, ...]:
        """The post's own link; in a room, every link of the text."""
        own = (self.message.link,) if self.message.link else ()
        return (*own, *links(self.body)) if self.in_room else own

    @cached_property
    def written(self) -> View:
        return written(self.body)

    @cached_property
    def origin(self) -> tuple[str, str] | None:
        return None if self.is_comment else crossposted_from(self.body)


def _title(source: _Source) -> tuple[str, ...] | None:
    if source.message.title is not None:
        return (source.message.title,)
    return (_first_line(source.body),) if source.in_room and not source.is_comment else None


def _domains(source: _Source) -> tuple[str, ...] | None:
    if source.urls:
        return tuple(dict.fromkeys(h for h in map(host, source.urls) if h))
    # As on Reddit, for a post without a link.
    return (f"self.{source.message.place.alias}",) if source.kind is Kind.TEXT else None


#: What may be searched in a message by itself; None where it has nothing of the kind.
_TEXTS: dict[Field, Callable[[_Source], tuple[str, ...] | None]] = {
    Field.TITLE: _title,
    Field.BODY: lambda source: (source.body,) if source.has_body else None,
    Field.URL: lambda source: source.urls or None,
    Field.DOMAIN: _domains,
    Field.ID: lambda source: (source.message.ref.id,),
    Field.SOURCE_ID: lambda source: (source.origin[1],) if source.origin else None,
    Field.COMMUNITY: lambda source: (source.message.place.alias, source.message.place.native),
    Field.AUTHOR: lambda source: (local_part(source.message.author.name),),
    Field.AUTHOR_ID: lambda source: (source.message.author.id, source.message.author.name),
}


def _is_top_level(source: _Source) -> bool | None:
    """In a room, whether it answers nothing and stands in no thread; else whether a comment answers the post itself."""
    if source.in_room:
        return not source.is_comment
    return source.message.parent in {None, source.message.root} if source.is_comment else None


def _account_age(source: _Source) -> float | None:
    since = source.message.author.since
    return (source.now - since).total_seconds() if since else None


#: What may be compared in a message by itself; None where nobody knows.
_FACTS: dict[Fact, Callable[[_Source], float | None]] = {
    Fact.NOTHING: lambda _: False,
    Fact.BODY_LENGTH: lambda source: trimmed_length(source.written) if source.has_body else None,
    Fact.OWN_LENGTH: lambda source: (
        trimmed_length(without_quotes(source.written)) if source.has_body else None
    ),
    Fact.LINKS: lambda source: len(links(source.body)),
    Fact.MENTIONS: lambda source: len(mentions(source.body)),
    Fact.EDITED: lambda source: source.message.edited_at is not None,
    Fact.MODERATOR: lambda source: source.message.author.role >= Role.MODERATOR,
    Fact.CONTRIBUTOR: lambda source: source.message.author.role >= Role.TRUSTED,
    Fact.ACCOUNT_AGE: _account_age,
    Fact.AGE: lambda source: (source.now - source.message.sent_at).total_seconds(),
    Fact.WEEKDAY: lambda source: source.now.astimezone(ZoneInfo(source.zone)).weekday(),
    Fact.NSFW: lambda source: None if source.is_comment else source.message.nsfw,
    Fact.CROSSPOST: lambda source: None if source.is_comment else source.origin is not None,
    Fact.COMMENTS: lambda source: source.message.replies,
    Fact.TOP_LEVEL: _is_top_level,
    # Whoever posts is who posted; for what stands below, somebody has to look.
    Fact.SUBMITTER: lambda source: True if source.message.root == source.message.ref else None,
}


class Wishes:
    """What is worth finding out about a message, because some rule looks at it."""

    def __init__(self, fields: Iterable[Field], facts: Iterable[Fact]) -> None:
        self.texts = tuple((field, _TEXTS[field]) for field in fields if field in _TEXTS)
        self.facts = tuple((fact, _FACTS[fact]) for fact in facts if fact in _FACTS)


EVERYTHING = Wishes(_TEXTS, _FACTS)


def subject(
    message: Message,
    *,
    now: datetime,
    zone: str = "UTC",
    is_edited: bool | None = None,
    reports: int = 0,
    needs: frozenset[Need] = frozenset(),
    body: str | None = None,
    wishes: Wishes | None = None,
) -> Subject:
    """A message as rules see it.

    `needs` is what the caller can fetch later; `body` stands in for the message's text; `wishes` are what is worth
    finding out (None: everything). In a chat room every link of the text counts as its `url` and `domain`, and the first
    line as its title.
    """
    source = _Source(message, now, zone, message.text if body is None else body)
    texts: dict[Field, tuple[str, ...]] = {}
    facts: dict[Fact, float] = {Fact.REPORTS: reports}
    wishes = wishes or EVERYTHING
    for name, text_of in wishes.texts:
        found = text_of(source)
        if found is not None:
            texts[name] = found
    for fact, value_of in wishes.facts:
        value = value_of(source)
        if value is not None:
            facts[fact] = float(value)
    if is_edited is not None:
        facts[Fact.EDITED] = is_edited
    if Need.LABELS not in needs:
        # Nobody keeps labels here, so there are none.
        texts |= _NO_LABEL_ON_PERSON if source.is_comment else _NO_LABELS
    derived = _FIRST_LINE if message.title is None else frozenset()
    return Subject(
        source.kind, message.place.alias, message.place.platform, texts, facts, open=needs, derived=derived
    )


_NO_LABEL_ON_PERSON = texts_of_person(Label())
_NO_LABELS = {**_NO_LABEL_ON_PERSON, **texts_of_post(Label())}
_FIRST_LINE = frozenset({Field.TITLE})


def _first_line(text: str) -> str:
    """The first line of a chat message that is no quotation."""
    rows = (row.strip() for row in text.splitlines())
    return next((row for row in rows if row and not row.startswith(">")), "")


def local_part(name: str) -> str:
    """`ana` of `ana@lemmy.example` and of `@ana:example.org`."""
    return name.removeprefix("@").partition("@")[0].partition(":")[0]
