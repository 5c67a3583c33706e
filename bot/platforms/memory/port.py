"""What the memory platform's adapter asks of a world, in-process (`World`) or over HTTP (`RemoteWorld`).

These types are the platform's native ones: places go by their native name, people by their name, and everything
said has an id that is unique in the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

from bot.actions import External
from bot.model import Act, Discussion, PlaceKind, Policy, Profile, Role
from bot.text import Document

#: The native name of the place that holds everybody's private messages with the bot.
PRIVATE = "private"

#: What can happen.
Kind: TypeAlias = Literal[
    "said", "edited", "removed", "restored", "joined", "reacted", "reported", "sanctioned", "acted"
]

#: How many events are handed out at once.
PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person; `roles` has an entry for each place that they belong to, by its native name."""

    name: str
    roles: Mapping[str, Role] = field(default_factory=dict)
    is_bot: bool = False
    since: datetime | None = None
    opted_out: bool = False
    profile: Profile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something said: a chat message, a post (with `title`), a comment, or a private message (with `to`).

    `doc` is what the bot said, before it was rendered to `text`. `reactions` are (name, symbol), oldest first.
    """

    id: str
    place: str
    author: Member
    text: str
    sent_at: datetime
    root: str
    parent: str | None = None
    to: str | None = None
    title: str | None = None
    link: str | None = None
    nsfw: bool = False
    edited_at: datetime | None = None
    doc: Document | None = None
    reactions: tuple[tuple[str, str], ...] = ()
    replies: int = 0
    gone: bool = False
    pinned: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; `seq` counts up by one and is the cursor.

    `item` is as it was at that moment, None for "joined" and "acted". `detail` is the symbol of a reaction, the
    reason, or for "acted" (pins, locks, mutes, bans) the deed in words. `whom` and `act` tell what a moderator did by hand
    ("sanctioned") and to whom.
    """

    seq: int
    kind: Kind
    place: str
    by: Member
    at: datetime
    item: Item | None = None
    detail: str = ""
    whom: Member | None = None
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What the world answers to an act of the bot: when, and what was made or touched (None for acts on people)."""

    at: datetime
    item: Item | None = None
    detail: str = ""


class WorldPort(Protocol):
    """One account's view of a world. Every method may raise `PlatformError`."""

    async def close(self) -> None:
        """Lets go of the connection; the world goes on."""
        ...

    async def places(self) -> dict[str, PlaceKind]: ...

    async def bot_name(self) -> str:
        """The name that the bot's account goes by."""
        ...

    async def first(self) -> int:
        """The cursor of somebody who never read anything: what is older is history."""
        ...

    async def events(self, since: int, wait: timedelta) -> tuple[Event, ...]:
        """Events with `seq` above `since`, at most `PAGE`, oldest first; waits up to `wait` for the first one."""
        ...

    async def perform(self, action: External, key: str) -> Done:
        """Does it as the bot. The same key twice does it once and answers the same. Places go by native name."""
        ...

    async def performed(self, key: str) -> Done | None:
        """What `perform` answered, or would have, for `key`; None when it never happened."""
        ...

    async def item(self, ident: str) -> Item | None: ...

    async def thread(self, root: str) -> tuple[Item, ...]:
        """The root of what `root` belongs to and all below it, oldest first; empty when there is no such thing."""
        ...

    async def member(self, name: str) -> Member | None:
        """Who goes by `name`, upper and lower case being the same."""
        ...

    async def members(self, place: str) -> tuple[Member, ...]:
        """Who belongs to a place and is not shut out of it, the bot apart."""
        ...

    async def policies(self, place: str) -> tuple[Policy, ...]:
        """The rules of a policy list, oldest first."""
        ...

    async def elsewhere(self, link: str) -> tuple[Discussion, ...]:
        """Discussions of the same link on other instances."""
        ...

    async def newest(self, community: str) -> tuple[Discussion, ...]:
        """Posts of a community on another instance, newest first."""
        ...
