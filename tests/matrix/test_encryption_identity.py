"""How our device comes to be trusted, on a real homeserver, judged by matrix-js-sdk."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from bot.demo.matrix.person import Person
from bot.platforms.matrix.encryption.registry import StoreLost
from tests.js_client import js_client
from tests.matrix.encrypted import account, on_a_new_device
from tests.synapse import Synapse


async def published(person: Person) -> dict[str, Any]:
    """The account's cross-signing keys as the server shows them to the account itself."""
    answer = await person.request("POST", "/_matrix/client/v3/keys/query", {"device_keys": {person.id: []}})
    return {
        part: answer[part].get(person.id)
        for part in ("master_keys", "self_signing_keys", "user_signing_keys")
    }


async def test_a_new_account_gets_an_identity_once(
    synapse: Synapse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        async with account(bot, synapse.url, tmp_path / "keys") as ours:
            assert ours.cipher.problem == ""
        first = await published(bot)
        assert None not in first.values()
        recovery = (tmp_path / "keys" / "recovery-key").read_text().strip()
        assert str(tmp_path / "keys" / "recovery-key") in caplog.text
        assert recovery not in caplog.text

        caplog.clear()
        async with account(bot, synapse.url, tmp_path / "keys") as ours:
            assert ours.cipher.problem == ""
        assert await published(bot) == first
        assert caplog.text == "", "a second start is nothing to speak of"


async def test_nobody_else_may_read_what_is_kept(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        folder = tmp_path / "data" / "keys"
        folder.mkdir(parents=True, mode=0o755)
        async with account(bot, synapse.url, folder) as ours:
            await ours.sync()
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert set(modes.values()) == {0o600}, modes
            assert {"identity.json", "recovery-key", f"{bot.device}.db"} <= modes.keys()


@pytest.mark.slow
async def test_another_client_signs_itself_in_with_the_recovery_key_that_we_made(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        async with account(bot, synapse.url, tmp_path / "keys"):
            recovery = (tmp_path / "keys" / "recovery-key").read_text().strip()
        before = await published(bot)
        async with js_client(bot, synapse.url, tmp_path / "js.log", encrypted=True) as element:
            assert await element.call("recover", recovery) is True
            status = await element.call("crypto.getDeviceVerificationStatus", bot.id, bot.device)
            assert status["signedByOwner"], status
            assert status["crossSigningVerified"], status
        assert await published(bot) == before


@pytest.mark.slow
async def test_an_identity_made_elsewhere_is_joined_with_its_recovery_key(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        async with js_client(bot, synapse.url, tmp_path / "js.log", encrypted=True) as element:
            await element.call("verify", bot.password)
            recovery = await element.call("keep")
            before = await published(bot)

            async with account(bot, synapse.url, tmp_path / "keys", password=lambda: bot.password) as ours:
                assert "does not hold the keys" in ours.cipher.problem
                assert "`recovery_key`" in ours.cipher.problem
            status = await element.call("crypto.getUserDeviceInfo", [bot.id], True)
            assert status is not None
            status = await element.call("crypto.getDeviceVerificationStatus", bot.id, bot.device)
            assert not status["signedByOwner"]

            wrong = recovery[:-1] + ("a" if recovery[-1] != "a" else "b")
            async with account(bot, synapse.url, tmp_path / "keys", recovery_key=lambda: wrong) as ours:
                assert "typing mistake" in ours.cipher.problem
                assert wrong not in ours.cipher.problem

            async with account(bot, synapse.url, tmp_path / "keys", recovery_key=lambda: recovery) as ours:
                assert ours.cipher.problem == ""
            assert await published(bot) == before, "an identity that others made is never replaced unasked"
            await element.call("crypto.getUserDeviceInfo", [bot.id], True)
        async with js_client(bot, synapse.url, tmp_path / "js2.log", encrypted=True) as element:
            assert await element.call("recover", recovery) is True
            status = await element.call("crypto.getDeviceVerificationStatus", bot.id, bot.device)
            assert status["signedByOwner"], status


@pytest.mark.slow
async def test_an_identity_is_replaced_when_asked_and_the_password_is_given(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        async with account(bot, synapse.url, tmp_path / "lost"):
            before = await published(bot)
        await on_a_new_device(bot)
        keys = tmp_path / "keys"
        async with account(bot, synapse.url, keys, reset=True) as ours:
            assert "wants the password" in ours.cipher.problem
            assert await published(bot) == before
        async with account(bot, synapse.url, keys, reset=True, password=lambda: "guessed") as ours:
            assert "is not accepted" in ours.cipher.problem
            assert "guessed" not in ours.cipher.problem
            assert await published(bot) == before
        async with account(bot, synapse.url, keys, reset=True, password=lambda: bot.password) as ours:
            assert ours.cipher.problem == ""
        after = await published(bot)
        assert after["master_keys"]["keys"] != before["master_keys"]["keys"]
        async with account(bot, synapse.url, keys, reset=True, password=lambda: bot.password) as ours:
            assert ours.cipher.problem == ""
        assert await published(bot) == after, "a setting that is left on replaces nothing again"
        async with js_client(bot, synapse.url, tmp_path / "js.log", encrypted=True) as element:
            assert await element.call("recover", (keys / "recovery-key").read_text().strip()) is True
            status = await element.call("crypto.getDeviceVerificationStatus", bot.id, bot.device)
            assert status["signedByOwner"], status


@pytest.mark.slow
async def test_a_lost_folder_is_said_and_a_new_device_gets_its_standing_back(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        async with account(bot, synapse.url, tmp_path / "keys"):
            recovery = (tmp_path / "keys" / "recovery-key").read_text().strip()
        with pytest.raises(StoreLost, match=f"knows the device {bot.device}.*sign the account in again"):
            async with account(bot, synapse.url, tmp_path / "emptied"):
                pass
        await on_a_new_device(bot)
        async with account(bot, synapse.url, tmp_path / "new", recovery_key=lambda: recovery) as ours:
            assert ours.cipher.problem == ""
        async with js_client(bot, synapse.url, tmp_path / "js.log", encrypted=True) as element:
            assert await element.call("recover", recovery) is True
            status = await element.call("crypto.getDeviceVerificationStatus", bot.id, bot.device)
            assert status["signedByOwner"], status
