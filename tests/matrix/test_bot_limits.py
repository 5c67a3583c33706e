"""A homeserver with its own limits, a message in five seconds after the first ten: a ban does not wait behind chatter."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.matrix.test_bot_crash import answered
from tests.matrix_moot import matrix_moot
from tests.synapse import ROOM_VERSIONS, Synapse


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_a_ban_overtakes_queued_chatter(
    throttled_synapse: Synapse, tmp_path: Path, version: str
) -> None:
    async with matrix_moot(throttled_synapse, tmp_path, version=version) as moot:
        ana, grump = await moot.member("ana"), await moot.member("grump")
        await moot.town.unlimit(ana, grump, moot.mira)
        asked = [await ana.send(moot.lounge, "!strikes") for _ in range(16)]
        answers = asyncio.gather(
            *(moot.mira.wait_for(lambda e, one=one: answered(e) == one, patience=200) for one in asked)
        )
        # The bucket is empty once the bot has spent what it may say at once.
        await moot.mira.wait_for(lambda e: answered(e) == asked[7], patience=100)
        await moot.mira.send(moot.lounge, f"!ban {grump.id} 1d noise")
        await moot.mira.wait_for(
            lambda e: e.get("state_key") == grump.id and e["content"].get("membership") == "ban", patience=100
        )
        await answers

        order = [
            event["content"].get("membership") or answered(event)
            for event in await moot.mira.history(moot.lounge)
            if event["sender"] == moot.account.id
        ]
        behind = set(order[order.index("ban") + 1 :]) & set(asked)
        assert len(behind) >= 4, "the ban came before chatter that was asked for long before"
        assert set(asked) <= set(order), "and the chatter came, too"
        assert sum(answered(e) in asked for e in await moot.mira.history(moot.lounge)) == len(asked), (
            "each once"
        )
