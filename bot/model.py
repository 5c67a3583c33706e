"""What is said, where, and by whom: frozen data without behaviour, shared by every layer.

All times are aware datetimes in UTC. Nothing here reads a clock, a file or the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from typing_extensions import TypeAliasType

#: What JSON can hold.
Json = TypeAliasType("Json", "bool | int | float | str | list[Json] | dict[str, Json] | None")


class Platform(StrEnum):
    """Where people talk. `MEMORY` is the in-process twin used by tests and the demo's chat room."""

    LEMMY = "lemmy"
    MATRIX = "matrix"
    MEMORY = "memory"


class Role(IntEnum):
    """What somebody may do in a place; ordered, never reordered."""

    EVERYONE = 0
    TRUSTED = 10
    MODERATOR = 20
    OWNER = 30


class PlaceKind(StrEnum):
    COMMUNITY = "community"  # a Lemmy community: posts with comment trees
    ROOM = "room"  # a chat room
    PRIVATE = "private"  # private messages to the bot's account


@dataclass(frozen=True, slots=True)
class Place:
    """A configured name for somewhere people talk.

    `alias` is unique over the whole configuration and part of every `Ref`; `native` is the platform's own
    id (`freechat` or `freechat@lemmy.example`, `!abc:example.org`); `community` names the configured
    community it belongs to; `account` the configured account that reads it.
    """

    platform: Platform
    alias: str
    native: str
    kind: PlaceKind
    community: str
    account: str


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The stable name of anything said. Its string form is the ledger's key: `lemmy:freechat:comment/12`."""

    platform: Platform
    place: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.place}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """The inverse of `str`. Raises ValueError when `text` is no such key."""
        platform, place, ident = text.split(":", 2)
        return cls(Platform(platform), place, ident)


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody on one platform. `id` is global there: the ActivityPub id on Lemmy, `@user:server` on Matrix.

    `name` is the short handle to show (`ana@lemmy.example`); it is self-chosen, so it never decides anything.
    `since` is when the account was made, as far as the platform tells. `opted_out` means that the person
    asked bots to leave them alone (`#nobot`).
    """

    platform: Platform
    id: str
    name: str
    role: Role = Role.EVERYONE
    is_bot: bool = False
    since: datetime | None = None
    opted_out: bool = False

    @property
    def key(self) -> str:
        """The person's key in the ledger."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class Community:
    """The unit of ownership: places, one ledger of strikes, one set of plugin settings.

    `zone` is an IANA time zone, `language` a BCP 47 tag. `moderators_room` is the alias of the place where
    reports and cases appear; None sends them to the log only.
    """

    name: str
    title: str
    zone: str
    language: str
    places: tuple[Place, ...]
    moderators_room: str | None = None
    prefix: str = "!"

    def place(self, alias: str) -> Place | None:
        return next((place for place in self.places if place.alias == alias), None)

    def of_kind(self, kind: PlaceKind) -> tuple[Place, ...]:
        """Places of that kind, without the moderators' room."""
        return tuple(p for p in self.places if p.kind is kind and p.alias != self.moderators_room)


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
class Edited:
    """A message whose text, title or link changed; `message` is as it reads now."""

    message: Message
    at: datetime

    @property
    def key(self) -> str:
        return f"edited:{self.message.ref}:{self.at.isoformat()}"

    @property
    def place(self) -> Place:
        return self.message.place


@dataclass(frozen=True, slots=True)
class Removed:
    """Something said was taken away. `by` is None when the author did it or the platform does not tell."""

    ref: Ref
    place: Place
    by: Author | None
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"removed:{self.ref}:{self.at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Joined:
    place: Place
    author: Author
    id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"joined:{self.place.alias}:{self.id}"


@dataclass(frozen=True, slots=True)
class Reacted:
    """`author` put `symbol` under `target`."""

    target: Ref
    place: Place
    author: Author
    symbol: str
    id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"reacted:{self.place.alias}:{self.id}"


@dataclass(frozen=True, slots=True)
class Reported:
    """A member asked the moderators to look at `message`."""

    message: Message
    reporter: Author
    reason: str
    id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"reported:{self.message.place.alias}:{self.id}"

    @property
    def place(self) -> Place:
        return self.message.place


@dataclass(frozen=True, slots=True)
class Tick:
    """A schedule of a plugin came due. `slot` names the occurrence (the local date, or the start of the interval).

    `missed` means that it came so late that the handler is not asked to act; it is recorded all the same.
    """

    community: str
    plugin: str
    handler: str
    slot: str
    due: datetime
    at: datetime
    missed: bool = False

    @property
    def key(self) -> str:
        return f"tick:{self.community}:{self.plugin}.{self.handler}:{self.slot}"

    @property
    def place(self) -> None:
        return None


Occurrence = Message | Edited | Removed | Joined | Reacted | Reported | Tick


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
