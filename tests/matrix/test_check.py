"""`folkmoot check --online` on a real homeserver: what the bot may do where, what it lacks, and who can give it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli.check import examine
from tests.matrix.reading import place, reading
from tests.matrix.test_reader import lounge
from tests.synapse import ROOM_VERSIONS, Synapse

CONFIG = """\
accounts:
  chat: {{platform: matrix, url: "{url}", user: "{user}", token: "env:TOKEN", encryption: no}}
communities:
  cats:
    title: Cats
    places:
      lounge: {{account: chat, room: "{room}"}}
    plugins: {{}}
"""


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_each_room_is_listed_with_what_the_bot_may_do_and_what_it_lacks(
    synapse: Synapse, version: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version, level=50)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            assert await desk.adapter.check() == [
                (
                    f"place lounge: Lounge ({room}): to mute people, the bot needs the power level 100 and has 50; somebody of a"
                    " higher level can give it in the room's settings, or at the bot's name in the list of members"
                )
            ]
            assert await desk.adapter.rights() == [
                (
                    f"place lounge: Lounge ({room}), version {version}, not encrypted: the bot may speak, remove messages, kick"
                    " people, ban people, pin messages; not mute people"
                )
            ]
            await ana.empower(room, {bot: 100})
            assert await desk.adapter.check() == []
            await ana.put_state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
            [problem] = await desk.adapter.check()
            assert "is encrypted" in problem


async def test_the_command_tells_it_with_the_line_of_the_account(
    synapse: Synapse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with synapse.town() as town:
        bot, _, room = await lounge(town, "12", level=0)
        config = tmp_path / "config.yaml"
        config.write_text(CONFIG.format(url=synapse.url, user=bot.id, room=room))
        status = await asyncio.to_thread(examine, config, {"TOKEN": bot.token}, online=True, as_json=True)
        found = json.loads(capsys.readouterr().out)
        assert status == 1
        problems = [p["message"] for p in found["problems"] if p["key"] == "accounts.chat" and p["line"] == 2]
        assert [p for p in problems if "to ban people, the bot needs the power level 50 and has 0" in p]
        assert found["rights"][0].endswith(
            "the bot may speak; not remove messages, kick people, ban people, mute people, pin messages"
        )

        status = await asyncio.to_thread(examine, config, {"TOKEN": "rubbish"}, online=True)
        assert status == 1
        assert "the access token of" in capsys.readouterr().out
