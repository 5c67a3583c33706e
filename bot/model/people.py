"""Who talks, where, and what they may do there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum


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
    POLICY = "policy"  # a list of rules about people and servers, which others publish: nobody is met there


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a platform shows of somebody beside their name.

    `posts` and `comments` count what they said as far as the server knows (None: it does not count); `post_scores` and
    `comment_scores` are the votes on the newest of them.
    """

    display_name: str = ""
    text: str = ""  # what they say about themselves
    posts: int | None = None
    comments: int | None = None
    post_scores: tuple[int, ...] = ()
    comment_scores: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Community:
    """The unit of ownership: places, one ledger of strikes, one set of plugin settings.

    `zone` is an IANA time zone, `language` a BCP 47 tag. `moderators_room` is the alias of the place where
    reports and cases appear; None sends them to the log only. Commands begin with `prefix`; where rooms have one
    of their own, `prefixes` are pairs of each place's alias and what they begin with there.
    """

    name: str
    title: str
    zone: str
    language: str
    places: tuple[Place, ...]
    moderators_room: str | None = None
    prefix: str = "!"
    prefixes: tuple[tuple[str, str], ...] = ()

    def within(self, alias: str) -> Community:
        """The community as people in that place know it: with the prefix that holds there."""
        return replace(self, prefix=dict(self.prefixes).get(alias, self.prefix)) if self.prefixes else self

    @property
    def moderators_prefix(self) -> str:
        """What commands begin with in the moderators' room."""
        return self.within(self.moderators_room or "").prefix

    def place(self, alias: str) -> Place | None:
        return next((place for place in self.places if place.alias == alias), None)

    def of_kind(self, kind: PlaceKind) -> tuple[Place, ...]:
        """Places of that kind, without the moderators' room."""
        return tuple(p for p in self.places if p.kind is kind and p.alias != self.moderators_room)

    @property
    def front(self) -> Place | None:
        """Where the community is spoken to when nothing else is said: its first Lemmy community, or its first room."""
        return next(iter((*self.of_kind(PlaceKind.COMMUNITY), *self.of_kind(PlaceKind.ROOM))), None)

    def rooms(self, aliases: Sequence[str] | None, *, but: Place | None = None) -> tuple[str, ...]:
        """Those of the named rooms that are there, or the first one (None); never the place `but`, which has it already."""
        if aliases is None:
            aliases = [room.alias for room in self.of_kind(PlaceKind.ROOM)[:1]]
        return tuple(a for a in dict.fromkeys(aliases) if self.place(a) and (but is None or a != but.alias))
