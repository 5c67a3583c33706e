"""A proxy before a homeserver that has bad moments: it answers in its place, loses its answers, cuts them off, or just hangs."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

#: What may happen to a request, and whether the homeserver hears of it before.
MOODS = {
    "a gateway error": False,
    "an answer that is lost": True,
    "slow down": False,
    "a hang": False,
    "an answer that is cut off": True,
}

#: How long a hanging request takes until the connection breaks, in seconds.
HANG = 2.0

#: What belongs to one connection, or to a body as it was sent, and is not passed on.
_HOP = {"connection", "content-encoding", "content-length", "date", "host", "server", "transfer-encoding"}


class Moody:
    """Passes on to `upstream`. While `moody`, one request in `one_in` meets a mood, one after the other; `met` counts them by name."""

    def __init__(self, upstream: str, dice: random.Random, *, one_in: int = 12) -> None:
        self.url = ""
        self.moody = True
        self.met: Counter[str] = Counter()
        self.passed = 0
        self._upstream = upstream
        self._dice = dice
        self._one_in = one_in
        self._moods = itertools.cycle(MOODS)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        mood = ""
        if self.moody and self._dice.randrange(self._one_in) == 0:
            mood = next(self._moods)
            self.met[mood] += 1
        body = await request.read()
        if mood and not MOODS[mood]:
            return await self._instead(request, mood)
        self.passed += 1
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        async with self._http.request(
            request.method, self._upstream + request.raw_path, data=body, headers=headers
        ) as found:
            answer = await found.read()
            kept = {name: value for name, value in found.headers.items() if name.lower() not in _HOP}
        if mood == "an answer that is lost":
            return web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html")
        if mood == "an answer that is cut off":
            return await self._cut_off(request, answer)
        return web.Response(status=found.status, body=answer, headers=kept)

    async def _instead(self, request: web.Request, mood: str) -> web.StreamResponse:
        if mood == "slow down":
            body = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 300}
            return web.json_response(body, status=429)
        if mood == "a hang":
            await asyncio.sleep(HANG)  # what the mood consists of
            if request.transport is not None:  # unless the bot gave up, or was killed
                request.transport.close()
        return web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html")

    @staticmethod
    async def _cut_off(request: web.Request, answer: bytes) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "application/json", "Content-Length": str(len(answer))}
        )
        await response.prepare(request)
        await response.write(answer[: len(answer) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Moody]:
        """Serves on loopback while the block runs."""
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{rest:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        async with aiohttp.ClientSession(auto_decompress=True) as self._http:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            try:
                yield self
            finally:
                await runner.cleanup()
