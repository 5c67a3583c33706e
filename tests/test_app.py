"""The app as it lives: reading, sending and ticking side by side, through trouble, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.app import App, heartbeat_path
from bot.cli.health import judge
from bot.clock import SystemClock
from bot.ledger import Ledger, LedgerFull
from bot.platforms.memory import MemoryAdapter
from bot.platforms.protocol import PlatformError, Refused, SignedOut, Unreachable
from bot.testing import Moot
from tests.two_sides import TwoSides


@asynccontextmanager
async def living(folder: Path) -> AsyncIterator[tuple[Moot, App, asyncio.Task[None]]]:
    """A community whose bot runs by itself, on real time."""
    moot = Moot(plugins={})
    object.__setattr__(moot.loaded, "path", folder / "config.yaml")
    places = {p.alias: p for c in moot.loaded.communities.values() for p in c.places}
    adapter = MemoryAdapter("memory", places, moot.world, moot.clock)
    app = App(moot.loaded, await Ledger.open("sqlite://"), [adapter], SystemClock())
    await app.open()
    serving = asyncio.create_task(app.run())
    try:
        yield moot, app, serving
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await app.close()


async def until(moot: Moot, words: str) -> None:
    """Waits for the transcript to hold these words."""
    async with asyncio.timeout(30):
        while not any(words in entry for entry in moot.world.transcript):
            await asyncio.sleep(0.01)


async def test_it_answers_and_stops_when_told(tmp_path: Path) -> None:
    async with living(tmp_path) as (moot, _, serving):
        moot.member("ana")
        moot.world.say("lounge", "ana", "!help")
        await until(moot, "bot → ana: Core")
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(serving, 15)
        assert serving.done()


async def test_it_leaves_a_sign_of_life(tmp_path: Path) -> None:
    async with living(tmp_path) as (_, app, _):
        path = heartbeat_path(app.loaded.path)
        async with asyncio.timeout(30):
            while not path.exists():
                await asyncio.sleep(0.01)
        assert judge(path, SystemClock().now()) == ""


async def test_a_platform_that_is_away_is_read_again_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.reader._FIRST_WAIT", SystemClock().now() - SystemClock().now())
    async with living(tmp_path) as (moot, app, _):
        adapter = app.adapters["memory"]
        real, calls = adapter.poll, []

        async def away(cursor, wait):
            calls.append(cursor)
            if len(calls) < 4:
                raise Unreachable("the chat server cannot be reached")
            return await real(cursor, wait)

        adapter.poll = away  # type: ignore[method-assign]
        moot.member("ana")
        moot.world.say("lounge", "ana", "hello")  # ends the poll that is under way
        moot.world.say("lounge", "ana", "!help")
        await until(moot, "bot → ana: Core")


async def test_a_dead_token_stops_one_account_and_not_the_bot(tmp_path: Path) -> None:
    async with living(tmp_path) as (moot, app, serving):

        async def dead(cursor, wait):
            raise SignedOut("the token is not valid any more")

        app.adapters["memory"].poll = dead  # type: ignore[method-assign]
        moot.member("ana")
        moot.world.say("lounge", "ana", "hello")
        async with asyncio.timeout(30):
            while not app.readers["memory"].trouble:
                await asyncio.sleep(0.01)
        assert app.readers["memory"].trouble == "the token is not valid any more"
        assert not serving.done()


async def test_a_full_disk_stops_all_deeds_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.reader._FIRST_WAIT", SystemClock().now() - SystemClock().now())
    async with living(tmp_path) as (moot, app, serving):
        real, left = app.ledger.commit, [3]

        async def full(*given):
            if left[0]:
                left[0] -= 1
                raise LedgerFull(
                    "the disk is full; nothing was written. Make room; the bot goes on by itself"
                )
            return await real(*given)

        app.ledger.commit = full  # type: ignore[method-assign]
        moot.member("ana")
        moot.world.say("lounge", "ana", "!help")
        await until(moot, "bot → ana: Core")
        assert left == [0]
        assert not serving.done()
        assert sum("bot → ana" in entry for entry in moot.world.transcript) == 1


class Absent(TwoSides):
    """A community whose Lemmy server answers with these errors, one after the other, before it can be reached."""

    def __init__(self, *errors: PlatformError) -> None:
        super().__init__(plugins={})
        self._errors = list(errors)

    async def start(self, folder: Path) -> App:
        """Not opened yet; on real time, as in service."""
        object.__setattr__(self.loaded, "path", folder / "config.yaml")
        adapters = self.adapters()
        real = adapters[0].open

        async def open_() -> None:
            if self._errors:
                raise self._errors.pop(0)
            await real()

        adapters[0].open = open_  # type: ignore[method-assign]  # the network, not our own object
        return App(self.loaded, await Ledger.open("sqlite://"), list(adapters), SystemClock())


GONE = Unreachable("https://lemmy.example: no connection (refused)")


async def test_a_server_that_is_away_keeps_the_others_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.app._FIRST_WAIT", 0.0)
    moot = Absent(GONE, GONE, GONE)
    app = await moot.start(tmp_path)
    await app.open()
    assert app.readers["lemmy"].trouble == f"{GONE}; the other accounts work, and I go on trying this one"
    ana, twin = moot.matrix("ana"), moot.lemmy("ana")
    ana.world.say("lounge", ana.name, "!help")
    twin.world.tell(twin.name, "!help")
    serving = asyncio.create_task(app.run())
    try:
        await until(moot, f"bot → {ana.name}: Core")
        await until(moot, f"bot → {twin.name}: Core")
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await app.close()
    assert app.readers["lemmy"].trouble == ""
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("lemmy:")]
    assert told == [
        f"lemmy: {GONE}; the other accounts work, and I go on trying this one",
        "lemmy: back again",
    ]


@pytest.mark.parametrize(
    "wrong", [SignedOut("the password of folkmoot is wrong"), Refused("no Lemmy there", "x")]
)
async def test_who_is_turned_away_at_the_start_ends_it(tmp_path: Path, wrong: PlatformError) -> None:
    app = await Absent(wrong).start(tmp_path)
    with pytest.raises(PlatformError) as caught:
        await app.open()
    assert caught.value is wrong
    await app.close()


async def test_where_nobody_can_be_reached_it_ends(tmp_path: Path) -> None:
    app = await Absent(GONE, GONE).start(tmp_path)
    app.adapters["matrix"].open = app.adapters["lemmy"].open  # type: ignore[method-assign]  # both servers are away
    with pytest.raises(Unreachable):
        await app.open()
    await app.close()
