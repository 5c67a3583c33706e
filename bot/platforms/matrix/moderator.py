"""Moderating in Matrix rooms. What is so already (redacted, banned) counts as done."""

from __future__ import annotations

from collections.abc import Awaitable

from bot import actions
from bot.actions import External
from bot.clock import Clock
from bot.model import Receipt, Ref
from bot.platforms.matrix import links, raw
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.content import transaction
from bot.platforms.matrix.errors import MISSING
from bot.platforms.matrix.events import is_event, is_user
from bot.platforms.matrix.levels import Levels
from bot.platforms.matrix.refs import joined, parts
from bot.platforms.matrix.rights import explained
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.protocol import Refused

PINNED = "m.room.pinned_events"

#: So many pinned messages are kept; the oldest make way.
PINS = 50

#: The longest reason that is given to a server.
LONGEST_REASON = 500

_INSIDE = frozenset({"join", "invite", "knock"})

Sanction = actions.Kick | actions.Ban | actions.Unban | actions.Mute | actions.Unmute


class Moderator:
    """Performs the actions that need a moderator's rights."""

    def __init__(self, calls: Calls, rooms: Rooms, clock: Clock) -> None:
        self._calls = calls
        self._rooms = rooms
        self._clock = clock
        self._levels = Levels(calls)

    async def perform(self, action: External, key: str) -> Receipt:
        """Raises PlatformError; Refused, with a sentence about the missing right, and for what Matrix has not."""
        match action:
            case actions.Remove(ref=ref, reason=why):
                return await self._remove(ref, why, key)
            case actions.Pin(ref=Ref() as ref, on=on):
                return await self._pin(ref, on=on)
            case actions.Lockdown(place=place, until=until):
                if until is not None and until <= self._clock.now():
                    return Receipt(self._clock.now(), detail="it would be over already")
                return await self._lock(place, on=True)
            case actions.Reopen(place=place):
                return await self._lock(place, on=False)
            case actions.Kick() | actions.Ban() | actions.Unban() | actions.Mute() | actions.Unmute():
                return await self._sanction(action)
            case actions.Restore():
                raise Refused(
                    "what was redacted in Matrix cannot be brought back; its text stands in the case",
                    "not_supported",
                )
            case _:
                raise Refused(f"Matrix has nothing like {action.kind}", "not_supported")

    async def _remove(self, name: Ref, why: str, key: str) -> Receipt:
        room, event = parts(name, self._rooms)
        known = self._rooms.get(room)
        if known is None or known.private:
            raise Refused("in a private room nobody's words but the bot's are removed", "not_supported")
        call = self._calls.redact(room, event, _reason(why), transaction(key))
        done = await self._allowed(call, known, "remove messages", known.powers.redact, fine=MISSING)
        return self._receipt(name, known, done)

    async def _pin(self, name: Ref, *, on: bool) -> Receipt:
        """Changes the list of pinned messages by this one; the server knows the list best."""
        room, event = parts(name, self._rooms)
        known = self._known(room)
        listed = [
            e for e in raw.items((await self._calls.state(room, PINNED) or {}).get("pinned")) if is_event(e)
        ]
        if (event in listed) is on:
            return self._receipt(name, known, "so already")
        pinned = [*listed, event][-PINS:] if on else [e for e in listed if e != event]
        call = self._calls.set_state(room, PINNED, {"pinned": pinned})
        await self._allowed(call, known, "pin messages", known.powers.sets(PINNED))
        return self._receipt(name, known)

    async def _lock(self, place: str, *, on: bool) -> Receipt:
        known = joined(place, self._rooms)
        call = self._levels.lock(known, on=on)
        done = await self._allowed(
            call, known, "change power levels", known.powers.sets("m.room.power_levels")
        )
        return self._receipt(None, known, done)

    async def _sanction(self, action: Sanction) -> Receipt:
        room, person, now = joined(action.place, self._rooms), action.person.id, self._clock.now()
        if not is_user(person):
            raise Refused(f"{person[:100]}: an id such as @ana:example.org was expected", "bad_person")
        if (
            isinstance(action, actions.Ban | actions.Mute)
            and action.until is not None
            and action.until <= now
        ):
            return Receipt(now, detail="it would be over already")
        why, powers = _reason(action.reason), room.powers
        levels = powers.sets("m.room.power_levels")
        match action:
            case actions.Mute():
                done = await self._allowed(
                    self._levels.mute(room, person), room, "mute somebody", levels, person
                )
            case actions.Unmute():
                done = await self._allowed(
                    self._levels.unmute(room, person), room, "unmute somebody", levels, person
                )
            case actions.Kick():
                done = await self._allowed(
                    self._kick(room, person, why), room, "remove somebody", powers.kick, person
                )
            case actions.Ban():
                done = await self._allowed(
                    self._ban(room, person, why), room, "ban somebody", powers.ban, person
                )
            case actions.Unban():
                needed = max(powers.ban, powers.kick)
                done = await self._allowed(
                    self._unban(room, person, why), room, "unban somebody", needed, person
                )
        return self._receipt(None, room, done)

    async def _kick(self, room: Room, person: str, why: str) -> str | None:
        membership = await self._calls.membership(room.id, person)
        if membership not in _INSIDE:
            return f"so already ({membership or 'never there'})"
        await self._calls.kick(room.id, person, why)
        return None

    async def _ban(self, room: Room, person: str, why: str) -> str | None:
        # The server is only asked where we have heard of a ban: nothing is to hold up the first.
        if room.membership(person) == "ban" and await self._calls.membership(room.id, person) == "ban":
            return "so already"
        await self._calls.ban(room.id, person, why)
        return None

    async def _unban(self, room: Room, person: str, why: str) -> str | None:
        if await self._calls.membership(room.id, person) != "ban":
            return "so already"
        await self._calls.unban(room.id, person, why)
        return None

    async def _allowed(
        self,
        call: Awaitable[str | None],
        room: Room,
        act: str,
        needed: int,
        person: str | None = None,
        *,
        fine: frozenset[str] = frozenset(),
    ) -> str | None:
        """Awaits a call and passes on what it says; a refusal whose code is in `fine` says that things are so already."""
        try:
            return await call
        except Refused as refusal:
            if refusal.code in fine:
                return f"so already ({refusal.code})"
            raise explained(refusal, room, self._calls.client.user, act, needed, person) from refusal

    def _known(self, room: str) -> Room:
        known = self._rooms.get(room)
        if known is None:
            raise Refused(f"{room}: the bot is not in that room (any more); invite it there", "no_place")
        return known

    def _receipt(self, name: Ref | None, room: Room, detail: str | None = None) -> Receipt:
        url = None
        if name is not None and not room.private:
            url = links.url(room.id, name.id, via=[links.server(self._calls.client.user)])
        return Receipt(self._clock.now(), name, url, detail or "")


def _reason(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_REASON else flat[: LONGEST_REASON - 1] + "…"
