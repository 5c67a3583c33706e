"""The acting half of the adapter on a real homeserver, without its stream: rooms are read from their state on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from urllib.parse import quote

from bot.actions import External
from bot.clock import FakeClock
from bot.model import Author, Place, PlaceKind, Platform, Receipt, Ref
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.client import Client
from bot.platforms.matrix.events import Event
from bot.platforms.matrix.lookup import Lookup
from bot.platforms.matrix.moderator import Moderator
from bot.platforms.matrix.private import Private
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.matrix.sender import Saying, Sender
from tests.matrix.raw_events import NOON, PRIVATE
from tests.synapse import Person, Synapse

V3 = "/_matrix/client/v3"
LONG_AGO = NOON - timedelta(days=3650)


class Bot:
    """One account that acts. `places` are rooms by alias; a new `Bot` for the same person is what a restart makes of it."""

    def __init__(self, synapse: Synapse, person: Person, rooms: Mapping[str, str]) -> None:
        self.person = person
        self.clock = FakeClock(NOON)
        self.client = Client(synapse.url, "matrix", self.clock)
        self.client.token, self.client.user, self.client.device = person.token, person.id, person.device
        self.rooms = Rooms("matrix", PRIVATE)
        for alias, room in rooms.items():
            self.rooms.place(room, Place(Platform.MATRIX, alias, room, PlaceKind.ROOM, "cats", "matrix"))
        calls = Calls(self.client)
        self.private = Private(calls, self.rooms, PRIVATE)
        self.recent = Recent(self.client)
        self.sender = Sender(calls, self.rooms, self.private, self.recent, self.clock, loud={"market"})
        self.moderator = Moderator(calls, self.rooms, self.clock)
        self.lookup = Lookup(calls, self.rooms, self.private, self.sender)

    async def see(self) -> None:
        """Reads the state of every room the account is in, as the first sync would."""
        for ident in (await self.person.request("GET", f"{V3}/joined_rooms"))["joined_rooms"]:
            await self.look(self.rooms.joined(ident))

    async def look(self, room: Room) -> None:
        members = 0
        for event in await self.person.request("GET", f"{V3}/rooms/{quote(room.id, safe='')}/state"):
            room.take(event)
            members += event["type"] == "m.room.member" and event["content"]["membership"] in {
                "join",
                "invite",
            }
        room.count({"m.joined_member_count": members, "m.invited_member_count": 0})
        self.rooms.sort(room)

    async def hear(self, room: str, ident: str) -> None:
        """Notices an event, as it does with all that the stream brings."""
        event = Event.of(await self.person.event(room, ident))
        assert event is not None
        self.recent.note(room, event)

    async def do(self, action: External, key: str = "k") -> Receipt:
        for room in self.rooms:
            await self.look(room)
        if isinstance(action, Saying):
            return await self.sender.perform(action, key)
        return await self.moderator.perform(action, key)

    async def find(self, action: External, key: str, since: datetime = LONG_AGO, taken: frozenset[Ref] = frozenset()) -> Receipt | None:  # fmt: skip
        return await self.lookup.find(action, key, since, taken)


@asynccontextmanager
async def acting(synapse: Synapse, person: Person, rooms: Mapping[str, str]) -> AsyncIterator[Bot]:
    bot = Bot(synapse, person, rooms)
    try:
        await bot.see()
        yield bot
    finally:
        await bot.client.close()


def known(person: Person | str) -> Author:
    ident = person if isinstance(person, str) else person.id
    return Author(Platform.MATRIX, ident, ident)
