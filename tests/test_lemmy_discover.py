"""Which API a server speaks, by what it says of itself."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from bot.clock import FakeClock
from bot.platforms.lemmy.client import Client
from bot.platforms.lemmy.discover import discover
from bot.platforms.lemmy.v3 import V3
from bot.platforms.lemmy.v4 import V4
from bot.platforms.protocol import Refused, Unreachable
from tests.lemmy_town import NOON

PAGE = "<html><body>Welcome</body></html>"


def server(info: httpx.Response | None, *, newer: httpx.Response | None = None) -> Client:
    """A server with such a node info, and such an answer to version 4's question."""
    answers = {"/nodeinfo/2.1": info, "/api/v4/site": newer}

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(request.url.path)
        return found if found is not None else httpx.Response(404, text=PAGE)

    return client(answer)


def client(answer: Callable[[httpx.Request], httpx.Response]) -> Client:
    return Client("https://lemmy.example", "bot", FakeClock(NOON), transport=httpx.MockTransport(answer))


def says(name: object, version: object) -> httpx.Response:
    return httpx.Response(200, json={"software": {"name": name, "version": version}})


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("0.19.3", V3),
        ("0.19.20", V3),
        ("0.19.20-beta.1", V3),
        ("0.20.0", V4),
        ("1.0.0-beta.1", V4),
        ("1.2", V4),
        ("12.0", V4),
    ],
)
async def test_lemmy_says_its_version(version, kind):
    assert isinstance(await discover(server(says("lemmy", version))), kind)


@pytest.mark.parametrize(
    ("info", "sentence"),
    [
        (says("lemmy", "0.18.5"), "runs Lemmy 0.18.5, which is too old"),
        (says("piefed", "1.6.18"), "runs piefed 1.6.18; Lemmy from 0.19 on is supported"),
        (says("mbin", ""), "runs mbin"),
    ],
)
async def test_other_software_is_named(info, sentence):
    with pytest.raises(Refused, match=sentence):
        await discover(server(info))


@pytest.mark.parametrize(
    "info",
    [None, httpx.Response(200, text=PAGE), httpx.Response(200, json={"software": 3}), says("lemmy", "unknown"), says(3, 4)],
    ids=["none", "a page", "no software", "no number", "numbers"],
)  # fmt: skip
async def test_where_it_does_not_say_so_the_newer_version_is_tried(info):
    assert isinstance(await discover(server(info)), V3)
    assert isinstance(await discover(server(info, newer=httpx.Response(200, json={"version": "1.0"}))), V4)


async def test_a_page_instead_of_every_answer_is_no_server():
    with pytest.raises(Unreachable, match="JSON was expected"):
        await discover(client(lambda request: httpx.Response(200, text=PAGE)))


async def test_a_node_info_that_moved_is_followed():
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/nodeinfo/2.1":
            return httpx.Response(301, headers={"location": "/nodeinfo/2.1.json"})
        return says("lemmy", "1.0.0")

    assert isinstance(await discover(client(answer)), V4)
