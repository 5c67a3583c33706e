"""Kill -9 in the middle of batches, on a real homeserver: every message is handled, and nothing is acted on twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from bot.ledger import Ledger
from tests.matrix_moot import matrix_moot
from tests.synapse import Event, Person, Synapse
from tests.test_crash import Nursery

OFFENDERS, COMMANDS, CHATTER = 100, 80, 160
KILLS = 40
#: A bot that did nothing in so many seconds is killed while it starts or reads.
LONGEST_LIFE = 2.5


async def kill_at_work(nursery: Nursery, watcher: Person, bot: Person, dice: random.Random) -> int:
    """One bot from its birth to its violent end: after its first, second or third deed, or before any; its wait status."""
    pid = await nursery.ask("spawn now")
    for _ in range(dice.randint(1, 3)):
        before = {event["event_id"] for event in watcher.seen}

        def deed(event: Event, before: set[str] = before) -> bool:
            return event["sender"] == bot.id and event["event_id"] not in before

        with suppress(TimeoutError):
            await watcher.wait_for(deed, patience=dice.uniform(0.2, LONGEST_LIFE))
    os.kill(pid, signal.SIGKILL)
    return await nursery.ask(f"reap {pid}")


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_hundreds_of_messages_and_forty_kills(synapse: Synapse, tmp_path: Path) -> None:
    dice = random.Random(20260302)
    async with matrix_moot(synapse, tmp_path) as moot:
        await moot.bot.end(signal.SIGTERM)  # it has entered its rooms; from now on it is killed
        offenders = [await moot.member(f"rude{number}") for number in range(OFFENDERS)]
        ana = await moot.member("ana")
        speeches = [(person, "What a numbskull!") for person in offenders]
        speeches += [(ana, "!strikes")] * COMMANDS + [(ana, "A fine day.")] * CHATTER
        dice.shuffle(speeches)
        insults: dict[str, Person] = {}
        asked: set[str] = set()

        async def speak(person: Person, text: str) -> None:
            said = await person.send(moot.lounge, text)
            if person is not ana:
                insults[said] = person
            elif text.startswith("!"):
                asked.add(said)

        nursery = await Nursery.open(moot.config)
        for turn in range(KILLS):
            await asyncio.gather(*(speak(*speech) for speech in speeches[turn::KILLS]))
            status = await kill_at_work(nursery, moot.mira, moot.account, dice)
            assert status == signal.SIGKILL, f"kill {turn}: the bot ended by itself with status {status}"
        await nursery.close()

        await moot.bot.start()
        last = await ana.send(moot.lounge, "!help")
        await moot.mira.wait_for(lambda e: answered(e) == last, patience=200)
        await settled(moot.config, patience=200)
        await moot.bot.end(signal.SIGTERM)

        by_bot = [e for e in await moot.mira.history(moot.lounge) if e["sender"] == moot.account.id]
        redactions = Counter(e["redacts"] for e in by_bot if e["type"] == "m.room.redaction")
        assert redactions == Counter(dict.fromkeys(insults, 1)), "one removal each"
        said = [e for e in by_bot if e["type"] == "m.room.message"]
        warned = Counter(user for e in said for user in mentioned(e) if "Case" in e["content"]["body"])
        assert warned == Counter(dict.fromkeys((person.id for person in offenders), 1)), "one warning each"
        answers = Counter(answered(e) for e in said if answered(e) in asked)
        assert answers == Counter(dict.fromkeys(asked, 1)), "one answer each"
        cards = Counter(
            e["content"]["body"]
            for e in await moot.mira.history(moot.modroom)
            if e["sender"] == moot.account.id
        )
        assert sum("Case #" in card for card in cards.elements()) == OFFENDERS
        assert max(cards.values()) == 1

        ledger = await Ledger.open(f"sqlite:///{tmp_path / 'folkmoot.db'}")
        for person in offenders:
            assert len(await ledger.strikes("freechat", f"matrix:{person.id}")) == 1, "one strike each"
        await ledger.close()


def answered(event: Event) -> str | None:
    found: str | None = event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
    return found


def mentioned(event: Event) -> list[str]:
    found: list[str] = event["content"].get("m.mentions", {}).get("user_ids", [])
    return found


async def settled(config: Path, patience: float) -> None:
    """Waits until the bot's ledger has nothing left to deliver; it is read from beside the bot."""
    async with asyncio.timeout(patience):
        while True:
            ledger = await Ledger.open(f"sqlite:///{config.parent / 'folkmoot.db'}")
            counts = await ledger.counts()
            await ledger.close()
            assert counts["failed"] == 0
            if counts["pending"] == counts["sending"] == counts["unknown"] == 0:
                return
            await asyncio.sleep(0.2)  # nobody tells when a queue becomes empty
