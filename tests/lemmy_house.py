"""The whole bot in the small town of `tests.lemmy_town`, with a chat room for its moderators, on a clock that stands still."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app import App
from bot.ledger import Ledger
from bot.model import PlaceKind, Role
from bot.platforms.memory import MemoryAdapter, World
from bot.settings import Loaded, loads
from bot.settings.plugins import find
from tests.lemmy_town import Town, town

#: A rule that removes and warns.
RULES = """\
name: No insults
mode: enforce
title+body (includes-word): [numbskull]
action: remove
warn: Argue with the idea, please, not with the person.
"""


@dataclass
class House:
    """`mo` moderates in the chat room."""

    town: Town
    app: App
    rooms: World

    async def settle(self, **span: float) -> None:
        """So much time passes (20 s unless told otherwise), and the bot does whatever there is to do."""
        self.town.later(**(span or {"seconds": 20}))
        await self.app.step()

    def lines(self) -> list[str]:
        """What stands in the moderators' room, the oldest first."""
        return [item.text for item in self.rooms.items.values() if item.place == "modroom"]

    def calls(self, call: str) -> int:
        """How often the bot made a call, such as `POST /comment`."""
        return self.town.server.calls.count(call)


@asynccontextmanager
async def house(plugins: Mapping[str, Mapping[str, object]] | None = None) -> AsyncIterator[House]:
    """A house in which everything that was said so far is history."""
    async with town(opened=False) as it:
        rooms = World(it.clock)
        rooms.add_place("modroom", PlaceKind.ROOM)
        rooms.admit("modroom", "mo", Role.MODERATOR)
        loaded = _loaded(plugins or {"moderation": {"text": RULES}})
        modroom = {p.alias: p for p in loaded.communities["free"].places if p.account == "rooms"}
        chat = MemoryAdapter("rooms", modroom, rooms, it.clock)
        app = App(loaded, await Ledger.open("sqlite://"), [it.adapter, chat], it.clock)
        await app.open()
        try:
            here = House(it, app, rooms)
            await here.settle()
            yield here
        finally:
            await app.ledger.close()


def _loaded(plugins: Mapping[str, Mapping[str, object]]) -> Loaded:
    url = "http://127.0.0.1:9"
    config = {
        "accounts": {
            "lemmy": {"platform": "lemmy", "url": url, "username": "folkmoot", "password": "env:P"},
            "rooms": {"platform": "memory", "url": url},
        },
        "communities": {
            "free": {
                "title": "Free chat",
                "moderators_room": "modroom",
                "places": {
                    "chat": {"account": "lemmy", "community": "freechat"},
                    "modroom": {"account": "rooms", "room": "modroom"},
                },
                "plugins": plugins,
            }
        },
        "storage": {"database": "sqlite://"},
    }
    return loads(json.dumps(config), "config.yaml", find, {"P": "secret"})
