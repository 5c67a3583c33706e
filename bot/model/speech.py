"""What is said, and what platforms and the ledger tell about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from typing_extensions import TypeAliasType

from bot.model.people import Author, Place, Ref

#: What JSON can hold.
Json = TypeAliasType("Json", "bool | int | float | str | list[Json] | dict[str, Json] | None")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A chat message, a Lemmy post (which has a `title`), a comment, or a private message.

    `text` is what the person typed, in the platform's own markup. `parent` is what it answers, `root` the
    post or thread root (itself for a top-level message). `command` is the text after the prefix or mention
    when somebody spoke to the bot, else None. `url` is a link for people. `score` and `replies` are the
    platform's own counts at reading time.
    """

    ref: Ref
    place: Place
    author: Author
    text: str
    sent_at: datetime
    root: Ref
    parent: Ref | None = None
    title: str | None = None
    link: str | None = None
    edited_at: datetime | None = None
    command: str | None = None
    url: str | None = None
    score: int | None = None
    replies: int | None = None
    nsfw: bool = False
    gone: bool = False  # removed by a moderator or deleted by its author

    @property
    def key(self) -> str:
        return f"message:{self.ref}"

    @property
    def at(self) -> datetime:
        return self.sent_at


@dataclass(frozen=True, slots=True)
class Thread:
    """A root and everything said below it, oldest first. `expected` is the platform's own count of replies."""

    root: Message
    messages: tuple[Message, ...]
    expected: int

    @property
    def complete(self) -> bool:
        return len(self.messages) >= self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """The same link or text talked about somewhere else: what a cross-post looks like from here."""

    url: str
    title: str
    text: str
    link: str | None
    community: str  # name@instance
    instance: str
    comments: int
    sent_at: datetime
    score: int = 0
    nsfw: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a platform answered when an action was performed."""

    at: datetime
    ref: Ref | None = None
    url: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Strike:
    """One live or expired warning of a person in a community. `case` is its number, for `!why`."""

    case: int
    at: datetime
    points: int
    expires_at: datetime | None
    rule: str

    def live(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at > now
