"""What `folkmoot check --online` tells about a Matrix account: each room, and what the bot may not do there."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Place, PlaceKind
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.cipher import Cipher
from bot.platforms.matrix.client import at
from bot.platforms.matrix.doors import Doors
from bot.platforms.matrix.errors import MISSING
from bot.platforms.matrix.policies import USER_RULE
from bot.platforms.matrix.power import Powers
from bot.platforms.matrix.rights import missing
from bot.platforms.matrix.rooms import CREATE, ENCRYPTION, POWER, Rooms
from bot.platforms.protocol import Refused

_LOOKED_AT = (CREATE, POWER, ENCRYPTION, "m.room.name", "m.room.canonical_alias")


class Check:
    """For one account that is signed in and has entered its rooms."""

    def __init__(self, calls: Calls, rooms: Rooms, doors: Doors, cipher: Cipher) -> None:
        self._calls = calls
        self._client = calls.client
        self._rooms = rooms
        self._doors = doors
        self._cipher = cipher

    async def look(self, places: Iterable[Place]) -> None:
        """Asks how each of our rooms stands now. Raises PlatformError.

        A first `/sync` would tell in one go, but servers answer the same question from a cache for minutes.
        """
        ours = set(places)
        for ident in await self._calls.joined_rooms():
            if self._rooms.configured(ident) in ours:
                await self._state(ident)

    async def _state(self, ident: str) -> None:
        room = self._rooms.joined(ident)
        for kind in _LOOKED_AT:
            try:
                path = at("v3", "rooms", ident, "state", kind, "")
                found = await self._client.call("GET", path, query={"format": "event"})
            except Refused as refusal:
                if refusal.code not in MISSING:
                    raise
                continue
            # Older servers know no `format` and answer with the content alone.
            whole = "content" in found and "sender" in found
            room.take((found if whole else {"content": found}) | {"type": kind, "state_key": ""})

    def problems(self, places: Iterable[Place]) -> list[str]:
        """One sentence for each thing that is missing; empty when nothing is."""
        found: list[str] = []
        for place in places:
            if place.kind is not PlaceKind.PRIVATE:
                found += self._place(place)
        if self._cipher.works and self._cipher.problem:
            found.append(f"account {self._client.account}: {self._cipher.problem}")
        if self._client.limited:
            found.append(
                f"account {self._client.account}: the server limits how fast the bot may act (a fresh Synapse lets it do one"
                " thing in five seconds, bans included); the server's owner can lift that for this account, see"
                " docs/matrix.md"
            )
        return found

    def rights(self, places: Iterable[Place]) -> list[str]:
        """One line for each room that the bot is in: what it may do there, and what not."""
        found = []
        for place in places:
            room = self._rooms.by_alias(place.alias)
            if room is None or room.private:
                continue
            level = room.powers.level(self._client.user)
            if room.lists:
                publishes = "and publish" if level >= room.powers.sets(USER_RULE) else "but not publish"
                found.append(
                    f"place {place.alias}: {room.label}, a policy list: the bot may follow it, {publishes} there"
                )
                continue
            able = [act for act, needed in _needs(room.powers) if level >= needed]
            unable = [act for act, needed in _needs(room.powers) if level < needed]
            found.append(
                f"place {place.alias}: {room.label}, version {room.version}, {'' if room.encrypted else 'not '}encrypted:"
                f" the bot may {_list(able)}{f'; not {_list(unable)}' if unable else ''}"
            )
        return found

    def _place(self, place: Place) -> list[str]:
        room = self._rooms.by_alias(place.alias)
        if room is None:
            why = self._doors.absent.get(place.alias, "it has not been invited yet")
            return [f"place {place.alias}: the bot is not in {place.native}: {why}"]
        if room.lists:
            return []
        here = f"place {place.alias}: {room.label}"
        found = [f"{here}: {reason}" for reason in lacking(room.powers, self._client.user)]
        if room.encrypted and not self._cipher.works:
            found.append(f"{here} is encrypted: {self._cipher.problem}")
        return found


def lacking(powers: Powers, bot: str) -> list[str]:
    """What the account `bot` may not do in a room, each with what it would take."""
    return [reason for act, needed in _needs(powers) if (reason := missing(powers, bot, act, needed))]


def _needs(powers: Powers) -> list[tuple[str, int]]:
    return [
        ("speak", powers.sends("m.room.message")),
        ("remove messages", powers.redact),
        ("kick people", powers.kick),
        ("ban people", powers.ban),
        ("mute people", powers.sets(POWER)),
        ("pin messages", powers.sets("m.room.pinned_events")),
    ]


def _list(words: list[str]) -> str:
    return ", ".join(words) or "nothing"
