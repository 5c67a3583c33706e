"""The ledger: one transaction for what happened and what was decided, and everything that can be asked afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.actions import Mute, Note, Post, Remember, Settle, Unmute, Warn
from bot.decision import Decision, Outcome, Reviewed, State
from bot.ledger import IllegalMove, Ledger, LedgerError, upgrade
from bot.model import (
    Edited,
    Joined,
    Place,
    PlaceKind,
    Platform,
    Reacted,
    Receipt,
    Ref,
    Removed,
    Reported,
    Tick,
)
from bot.text import document
from tests.ledger_stories import (
    ACCOUNT,
    ANA,
    BEN,
    HOUR,
    MIA,
    NOON,
    ROOM,
    answer,
    ban,
    decided,
    deliver,
    happened,
    remove,
    report,
    said,
    unban,
    undo,
    warn,
)


@asynccontextmanager
async def fresh() -> AsyncIterator[Ledger]:
    ledger = await Ledger.open("sqlite://")
    try:
        yield ledger
    finally:
        await ledger.close()


async def test_a_warning_from_the_message_to_the_strike():
    rude = said("you are all fools")
    async with fresh() as ledger:
        assert await ledger.known([rude.key]) == frozenset()
        done = await ledger.commit(rude, [decided(rude, warn(rude), evidence=rude.text)], NOON)
        assert done is not None
        assert done.cases == {("moderation", "judge"): 1}
        assert done.accounts == {ACCOUNT}
        assert await ledger.known([rude.key, "message:other"]) == {rude.key}

        (job,) = await ledger.claim(ACCOUNT, NOON)
        assert (job.action, job.attempts, job.attempted_at, job.case) == (warn(rude), 1, NOON, 1)
        assert (job.cause, job.plugin, job.community, job.place) == (rude.key, "moderation", "moot", "lobby")
        assert await ledger.claim(ACCOUNT, NOON) == []
        await ledger.sent(job.id, answer(job), NOON)

        (strike,) = await ledger.strikes("moot", ANA.key)
        assert (strike.case, strike.at, strike.points, strike.rule) == (1, NOON, 1, "be kind")
        case = await ledger.case("moot", 1)
        assert case is not None
        assert (case.person, case.about, case.evidence, case.rule) == (ANA, rude.ref, rude.text, "be kind@1")
        assert [stored.state for stored in case.actions] == [State.SENT]
