"""An answer that got lost was taken for an equal one that somebody got a moment ago, and so was never given."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.app import App
from bot.ledger import Ledger
from bot.settings import loads
from bot.settings.plugins import find
from tests.lemmy_town import HOME, Town, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

CONFIG = {
    "accounts": {
        "lemmy": {
            "platform": "lemmy",
            "url": "http://127.0.0.1:9",
            "username": "folkmoot",
            "password": "env:P",
        }
    },
    "communities": {
        "free": {
            "title": "Free chat",
            "places": {"chat": {"account": "lemmy", "community": "freechat"}},
            "plugins": {"moderation": {}},
        }
    },
    "storage": {"database": "sqlite://"},
}


@asynccontextmanager
async def house() -> AsyncIterator[tuple[Town, App]]:
    """The town with the whole bot in it, which has read all that was said so far."""
    async with town(opened=False) as it:
        loaded = loads(json.dumps(CONFIG), "config.yaml", find, {"P": "secret"})
        app = App(loaded, await Ledger.open("sqlite://"), [it.adapter], it.clock)
        await app.open()
        await app.step()
        yield it, app
        await app.ledger.close()


async def ask(it: Town, app: App, who: str) -> None:
    it.later(seconds=20)
    it.instance.private_message(as_=who, to="folkmoot", text="!strikes")
    await app.step()


def answered(it: Town) -> list[str]:
    """Whom the bot wrote to."""
    return [row.split()[1].partition("@")[0] for row in it.did() if row.startswith("tell ")]


@pytest.mark.parametrize("who", ["ana", "mia"])
async def test_an_answer_that_got_lost_is_given_although_an_equal_one_arrived(who: str) -> None:
    async with house() as (it, app):
        await ask(it, app, "ana")
        it.server.faults.add("reset", method="POST", path="/private_message")
        await ask(it, app, who)
        assert answered(it) == ["ana"]
        it.later(minutes=5)
        await app.step()
        assert answered(it) == ["ana", who]
        assert HOME in it.did()[0]


async def test_of_two_lost_answers_each_goes_to_the_one_who_asked() -> None:
    async with house() as (it, app):
        it.server.faults.add("reset", method="POST", path="/private_message")
        await ask(it, app, "ana")
        it.server.faults.add("act then reset", method="POST", path="/private_message")
        await ask(it, app, "mia")
        assert answered(it) == ["mia"]
        it.later(minutes=5)
        await app.step()
        assert answered(it) == ["mia", "ana"]
