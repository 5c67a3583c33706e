"""A world served over HTTP on loopback, so that bots in other processes can live in it. The calls: see `wire`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from bot.platforms.memory import wire
from bot.platforms.memory.port import WorldPort
from bot.platforms.protocol import PlatformError, Refused

T = TypeVar("T")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: No poll is held longer than this, whatever it asks for.
_LONGEST_WAIT = timedelta(minutes=2)


def _json(codec: TypeAdapter[T], value: T, status: int = 200) -> web.Response:
    return web.Response(body=codec.dump_json(value), status=status, content_type="application/json")


def _told(handler: _Handler) -> _Handler:
    """The handler, with errors answered as a `Problem`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except PlatformError as error:
            problem = wire.problem(error)
            return _json(wire.PROBLEM, problem, wire.STATUS[problem.kind])
        except (ValidationError, ValueError) as error:
            problem = wire.problem(Refused(f"{request.path}: {error}", "bad_request"))
            return _json(wire.PROBLEM, problem, 400)

    return handle


def _asked(request: web.Request, name: str) -> str:
    """A parameter of the query. Raises ValueError when it is missing."""
    if name not in request.query:
        raise ValueError(f"the parameter {name!r} is missing")
    return request.query[name]


def routes(world: WorldPort) -> list[web.RouteDef]:
    """The routes of one world, all below `/chat/`, for an application that serves more than this."""

    async def about(_: web.Request) -> web.Response:
        told = wire.About(await world.bot_name(), await world.places(), await world.first())
        return _json(wire.ABOUT, told)

    async def events(request: web.Request) -> web.Response:
        since, seconds = int(_asked(request, "since")), float(_asked(request, "wait"))
        if since < 0 or not 0 <= seconds < float("inf"):
            raise ValueError("since and wait are numbers from 0 up")
        wait = timedelta(seconds=min(seconds, _LONGEST_WAIT.total_seconds()))
        return _json(wire.EVENTS, await world.events(since, wait))

    async def perform(request: web.Request) -> web.Response:
        deed = wire.DEED.validate_json(await request.read())
        return _json(wire.DONE, await world.perform(deed.action, deed.key))

    async def performed(request: web.Request) -> web.Response:
        return _json(wire.PERFORMED, await world.performed(_asked(request, "key")))

    async def item(request: web.Request) -> web.Response:
        return _json(wire.ITEM, await world.item(_asked(request, "id")))

    async def thread(request: web.Request) -> web.Response:
        return _json(wire.ITEMS, await world.thread(_asked(request, "id")))

    async def member(request: web.Request) -> web.Response:
        return _json(wire.MEMBER, await world.member(_asked(request, "name")))

    async def elsewhere(request: web.Request) -> web.Response:
        return _json(wire.DISCUSSIONS, await world.elsewhere(_asked(request, "link")))

    readers = (about, events, performed, item, thread, member, elsewhere)
    return [
        *(web.get(f"/chat/{reader.__name__}", _told(reader)) for reader in readers),
        web.post("/chat/perform", _told(perform)),
    ]


class ChatServer:
    """Serves `world` on 127.0.0.1 while the `async with` block runs; port 0 takes any free one."""

    def __init__(self, world: WorldPort, port: int = 0) -> None:
        application = web.Application()
        application.add_routes(routes(world))
        # Polls that wait for something to happen are cut off at the end, not waited for.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        self._port = port

    @property
    def url(self) -> str:
        """The server's root, such as `http://127.0.0.1:8536`."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
