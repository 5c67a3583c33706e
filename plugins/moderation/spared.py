"""Whom the rules spare because a moderator said so (`!exempt`), and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
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
    return from_all(await exemptions(ctx, person))


def from_all(given: Mapping[str, Exemption]) -> Exemption | None:
    """The one among them that is from all rules."""
    return next((one for one in given.values() if one.rule is None), None)


async def exemptions(ctx: Context[Any], person: Author) -> dict[str, Exemption]:
    """All that hold now, by the key under which each is remembered: from all rules and from single ones."""
    known: dict[str, Json] = {}
    for who in (person, *(await ctx.linked(person)).others):
        key = _key(who, None)
        alike = await ctx.recall_all(key)  # of others, too, whose name begins like this one
        known |= {k: value for k, value in alike.items() if k == key or k.startswith(f"{key}{FROM}")}
    found = {key: one for key, value in known.items() if (one := restored(value))}
    return {key: one for key, one in found.items() if one.holds(ctx.now)}


def as_trusted(message: Message, given: Mapping[str, Exemption]) -> Message | None:
    """The message as one of somebody trusted, where its author is exempt from all rules; None where they are not."""
    if message.author.role >= Role.TRUSTED or from_all(given) is None:
        return None
    return replace(message, author=replace(message.author, role=Role.TRUSTED))
