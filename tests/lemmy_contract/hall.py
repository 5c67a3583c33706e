"""The whole bot between a Lemmy community and the moderators' chat room, whose place the twin in memory takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app import App
from bot.ledger import Ledger
from bot.model import PlaceKind, Role
from bot.platforms.lemmy import LemmyAdapter
from bot.platforms.memory import PRIVATE, MemoryAdapter, World
from bot.settings import Loaded, loads
from bot.settings.plugins import find
from tests.lemmy_contract.driver import PASSWORD, Driver, Member
from tests.lemmy_contract.town import BETWEEN_POLLS, Town, town
from tests.lemmy_house import RULES


@dataclass
class Hall:
    """`mo` and `di` moderate in the chat room only; mia and max on Lemmy only."""

    town: Town
    rooms: World
    app: App

    @property
    def driver(self) -> Driver:
        return self.town.driver

    async def settle(self) -> None:
        """Lets the bot hear what there is, and do what follows."""
        self.town.clock.by += BETWEEN_POLLS
        await self.app.step()

    async def until(self, done: Callable[[], Awaitable[bool]]) -> None:
        """As `settle`, until it is so: Lemmy 1.0 puts notices into inboxes when it comes to it."""
        await self.settle()
        for _ in range(100):
            if await done():
                return
            await asyncio.sleep(0.1)
            await self.settle()
        raise AssertionError("it never came to that; the moderators read:\n" + "\n".join(self.lines()))

    async def said_to_bot(self, who: Member, text: str) -> str:
        """What the bot answers to a private message on Lemmy."""
        before = len(await self.driver.inbox(who))

        async def answered() -> bool:
            return len(await self.driver.inbox(who)) > before

        await self.driver.tell(who, self.town.bot.id, text)
        await self.until(answered)
        return (await self.driver.inbox(who))[-1]

    def lines(self) -> list[str]:
        """What stands in the moderators' room, the oldest first, as it reads now."""
        return [item.text for item in self.rooms.items.values() if item.place == "modroom"]

    def card(self, words: str) -> str:
        """The newest line there with these words, as it reads now."""
        return self.rooms.items[self._card(words)].text

    async def react(self, words: str, symbol: str, who: str = "mo") -> None:
        """Somebody reacts to the newest line with these words."""
        self.rooms.react(who, self._card(words), symbol)
        await self.settle()

    async def answer(self, words: str, text: str, who: str = "mo") -> None:
        self.rooms.say("modroom", who, text, self._card(words))
        await self.settle()

    async def says(self, text: str, who: str = "mo", place: str = "modroom") -> None:
        self.rooms.say(place, who, text)
        await self.settle()

    def told(self, who: str) -> str:
        """What the bot said last to somebody of the chat rooms in private."""
        return [item.text for item in self.rooms.items.values() if item.place == PRIVATE and item.to == who][
            -1
        ]

    def _card(self, words: str) -> str:
        found = [i.id for i in self.rooms.items.values() if i.place == "modroom" and words in i.text]
        assert found, f"no line says {words!r}; the moderators read:\n" + "\n".join(self.lines())
        return found[-1]


@asynccontextmanager
async def hall(server: str, plugins: Mapping[str, Mapping[str, object]] | None = None) -> AsyncIterator[Hall]:
    """A hall in which everything that was said so far is history."""
    async with town(server, opened=False) as it:
        rooms = World(it.clock)
        for room in ("lounge", "modroom"):
            rooms.add_place(room, PlaceKind.ROOM)
        for name in ("mo", "di"):
            for room in ("lounge", "modroom"):
                rooms.admit(room, name, Role.MODERATOR)
        rooms.admit("lounge", "ana-of-the-lounge", Role.EVERYONE)
        loaded = _loaded(it, plugins or {"moderation": {"text": RULES}})
        of = {
            account: {p.alias: p for p in loaded.communities["chat"].places if p.account == account}
            for account in ("lemmy", "rooms")
        }
        lemmy = LemmyAdapter("lemmy", it.driver.url, it.bot.name, lambda: PASSWORD, of["lemmy"], it.clock)
        chat = MemoryAdapter("rooms", of["rooms"], rooms, it.clock)
        app = App(loaded, await Ledger.open("sqlite://"), [lemmy, chat], it.clock)
        await app.open()
        try:
            here = Hall(it, rooms, app)
            await here.settle()
            yield here
        finally:
            await app.close()


def _loaded(it: Town, plugins: Mapping[str, Mapping[str, object]]) -> Loaded:
    config = {
        "accounts": {
            "lemmy": {
                "platform": "lemmy",
                "url": it.driver.url,
                "username": it.bot.name,
                "password": "env:PASSWORD",
            },
            "rooms": {"platform": "memory", "url": "http://127.0.0.1:9"},
        },
        "communities": {
            "chat": {
                "title": "Chat",
                "zone": "UTC",
                "moderators_room": "modroom",
                "places": {
                    "chat": {"account": "lemmy", "community": it.community.name},
                    "lounge": {"account": "rooms", "room": "lounge"},
                    "modroom": {"account": "rooms", "room": "modroom"},
                },
                "plugins": plugins,
            }
        },
        "storage": {"database": "sqlite://"},
    }
    return loads(json.dumps(config), "hall.yaml", find, {"PASSWORD": PASSWORD})
