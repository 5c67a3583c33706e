"""What every action has, and the vocabulary that describes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import ClassVar

from bot.model import Receipt


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
    KICK = "kick"
    BAN = "ban"
    LOCKDOWN = "lockdown"  # a whole room or community, not a post
    TIMED_BAN = "timed_ban"  # the platform lifts a ban by itself
    NATIVE_WARN = "native_warn"
    THREADS = "threads"
    REPORTS = "reports"  # members report to the server, and reports can be closed there
    ELSEWHERE = "elsewhere"  # finds cross-posts
    POLICIES = "policies"  # publishes bans on a list that others follow
    SERVERS = "servers"  # shuts whole servers out of a room


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
    `proposed` holds it until a moderator agrees, whatever becomes of the others. `witnessed` means that a human did it
    already: it is put on record, so that it counts and can be taken back, and never performed.
    """

    needs: ClassVar[Capability | None] = None
    urgency: ClassVar[Urgency] = Urgency.REPLY
    retry: ClassVar[Retry] = Retry.FREE
    sanction: ClassVar[bool] = False  # falls on people: opens a case, never touches a moderator

    name: str | None = None
    not_before: datetime | None = None
    undoes: int | None = None
    proposed: bool = False
    witnessed: bool = False

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        """The opposite, given what performing it answered; empty where there is none."""
        del receipt
        return ()
