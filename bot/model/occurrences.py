"""What can happen: the things that handlers are called for. Each has a key by which the ledger knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.people import Author, Place, Ref
from bot.model.speech import Message


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
class Resolved:
    """A moderator closed the reports about something said, on the server's own pages."""

    ref: Ref
    place: Place
    by: Author | None
    id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"resolved:{self.place.alias}:{self.id}"


@dataclass(frozen=True, slots=True)
class Restored:
    """A moderator brought back by hand what had been removed: whoever removed it was overruled."""

    ref: Ref
    place: Place
    by: Author | None
    reason: str
    id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"restored:{self.place.alias}:{self.id}"


class Act(StrEnum):
    """What a moderator can do to somebody by hand."""

    WARN = "warn"
    KICK = "kick"
    MUTE = "mute"
    UNMUTE = "unmute"
    BAN = "ban"
    UNBAN = "unban"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanctioned:
    """A human moderator did something to somebody, in a client of their own or on the server's pages.

    `by` is None where the platform hides it. `until` ends a ban or mute (None: no end known); `about` is the message that
    a warning was about.
    """

    place: Place
    person: Author
    by: Author | None
    act: Act
    reason: str
    id: str
    at: datetime
    until: datetime | None = None
    about: Ref | None = None

    @property
    def key(self) -> str:
        return f"sanctioned:{self.place.alias}:{self.id}"


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something about the bot's own account that the moderators have to know: it was removed from a room, for one.

    `text` is a sentence for them; what has the same `id` is told once.
    """

    place: Place
    text: str
    id: str
    at: datetime

    @property
    def key(self) -> str:
        return f"noticed:{self.place.alias}:{self.id}"


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


Occurrence = (
    Message
    | Edited
    | Removed
    | Joined
    | Reacted
    | Reported
    | Resolved
    | Restored
    | Sanctioned
    | Noticed
    | Tick
)
