"""What is claimed with the commit, while the outbox has nothing to do, is performed at once and never forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from bot.actions import External, Reply
from bot.decision import State
from bot.ledger import Ledger, LedgerError
from bot.model import Receipt
from bot.outbox import Outbox
from bot.platforms.protocol import Busy, SignedOut
from bot.testing import MONDAY, FakeClock
from bot.text import document
from tests.ledger_stories import ACCOUNT, ANA, ROOM, ban, decided, said


class Platform:
    """Does what it is told as soon as `open` is set, and writes down how the ledger saw it at that moment."""

    settle = timedelta()
    places = {ROOM.alias: ROOM}  # noqa: RUF012 - never changed

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.open = asyncio.Event()
        self._keys: set[str] = set()
        self.done: list[tuple[str, State]] = []
        self.news = asyncio.Event()
        self.trouble: Exception | None = None
        self.refused = 0
        self.clock = FakeClock(MONDAY)

    async def perform(self, action: External, key: str) -> Receipt:
        await self.open.wait()
        if self.trouble:
            self.refused += 1
            raise self.trouble
        counts = await self._ledger.counts()
        self.done.append((action.kind, State.SENDING if counts.get("sending") else State.PENDING))
        self._keys.add(key)
        self.news.set()
        return Receipt(MONDAY)

    async def find(self, action: External, key: str, *_: Any) -> Receipt | None:
        del action
        return Receipt(MONDAY) if key in self._keys else None


@asynccontextmanager
async def at_work() -> AsyncIterator[tuple[Ledger, Outbox, Platform]]:
    """An outbox whose worker waits for something to do."""
    ledger = await Ledger.open("sqlite://")
    platform = Platform(ledger)
    outbox = Outbox(ledger, {ACCOUNT: platform}, platform.clock, lambda _: None)  # type: ignore[dict-item]  # two methods of it
    worker = asyncio.create_task(outbox.run(ACCOUNT))
    try:
        await until_free(outbox)
        yield ledger, outbox, platform
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
        await ledger.close()


async def until_free(outbox: Outbox) -> None:
    async with asyncio.timeout(30):
        while not outbox.free:
            await asyncio.sleep(0)


def reply(number: int) -> tuple[Any, Any]:
    asked = said("!help", ANA, number)
    return asked, decided(asked, Reply(to=asked.ref, text=document("At your service.")))


async def commit(ledger: Ledger, outbox: Outbox, number: int) -> None:
    asked, decision = reply(number)
    done = await ledger.commit(asked, [decision], MONDAY, outbox.free)
    assert done is not None
    outbox.take(done)


async def test_it_is_on_record_as_being_sent_before_it_is_tried_and_claimed_only_once() -> None:
    async with at_work() as (ledger, outbox, platform):
        platform.open.set()
        await commit(ledger, outbox, 1)
        assert (await ledger.counts())["sending"] == 1
        await platform.news.wait()
        await until_free(outbox)
        assert platform.done == [("reply", State.SENDING)]
        assert (await ledger.counts())["sent"] == 1


async def test_while_something_is_under_way_nothing_is_claimed_and_the_most_urgent_goes_next() -> None:
    async with at_work() as (ledger, outbox, platform):
        await commit(ledger, outbox, 1)
        assert not outbox.free
        await commit(ledger, outbox, 2)
        rude = said("numbskull", ANA, 3)
        done = await ledger.commit(rude, [decided(rude, ban(ANA))], MONDAY, outbox.free)
        assert done is not None
        assert done.jobs == ()
        outbox.take(done)
        platform.open.set()
        while len(platform.done) < 3:
            platform.news.clear()
            await platform.news.wait()
        assert [kind for kind, _ in platform.done] == ["reply", "ban", "reply"]


async def test_nothing_is_claimed_for_an_account_that_is_signed_out() -> None:
    async with at_work() as (ledger, outbox, platform):
        platform.trouble = SignedOut("the token died")
        platform.open.set()
        await commit(ledger, outbox, 1)
        async with asyncio.timeout(30):
            while not outbox.signed_out:
                await asyncio.sleep(0)
        await commit(ledger, outbox, 2)
        assert not outbox.free
        assert (await ledger.counts())["pending"] == 2


async def test_a_platform_that_asks_the_whole_account_to_wait_is_left_alone_and_then_told_the_most_urgent() -> (
    None
):
    """One refused reply, not one for each that waits; and none of them may take the ban's turn."""
    async with at_work() as (ledger, outbox, platform):
        platform.trouble = Busy("slow down", timedelta(seconds=4), whole=True)
        platform.open.set()
        await commit(ledger, outbox, 1)
        async with asyncio.timeout(30):
            while not platform.refused:
                await asyncio.sleep(0)
        await commit(ledger, outbox, 2)
        rude = said("numbskull", ANA, 3)
        done = await ledger.commit(rude, [decided(rude, ban(ANA))], MONDAY, outbox.free)
        assert done is not None
        assert done.jobs == ()
        outbox.take(done)
        assert await outbox.drain(ACCOUNT) == 0
        assert platform.refused == 1

        platform.trouble = None
        platform.clock.advance(timedelta(seconds=4))
        outbox.wake()
        while len(platform.done) < 3:
            platform.news.clear()
            await platform.news.wait()
        assert [kind for kind, _ in platform.done] == ["ban", "reply", "reply"]


async def test_what_was_claimed_when_the_disk_filled_up_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are claimed in one breath, and the first one's receipt cannot be stored: nothing of it is lost or doubled."""
    monkeypatch.setattr("bot.outbox._FIRST_WAIT", timedelta())
    async with at_work() as (ledger, outbox, platform):
        free = outbox.free
        committed = []
        for number in (1, 2):
            asked, decision = reply(number)
            done = await ledger.commit(asked, [decision], MONDAY, free)
            assert done is not None
            committed.append(done)
        assert [len(done.jobs) for done in committed] == [1, 1]

        async def full(*_: Any) -> None:
            monkeypatch.undo()
            raise LedgerError("the disk is full")

        monkeypatch.setattr(ledger, "sent", full)
        platform.open.set()
        for done in committed:
            outbox.take(done)
        async with asyncio.timeout(30):
            while (await ledger.counts()).get("sent") != 2:
                await asyncio.sleep(0)
        assert len(platform.done) == 2
