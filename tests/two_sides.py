"""A community on Lemmy and on Matrix at once, both played by worlds in memory, with one transcript of all that happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.app import App
from bot.model import Act, PlaceKind, Platform, Role
from bot.platforms.memory import PRIVATE, MemoryAdapter, World
from bot.settings import Loaded, loads
from bot.testing import Find, Moot, Said

#: The places of each side, by their names.
SIDES: Mapping[Platform, Mapping[str, PlaceKind]] = {
    Platform.LEMMY: {"freechat": PlaceKind.COMMUNITY},
    Platform.MATRIX: {"lounge": PlaceKind.ROOM, "modroom": PlaceKind.ROOM},
}


class TwoSides(Moot):
    """As a Moot, with people on either side: `lemmy("ana")` and `matrix("ana")` are two accounts."""

    def __init__(self, plugins: Mapping[str, Mapping[str, object]]) -> None:
        super().__init__(plugins)
        other = World(self.clock)
        other.transcript = self.world.transcript
        self.worlds = {Platform.LEMMY: other, Platform.MATRIX: self.world}
        for platform, places in SIDES.items():
            for name, kind in places.items():
                self.worlds[platform].add_place(name, kind)
        self.loaded = _loaded(plugins, self._find)

    def lemmy(self, name: str, role: Role = Role.EVERYONE) -> Human:
        return self._settled(Platform.LEMMY, f"{name}@lemmy.example", role)

    def matrix(self, name: str, role: Role = Role.EVERYONE) -> Human:
        return self._settled(Platform.MATRIX, f"@{name}:example.org", role)

    def _settled(self, platform: Platform, name: str, role: Role) -> Human:
        for place in SIDES[platform]:
            if place != "modroom" or role >= Role.MODERATOR:
                self.worlds[platform].admit(place, name, role)
        return Human(name, self, self.worlds[platform])

    def adapters(self) -> list[MemoryAdapter]:
        """One for each side, Lemmy's first."""
        adapters = []
        for platform, world in self.worlds.items():
            places = {
                p.alias: p
                for c in self.loaded.communities.values()
                for p in c.places
                if p.account == platform
            }
            adapters.append(MemoryAdapter(platform, places, world, self.clock, platform=platform))
        return adapters

    async def _start(self) -> None:
        assert self._ledger is not None
        self._app = App(self.loaded, self._ledger, list(self.adapters()), self.clock, self._find)
        await self._app.open()
        await self.settle()


@dataclass(frozen=True, slots=True)
class Human:
    """One account of somebody, on one side."""

    name: str
    moot: TwoSides
    world: World

    async def says(self, text: str, place: str = "lounge") -> Said:
        said = Said(place, self.world.say(place, self.name, text))
        await self.moot.settle()
        return said

    def is_out(self) -> bool:
        """Whether they are banned or muted where members of this side meet."""
        there = {(place, self.name) for places in SIDES.values() for place in places}
        return not there.isdisjoint(self.world.banned | self.world.muted)

    async def posts(self, title: str, text: str = "") -> Said:
        said = Said("freechat", self.world.say("freechat", self.name, text, title=title))
        await self.moot.settle()
        return said

    async def tells(self, text: str) -> Said:
        """Writes to the bot in private."""
        said = Said(PRIVATE, self.world.tell(self.name, text))
        await self.moot.settle()
        return said

    async def reacts(self, to: Said, symbol: str) -> None:
        self.world.react(self.name, to.id, symbol)
        await self.moot.settle()

    async def replies(self, to: Said, text: str) -> Said:
        said = Said(to.place, self.world.say(to.place, self.name, text, to.id))
        await self.moot.settle()
        return said

    async def edits(self, said: Said, text: str) -> None:
        self.world.edit(self.name, said.id, text)
        await self.moot.settle()

    async def removes(self, said: Said) -> None:
        """Takes away their own words, or as a moderator anybody's."""
        self.world.remove(self.name, said.id)
        await self.moot.settle()

    async def restores(self, said: Said) -> None:
        self.world.restore(self.name, said.id)
        await self.moot.settle()

    async def reports(self, said: Said, reason: str) -> None:
        self.world.report(self.name, said.id, reason)
        await self.moot.settle()

    async def sanctions(self, whom: Human, act: Act, reason: str = "") -> None:
        """Bans, mutes, kicks or warns an account of this side by hand, without the bot."""
        (place, *_) = SIDES[
            Platform.LEMMY if self.world is self.moot.worlds[Platform.LEMMY] else Platform.MATRIX
        ]
        self.world.sanction(place, self.name, act, whom.name, reason)
        await self.moot.settle()

    def heard(self) -> str:
        """What the bot told this account last in private."""
        told = [item for item in self.world.items.values() if item.to == self.name]
        return told[-1].text


def _loaded(plugins: Mapping[str, Mapping[str, object]], find: Find) -> Loaded:
    """The configuration of the play, in which each account's world stands for the platform that it is named after."""
    config = {
        "accounts": {name: {"platform": "memory", "url": "http://127.0.0.1:9"} for name in SIDES},
        "communities": {
            "moot": {
                "title": "The Moot",
                "moderators_room": "modroom",
                "places": {
                    name: {"account": platform, kind: name}
                    for platform, places in SIDES.items()
                    for name, kind in places.items()
                },
                "plugins": plugins,
            }
        },
        "storage": {"database": "sqlite://"},
    }
    loaded = loads(json.dumps(config), "moot.yaml", find, {})
    (name, community), *_ = loaded.communities.items()
    places = tuple(replace(place, platform=Platform(place.account)) for place in community.places)
    return replace(loaded, communities={name: replace(community, places=places)})
