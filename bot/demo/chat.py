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

    return [
        *(web.get(f"/chat/{reader.__name__}", _told(reader)) for reader in (about, events)),
        web.post("/chat/perform", _told(perform)),
        _question("performed", "key", world.performed, wire.PERFORMED),
        _question("item", "id", world.item, wire.ITEM),
        _question("thread", "id", world.thread, wire.ITEMS),
        _question("member", "name", world.member, wire.MEMBER),
        _question("members", "place", world.members, wire.MEMBERS),
        _question("policies", "place", world.policies, wire.POLICIES),
        _question("elsewhere", "link", world.elsewhere, wire.DISCUSSIONS),
        _question("newest", "community", world.newest, wire.DISCUSSIONS),
    ]


def _question(
    name: str, parameter: str, ask: Callable[[str], Awaitable[T]], codec: TypeAdapter[T]
) -> web.RouteDef:
    """A call that passes one parameter on to the world."""

    async def answer(request: web.Request) -> web.Response:
        return _json(codec, await ask(_asked(request, parameter)))

    return web.get(f"/chat/{name}", _told(answer))


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
