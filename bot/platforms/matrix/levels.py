"""Silencing by power level: one person (muted), or everybody without rank (a locked room); and lifting that again.

What the level was before is kept in the account's own data for that room, so that it survives restarts and can be put back
exactly. It is written before the level is changed: a crash in between loses nothing.
"""

from __future__ import annotations

from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.calls import Calls, Content
from bot.platforms.matrix.events import MESSAGE, POWER
from bot.platforms.matrix.power import CREATOR, Powers
from bot.platforms.matrix.rights import FORBIDDEN
from bot.platforms.matrix.rooms import CREATE, Room
from bot.platforms.protocol import Refused

#: Where the former levels are kept: `users` (None: had none of their own), `events_default`, and those of `events` that a
#: lock-down raised.
BEFORE = "org.folkmoot.levels"

#: Kinds of events by which people say something, as far as rooms name levels for them.
SPOKEN = (
    "m.room.message",
    "m.room.encrypted",
    "m.sticker",
    "m.reaction",
    "m.poll.start",
    "org.matrix.msc3381.poll.start",
)

#: The level of somebody who is muted, as other moderation tools set it, too.
MUTED = -1


class Levels:
    """Changes power levels, always from what the server has right now."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def mute(self, room: Room, person: str) -> str | None:
        """The person may not speak any more; what was so already, else None. Raises PlatformError."""
        levels, powers = await self._current(room)
        if powers.level(person) >= CREATOR:
            raise Refused("creators stand above all power levels", FORBIDDEN)
        if powers.level(person) < _needed(powers):
            return "so already"
        users = raw.mapping(levels.get("users"))
        kept = await self._calls.account_data(BEFORE, room.id)
        before = raw.mapping(kept.get("users")) | {person: users.get(person)}
        await self._calls.set_account_data(BEFORE, kept | {"users": before}, room.id)
        await self._set(room, levels, {"users": users | {person: min(MUTED, _needed(powers) - 1)}})
        return None

    async def unmute(self, room: Room, person: str) -> str | None:
        """The person has the level again that they had; without a record, the one that everybody has."""
        levels, powers = await self._current(room)
        kept = await self._calls.account_data(BEFORE, room.id)
        before = raw.mapping(kept.get("users"))
        done = "so already"
        if powers.level(person) < _needed(powers):
            users = {who: level for who, level in raw.mapping(levels.get("users")).items() if who != person}
            if before.get(person) is not None:
                users[person] = before[person]
            elif powers.users_default < _needed(powers):
                users[person] = _needed(powers)
            await self._set(room, levels, {"users": users})
            done = ""
        if person in before:
            rest = {who: level for who, level in before.items() if who != person}
            await self._calls.set_account_data(BEFORE, kept | {"users": rest}, room.id)
        return done or None

    async def lock(self, room: Room, *, on: bool) -> str | None:
        """Only who may set state may speak (`on`), or everybody who could before.

        A room may name what some kinds of messages take; those that take less are raised with the rest.
        """
        levels, powers = await self._current(room)
        kept = await self._calls.account_data(BEFORE, room.id)
        locked = "events_default" in kept
        level = max(powers.state_default, powers.events_default)
        named = raw.mapping(levels.get("events"))
        low = {kind: named[kind] for kind in SPOKEN if kind in named and powers.sends(kind) < level}
        if locked is on and (not on or (powers.events_default >= level and not low)):
            return "so already"
        if on:
            former = {"events_default": raw.integer(levels.get("events_default")) or 0, "events": low}
            if (
                locked
            ):  # somebody loosened it by hand meanwhile: what was before the lock-down is still what counts
                former = {
                    "events_default": kept["events_default"],
                    "events": low | raw.mapping(kept.get("events")),
                }
            await self._calls.set_account_data(BEFORE, kept | former, room.id)
            tight = {"events_default": level, "events": named | dict.fromkeys(low, level)}
            await self._set(room, levels, tight if low else {"events_default": level})
            return None
        before = raw.mapping(kept.get("events"))
        loose: dict[str, Any] = {"events_default": raw.integer(kept["events_default"]) or 0}
        await self._set(room, levels, loose | ({"events": named | before} if before else {}))
        rest = {name: value for name, value in kept.items() if name not in {"events_default", "events"}}
        await self._calls.set_account_data(BEFORE, rest, room.id)
        return None

    async def _current(self, room: Room) -> tuple[Content, Powers]:
        """The levels as the server has them. Raises Refused where the room has none: then its creator alone has power."""
        content = await self._calls.state(room.id, POWER)
        if content is None:
            raise Refused(
                f"{room.label}: the room has no power levels; its creator has to set some", "no_levels"
            )
        return content, Powers.of(room.event(CREATE), content)

    async def _set(self, room: Room, levels: Content, changes: Content) -> None:
        await self._calls.set_state(room.id, POWER, {**levels, **changes})


def _needed(powers: Powers) -> int:
    """The level that saying something takes."""
    return powers.sends(MESSAGE)
