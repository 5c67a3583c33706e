"""Kill -9 at any moment: nothing is lost, nothing is done twice.

A bot with everything in it (Lemmy over HTTP, a chat room over HTTP, a ledger on disk) is started, given work, and killed with
SIGKILL at a random point of its work, hundreds of times. At the end each offence has exactly one removal, one warning and one
strike, each command one answer, each day one prompt.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import community
from bot.demo.lemmy.records import Event
from bot.demo.stage import Stage
from bot.ledger import Ledger
from bot.model import Platform

ROUNDS = 200
#: In how many turns of its loop a bot does all there is to do in a round: some 230 to 330; a few are left in peace.
LONGEST_LIFE = 280
#: The last bot of a day may live until the day's prompt is out, or so many seconds: then it is lost.
A_DAY = 60.0


class Nursery:
    """The process that forks the bots."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def open(cls, config: Path) -> Nursery:
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.crash_nursery", str(config),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parent.parent,
            )
        )  # fmt: skip

    async def ask(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line.encode() + b"\n")
        return int(await self._process.stdout.readline())

    async def life(self, now: str, turns: int) -> int:
        """One bot from its birth to its violent end; its wait status."""
        return await self.ask(f"reap {await self.ask(f'spawn {now} {turns}')}")

    async def day(self, now: str, over: Callable[[], bool]) -> int:
        """A bot that lives until the day's work is done, and is killed then; its wait status."""
        pid = await self.ask(f"spawn {now} 0")
        with suppress(TimeoutError):
            async with asyncio.timeout(A_DAY):
                while not over():
                    await asyncio.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        return await self.ask(f"reap {pid}")

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


def by_bot(stage: Stage, what: str) -> list[Event]:
    return [
        e for e in stage.lemmy.journal if e.who.split("@")[0] == community.BOT and e.what.split()[0] == what
    ]


@pytest.mark.slow
@pytest.mark.loopback
@pytest.mark.enable_socket
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("seed", [20260302])
async def test_nothing_lost_and_nothing_doubled_over_two_hundred_kills(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    async with Stage(tmp_path, outside=True) as stage:
        config = tmp_path / "config.yaml"
        await stage.settle()  # the first start makes the ledger and sees the schedules
        await stage.bot.stop()
        tea = stage.lemmy.post(as_="bo", community="freechat", title="Tea or coffee?", text="Say.")
        offenders: list[tuple[str, str]] = []
        asked = 0
        days = 0
        nursery = await Nursery.open(config)
        for turn in range(ROUNDS):
            stage.clock.advance(timedelta(seconds=90))
            if turn % 25 == 10:
                stage.clock.set(stage.clock.now().replace(hour=8, minute=1) + timedelta(days=min(days, 1)))
                days += 1
            for _ in range(dice.randint(1, 2)):
                name = f"rude{len(offenders)}"
                if dice.random() < 0.5:
                    stage.lemmy.join(name)
                    stage.lemmy.comment(as_=name, post=tea, text=f"What a numbskull you are, bo! ({name})")
                    offenders.append((Platform.LEMMY, name))
                else:
                    stage.chat.admit("lounge", name)
                    stage.chat.say("lounge", name, f"Shut up, all of you! ({name})")
                    offenders.append((Platform.MEMORY, name))
            if dice.random() < 0.3:
                stage.chat.say("lounge", "ana", "!strikes")
                asked += 1
            now = stage.clock.now().isoformat()
            if days and turn % 25 == 9:
                status = await nursery.day(now, lambda: len(by_bot(stage, "post")) == days)  # noqa: B023 - awaited here
            else:
                status = await nursery.life(now, dice.randint(1, LONGEST_LIFE))
            assert status == signal.SIGKILL, f"round {turn}: the bot ended by itself with status {status}"
        await nursery.close()
        for _ in range(3):  # what was cut off is looked up once the server had its time
            await stage.advance(timedelta(minutes=2))
        await stage.bot.stop()

        on_lemmy = [name for platform, name in offenders if platform == Platform.LEMMY]
        in_chat = [name for platform, name in offenders if platform == Platform.MEMORY]
        texts = {f"comment/{c.id}": stage.lemmy.person(c.creator).name for c in stage.lemmy.comments.values()}
        assert Counter(texts[e.ref] for e in by_bot(stage, "remove")) == Counter(on_lemmy), "one removal each"
        above = {f"comment/{c.id}": f"comment/{c.path.split('.')[-2]}" for c in stage.lemmy.comments.values()}
        on_top = [e for e in by_bot(stage, "comment") if above[e.ref] == "comment/0"]
        assert len(on_top) == 1, "the long thread has one digest"
        warned = Counter(texts[above[e.ref]] for e in by_bot(stage, "comment") if e not in on_top)
        assert warned == Counter(on_lemmy), "one warning each"
        lines = stage.chat.transcript
        assert Counter(n for n in in_chat if any(f"bot removes {n}’s" in row for row in lines)) == Counter(
            in_chat
        )
        assert sum("| bot removes" in row for row in lines) == len(in_chat)
        assert Counter(
            n for n in in_chat for row in lines if row.startswith(f"lounge | bot warns {n}:")
        ) == Counter(in_chat)
        assert sum(row.startswith("lounge | bot → ana:") for row in lines) == asked, "one answer each"
        prompts = Counter(e.at.date() for e in by_bot(stage, "post"))
        assert set(prompts.values()) == {1}, f"one prompt a day: {prompts}"
        assert len(prompts) == days
        assert sum("lounge | bot: " in row and "prompt" in row.lower() for row in lines) == days, (
            "announced once each"
        )

        ledger = await Ledger.open(f"sqlite:///{tmp_path / 'folkmoot.db'}")
        for platform, name in offenders:
            key = f"{platform}:{name if platform == Platform.MEMORY else stage.lemmy.who(name).actor_id}"
            assert len(await ledger.strikes("freechat", key)) == 1, f"{name}: one strike"
        counts = await ledger.counts()
        await ledger.close()
        assert (counts["pending"], counts["sending"], counts["unknown"], counts["failed"]) == (0, 0, 0, 0)
        with closing(sqlite3.connect(tmp_path / "folkmoot.db")) as book:
            cut_off = book.execute("SELECT count(*) FROM action WHERE attempts > 1").fetchone()[0]
        assert cut_off > ROUNDS / 20, "or nobody was killed in the middle of anything"
