"""One call to a Lemmy server, and everything that may come back instead of an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.clock import FakeClock
from bot.platforms.lemmy.client import Client, Repeated
from bot.platforms.lemmy.errors import SENTENCES
from bot.platforms.lemmy.pacing import Kind, Need, Pace
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


async def test_a_connection_at_rest_is_left_before_the_server_closes_it():
    """Lemmy closes one after 5 s; a call that sets out then is lost, and nobody knows whether it was done."""
    speaker = Client("https://lemmy.example/", "mybot", FakeClock(NOON))
    pool = speaker._http._transport._pool
    await speaker.close()
    assert pool._keepalive_expiry < 5


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
            await speaker.post("/api/v3/comment", {}, kind=Kind.COMMENT, need=Need.MODERATE)
        assert busy.value.after == expected
    await speaker.close()


async def test_the_servers_own_words_are_shown_beside_its_name_for_it():
    error = await outcome(says(400, {"error": "unknown", "message": "missing field `reason`"}))
    assert str(error).endswith("(unknown: missing field `reason`)")


async def test_a_deletion_carries_its_body_and_a_creation_its_key():
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    speaker = client(answer)
    await speaker.delete("/api/v4/post", {"post_id": 3, "deleted": True})
    await speaker.post("/api/v4/post", {"name": "x"}, key="abc")
    await speaker.close()
    assert (seen[0].method, seen[0].read()) == ("DELETE", b'{"post_id":3,"deleted":true}')
    assert "idempotency-key" not in seen[0].headers
    assert seen[1].headers["idempotency-key"] == "abc"


async def test_a_key_that_the_server_has_met_says_nothing_about_what_became_of_the_call():
    speaker = client(says(422, ""))
    with pytest.raises(Repeated):
        await speaker.post("/api/v4/post", {}, key="abc")
    with pytest.raises(Refused):
        await speaker.post("/api/v4/post", {})
    await speaker.close()


@pytest.mark.parametrize(
    ("onward", "followed"),
    [
        ("/nodeinfo/2.1", True),
        ("https://lemmy.example/nodeinfo/2.1", True),
        ("https://evil.example/nodeinfo/2.1", False),
        ("http://lemmy.example/nodeinfo/2.1", False),
        ("http://[broken", False),
        ("/nodeinfo/2.0.json", False),
    ],
)
async def test_a_read_is_followed_to_the_same_server_only_because_of_the_token(onward, followed):
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/nodeinfo/2.1":
            return httpx.Response(200, json={"token": request.headers["authorization"]})
        return httpx.Response(302, headers={"location": onward})

    speaker = client(answer)
    speaker.token = "jwt"
    if followed:
        assert await speaker.get("/nodeinfo/2.0.json") == {"token": "Bearer jwt"}
    else:
        with pytest.raises(Refused, match="where Lemmy really answers"):
            await speaker.get("/nodeinfo/2.0.json")
    await speaker.close()


async def test_redirections_in_a_circle_end():
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return httpx.Response(302, headers={"location": "/b" if request.url.path == "/a" else "/a"})

    speaker = client(answer)
    with pytest.raises(Refused):
        await speaker.get("/a")
    assert len(calls) == 4
    await speaker.close()


#: Every name that a bot may meet (`error.rs` of both servers), and one that it does not know.
NAMES = (
    "ban_expiration_in_past", "banned_from_community", "blocked_url", "community_user_already_banned", "contradicting_filters",
    "couldnt_create", "couldnt_find_comment", "couldnt_find_community", "couldnt_find_object", "couldnt_find_person",
    "couldnt_find_post", "couldnt_update", "deleted", "incorrect_totp_token", "invalid_body_field", "invalid_post_title",
    "invalid_url", "language_not_allowed", "locked", "max_comment_depth_reached", "missing_totp_token", "not_a_mod_or_admin",
    "not_an_admin", "not_found", "not_higher_mod", "only_mods_can_post_in_community", "person_is_banned_from_community",
    "person_is_blocked", "resolve_object_failed", "site_ban", "slurs", "unknown",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
async def test_every_no_of_the_server_becomes_a_sentence(name):
    error = await outcome(says(400, {"error": name}))
    assert isinstance(error, Refused)
    assert error.code == name
    assert SENTENCES[name] in str(error)


@pytest.mark.parametrize("name", ["rate_limit_error", "too_many_requests"])
async def test_both_spellings_of_too_fast(name):
    assert isinstance(await outcome(says(400, {"error": name})), Busy)


@pytest.mark.parametrize("name", ["incorrect_login", "not_logged_in"])
async def test_both_spellings_of_a_dead_token(name):
    assert isinstance(await outcome(says(400, {"error": name})), SignedOut)


@pytest.mark.parametrize("name", SENTENCES)
def test_every_sentence_is_one(name):
    sentence = SENTENCES[name]
    assert len(sentence.split()) >= 4
    assert not sentence.endswith(".")
