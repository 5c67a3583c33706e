"""What may be done, as data. Plugins return actions; the guard reviews them; the outbox alone performs them.

Each class says which capability of a platform it needs, how urgent it is, how it may be repeated when the outcome of
an attempt is unknown, and what would undo it. An action names places by their alias.
"""

from typing import TypeAlias

from bot.actions.base import Action, Capability, Retry, Urgency
from bot.actions.internal import LinkAccounts, Note, Remember, Settle, UnlinkAccount
from bot.actions.sanctions import (
    LISTED,
    SHUT_BEFORE,
    Ban,
    Kick,
    LetIn,
    Lockdown,
    Mute,
    PublishBan,
    Remove,
    Reopen,
    Restore,
    ShutOut,
    Unban,
    Unmute,
    Warn,
    WithdrawBan,
)
from bot.actions.speech import Delete, Edit, Lock, Pin, Post, React, Reply, Report, Resolve, Tell, titled

Internal: TypeAlias = Remember | Settle | Note | LinkAccounts | UnlinkAccount
External: TypeAlias = (
    Post
    | Reply
    | Tell
    | Edit
    | Delete
    | Pin
    | Lock
    | React
    | Resolve
    | Warn
    | Remove
    | Restore
    | Kick
    | Mute
    | Unmute
    | Ban
    | Unban
    | Lockdown
    | Reopen
    | ShutOut
    | LetIn
    | PublishBan
    | WithdrawBan
    | Report
)
AnyAction: TypeAlias = External | Internal

__all__ = [
    "LISTED",
    "SHUT_BEFORE",
    "Action",
    "AnyAction",
    "Ban",
    "Capability",
    "Delete",
    "Edit",
    "External",
    "Internal",
    "Kick",
    "LetIn",
    "LinkAccounts",
    "Lock",
    "Lockdown",
    "Mute",
    "Note",
    "Pin",
    "Post",
    "PublishBan",
    "React",
    "Remember",
    "Remove",
    "Reopen",
    "Reply",
    "Report",
    "Resolve",
    "Restore",
    "Retry",
    "Settle",
    "ShutOut",
    "Tell",
    "Unban",
    "UnlinkAccount",
    "Unmute",
    "Urgency",
    "Warn",
    "WithdrawBan",
    "titled",
]
