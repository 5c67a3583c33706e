"""A community of its own for each story, on whichever server: mia founded it, the bot was appointed next, max after it."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from bot.clock import SystemClock
from bot.demo.lemmy import Instance, LemmyServer
from bot.model import Author, Message, Occurrence, Place, PlaceKind, Platform, Ref
from bot.platforms.lemmy import LemmyAdapter
from bot.platforms.protocol import Unreachable
from tests.lemmy_contract.driver import PASSWORD, Community, Driver, Member
from tests.lemmy_contract.driver_v3 import V3
from tests.lemmy_contract.driver_v4 import V4

T = TypeVar("T", bound=Occurrence)

DRIVERS: dict[str, type[Driver]] = {"v3": V3, "v4": V4}
VARIABLE = "FOLKMOOT_TEST_LEMMY_"

#: Of these, what a story is told to: `embedded` is the server in memory, `real` the one that the environment names.
SERVERS = ["embedded-v3", "embedded-v4", "real-v3", "real-v4"]

#: As long as a moderator's act may go unnoticed.
BETWEEN_POLLS = timedelta(seconds=20)

EMBEDDED_ADMIN = ("boss", "bosspassword")


class Ahead:
    """A clock that runs ahead of the server's: what the adapter does now and then comes round without waiting for it."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.by


@dataclass
class Town:
    """What the bot did is asked of the driver, never of the adapter."""

    driver: Driver
    clock: Ahead
    bot: Member
    mia: Member
    max: Member
    ana: Member
    ben: Member
    community: Community
    adapter: LemmyAdapter
    make: Callable[..., LemmyAdapter]
    real: bool
    cursor: str | None = None
    heard: list[Occurrence] = field(default_factory=list)

    @property
    def generation(self) -> str:
        return self.driver.generation

    async def poll(self) -> list[Occurrence]:
        """Polls as the bot does: the cursor is stored afterwards. What an earlier poll gave already is dropped, as in the ledger."""
        self.clock.by += BETWEEN_POLLS
        try:
            batch = await self.adapter.poll(self.cursor, timedelta())
        except Unreachable:  # a busy server; the bot polls again, too
            batch = await self.adapter.poll(self.cursor, timedelta())
        self.cursor = batch.cursor or self.cursor
        known = {occurrence.key for occurrence in self.heard}
        fresh = [o for o in {o.key: o for o in batch.occurrences}.values() if o.key not in known]
        self.heard += fresh
        return fresh

    async def next(self, kind: type[T]) -> T:
        """The one thing of that kind in the next poll, which must bring nothing else of it."""
        found = [o for o in await self.poll() if isinstance(o, kind)]
        assert len(found) == 1, found
        return found[0]

    async def restart(self, **overrides: Any) -> None:
        """Another process begins with the stored cursor."""
        await self.adapter.close()
        self.adapter = self.make(**overrides)
        await self.adapter.open()

    def ref(self, ident: str) -> Ref:
        return Ref(Platform.LEMMY, "chat", ident)

    async def author(self, member: Member) -> Author:
        found = await self.adapter.person(member.actor, "chat")
        assert found is not None
        assert found.id == member.actor
        return found

    async def a_post(self, title: str = "A question", **more: Any) -> int:
        return await self.driver.post(self.ana, self.community, title, **more)


def texts(occurrences: list[Occurrence]) -> list[str]:
    """What was said, without who and where."""
    return [o.title or o.text for o in occurrences if isinstance(o, Message)]


async def arrives(ask: Callable[[], Awaitable[list[str]]], wanted: list[str]) -> None:
    """`ask` answers `wanted`, at the latest after a while: Lemmy 1.0 puts notices into inboxes when it comes to it."""
    answer = await ask()
    for _ in range(100):
        if len(answer) >= len(wanted):
            break
        await asyncio.sleep(0.1)
        answer = await ask()
    assert answer == wanted


