"""Which rooms are encrypted, how often they want new keys, and who is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.client import at
from bot.platforms.matrix.encryption.machine import Machine
from bot.platforms.matrix.encryption.published import MEGOLM
from bot.platforms.matrix.encryption.server import Server, members
from bot.platforms.protocol import Refused

#: Rooms may ask for new keys oftener than these, never less often; and not oftener than the last two.
LONGEST, MOST = timedelta(days=7), 100
SHORTEST, FEWEST = timedelta(hours=1), 1


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a room's key is worn out. `known` is False where the room's algorithm is none that we speak."""

    after: timedelta = LONGEST
    messages: int = MOST
    known: bool = True

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Rotation:
        """What `m.room.encryption` asks for, within reason."""
        period, count = (
            raw.integer(content.get("rotation_period_ms")),
            raw.integer(content.get("rotation_period_msgs")),
        )
        after = LONGEST if period is None else timedelta(milliseconds=min(max(period, 0), 10**12))
        return cls(
            after=min(max(after, SHORTEST), LONGEST),
            messages=MOST if count is None else min(max(count, FEWEST), MOST),
            known=content.get("algorithm") == MEGOLM,
        )


class EncryptedRooms:
    """Once encrypted, always encrypted: what the server forgets to say later changes nothing."""

    def __init__(self, server: Server, machine: Machine) -> None:
        self._server = server
        self._machine = machine
        self._rooms = {room: Rotation() for room in machine.store.load_encrypted_rooms()}
        self._plain: set[str] = set()
        self._members: dict[str, frozenset[str]] = {}

    async def encrypted(self, room: str) -> bool:
        """Whether the room is encrypted; asks the server where no sync told of the room yet. Raises PlatformError.

        So that nothing is said in the clear in a room that was made, or became encrypted, a moment ago.
        """
        if room in self._rooms or room in self._plain:
            return room in self._rooms
        try:
            found = await self._server.call("GET", at("v3", "rooms", room, "state", "m.room.encryption", ""))
        except Refused as refusal:
            if refusal.code == "M_NOT_FOUND":
                self._plain.add(room)
            return False
        self._add({room: Rotation.of(found)})
        return True

    def rotation(self, room: str) -> Rotation:
        return self._rooms[room]

    def feed(self, sync: Mapping[str, Any]) -> None:
        """Takes in what a sync tells: which rooms are encrypted now, and where people came and went."""
        groups = raw.mapping(sync.get("rooms"))
        found = {}
        for room, news in raw.mapping(groups.get("join")).items():
            for event in _state(raw.mapping(news)):
                if event.get("type") == "m.room.encryption" and event.get("state_key") == "":
                    # An encryption that was taken back (empty content) keeps what there was.
                    wanted = Rotation.of(raw.mapping(event.get("content")))
                    if wanted.known or room not in self._rooms:
                        found[room] = wanted
                elif event.get("type") == "m.room.member":
                    self._members.pop(room, None)
            if raw.mapping(raw.mapping(news).get("timeline")).get("limited"):
                self._members.pop(room, None)
        for room in raw.mapping(groups.get("leave")):
            self._members.pop(room, None)
        self._add(found)

    def _add(self, found: Mapping[str, Rotation]) -> None:
        if fresh := found.keys() - self._rooms.keys():
            self._machine.store.save_encrypted_rooms(sorted(fresh))
        self._rooms |= found
        self._plain -= found.keys()

    async def members(self, room: str) -> frozenset[str]:
        """Who may read what is said in the room from now on: who is in it or invited. Raises PlatformError."""
        if room not in self._members:
            self._members[room] = await members(self._server, room)
        return self._members[room]


def _state(news: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("state", "state_after", "timeline"):
        for event in raw.objects(raw.mapping(news.get(part)).get("events")):
            if isinstance(event.get("state_key"), str):
                yield event
