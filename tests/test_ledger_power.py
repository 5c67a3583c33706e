"""A power cut takes away the end of the log: nothing that was done was not on record, and nothing is missed."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.ledger import Job, Ledger
from bot.ledger.migrate import migrate
from bot.model import Receipt
from tests.ledger_stories import ACCOUNT, ANA, NOON, decided, note, said, warn


class Evening:
    """What a bot does, with the size of the log that is surely on the disk after each step."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "folkmoot.db"
        self.url = f"sqlite:///{self.file}"
        self.synced = 0  # bytes of the log
        self.heard = 0
        self.attempted: set[str] = set()  # keys of what was tried out there

    @property
    def log(self) -> Path:
        return self.file.with_name(self.file.name + "-wal")

    async def pass_by(self, dice: random.Random, steps: int) -> None:
        migrate(self.url)
        self.ledger = await Ledger.open(self.url)
        worker = self.ledger._worker
        within = worker._within

        def watched(fn: Callable[[Connection], Any], *, writes: bool, lasting: bool = True) -> Any:
            found = within(fn, writes=writes, lasting=lasting)
            if writes and lasting:
                self.synced = self.log.stat().st_size
            return found

        worker._within = watched  # type: ignore[method-assign]
        for _ in range(steps):
            await self.step(dice)

    async def step(self, dice: random.Random) -> None:
        match dice.choice(["chat", "chat", "chat", "offence", "deliver", "cursor"]):
            case "chat":
                self.heard += 1
                said_now = said("hello", ANA, self.heard)
                await self.ledger.commit(said_now, [(decided(said_now)[0], [])], NOON)
            case "offence":
                self.heard += 1
                rude = said("numbskull", ANA, self.heard)
                done = await self.ledger.commit(rude, [decided(rude, warn(rude))], NOON, frozenset({ACCOUNT}))
                assert done is not None
                await self.perform(list(done.jobs))
            case "deliver":
                await self.perform(await self.ledger.claim(ACCOUNT, NOON))
            case "cursor":
                await self.ledger.save_cursor(ACCOUNT, str(self.heard), NOON)

    async def perform(self, jobs: list[Job]) -> None:
        for job in jobs:
            self.attempted.add(job.key)
            await self.ledger.sent(job.id, Receipt(NOON), NOON)


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_the_power_cut_takes(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    evening = Evening(tmp_path)
    await evening.pass_by(dice, 40)
    for cut in range(4):
        # What is on the disk when the lights go out: all that was waited for, and some of what came after.
        size = evening.log.stat().st_size
        kept = dice.randint(evening.synced, size) if cut else evening.synced
        after = tmp_path / f"after-{cut}"
        after.mkdir()
        shutil.copy(evening.file, after)
        (after / evening.log.name).write_bytes(evening.log.read_bytes()[:kept])

        ledger = await Ledger.open(f"sqlite:///{after / evening.file.name}")
        known = await ledger.known([said("", ANA, number).key for number in range(1, evening.heard + 1)])
        cursor = int(await ledger.cursor(ACCOUNT) or 0)
        assert all(said("", ANA, n).key in known for n in range(1, cursor + 1)), "else it would be missed"
        await ledger.recover()

        def keys(conn: Connection) -> set[str]:
            query = "SELECT key FROM action WHERE state IN ('sent', 'unknown')"
            return set(conn.exec_driver_sql(query).scalars())

        assert evening.attempted <= await ledger._worker.read(keys), "else it would be done twice"
        await ledger.close()
    await evening.ledger.close()


async def test_where_the_disk_is_waited_for(tmp_path: Path) -> None:
    """0 is OFF, 1 is NORMAL, 2 is FULL."""
    url = f"sqlite:///{tmp_path / 'folkmoot.db'}"
    await asyncio.to_thread(migrate, url)
    ledger = await Ledger.open(url)

    def mode(conn: Connection) -> int:
        return int(conn.exec_driver_sql("PRAGMA synchronous").scalar_one())

    assert await ledger._worker.write(mode) == 2
    assert await ledger._worker.jot(mode) == 1
    assert await ledger._worker.write(mode) == 2, "the next one waits again"
    chat = said("hello", ANA, 1)
    assert await ledger.commit(chat, [decided(chat, note())], NOON)
    await ledger.close()
