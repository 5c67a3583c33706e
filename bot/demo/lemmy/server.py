"""The in-memory Lemmy server on a loopback port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.demo.lemmy.api import APIS, Answer
from bot.demo.lemmy.faults import Fault, Faults
from bot.demo.lemmy.state import Instance
from bot.platforms.lemmy.pacing import Kind

HOST = "127.0.0.1"

#: What a proxy says when the server behind it does not answer.
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

HUGE = 20 * 1024 * 1024


class LemmyServer:
    """Serves `instance` while it is open: `async with LemmyServer(instance) as server: … server.url`.

    `api` is the version that it speaks: 3 (Lemmy 0.19) or 4 (Lemmy 1.0). `limits` are Lemmy's rate limits, calls and
    seconds by kind; none by default. `faults` are ordered before a call.
    """

    def __init__(
        self,
        instance: Instance,
        *,
        api: int = 3,
        port: int = 0,
        limits: Mapping[Kind, tuple[int, int]] | None = None,
    ) -> None:
        self.instance = instance
        self.faults = Faults()
        #: Every call that came, as `GET /post/list`.
        self.calls: list[str] = []
        self.url = ""
        self._api = APIS[api](instance, limits)
        self._port = port
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        app = web.Application()
        app.router.add_get("/nodeinfo/2.1", self._nodeinfo)
        app.router.add_get("/nodeinfo/2.0.json", self._moved)
        app.router.add_route("*", self._api.prefix + "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://{HOST}:{port}"

    async def close(self) -> None:
        self._closing.set()  # lets go of those who hang
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _nodeinfo(self, request: web.Request) -> web.StreamResponse:
        del request
        software = {"name": "lemmy", "version": self._api.version}
        return _json(HTTPStatus.OK, {"version": "2.1", "software": software})

    async def _moved(self, request: web.Request) -> web.StreamResponse:
        del request
        raise web.HTTPTemporaryRedirect("/nodeinfo/2.1")

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = f"/{request.match_info['path']}"
        self.calls.append(f"{request.method} {path}")
        fault = self.faults.next(request.method, path)
        if fault and not fault.acts:
            return await self._fail(request, fault, b"{}")
        answer = await self._answer(request, path)
        if fault:
            return await self._fail(request, fault, json.dumps(answer.body).encode())
        return _json(answer.status, answer.body)

    async def _answer(self, request: web.Request, path: str) -> Answer:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        args: Any = dict(request.query)
        if request.method in {"POST", "PUT", "DELETE"}:
            try:
                args = json.loads(await request.read())
            except ValueError as error:
                return Answer(HTTPStatus.BAD_REQUEST, {"error": "unknown", "message": str(error)})
            if not isinstance(args, dict):
                return Answer(
                    HTTPStatus.BAD_REQUEST, {"error": "unknown", "message": "an object was expected"}
                )
        key = request.headers.get("Idempotency-Key", "")
        return self._api.answer(request.method, path, token, args, key)

    async def _fail(self, request: web.Request, fault: Fault, body: bytes) -> web.StreamResponse:
        """`body` is what would have been answered."""
        if fault in {Fault.HANG, Fault.ACT_THEN_HANG}:
            await self._closing.wait()
        elif fault in {Fault.RESET, Fault.ACT_THEN_RESET} and request.transport is not None:
            request.transport.abort()
        return _BROKEN.get(fault, _gateway)(body)


def _gateway(body: bytes) -> web.Response:
    del body
    return web.Response(status=HTTPStatus.BAD_GATEWAY, text=PAGE, content_type="text/html")


_BROKEN: Mapping[Fault, Callable[[bytes], web.Response]] = {
    Fault.HTML: lambda _: web.Response(text=PAGE, content_type="text/html"),
    Fault.TRUNCATED: lambda body: web.Response(body=b'{"cut' + body[: len(body) // 2]),
    Fault.ACT_THEN_TRUNCATED: lambda body: web.Response(body=body[: len(body) // 2]),
    Fault.LIST: lambda _: _json(HTTPStatus.OK, [1, 2, 3]),
    Fault.BUSY: lambda _: _json(HTTPStatus.BAD_REQUEST, {"error": "rate_limit_error"}),
    Fault.SLOW_DOWN: lambda _: web.Response(
        status=HTTPStatus.TOO_MANY_REQUESTS, text=PAGE, headers={"Retry-After": "7"}
    ),
    Fault.STARTING: lambda _: _json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "Lemmy is currently starting"}),
    Fault.HUGE: lambda _: web.Response(body=b" " * HUGE),
}


def _json(status: int, body: Any) -> web.Response:
    if body is None:
        return web.Response(status=status)
    return web.json_response(body, status=status)
