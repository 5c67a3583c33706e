"""Where encryption cannot work: everything else goes on, and one sentence tells why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.actions import Post
from bot.clock import SystemClock
from bot.model import Message, Noticed
from bot.platforms.matrix.encryption import Means, opener
from bot.platforms.protocol import Refused
from bot.text import document
from tests.matrix.encrypted import ENCRYPTION, account, on_a_new_device
from tests.matrix.reading import place, reading
from tests.synapse import Person, Synapse, Town


async def two_rooms(town: Town) -> tuple[Person, Person, str, str]:
    """Ana, the bot, a clear room and an encrypted one."""
    ana, bot = await town.register("ana"), await town.register("folkmoot")
    clear = await ana.create_room(name="Clear")
    sealed = await ana.create_room(name="Sealed", initial_state=[ENCRYPTION])
    for room in (clear, sealed):
        await bot.join(room)
        await ana.empower(room, {bot: 100})
    return ana, bot, clear, sealed


@pytest.fixture
def no_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the `e2e` extra."""
    for name in [name for name in sys.modules if name.startswith("bot.platforms.matrix.encryption.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "vodozemac", None)


@pytest.mark.usefixtures("no_libraries")
async def test_without_the_libraries_the_rest_works_and_one_sentence_says_what_to_install(
    synapse: Synapse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with synapse.town() as town:
        ana, bot, clear, sealed = await two_rooms(town)
        cipher = opener(tmp_path / "keys", Means(), SystemClock().now)
        places = [place(clear, "clear"), place(sealed, "sealed")]
        async with reading(synapse.url, bot, places, cipher=cipher) as desk:
            await ana.send(clear, "Good evening.")
            await ana.send(
                sealed, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgB"}, "m.room.encrypted"
            )
            (message,) = await desk.wait_for(Message)
            assert message.text == "Good evening."
            (notice,) = await desk.wait_for(Noticed)
            assert "no rule looks at it" in notice.text

            def post(alias: str) -> Post:
                return Post(place=alias, text=document("Here I am."))

            await desk.adapter.perform(post("clear"), "1")
            await ana.wait_for_text("Here I am.", room=clear)
            with pytest.raises(
                Refused, match=r"is encrypted: .* vodozemac is not installed; install folkmoot\[e2e\]"
            ):
                await desk.adapter.perform(post("sealed"), "2")
            (problem,) = [line for line in await desk.adapter.check() if "encrypted" in line]
            assert "vodozemac is not installed; install folkmoot[e2e], or set `encryption: false`" in problem
    assert caplog.text.count("vodozemac is not installed") == 1
    assert not (tmp_path / "keys").exists()


async def test_an_operator_who_switched_it_off_reads_so(synapse: Synapse) -> None:
    async with synapse.town() as town:
        _, bot, _, sealed = await two_rooms(town)
        async with reading(synapse.url, bot, [place(sealed, "sealed")]) as desk:
            (problem,) = [line for line in await desk.adapter.check() if "encrypted" in line]
            assert "set `encryption: yes`" in problem


async def test_a_device_that_nobody_vouches_for_is_a_line_of_the_check(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with synapse.town() as town:
        _, bot, _, sealed = await two_rooms(town)
        async with account(bot, synapse.url, tmp_path / "lost"):
            pass
        await on_a_new_device(bot)
        cipher = opener(tmp_path / "keys", Means(), SystemClock().now)
        async with reading(synapse.url, bot, [place(sealed, "sealed")], cipher=cipher) as desk:
            (problem,) = await desk.adapter.check()
            assert problem.startswith("account chat: ")
            assert "`recovery_key`" in problem


async def test_a_lost_store_without_a_password_closes_encrypted_rooms_only(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with synapse.town() as town:
        ana, bot, clear, sealed = await two_rooms(town)
        async with account(bot, synapse.url, tmp_path / "keys"):
            pass
        cipher = opener(tmp_path / "emptied", Means(), SystemClock().now)
        async with reading(
            synapse.url, bot, [place(clear, "clear"), place(sealed, "sealed")], cipher=cipher
        ) as desk:
            await ana.send(clear, "Good evening.")
            assert [message.text for message in await desk.wait_for(Message)] == ["Good evening."]
            (problem,) = [line for line in await desk.adapter.check() if "encrypted" in line]
            assert "Restore it from a backup; or sign the account in again" in problem
