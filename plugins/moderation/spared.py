"""Whom the rules spare because a moderator said so (`!exempt`), and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.api import Author, Context, Json, Message, Remember, Role

#: Where it is remembered; the person's key follows.
EXEMPT = "exempt/"


@dataclass(frozen=True, slots=True)
class Exemption:
    """Until when (None: until it is taken back), and the name of the moderator who gave it."""

    name: str
    until: datetime | None
    by: str

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now


def exempt(person: Author, exemption: Exemption | None) -> Remember:
    """Spares somebody; None takes that back."""
    value: Json = None
    if exemption:
        until = exemption.until.isoformat() if exemption.until else None
        value = {"name": exemption.name, "until": until, "by": exemption.by}
    return Remember(key=EXEMPT + person.key, value=value, about=person.key)


def restored(value: Json) -> Exemption | None:
    """What `exempt` remembered; None for anything else."""
    if not isinstance(value, dict):
        return None
    until = value.get("until")
    return Exemption(
        str(value.get("name")),
        datetime.fromisoformat(until) if isinstance(until, str) else None,
        str(value.get("by")),
    )


async def exemption(ctx: Context[Any], person: Author) -> Exemption | None:
    """The exemption that holds now, given to any account of that human."""
    for who in (person, *(await ctx.linked(person)).others):
        found = restored(await ctx.recall(EXEMPT + who.key))
        if found and found.holds(ctx.now):
            return found
    return None


async def freed(ctx: Context[Any], person: Author) -> tuple[Remember, ...]:
    """Lets the rules hold again for every account of that human."""
    return tuple(exempt(who, None) for who in (person, *(await ctx.linked(person)).others))


async def as_trusted(ctx: Context[Any], message: Message) -> Message | None:
    """The message as one of somebody trusted, where its author is exempt; None where they are not."""
    if message.author.role >= Role.TRUSTED or await exemption(ctx, message.author) is None:
        return None
    return replace(message, author=replace(message.author, role=Role.TRUSTED))
