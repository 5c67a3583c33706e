"""Kill -9 at any moment, against a real server: nothing is lost, nothing is done twice.

The bot as in production, on the wall clock. What a kill cut off is looked up a minute later (the server may still be at it), so
the bot's last life lasts until all is settled.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.ledger import Ledger
from tests.lemmy_contract.driver import PASSWORD, Member
from tests.lemmy_contract.town import Town, town
from tests.lemmy_house import RULES
from tests.test_crash import Nursery

ROUNDS = int(os.environ.get("FOLKMOOT_TEST_LEMMY_KILLS", "40"))
#: From hardly begun to well at work; a real server answers a call in some tens of milliseconds.
SHORTEST_LIFE, LONGEST_LIFE = 0.2, 3.0
#: At most so long until what was cut off last has been looked up and made good, and until a first look is done, in seconds.
LAST_LIFE, FIRST_LIFE = 600, 120


def configure(folder: Path, it: Town) -> Path:
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    config = {
        "accounts": {
            "lemmy": {
                "platform": "lemmy",
                "url": it.driver.url,
                "username": it.bot.name,
                "password": f"file:{secret}",
            }
        },
        "communities": {
            "chat": {
                "title": "Chat",
                "zone": "UTC",
                "places": {"chat": {"account": "lemmy", "community": it.community.name}},
                "plugins": {
                    "moderation": {"text": RULES, "ladder": [{"at": 1, "do": "warn"}], "tell_removals": False}
                },
            }
        },
        "storage": {"database": f"sqlite:///{folder / 'folkmoot.db'}"},
        "log": {"level": "error"},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    return path


@asynccontextmanager
async def nursery(config: Path) -> AsyncIterator[Nursery]:
    it = await Nursery.open(config)
    try:
        yield it
    finally:
        await it.close()


async def life(bots: Nursery, seconds: float) -> int:
    """A bot on the wall clock that is killed after so many seconds; its wait status."""
    pid = await bots.ask("spawn now 0")
    await asyncio.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return await bots.ask(f"reap {pid}")


async def live_until(bots: Nursery, done: Callable[[], Awaitable[bool]], most: float) -> None:
    """A bot that is killed once `done` says so. Raises TimeoutError."""
    pid = await bots.ask("spawn now 0")
    try:
        async with asyncio.timeout(most):
            while not await done():
                await asyncio.sleep(0.5)
    finally:
        os.kill(pid, signal.SIGKILL)
        await bots.ask(f"reap {pid}")


def count(file: Path, question: str) -> int:
    """The answer to an SQL question about the ledger, as it is while a bot writes it; 0 before there is one."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as ledger:
            return int(ledger.execute(question).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.slow
@pytest.mark.loopback
@pytest.mark.enable_socket
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("home", ["real-v3", "real-v4"])
async def test_nothing_lost_and_nothing_doubled_over_many_kills(home: str, tmp_path: Path) -> None:
    dice = random.Random(20260302)
    async with town(home, opened=False) as it:
        config, file = configure(tmp_path, it), tmp_path / "folkmoot.db"
        number = await it.a_post("Tea or coffee?")
        offences: dict[str, Member] = {}
        asked = 0
        async with nursery(config) as bots:

            async def begun() -> bool:
                return count(file, "SELECT count(*) FROM cursor WHERE name = 'lemmy'") > 0

            async def settled() -> bool:
                warned = count(file, "SELECT count(*) FROM action WHERE kind = 'warn' AND state = 'sent'")
                under_way = count(
                    file, "SELECT count(*) FROM action WHERE state IN ('pending', 'sending', 'unknown')"
                )
                answered = len(await it.driver.inbox(it.mia)) >= asked
                return answered and warned >= len(offences) and under_way == 0

            # What was said before the first look is history.
            await live_until(bots, begun, FIRST_LIFE)
            for turn in range(ROUNDS):
                rude = await it.driver.register(f"rude{secrets.token_hex(4)}")
                comment = await it.driver.comment(rude, number, f"What a numbskull you are! ({turn})")
                offences[f"comment/{comment}"] = rude
                if dice.random() < 0.3:
                    await it.driver.tell(it.mia, it.bot.id, "!strikes")
                    asked += 1
                status = await life(bots, dice.uniform(SHORTEST_LIFE, LONGEST_LIFE))
                assert status == signal.SIGKILL, f"round {turn}: the bot ended by itself with status {status}"
            await live_until(bots, settled, LAST_LIFE)

        ledger = await Ledger.open(f"sqlite:///{tmp_path / 'folkmoot.db'}")
        counts = await ledger.counts()
        strikes = {
            ref: len(await ledger.strikes("chat", f"lemmy:{rude.actor}")) for ref, rude in offences.items()
        }
        await ledger.close()
        assert (counts["pending"], counts["sending"], counts["unknown"], counts["failed"]) == (0, 0, 0, 0), (
            counts
        )
        assert Counter(strikes) == Counter(offences.keys()), "one strike each"

        lines = Counter(
            (entry.what, entry.about)
            for entry in await it.driver.log(it.community)
            if entry.by == it.bot.name
        )
        removed = {about: count for (what, about), count in lines.items() if what == "remove comment"}
        assert removed == dict.fromkeys(offences, 1), "one removal each"
        warned = {ref: len(await warnings(it, number, ref, rude)) for ref, rude in offences.items()}
        assert warned == dict.fromkeys(offences, 1), "one warning each"
        assert {f"comment/{ident}" for ident, _ in await it.driver.replies(number)} <= set(offences)
        assert len(await it.driver.inbox(it.mia)) == asked, "one answer each"


async def warnings(it: Town, post: int, ref: str, rude: Member) -> list[str]:
    """What told somebody of their offence: an answer, a private message, or the server's own warning."""
    below = await it.driver.replies(post, int(ref.partition("/")[2]))
    said = [thing.text for _, thing in below if thing.author == it.bot.name]
    return [*said, *await it.driver.inbox(rude), *await it.driver.warnings(rude)]
