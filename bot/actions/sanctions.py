"""What falls on people, and what takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bot.actions.base import Action, Capability, Retry, Urgency
from bot.actions.internal import Note
from bot.actions.speech import Delete
from bot.model import Author, Receipt, Ref
from bot.text import Document


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
class Kick(Action):
    """Puts the person out of `place`; they may come back."""

    needs: ClassVar[Capability] = Capability.KICK
    urgency: ClassVar[Urgency] = Urgency.BAN
    sanction: ClassVar[bool] = True

    place: str
    person: Author
    reason: str
    kind: Literal["kick"] = "kick"


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
class Lockdown(Action):
    """Only moderators may write in `place`, until then (None: until it is reopened). It falls on everybody there."""

    needs: ClassVar[Capability] = Capability.LOCKDOWN
    urgency: ClassVar[Urgency] = Urgency.BAN
    sanction: ClassVar[bool] = True

    place: str
    reason: str
    until: datetime | None = None
    kind: Literal["lockdown"] = "lockdown"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Reopen(place=self.place, reason=f"undone: {self.reason}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Action):
    """Everybody may write in `place` again who could before it was locked down."""

    needs: ClassVar[Capability] = Capability.LOCKDOWN
    urgency: ClassVar[Urgency] = Urgency.BAN

    place: str
    reason: str
    kind: Literal["reopen"] = "reopen"


#: How a receipt begins that names servers which somebody had shut out before: those are not ours to let in again.
SHUT_BEFORE = "shut out already: "


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutOut(Action):
    """Nobody on these servers (names, or patterns with `*` and `?`) may take part in `place` any more."""

    needs: ClassVar[Capability] = Capability.SERVERS
    urgency: ClassVar[Urgency] = Urgency.BAN
    sanction: ClassVar[bool] = True

    place: str
    servers: tuple[str, ...]
    reason: str
    kind: Literal["shut_out"] = "shut_out"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        detail = receipt.detail if receipt else ""
        before = detail.removeprefix(SHUT_BEFORE).split(", ") if detail.startswith(SHUT_BEFORE) else []
        ours = tuple(server for server in self.servers if server not in before)
        return (LetIn(place=self.place, servers=ours, reason=f"undone: {self.reason}"),) if ours else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn(Action):
    """These servers, as they were shut out, may take part in `place` again."""

    needs: ClassVar[Capability] = Capability.SERVERS
    urgency: ClassVar[Urgency] = Urgency.REMOVE

    place: str
    servers: tuple[str, ...]
    reason: str
    kind: Literal["let_in"] = "let_in"


#: How a receipt says that somebody stood on the list before: then nothing of ours is there to be taken off.
LISTED = "listed already"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishBan(Action):
    """Puts the person on the policy list `place`, so that every community which follows it can ban them, too."""

    needs: ClassVar[Capability] = Capability.POLICIES
    urgency: ClassVar[Urgency] = Urgency.ANNOUNCE
    sanction: ClassVar[bool] = True

    place: str
    person: Author
    reason: str
    kind: Literal["publish_ban"] = "publish_ban"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        if receipt and receipt.detail == LISTED:
            return ()
        return (WithdrawBan(place=self.place, person=self.person, reason=f"undone: {self.reason}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawBan(Action):
    """Takes the person off the policy list `place`: every rule that names exactly them, whoever made it."""

    needs: ClassVar[Capability] = Capability.POLICIES
    urgency: ClassVar[Urgency] = Urgency.REMOVE

    place: str
    person: Author
    reason: str
    kind: Literal["withdraw_ban"] = "withdraw_ban"
