"""Whom the rules spare because a moderator said so (`!exempt`), and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.api import Author, Context, Json, Message, Remember, Role

#: Where it is remembered; the person's key follows, and for a single rule this and its name in lower case.
EXEMPT = "exempt/"
FROM = " from "


@dataclass(frozen=True, slots=True)
class Exemption:
    """From one rule or (None) from all, until when (None: until it is taken back), and the name of the moderator who gave it."""

    name: str
    until: datetime | None
    by: str
    rule: str | None = None

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now


def exempt(person: Author, exemption: Exemption) -> Remember:
    """Spares somebody; what was said before about the same rule is replaced."""
    until = exemption.until.isoformat() if exemption.until else None
    value: Json = {"name": exemption.name, "until": until, "by": exemption.by, "rule": exemption.rule}
    return Remember(key=_key(person, exemption.rule), value=value, about=person.key)


def _key(person: Author, rule: str | None) -> str:
    return f"{EXEMPT}{person.key}" + (f"{FROM}{rule.casefold()}" if rule else "")


def restored(value: Json) -> Exemption | None:
    """What `exempt` remembered; None for anything else."""
    if not isinstance(value, dict):
        return None
    until, rule = value.get("until"), value.get("rule")
    return Exemption(
        str(value.get("name")),
        datetime.fromisoformat(until) if isinstance(until, str) else None,
        str(value.get("by")),
        rule if isinstance(rule, str) else None,
    )


async def exemption(ctx: Context[Any], person: Author) -> Exemption | None:
    """The exemption from all rules that holds now, given to any account of that human."""
    for who in await _accounts(ctx, person):
        found = restored(await ctx.recall(_key(who, None)))
        if found and found.holds(ctx.now):
            return found
    return None


async def exemptions(ctx: Context[Any], person: Author) -> dict[str, Exemption]:
    """All that hold now, by the key under which each is remembered: from all rules and from single ones."""
    known: dict[str, Json] = {}
    for who in await _accounts(ctx, person):
        key = _key(who, None)
        known |= {key: await ctx.recall(key), **await ctx.recall_all(f"{key}{FROM}")}
    found = {key: one for key, value in known.items() if (one := restored(value))}
    return {key: one for key, one in found.items() if one.holds(ctx.now)}


async def _accounts(ctx: Context[Any], person: Author) -> tuple[Author, ...]:
    return (person, *(await ctx.linked(person)).others)


async def as_trusted(ctx: Context[Any], message: Message) -> Message | None:
    """The message as one of somebody trusted, where its author is exempt; None where they are not."""
    if message.author.role >= Role.TRUSTED or await exemption(ctx, message.author) is None:
        return None
    return replace(message, author=replace(message.author, role=Role.TRUSTED))
