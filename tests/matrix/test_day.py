"""A day in compressed form, on a real homeserver behind a proxy with bad moments, with three restarts.

In the evening nothing that somebody did was missed, and nothing was acted on twice.
"""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from contextlib import AsyncExitStack
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import FakeClock, SystemClock
from bot.demo.community import PROMPTS, ZONE
from bot.demo.worker import launch
from bot.ledger import Ledger
from tests.matrix.day import LADDER, Day, Size
from tests.matrix.moody import MOODS, Moody
from tests.matrix_moot import behind, matrix_moot, up
from tests.synapse import Synapse

#: What a server lets pass that has no limits, and one that lets the bot say one thing in five seconds.
BUSY = Size(members=8, chatter=150, offenders=20, repeaters=5, questions=30, edits=10, reports=6, visitors=15)
CALM = Size(members=4, chatter=60, offenders=2, repeaters=1, questions=4, edits=1, reports=1, visitors=4)

#: Killed twice and asked to stop once, in the course of the day.
ENDS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
MORNING = time(9)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_day_on_a_server_without_limits(synapse: Synapse, tmp_path: Path) -> None:
    await live(synapse, tmp_path, BUSY)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_day_on_a_server_that_lets_the_bot_do_one_thing_in_five_seconds(
    throttled_synapse: Synapse, tmp_path: Path
) -> None:
    await live(throttled_synapse, tmp_path, CALM)


async def live(synapse: Synapse, folder: Path, size: Size) -> None:
    dice = random.Random(20260302)
    moody = Moody(synapse.url, dice)
    plugins = {
        # Many who say the same are a raid, which has a case of its own.
        "moderation": {"raids": {"answer": "off"}},
        "daily_prompts": {"place": "lounge"},
    }
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(moody.running())
        moot = await stack.enter_async_context(matrix_moot(synapse, folder, plugins=plugins, running=False))
        behind(moody, moot)
        began = SystemClock().now()
        await up(moot.bot)
        day = Day(moot, dice)
        acts = await day.plan(size)
        ends = {len(acts) * (number + 1) // (len(ENDS) + 1): end for number, end in enumerate(ENDS)}
        for number, act in enumerate(acts):
            if number in ends:
                await moot.bot.end(ends[number])
            elif number - len(acts) // 10 in ends:  # it was away for a tenth of the day
                await up(moot.bot)
            await act()
        moody.moody = False
        await moot.bot.end(signal.SIGTERM)
        assert set(moody.met) == set(MOODS), "each kind of trouble was met"
        await moot.town.unlimit(moot.account)  # the night is short
        ended = await night(moot.config)
        await verify(day, size, mornings(began, ended))


async def night(config: Path) -> datetime:
    """The bot does all that is left to do, over a day and an hour of its clock; the time after it."""
    clock = FakeClock(SystemClock().now())
    app = await launch(config, clock)
    for span in (*[timedelta(minutes=2)] * 5, *[timedelta(hours=1)] * 25):
        clock.advance(span)
        await app.step()
    await app.close()
    return clock.now()


def mornings(began: datetime, ended: datetime) -> int:
    """How often it became nine o'clock, when a prompt is due."""
    zone = ZoneInfo(ZONE)
    first, last = began.astimezone(zone), ended.astimezone(zone)
    days = (first.date() + timedelta(days=number) for number in range((last.date() - first.date()).days + 1))
    return sum(first < datetime.combine(date, MORNING, zone) <= last for date in days)


async def verify(day: Day, size: Size, prompts: int) -> None:
    came = await day.outcome()
    assert came.removed == Counter(dict.fromkeys(day.insults, 1)), "one removal each"
    cases = Counter(range(1, len(day.insults) + 1))
    assert came.cards == cases, "one card each"
    assert came.warned == cases, "one warning each"
    assert came.answered(day.asked) == Counter(dict.fromkeys(day.asked, 1)), "one answer each"
    assert came.reports == len(day.reported) == size.reports, "one card a report"
    assert len(day.banned) == size.repeaters
    assert came.became("ban") == came.became("leave") == Counter(dict.fromkeys(day.banned, 1)), (
        "banned once, and let in again a day later"
    )
    assert came.said(*PROMPTS) == prompts, "one prompt a morning"

    ledger = await Ledger.open(json.loads(day.moot.config.read_text())["storage"]["database"])
    counts = await ledger.counts()
    for person, strikes in day.strikes.items():
        found = len(await ledger.strikes("freechat", f"matrix:{person}"))
        assert found == strikes <= LADDER, f"{person}: as many strikes as insults"
    for person in day.members:
        assert not await ledger.strikes("freechat", f"matrix:{person.id}"), "who said nothing bad has none"
    await ledger.close()
    assert (counts["pending"], counts["sending"], counts["unknown"], counts["failed"]) == (0, 0, 0, 0)
