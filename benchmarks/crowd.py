"""A homeserver with one enormous, busy room, for measuring what listening to it costs. It answers one bot, and keeps nothing."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.clock import SystemClock

BOT, MOD = "@folkmoot:crowd.example", "@mod:crowd.example"
ROOM, MODROOM = "!crowd:crowd.example", "!mods:crowd.example"
_V3 = "/_matrix/client/v3"
_SENTENCE = (
    "the of and a bread garden evening who knows that was never my idea have you tried water it rains again"
    " honestly read the other thread first please nobody asked for this but here we are"
)
_WORDS = _SENTENCE.split()


class Crowd:
    """`members` people take turns in saying `messages` things, at most so many a second (0: as fast as they are read).

    `told` counts what was given to the bot; `done` is set once it asks for more than there is.
    """

    def __init__(self, members: int, messages: int, rate: float) -> None:
        self.told = 0
        self.done = asyncio.Event()
        self.url = ""
        self._members = members
        self._messages = messages
        self._rate = rate
        self._dice = random.Random(7)
        self._numbers = itertools.count(1)
        self._began = 0.0

    def _event(
        self, kind: str, sender: str, content: dict[str, Any], state: str | None = None
    ) -> dict[str, Any]:
        event = {
            "type": kind,
            "event_id": f"$event{next(self._numbers)}:crowd.example",
            "sender": sender,
            "origin_server_ts": int(SystemClock().now().timestamp() * 1000),
            "content": content,
        }
        return event if state is None else {**event, "state_key": state}

    def _member(self, user: str) -> dict[str, Any]:
        content = {"membership": "join", "displayname": user[1:].partition(":")[0].title()}
        return self._event("m.room.member", user, content, user)

    def _state(self) -> list[dict[str, Any]]:
        levels = {"users": {BOT: 100, MOD: 100}}
        return [
            self._event("m.room.create", MOD, {"room_version": "11"}, ""),
            self._event("m.room.power_levels", MOD, levels, ""),
            self._member(BOT),
            self._member(MOD),
        ]

    async def _sync(self, request: web.Request) -> web.Response:
        since = request.query.get("since")
        if since is None or request.query.get("full_state"):
            summary = {"m.joined_member_count": self._members}
            joined = {
                room: {"state": {"events": self._state()}, "timeline": {"events": []}, "summary": summary}
                for room in (ROOM, MODROOM)
            }
            return web.json_response({"next_batch": "s0", "rooms": {"join": joined}})
        count = min(50, self._messages - self.told)
        if count <= 0:
            self.done.set()
            await asyncio.sleep(int(request.query.get("timeout", 0)) / 1000)
            return web.json_response({"next_batch": since, "rooms": {}})
        self._began = self._began or time.monotonic()
        if self._rate:
            await asyncio.sleep(max(0.0, self._began + self.told / self._rate - time.monotonic()))
        people = [f"@member{self._dice.randrange(self._members)}:crowd.example" for _ in range(count)]
        said = [" ".join(self._dice.choices(_WORDS, k=self._dice.randrange(4, 40))) for _ in people]
        events = [
            self._event("m.room.message", user, {"msgtype": "m.text", "body": body})
            for user, body in zip(people, said, strict=True)
        ]
        self.told += count
        part = {
            "state": {"events": [self._member(user) for user in dict.fromkeys(people)]},
            "timeline": {"events": events, "limited": False},
        }
        return web.json_response({"next_batch": f"s{self.told}", "rooms": {"join": {ROOM: part}}})

    async def _sent(self, _: web.Request) -> web.Response:
        return web.json_response({"event_id": f"$own{next(self._numbers)}:crowd.example"})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Crowd]:
        """Serves on loopback while the block runs."""

        def always(body: dict[str, Any]) -> Any:
            async def answer(_: web.Request) -> web.Response:
                return web.json_response(body)

            return answer

        app = web.Application()
        app.router.add_get(f"{_V3}/sync", self._sync)
        app.router.add_post(f"{_V3}/login", always({"user_id": BOT, "access_token": "t", "device_id": "D"}))
        app.router.add_get(f"{_V3}/joined_rooms", always({"joined_rooms": [ROOM, MODROOM]}))
        app.router.add_get(f"{_V3}/profile/{{user}}/displayname", always({"displayname": "Folkmoot"}))
        app.router.add_put(f"{_V3}/rooms/{{room}}/send/{{kind}}/{{txn}}", self._sent)
        app.router.add_put(f"{_V3}/rooms/{{room}}/redact/{{event}}/{{txn}}", self._sent)
        app.router.add_route("*", "/{rest:.*}", always({}))
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()
