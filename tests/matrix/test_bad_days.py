"""A homeserver on its bad days: the bot asks it ever less often, never more than once a second, and recovers by itself.

Nobody waits here: how long the reader would have slept is written down, and every request is counted.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot import reader as core
from bot.clock import FakeClock, SystemClock
from bot.ledger import Ledger
from bot.model import Message, Occurrence, Place, PlaceKind, Platform
from bot.platforms.matrix import Credentials, MatrixAdapter, stream, wire
from bot.platforms.matrix.client import LONGEST_WAIT, Client
from bot.platforms.matrix.wire import NioWire
from bot.platforms.protocol import Busy, PlatformError, Refused, Unclear, Unreachable
from bot.reader import Reader

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]

BOT = "@folkmoot:example.org"
ROOM = "!lounge:example.org"
LOUNGE = Place(Platform.MATRIX, "lounge", ROOM, PlaceKind.ROOM, "cats", "chat")

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def said(text: str) -> dict[str, Any]:
    """An answer to /sync in which Ana says something."""
    event = {
        "type": "m.room.message",
        "event_id": f"${text}",
        "sender": "@ana:example.org",
        "origin_server_ts": 1_700_000_000_000,
        "content": {"msgtype": "m.text", "body": text},
    }
    return {"next_batch": f"after-{text}", "rooms": {"join": {ROOM: {"timeline": {"events": [event]}}}}}


class News:
    """A good answer to /sync: given again until the next request shows that it has arrived."""

    def __init__(self, text: str) -> None:
        self.body = said(text)
        self.token = self.body["next_batch"]

    async def __call__(self, request: web.Request) -> web.Response:
        return web.json_response(self.body)


def good(body: object) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(body)

    return answer


def plain(status: int, text: str, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        kind = "text/html" if text.startswith("<") else "application/json"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, content_type=kind, headers=names)

    return answer


async def hang(request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"next_batch": "s')
    assert request.transport is not None
    request.transport.close()
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        while True:
            await response.write(b" " * 4096)
    except ConnectionError:
        return response


class Homeserver:
    """Answers `/sync` as the list says, and the last answer for ever; everything else as a healthy server."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.syncs = 0
        self.url = ""

    async def sync(self, request: web.Request) -> web.StreamResponse:
        self.syncs += 1
        answer = self.answers[0]
        last = getattr(answer, "token", None)
        if last is not None and request.query.get("since") == last:
            del self.answers[0]  # what was told has arrived, however long that took
            answer = self.answers[0]
        if getattr(answer, "token", None) is None and len(self.answers) > 1:
            del self.answers[0]
        return await answer(request)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Homeserver]:
        app = web.Application()
        v3 = "/_matrix/client/v3"
        app.router.add_get(f"{v3}/sync", self.sync)
        app.router.add_get(f"{v3}/account/whoami", good({"user_id": BOT, "device_id": "D"}))
        app.router.add_get(f"{v3}/joined_rooms", good({"joined_rooms": [ROOM]}))
        app.router.add_get(f"{v3}/profile/{{user}}/displayname", good({"displayname": "Folkmoot"}))
        app.router.add_post(f"{v3}/rooms/{{room}}/receipt/m.read/{{event}}", good({}))
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = runner.addresses[0] and f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the reader would have slept, in seconds; it sleeps not at all."""
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr(core.asyncio, "sleep", sleep)
    return slept


class Day:
    """A bot that reads such a server, until it has heard so many messages."""

    def __init__(self, server: Homeserver) -> None:
        self.server = server
        self.heard: list[str] = []
        self.adapter = MatrixAdapter(
            "chat",
            server.url,
            Credentials(user=BOT, token=lambda: "t"),
            {"lounge": LOUNGE},
            SystemClock(),
            wire=NioWire(server.url, body_cap=100_000),
        )

    async def until(self, count: int) -> None:
        enough = asyncio.Event()

        async def handle(occurrence: Occurrence) -> None:
            if isinstance(occurrence, Message):
                self.heard.append(occurrence.text)
                if len(self.heard) >= count:
                    enough.set()

        ledger = await Ledger.open("sqlite://")
        await self.adapter.open()
        reading = asyncio.create_task(
            Reader(self.adapter, ledger, SystemClock(), handle).run(
                timedelta(seconds=0.1 if stream.MARGIN < 30 else 30)
            )
        )
        waiting = asyncio.create_task(enough.wait())
        try:
            await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, waiting):
                task.cancel()
            await asyncio.gather(reading, waiting, return_exceptions=True)
            await self.adapter.close()
            await ledger.close()


BAD_ANSWERS = {
    "a proxy that speaks HTML": plain(502, "<html><h1>Bad gateway</h1></html>"),
    "HTML that claims to be fine": plain(200, "<html>Welcome to nginx!</html>"),
    "an error of the server's own": plain(500, '{"errcode": "M_UNKNOWN", "error": "Internal server error"}'),
    "JSON that is cut off": plain(200, '{"next_batch": "s1", "rooms": {"jo'),
    "a connection that is cut off": cut_off,
    "a list": plain(200, "[]"),
    "an object without a token": plain(200, "{}"),
    "a token that is no text": plain(200, '{"next_batch": {"s": 1}}'),
    "nothing": plain(200, ""),
    "a flood without end": endless,
    "a hang": hang,
    "patience, please": plain(429, '{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 40000}'),
    "patience, please, in a header": plain(429, "{}", Retry_After="40"),
    "patience, please, from a proxy": plain(429, "<html>slow down</html>", Retry_After="40"),
    "a locked account": plain(401, '{"errcode": "M_USER_LOCKED", "soft_logout": true}'),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS.values(), ids=list(BAD_ANSWERS))
async def test_it_asks_seldom_and_recovers_by_itself(
    bad: Answer, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    if bad is hang:
        monkeypatch.setattr(stream, "MARGIN", 1.0)
    async with Homeserver().running() as server:
        server.answers = [News("first"), *[bad] * 4, News("before"), *[bad] * 4, News("after"), hang]
        day = Day(server)
        await day.until(2)
    assert day.heard == ["before", "after"]
    tries = server.syncs
    assert sum(pauses) >= tries - 4, (
        tries,
        pauses,
    )  # less than one request a second; four of them told something


async def test_a_server_that_answers_at_once_with_nothing_is_asked_ever_less_often(
    pauses: list[float],
) -> None:
    async with Homeserver().running() as server:
        nothing = good({"next_batch": "s1"})
        server.answers = [*[nothing] * 11, News("finally"), hang]
        day = Day(server)
        await day.until(1)
    assert day.heard == ["finally"]
    long = [pause for pause in pauses if pause]
    assert long[:6] == [1, 2, 4, 8, 16, 30]


@pytest.mark.parametrize("code", ["M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED"])
async def test_a_dead_token_ends_the_reading_with_one_request(code: str, pauses: list[float]) -> None:
    async with Homeserver().running() as server:
        dead = plain(401, f'{{"errcode": "{code}", "soft_logout": true}}')
        server.answers = [News("first"), dead]
        await Day(server).until(1)
    assert server.syncs == 2


async def test_a_server_that_is_not_there_is_unreachable_at_once() -> None:
    async with Homeserver().running() as server:
        day = Day(server)
    with pytest.raises(Unreachable, match="no connection"):
        await day.adapter.open()
    await day.adapter.close()


WRITES: dict[str, tuple[Answer, type[PlatformError], str]] = {
    "html": (plain(502, "<html>Bad gateway</html>"), Unclear, "HTTP 502, '<html>Bad gateway</html>'"),
    "half an answer": (plain(200, '{"event_id": "$'), Unclear, "JSON was expected, not"),
    "cut off": (cut_off, Unclear, "the connection broke"),
    "a hang": (hang, Unclear, "no answer within 0.2 s"),
    "no id": (plain(200, "{}"), Unclear, "does not tell the id"),
    "forbidden": (plain(403, '{"errcode": "M_FORBIDDEN", "error": "no"}'), Refused, r"\(M_FORBIDDEN: no\)"),
    "another web site": (
        plain(404, "<html>Not found</html>"),
        Refused,
        "check that this is a Matrix homeserver",
    ),
    "somewhere else": (
        plain(301, "", Location="https://elsewhere.example/"),
        Refused,
        "points to 'https://elsewhere",
    ),
    "patience": (plain(429, "{}", Retry_After="7"), Busy, "slow down"),
}


@pytest.mark.parametrize(("answer", "kind", "sentence"), WRITES.values(), ids=list(WRITES))
async def test_what_became_of_something_said_is_told_apart(
    answer: Answer, kind: type[PlatformError], sentence: str
) -> None:
    app = web.Application()
    app.router.add_put("/_matrix/client/v3/rooms/{room}/send/{kind}/{txn}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    client = MatrixAdapter("chat", url, Credentials(user=BOT), {}, SystemClock(), patience=0.2)._client
    try:
        with pytest.raises(kind, match=sentence) as error:
            await client.send(ROOM, "m.room.message", {"body": "hello"}, "txn")
    finally:
        await client.close()
        await runner.cleanup()
    if isinstance(error.value, Busy):
        assert error.value.after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({"retry-after": "7"}, {"retry_after_ms": 900}, timedelta(seconds=7)),
        ({"retry-after": "Mon, 02 Mar 2026 12:00:30 GMT"}, {}, timedelta(seconds=30)),
        ({"retry-after": "Mon, 02 Mar 2026 11:00:00 GMT"}, {}, timedelta()),
        ({"retry-after": "soon"}, {"retry_after_ms": 900}, timedelta(milliseconds=900)),
        ({}, {"retry_after_ms": 10**15}, LONGEST_WAIT),
        ({"retry-after": "999999999"}, {}, LONGEST_WAIT),
        ({}, {"retry_after_ms": -5}, timedelta()),
        ({}, {"retry_after_ms": "900"}, None),
    ],
)
async def test_how_long_a_server_may_make_us_wait(
    headers: dict[str, str], body: dict[str, Any], wait: timedelta | None
) -> None:
    class Busy429:
        async def request(self, *_: Any) -> wire.Answer:
            return wire.Answer(429, headers, json.dumps(body).encode())

        async def close(self) -> None: ...

    noon = FakeClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    client = Client("https://matrix.example.org", "chat", noon, wire=Busy429())
    with pytest.raises(Busy) as caught:
        await client.call("GET", "v3/sync")
    assert caught.value.after == wait
