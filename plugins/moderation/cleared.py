"""Messages with which a moderator found nothing wrong: reports alone do not make rules take them away any more.

As on Reddit, where nothing that a moderator approved is removed. An edit is looked at anew: what was approved is what it said.
"""

from __future__ import annotations

import hashlib
from typing import Any

from bot.api import Context, Message, Ref, Remember, Remove, State

#: Where it is remembered; the message's ref follows.
CLEARED = "cleared/"


async def clear(ctx: Context[Any], about: Ref) -> tuple[Remember, ...]:
    """Nothing is wrong with what `about` says now."""
    message = await ctx.message(about)
    if message is None:
        return ()
    return (Remember(key=f"{CLEARED}{about}", value=_print(message), about=message.author.key),)


async def is_cleared(ctx: Context[Any], message: Message) -> bool:
    """Whether a moderator let the message stand as it is, or brought it back."""
    if await ctx.recall(f"{CLEARED}{message.ref}") == _print(message):
        return True
    return any(
        stored.state is State.UNDONE and isinstance(stored.action, Remove)
        for case in await ctx.cases(message.author, kinds=("remove",))
        if case.about == message.ref
        for stored in case.actions
    )


def _print(message: Message) -> str:
    said = "\0".join((message.title or "", message.text, message.link or ""))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
