"""Encrypted rooms on a real homeserver, with matrix-js-sdk on the other side: it shares no code with what is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.js_client import js_client
from tests.matrix.encrypted import ENCRYPTION, account
from tests.synapse import Synapse

pytestmark = pytest.mark.slow


async def test_both_sides_read_each_other_and_our_device_is_trusted(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await ana.create_room(public=False, initial_state=[ENCRYPTION])
        await ana.invite(room, bot)
        await bot.join(room)
        async with (
            js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers,
            account(bot, synapse.url, tmp_path / "keys") as ours,
        ):
            assert ours.cipher.problem == ""
            await hers.call("verify", ana.password)
            await ours.sync()
            said = await ours.say(room, "Good evening.")
            heard = await hers.wait_for(lambda e: e.get("event_id") == said and not e["undecryptable"])
            assert heard["content"]["body"] == "Good evening."
            assert heard["encrypted"]
            assert heard["shield"] == 0, heard

            await hers.call("sendTextMessage", room, "Who are you?")
            event = await ours.wait_for_text("Who are you?")
            assert event["type"] == "m.room.message"
            assert event["sender"] == ana.id
            assert event["org.folkmoot.device"] == "signed"
