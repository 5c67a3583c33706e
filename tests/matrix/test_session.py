"""Signing in: once, as the same device, with whatever the operator gives, and nothing secret where others can read it."""

from __future__ import annotations

import json
import logging
import stat
from pathlib import Path

import pytest

from bot.model import Message
from bot.platforms.matrix import Credentials
from bot.platforms.protocol import SignedOut
from tests.matrix.reading import place, reading
from tests.matrix.test_reader import lounge
from tests.synapse import Person, Synapse

LOGOUT = "/_matrix/client/v3/logout"


def password_of(bot: Person, file: Path, password: str | None = None) -> Credentials:
    return Credentials(user=bot.id, password=lambda: password or bot.password, file=file)


async def test_the_session_is_kept_for_the_bot_alone_and_used_again(synapse: Synapse, tmp_path: Path) -> None:
    file = tmp_path / "data" / "chat.session"
    async with synapse.town() as town:
        bot, _, room = await lounge(town, "12")
        seen = []
        for _round in range(2):
            async with reading(synapse.url, bot, [place(room)], credentials=password_of(bot, file)) as desk:
                client = desk.adapter._client
                seen.append((client.token, client.device, client.logins))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_text())
    assert seen == [(kept["token"], kept["device"], 1), (kept["token"], kept["device"], 0)]
    assert kept["device"] != bot.device


async def test_a_session_that_died_is_renewed_as_the_same_device(synapse: Synapse, tmp_path: Path) -> None:
    """At the start as well as in the middle of the service."""
    file = tmp_path / "chat.session"
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        async with reading(synapse.url, bot, [place(room)], credentials=password_of(bot, file)) as desk:
            client = desk.adapter._client
            device, first = client.device, client.token
            await client.call("POST", "v3/logout")
            await ana.send(room, "do you hear me?")
            await desk.wait_for(Message)
            assert (client.device, client.logins) == (device, 2)
            assert client.token != first
            await client.call("POST", "v3/logout")
        async with reading(
            synapse.url, bot, [place(room)], desk.cursor, credentials=password_of(bot, file)
        ) as again:
            assert (again.adapter._client.device, again.adapter._client.logins) == (device, 1)


async def test_a_session_of_another_account_is_not_used(synapse: Synapse, tmp_path: Path) -> None:
    file = tmp_path / "chat.session"
    async with synapse.town() as town:
        bot, other = await town.register("folkmoot"), await town.register("other")
        async with reading(synapse.url, bot, [], credentials=password_of(bot, file)):
            first = json.loads(file.read_text())
        async with reading(synapse.url, other, [], credentials=password_of(other, file)) as desk:
            assert desk.adapter._client.user == other.id
        assert json.loads(file.read_text())["token"] != first["token"]


async def test_rubbish_in_the_session_is_as_good_as_none(
    synapse: Synapse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "chat.session"
    file.write_text('{"url": "')
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        async with reading(synapse.url, bot, [], credentials=password_of(bot, file)) as desk:
            assert desk.adapter._client.logins == 1
    assert "the session cannot be read" in caplog.text


async def test_what_cannot_sign_in_says_what_to_mend(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        bot, ana = await town.register("folkmoot"), await town.register("ana")
        cases = {
            "and its password are not accepted": password_of(bot, tmp_path / "a", "wrong"),
            "is not accepted (any more); put a new one": Credentials(user=bot.id, token=lambda: "rubbish"),
            "belongs to": Credentials(user=bot.id, token=lambda: ana.token),
        }
        for sentence, credentials in cases.items():
            with pytest.raises(SignedOut) as error:
                async with reading(synapse.url, bot, [], credentials=credentials):
                    pass
            assert sentence in str(error.value)
            assert "account chat" in str(error.value) or "for the account" in str(error.value)


async def test_no_secret_is_ever_logged(
    synapse: Synapse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        file = tmp_path / "chat.session"
        async with reading(synapse.url, bot, [place(room)], credentials=password_of(bot, file)) as desk:
            await ana.send(room, "a word in confidence")
            await desk.wait_for(Message)
            shown = repr(desk.adapter._client) + repr(desk.adapter._session) + repr(password_of(bot, file))
            token = desk.adapter._client.token
            await desk.adapter._client.call("POST", "v3/logout")
            await desk.poll()
    for secret in (token, bot.password, "a word in confidence"):
        assert secret not in caplog.text
        assert secret not in shown
