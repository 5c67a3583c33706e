"""Bots among bots: nobody answers an answer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.matrix.test_bot_crash import answered
from tests.matrix_moot import joined, matrix_moot
from tests.synapse import Event, Synapse


async def test_two_bots_in_one_room_do_not_answer_each_other(synapse: Synapse, tmp_path: Path) -> None:
    (ours := tmp_path / "ours").mkdir()
    (theirs := tmp_path / "theirs").mkdir()
    async with matrix_moot(synapse, ours) as moot, matrix_moot(synapse, theirs, running=False) as other:
        await moot.mira.invite(moot.lounge, other.account)
        config = json.loads(other.config.read_text())
        config["communities"]["freechat"]["places"]["lounge"]["room"] = moot.lounge
        other.config.write_text(json.dumps(config))
        await other.bot.start()
        await moot.mira.wait_for(joined(other.account), room=moot.lounge)

        ana = await moot.member("ana")
        for text in ("!help", "!strikes", "!help nonsense"):
            asked = await ana.send(moot.lounge, text)
            for bot in (moot.account, other.account):

                def answer(event: Event, bot: str = bot.id, asked: str = asked) -> bool:
                    return event["sender"] == bot and answered(event) == asked

                await moot.mira.wait_for(answer)
        # A question that only comes after all that: had they answered each other, that would be in the history before it.
        last = await ana.send(moot.lounge, "!strikes")
        await asyncio.gather(
            *(
                moot.mira.wait_for(lambda e, bot=bot: answered(e) == last and e["sender"] == bot.id)
                for bot in (moot.account, other.account)
            )
        )
        history = await moot.mira.history(moot.lounge)
        for bot in (moot.account, other.account):
            said = [e for e in history if e["sender"] == bot.id and e["type"] == "m.room.message"]
            assert len(said) == 4, [e["content"]["body"] for e in said]
            assert all(e["content"]["msgtype"] == "m.notice" for e in said), "what no bot may answer"
            assert {e["sender"] for e in history if e["event_id"] in {answered(s) for s in said}} == {ana.id}
