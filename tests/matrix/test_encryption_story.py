"""The whole bot in an encrypted room, as somebody sees it who uses matrix-js-sdk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.js_client import js_client
from tests.matrix.encrypted import ENCRYPTION
from tests.matrix_moot import joined, matrix_moot
from tests.synapse import Synapse

pytestmark = pytest.mark.slow


async def test_help_a_warning_and_a_removal_in_an_encrypted_room(synapse: Synapse, tmp_path: Path) -> None:
    async with matrix_moot(synapse, tmp_path, encryption=True) as moot:
        ana = await moot.member("ana")
        for room in (moot.lounge, moot.modroom):
            await moot.mira.put_state(room, ENCRYPTION["type"], ENCRYPTION["content"])
        async with js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers:
            await hers.call("sendTextMessage", moot.lounge, "!help strikes")
            answer = await hers.wait_for_text("!strikes", by=moot.account.id)
            assert answer["encrypted"]
            assert answer["shield"] == 0, answer

            bad = await hers.call("sendTextMessage", moot.lounge, "You numbskull!")
            warning = await hers.wait_for_text("Case #1.", by=moot.account.id)
            assert warning["encrypted"]
            assert warning["shield"] == 0, warning
            await hers.wait_for(lambda e: e.get("redacts") == bad["event_id"])
            assert (await ana.event(moot.lounge, bad["event_id"]))["content"] == {}

            # The machine burns down, the backup of the keys is gone: the bot goes on as another device.
            await moot.bot.end(9)
            shutil.rmtree(tmp_path / "data" / "matrix.crypto")
            await moot.bot.start()
            await hers.call("sendTextMessage", moot.lounge, "!help strikes")
            again = await hers.wait_for(
                lambda e: (
                    "!strikes" in str(e.get("content", {}).get("body"))
                    and e["event_id"] != answer["event_id"]
                )
            )
            assert again["sender"] == moot.account.id
            assert again["shield"] != 0, "nobody vouches for the new device"
            assert any("was lost or exchanged" in line and "new device" in line for line in moot.bot.log)
            assert any("give it the account's recovery key" in line for line in moot.bot.log)
        await ana.wait_for(joined(moot.account), room=moot.lounge)