@asynccontextmanager
async def driver_for(server: str) -> AsyncIterator[Driver]:
    """The server called `embedded-v3`, `real-v4`, `real-v3-peer` …; skips where the environment does not name it."""
    where, _, generation = server.partition("-")
    generation, _, peer = generation.partition("-")
    async with AsyncExitStack() as stack:
        if where == "real":
            url, admin, password = _named(generation, peer)
            if peer:  # the other one may be of either generation
                generation = await _generation(url)
        else:
            instance = Instance("lemmy.example:8536", SystemClock())
            instance.join(EMBEDDED_ADMIN[0], admin=True, password=EMBEDDED_ADMIN[1])
            embedded = await stack.enter_async_context(_embedded(instance, generation))
            url, (admin, password) = embedded.url, EMBEDDED_ADMIN
        yield await stack.enter_async_context(DRIVERS[generation](url, admin, password))


def _embedded(instance: Instance, generation: str) -> LemmyServer:
    return LemmyServer(instance) if generation == "v3" else LemmyServer(instance, api=4)


async def _generation(url: str) -> str:
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as http:
        version = (await http.get(f"{url.rstrip('/')}/nodeinfo/2.1")).json()["software"]["version"]
    return "v3" if version.startswith("0.") else "v4"


def _named(generation: str, peer: str) -> tuple[str, str, str]:
    """Address, administrator and password of a real server. Skips where there is none."""
    name = VARIABLE + generation.upper() + ("_PEER" if peer else "")
    url = os.environ.get(name, "")
    if not url:
        pytest.skip(f"{name} names no real Lemmy server")
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail(f"{name}: a real server counts its limits by address; run these stories without -n")
    first = VARIABLE + generation.upper()
    login = [
        os.environ.get(f"{name}_{word}", os.environ.get(f"{first}_{word}", ""))
        for word in ("ADMIN", "PASSWORD")
    ]
    assert all(login), f"{name} is set; set {name}_ADMIN and {name}_PASSWORD, too"
    return url, login[0], login[1]


#: The moderators of all communities of a real server: making an account takes such a server a second or more.
_REGULARS: dict[str, dict[str, Member]] = {}


async def _people(driver: Driver, tail: str, *, real: bool) -> dict[str, Member]:
    """Who lives in the community: the bot and its members are new each time, moderators of a real server are not."""
    known = _REGULARS.setdefault(driver.url, {}) if real else {}
    wanted = [name for name in ("folkmoot", "mia", "max", "ana", "ben") if name not in known]
    people = known | {name: await driver.register(f"{name}{tail}") for name in wanted}
    known |= {name: people[name] for name in ("mia", "max")}
    return people


@asynccontextmanager
async def town(
    server: str, *, opened: bool = True, token_file: Path | None = None, **options: Any
) -> AsyncIterator[Town]:
    """A running server with people who were never there before, and an adapter that has signed in and polled once."""
    tail = secrets.token_hex(4)
    async with driver_for(server) as driver:
        people = await _people(driver, tail, real=server.startswith("real"))
        community = await driver.found(people["mia"], f"chat{tail}")
        for name in ("folkmoot", "max"):
            await driver.appoint(people["mia"], community, people[name].id)

        clock = Ahead()

        def make(**overrides: Any) -> LemmyAdapter:
            given = {"token_file": token_file, "clock": clock} | options | overrides
            return adapter_for(driver, people["folkmoot"], community, **given)

        it = Town(
            driver, clock, people["folkmoot"], people["mia"], people["max"], people["ana"], people["ben"],
            community, make(), make, real=server.startswith("real"),
        )  # fmt: skip
        try:
            if opened:
                await it.adapter.open()
                assert await it.poll() == []
            yield it
        finally:
            await it.adapter.close()


def adapter_for(driver: Driver, bot: Member, community: Community, **options: Any) -> LemmyAdapter:
    places = {
        "chat": Place(Platform.LEMMY, "chat", community.name, PlaceKind.COMMUNITY, "free", "lemmy"),
        "dm": Place(Platform.LEMMY, "dm", "private", PlaceKind.PRIVATE, "free", "lemmy"),
    }
    options.setdefault("password", lambda: PASSWORD)
    options.setdefault("clock", SystemClock())
    return LemmyAdapter("lemmy", driver.url, bot.name, places=places, **options)
