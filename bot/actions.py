"""What may be done, as data. Plugins return actions; the guard reviews them; the outbox alone performs them.

Each class says which capability of a platform it needs, how urgent it is, how it may be repeated when the outcome of
an attempt is unknown, and what would undo it. An action names places by their alias.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import ClassVar, Literal, TypeAlias

from bot.model import Author, Json, Receipt, Ref
from bot.text import Document, Made


class Capability(StrEnum):
    """What an adapter may be able to do."""

    POST = "post"
    REPLY = "reply"
    TELL = "tell"  # private messages
    EDIT = "edit"
    DELETE = "delete"
    PIN = "pin"
    LOCK = "lock"
    REACT = "react"
    REMOVE = "remove"
    RESTORE = "restore"
    MUTE = "mute"
    BAN = "ban"
    TIMED_BAN = "timed_ban"  # the platform lifts a ban by itself
    NATIVE_WARN = "native_warn"
    THREADS = "threads"
    ELSEWHERE = "elsewhere"  # finds cross-posts


class Urgency(IntEnum):
    """Who goes first when several actions wait for one account; lower is sooner."""

    BAN = 0
    REMOVE = 1
    WARN = 2
    REPLY = 3
    ANNOUNCE = 4


class Retry(StrEnum):
    """What to do when nobody knows whether an attempt worked."""

    FREE = "free"  # repeating is harmless
    KEYED = (
        "keyed"  # creates something: the platform's key, or a look before the next attempt, tells them apart
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The fields that every action has.

    `name` lets later actions of the same decision point at the result (`Made(name)`), and `Context.made` find it
    again. `not_before` delays delivery; None is at once. `undoes` is the id of the stored action that this takes back.
    """

    needs: ClassVar[Capability | None] = None
    urgency: ClassVar[Urgency] = Urgency.REPLY
    retry: ClassVar[Retry] = Retry.FREE
    sanction: ClassVar[bool] = False  # falls on a person: opens a case, never touches a moderator

    name: str | None = None
    not_before: datetime | None = None
    undoes: int | None = None

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        """The opposite, given what performing it answered; empty where there is none."""
        del receipt
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Action):
    """Says something new: a Lemmy post where there is a `title`, else a message in a room."""

    needs: ClassVar[Capability] = Capability.POST
    urgency: ClassVar[Urgency] = Urgency.ANNOUNCE
    retry: ClassVar[Retry] = Retry.KEYED

    place: str
    text: Document
    title: str | None = None
    link: str | None = None
    nsfw: bool = False
    kind: Literal["post"] = "post"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        return (Delete(ref=receipt.ref),) if receipt and receipt.ref else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Action):
    """Answers something said."""

    needs: ClassVar[Capability] = Capability.REPLY
    retry: ClassVar[Retry] = Retry.KEYED

    to: Ref | Made
    text: Document
    kind: Literal["reply"] = "reply"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        return (Delete(ref=receipt.ref),) if receipt and receipt.ref else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell(Action):
    """A private message to one person, about what goes on in `place`."""

    needs: ClassVar[Capability] = Capability.TELL
    retry: ClassVar[Retry] = Retry.KEYED

    place: str
    person: Author
    text: Document
    kind: Literal["tell"] = "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Action):
    """Replaces the text of something the bot said."""

    needs: ClassVar[Capability] = Capability.EDIT
    urgency: ClassVar[Urgency] = Urgency.ANNOUNCE

    ref: Ref | Made
    text: Document
    title: str | None = None
    kind: Literal["edit"] = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Action):
    """Takes back something the bot said."""

    needs: ClassVar[Capability] = Capability.DELETE

    ref: Ref | Made
    kind: Literal["delete"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Action):
    """Pins (`on`) or unpins."""

    needs: ClassVar[Capability] = Capability.PIN
    urgency: ClassVar[Urgency] = Urgency.ANNOUNCE

    ref: Ref | Made
    on: bool = True
    kind: Literal["pin"] = "pin"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Pin(ref=self.ref, on=not self.on),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Action):
    """Locks (`on`) a post against comments, or opens it again."""

    needs: ClassVar[Capability] = Capability.LOCK
    urgency: ClassVar[Urgency] = Urgency.REMOVE

    ref: Ref
    reason: str
    on: bool = True
    kind: Literal["lock"] = "lock"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Lock(ref=self.ref, on=not self.on, reason=f"undone: {self.reason}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class React(Action):
    needs: ClassVar[Capability] = Capability.REACT

    ref: Ref | Made
    symbol: str
    kind: Literal["react"] = "react"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn(Action):
    """One strike, told to the person with `text`: under `about` where there is such a message, else in private.

    `points` weigh it, `expires_at` ends it (None: never); `rule` is the short name shown to people.
    """

    needs: ClassVar[Capability] = Capability.REPLY
    urgency: ClassVar[Urgency] = Urgency.WARN
    retry: ClassVar[Retry] = Retry.KEYED
    sanction: ClassVar[bool] = True

    place: str
    person: Author
    about: Ref | None
    rule: str
    text: Document
    points: int = 1
    expires_at: datetime | None = None
    kind: Literal["warn"] = "warn"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        return (Delete(ref=receipt.ref),) if receipt and receipt.ref else (Note(text="warning taken back"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Action):
    """Takes away somebody's message. The evidence is in the ledger before this is performed."""

    needs: ClassVar[Capability] = Capability.REMOVE
    urgency: ClassVar[Urgency] = Urgency.REMOVE
    sanction: ClassVar[bool] = True

    ref: Ref
    person: Author
    reason: str
    kind: Literal["remove"] = "remove"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Restore(ref=self.ref, reason=f"undone: {self.reason}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore(Action):
    """Brings back what `Remove` took away, where the platform can."""

    needs: ClassVar[Capability] = Capability.RESTORE
    urgency: ClassVar[Urgency] = Urgency.REMOVE

    ref: Ref
    reason: str
    kind: Literal["restore"] = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Action):
    """The person may read but not write in `place`, until then (None: until unmuted)."""

    needs: ClassVar[Capability] = Capability.MUTE
    urgency: ClassVar[Urgency] = Urgency.BAN
    sanction: ClassVar[bool] = True

    place: str
    person: Author
    reason: str
    until: datetime | None = None
    kind: Literal["mute"] = "mute"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Unmute(place=self.place, person=self.person, reason=f"undone: {self.reason}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmute(Action):
    needs: ClassVar[Capability] = Capability.MUTE
    urgency: ClassVar[Urgency] = Urgency.BAN

    place: str
    person: Author
    reason: str
    kind: Literal["unmute"] = "unmute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban(Action):
    """Shuts the person out of `place`, until then (None: for good)."""

    needs: ClassVar[Capability] = Capability.BAN
    urgency: ClassVar[Urgency] = Urgency.BAN
    sanction: ClassVar[bool] = True

    place: str
    person: Author
    reason: str
    until: datetime | None = None
    kind: Literal["ban"] = "ban"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Unban(place=self.place, person=self.person, reason=f"undone: {self.reason}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unban(Action):
    needs: ClassVar[Capability] = Capability.BAN
    urgency: ClassVar[Urgency] = Urgency.BAN

    place: str
    person: Author
    reason: str
    kind: Literal["unban"] = "unban"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Action):
    """Tells the moderators: a message in their room, or a line in the log where there is no room."""

    urgency: ClassVar[Urgency] = Urgency.WARN
    retry: ClassVar[Retry] = Retry.KEYED

    text: Document
    about: Ref | None = None
    kind: Literal["report"] = "report"


# The rest never leaves the house: the ledger carries it out in the transaction that commits the decision.


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(Action):
    """Keeps `value` in the plugin's memory; None forgets it. `about` is a person's key, so that erasure finds it."""

    key: str
    value: Json
    about: str | None = None
    kind: Literal["remember"] = "remember"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(Action):
    """Lets the held actions of case `case` go (`approve`), or drops them."""

    case: int
    approve: bool
    kind: Literal["settle"] = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Action):
    """A line in the ledger, nothing else: for acts whose effect is only that they are on record."""

    text: str
    about: str | None = None
    kind: Literal["note"] = "note"


Internal: TypeAlias = Remember | Settle | Note
External: TypeAlias = (
    Post
    | Reply
    | Tell
    | Edit
    | Delete
    | Pin
    | Lock
    | React
    | Warn
    | Remove
    | Restore
    | Mute
    | Unmute
    | Ban
    | Unban
    | Report
)
AnyAction: TypeAlias = External | Internal
