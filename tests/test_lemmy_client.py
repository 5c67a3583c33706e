"""One call to a Lemmy server, and everything that may come back instead of an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.clock import FakeClock
from bot.platforms.lemmy.client import Client
from bot.platforms.lemmy.errors import SENTENCES
from bot.platforms.lemmy.pacing import Kind, Pace
from bot.platforms.protocol import Busy, PlatformError, Refused, SignedOut, Unclear, Unreachable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = "<html><body>Bad Gateway</body></html>"


def client(answer: Callable[[httpx.Request], httpx.Response], **more: object) -> Client:
    """A client whose server is a function."""
    return Client(
        "https://lemmy.example/",
        "mybot",
        FakeClock(NOON),
        transport=httpx.MockTransport(answer),
        **more,
    )


def says(status: int, body: object, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(body, str):
            return httpx.Response(status, text=body, headers=headers)
        return httpx.Response(status, json=body, headers=headers)

    return answer


def fails(error: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("boom", request=request)

    return answer


async def outcome(answer: Callable[[httpx.Request], httpx.Response], method: str = "POST") -> PlatformError:
    speaker = client(answer)
    calls = {"GET": speaker.get, "POST": speaker.post}
    with pytest.raises(PlatformError) as raised:
        await calls[method]("/api/v3/post", {"name": "x"})
    await speaker.close()
    return raised.value


async def test_a_call_carries_the_token_and_leaves_out_what_is_none():
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True})

    speaker = client(answer)
    await speaker.get("/api/v3/post/list", {"page": 2, "show_nsfw": True, "sort": None, "name": "a b"})
    speaker.token = "jwt"
    assert await speaker.post("/api/v3/comment", {"content": "hi", "parent_id": None}) == {"ok": True}
    await speaker.put("/api/v3/comment", {"content": "ho"})
    await speaker.close()

    assert seen[0].url == "https://lemmy.example/api/v3/post/list?page=2&show_nsfw=true&name=a+b"
    assert "authorization" not in seen[0].headers
    assert seen[1].headers["authorization"] == "Bearer jwt"
    assert seen[1].read() == b'{"content":"hi"}'
    assert seen[2].method == "PUT"


@pytest.mark.parametrize(
    ("answer", "on_write", "on_read"),
    [
        (fails(httpx.ConnectError), Unreachable, Unreachable),
        (fails(httpx.ConnectTimeout), Unreachable, Unreachable),
        (fails(httpx.PoolTimeout), Unreachable, Unreachable),
        (fails(httpx.UnsupportedProtocol), Unreachable, Unreachable),
        (fails(httpx.ReadTimeout), Unclear, Unreachable),
        (fails(httpx.WriteTimeout), Unclear, Unreachable),
        (fails(httpx.ReadError), Unclear, Unreachable),
        (fails(httpx.RemoteProtocolError), Unclear, Unreachable),
        (says(200, PAGE), Unclear, Unreachable),
        (says(200, ""), Unclear, Unreachable),
        (says(200, '{"cut": '), Unclear, Unreachable),
        (says(200, "[" * 100_000), Unclear, Unreachable),
        (says(200, [1, 2]), Unclear, Unreachable),
        (says(500, PAGE), Unclear, Unreachable),
        (says(502, PAGE), Unclear, Unreachable),
        (says(503, PAGE), Unclear, Unreachable),
        (says(504, PAGE), Unclear, Unreachable),
        (says(408, PAGE), Unclear, Unreachable),
        (says(500, {"error": "unknown"}), Unclear, Unreachable),
        (says(503, {"error": "Lemmy is currently starting"}), Busy, Busy),
        (says(429, {"error": "too_many_requests"}), Busy, Busy),
        (says(429, ""), Busy, Busy),
        (says(400, {"error": "rate_limit_error"}), Busy, Busy),
        (says(401, {"error": "incorrect_login"}), SignedOut, SignedOut),
        (says(400, {"error": "not_logged_in"}), SignedOut, SignedOut),
        (says(401, ""), SignedOut, SignedOut),
        (says(400, {"error": "locked"}), Refused, Refused),
        (says(404, {"error": "couldnt_find_post"}), Refused, Refused),
        (says(400, {"error": "never_heard_of", "message": "x"}), Refused, Refused),
        (says(400, {"error": 12}), Refused, Refused),
        (says(403, PAGE), Refused, Refused),
        (says(404, ""), Refused, Refused),
        (says(301, "", location="https://new.example/"), Refused, Refused),
    ],
)
async def test_what_comes_back_and_what_it_means(answer, on_write, on_read):
    assert type(await outcome(answer)) is on_write
    assert type(await outcome(answer, "GET")) is on_read


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("7", timedelta(seconds=7)),
        ("86400", timedelta(minutes=15)),
        ("soon", None),
        ("99999999999999", None),
        ("²", None),
    ],
)
async def test_the_wait_that_the_server_asks_for(header, after):
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers=[(b"retry-after", header.encode())])

    error = await outcome(answer)
    assert isinstance(error, Busy)
    assert error.after == after


async def test_an_error_says_where_what_and_by_which_name():
    error = await outcome(says(400, {"error": "not_higher_mod"}))
    assert isinstance(error, Refused)
    assert error.code == "not_higher_mod"
    assert str(error) == (
        "https://lemmy.example: POST /api/v3/post: the person was appointed moderator before the bot,"
        " and Lemmy lets nobody act on an earlier moderator (not_higher_mod)"
    )


async def test_a_strange_answer_is_quoted_but_not_at_length():
    error = await outcome(says(502, "<html>" + "x" * 10_000))
    assert "HTTP 502" in str(error)
    assert len(str(error)) < 400


async def test_an_answer_that_does_not_end_is_given_up():
    speaker = client(says(200, " " * 5_000), body_cap=1_000)
    with pytest.raises(Unreachable, match="larger than 1,000 bytes"):
        await speaker.get("/api/v3/site")
    await speaker.close()


async def test_an_address_that_is_none_is_said_so():
    speaker = Client("https://lemmy.example:port", "mybot", FakeClock(NOON))
    with pytest.raises(Unreachable, match="check the url"):
        await speaker.get("/api/v3/site")
    await speaker.close()


async def test_without_a_token_in_the_bucket_nothing_is_sent():
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    speaker = client(answer, pace=Pace({Kind.COMMENT: (1, 60)}))
    await speaker.post("/api/v3/comment", {}, kind=Kind.COMMENT)
    with pytest.raises(Busy) as busy:
        await speaker.post("/api/v3/comment", {}, kind=Kind.COMMENT)
    assert busy.value.after == timedelta(minutes=1)
    assert len(sent) == 1
    await speaker.close()


async def test_a_servers_no_empties_our_bucket_too():
    speaker = client(says(400, {"error": "rate_limit_error"}), pace=Pace({Kind.COMMENT: (6, 600)}))
    for expected in (None, timedelta(seconds=100)):
        with pytest.raises(Busy) as busy:
            await speaker.post("/api/v3/comment", {}, kind=Kind.COMMENT)
        assert busy.value.after == expected
    await speaker.close()


@pytest.mark.parametrize("name", SENTENCES)
def test_every_sentence_is_one(name):
    sentence = SENTENCES[name]
    assert len(sentence.split()) >= 4
    assert not sentence.endswith(".")
