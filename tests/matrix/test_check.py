"""`folkmoot check --online` on a real homeserver: what the bot may do where, what it lacks, and who can give it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.actions import Capability
from bot.cli.check import examine
from bot.model import Community
from bot.needs import needs
from bot.platforms.matrix import raw
from bot.platforms.matrix.check import lacking
from bot.platforms.matrix.power import Powers
from bot.settings.plugins import find
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
    plugins: {{daily_prompts: {{pool: prompts.md}}}}
"""


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_each_room_is_listed_with_what_the_bot_may_do_and_what_it_lacks(
    synapse: Synapse, version: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version, level=50)
        needs = {"lounge": {Capability.BAN: ("moderation",), Capability.MUTE: ("moderation",)}}
        async with reading(synapse.url, bot, [place(room)], needs=needs) as desk:
            assert await desk.adapter.check() == [
                (
                    f"place lounge: Lounge ({room}): the bot's power level is 50, too low to mute people (takes 100; for"
                    " moderation). Somebody of a higher level can raise it in the room's settings, or at the bot's name in the list"
                    " of members"
                )
            ]
            [rights, limits] = await desk.adapter.rights()
            assert rights == (
                f"place lounge: Lounge ({room}), version {version}, not encrypted: the bot may speak, remove messages, kick"
                " people, ban people, pin messages; not mute people, lock the room down"
            )
            assert f"{synapse.url}/_synapse/admin/v1/users/{bot.id}/override_ratelimit" in limits
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
        (tmp_path / "prompts.md").write_text("## Plants\nWhat grows on your windowsill?\n")
        config.write_text(CONFIG.format(url=synapse.url, user=bot.id, room=room))
        status = await asyncio.to_thread(examine, config, {"TOKEN": bot.token}, online=True, as_json=True)
        found = json.loads(capsys.readouterr().out)
        assert status == 1
        problems = [p["message"] for p in found["problems"] if p["key"] == "accounts.chat" and p["line"] == 2]
        assert problems == [
            (
                f"place lounge: Lounge ({room}): the bot's power level is 0, too low to pin messages (takes 50; for"
                " daily_prompts). Somebody of a higher level can raise it in the room's settings, or at the bot's name in the list of members"
            )
        ], "what nothing needs is no problem"
        assert found["rights"][0].endswith(
            "the bot may speak; not remove messages, kick people, ban people, mute people, lock the room down, pin messages"
        )

        status = await asyncio.to_thread(examine, config, {"TOKEN": "rubbish"}, online=True)
        assert status == 1
        assert "the access token of" in capsys.readouterr().out


def test_what_plugins_need_where() -> None:
    """Among the moderators nothing; pinning only where the prompt goes, and only where it is pinned."""
    moderation, prompts = (find(name) for name in ("moderation", "daily_prompts"))
    assert moderation is not None
    assert prompts is not None
    lounge_, garden, modroom = (place("!r", alias) for alias in ("lounge", "garden", "modroom"))
    cats = Community("cats", "Cats", "UTC", "en", (lounge_, garden, modroom), moderators_room="modroom")
    for settings, pins in ((None, ["lounge"]), ("garden", ["garden"])):
        found = needs(cats, [(moderation, None), (prompts, SimpleNamespace(place=settings))])
        assert found["modroom"] == {}
        assert found["garden"][Capability.BAN] == ("moderation",)
        assert [alias for alias in found if Capability.PIN in found[alias]] == pins
    found = needs(cats, [(prompts, SimpleNamespace(place=None, pin=False))])
    assert found["lounge"] == {Capability.POST: ("daily_prompts",)}


def test_all_that_lacks_in_a_room_is_one_sentence() -> None:
    powers = Powers(users={"@bot:x": 0}, ban=50, kick=50, redact=raw.LARGEST, events={"m.room.message": 10})
    moderation = ("moderation",)
    wanted = dict.fromkeys((Capability.BAN, Capability.KICK, Capability.REMOVE), moderation)
    assert lacking(powers, "@bot:x", wanted).startswith(
        "the bot's power level is 0, too low to speak (takes 10), and to kick people and ban people (takes 50; for"
        " moderation), and to remove messages (nobody may there; for moderation). "
    )
    assert lacking(replace(powers, users={"@bot:x": 50}), "@bot:x", {}) == ""
