"""Kill -9 in the middle of batches, on a real homeserver: every message is handled, and nothing is acted on twice."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import FakeClock, SystemClock
from bot.demo.worker import launch
from bot.ledger import Ledger
from tests.matrix_moot import matrix_moot
from tests.synapse import Event, Person, Synapse
from tests.test_crash import Nursery

OFFENDERS, COMMANDS, CHATTER = 60, 40, 120
KILLS = 30
#: In how many turns of its loop a bot starts and does all there is to do in a round.
LONGEST_LIFE = 600


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_hundreds_of_messages_and_thirty_kills(synapse: Synapse, tmp_path: Path) -> None:
    dice = random.Random(20260302)
    # Sixty people who say the same are a raid, which has a case of its own.
    plugins = {"moderation": {"raids": {"answer": "off"}}}
    async with matrix_moot(synapse, tmp_path, plugins=plugins) as moot:
        await moot.bot.end(signal.SIGTERM)  # it has entered its rooms; from now on it is killed
        offenders = [await moot.member(f"rude{number}") for number in range(OFFENDERS)]
        speeches = [(person, "What a numbskull!") for person in offenders]
        speeches += [(moot.mira, "!strikes")] * COMMANDS + [(moot.mira, "A fine day.")] * CHATTER
        dice.shuffle(speeches)
        insults: set[str] = set()
        asked: set[str] = set()

        async def speak(person: Person, text: str) -> None:
            said = await person.send(moot.lounge, text)
            if person is not moot.mira:
                insults.add(said)
            elif text.startswith("!"):
                asked.add(said)

        nursery = await Nursery.open(moot.config)
        for turn in range(KILLS):
            # While the bot lives, some of it before, some of it in the middle of its work.
            life = asyncio.create_task(nursery.life("now", dice.randint(50, LONGEST_LIFE)))
            for speech in speeches[turn::KILLS]:
                await speak(*speech)
            assert await life == signal.SIGKILL, f"kill {turn}: the bot ended by itself"
        await nursery.close()

        # What was cut off is looked up once the server had its time.
        clock = FakeClock(SystemClock().now())
        app = await launch(moot.config, clock)
        for _ in range(3):
            clock.advance(timedelta(minutes=2))
            await app.step()
        await app.close()

        by_bot = [e for e in await moot.mira.history(moot.lounge) if e["sender"] == moot.account.id]
        redactions = Counter(e["redacts"] for e in by_bot if e["type"] == "m.room.redaction")
        assert redactions == Counter(dict.fromkeys(insults, 1)), "one removal each"
        said = [e for e in by_bot if e["type"] == "m.room.message"]
        warned = Counter(user for e in said for user in mentioned(e) if "Case" in e["content"]["body"])
        assert warned == Counter(dict.fromkeys((person.id for person in offenders), 1)), "one warning each"
        answers = Counter(answered(e) for e in said if answered(e) in asked)
        assert answers == Counter(dict.fromkeys(asked, 1)), "one answer each"
        told = [e for e in await moot.mira.history(moot.modroom) if e["sender"] == moot.account.id]
        cards = Counter(e["content"]["body"] for e in told if e["type"] == "m.room.message")
        numbers = Counter(
            int(card.partition("#")[2].split()[0]) for card in cards.elements() if "Case #" in card
        )
        assert numbers == Counter(range(1, OFFENDERS + 1)), "one card each"

        ledger = await Ledger.open(f"sqlite:///{tmp_path / 'folkmoot.db'}")
        for person in offenders:
            assert len(await ledger.strikes("freechat", f"matrix:{person.id}")) == 1, "one strike each"
        counts = await ledger.counts()
        await ledger.close()
        assert (counts["pending"], counts["sending"], counts["unknown"], counts["failed"]) == (0, 0, 0, 0)


def answered(event: Event) -> str | None:
    found: str | None = event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
    return found


def mentioned(event: Event) -> list[str]:
    found: list[str] = event["content"].get("m.mentions", {}).get("user_ids", [])
    return found
