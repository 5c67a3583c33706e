"""Reads a thread of any public Lemmy server, without an account. For `folkmoot summarize URL`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from bot.clock import Clock, SystemClock
from bot.model import Place, PlaceKind, Platform, Thread
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.client import Client
from bot.platforms.lemmy.discover import discover
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.guarded import Guarded
from bot.platforms.lemmy.shapes import Home
from bot.platforms.lemmy.tree import Watch, unwatched, whole
from bot.platforms.protocol import Busy, Refused

T = TypeVar("T")

_POST = re.compile(r"/post/(\d{1,18})(?:/(\d{1,18}))?/?")
_COMMENT = re.compile(r"/comment/(\d{1,18})/?")
#: A page is at most this large, and comes within so many seconds.
_BODY_CAP, _PATIENCE = 4 * 1024 * 1024, 20.0
#: Longer than this nobody waits at a terminal for a server that asks for patience.
_LONGEST_WAIT = timedelta(minutes=2)


def read_thread(
    url: str, *, clock: Clock | None = None, loopback: bool = False, watch: Watch = unwatched
) -> Thread:
    """The post behind a link such as https://lemmy.example/post/12, with all its comments, oldest first.

    A link to a comment gives its post. `loopback` is for tests: only 127.0.0.1 is talked to. `watch` is told how far it is. Raises PlatformError with a
    sentence for whoever gave the link: no link to a post, no public server, no such post, no answer.
    """
    return asyncio.run(fetch_thread(url, clock or SystemClock(), loopback=loopback, watch=watch))


async def fetch_thread(url: str, clock: Clock, *, loopback: bool = False, watch: Watch = unwatched) -> Thread:
    """`read_thread` inside an event loop."""
    server, post, comment = _parts(url)
    client = Client(
        server,
        "anonymous",
        clock,
        patience=_PATIENCE,
        body_cap=_BODY_CAP,
        transport=Guarded(loopback=loopback),
    )
    try:
        return await _thread(await discover(client), _home(server), post, comment, watch)
    except Malformed as error:
        raise Refused(f"{url}: the server answered, but not as Lemmy does ({error})", "malformed") from error
    finally:
        await client.close()


def _parts(url: str) -> tuple[str, int | None, int | None]:
    """The server's address, and the local id of a post or of a comment. Raises Refused for any other link."""
    wrong = Refused(
        f"{url[:200]}: a link to a Lemmy post was expected, such as https://lemmy.example/post/12",
        "not_a_post",
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    post, comment = _POST.fullmatch(parts.path), _COMMENT.fullmatch(parts.path)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or "@" in parts.netloc
        or not (post or comment)
    ):
        raise wrong
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    server = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    return server, int(post[1]) if post else None, int(comment[1]) if comment else None


def _home(server: str) -> Home:
    """Nobody's eyes: no account, no places of ours, and so no commands."""
    host = urlsplit(server).netloc
    private = Place(Platform.LEMMY, "private", "private", PlaceKind.PRIVATE, "", "anonymous")
    # No account can be called "·", so nobody speaks to us.
    return Home(account="anonymous", person=0, name="·", host=host, places={}, private=private, prefixes=())


async def _thread(api: Api, home: Home, post: int | None, comment: int | None, watch: Watch) -> Thread:
    if post is None:
        view = await _patiently(lambda: api.comment(comment or 0))
        post = shapes.comment(fields.part(view, "comment_view"), home).post or 0
    number = post
    view = await _patiently(lambda: api.post(number))
    root = shapes.post(fields.part(view, "post_view"), home)
    return await whole(api, root, home, _patiently, watch)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Calls, and calls again after waiting as long as the server (or our own share of its limit) asks for."""
    while True:
        try:
            return await call()
        except Busy as busy:
            wait = busy.after or timedelta(seconds=5)
            if wait > _LONGEST_WAIT:
                raise
            await asyncio.sleep(wait.total_seconds())
