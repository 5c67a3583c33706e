"""Asking the server what happened: `/sync` as raw JSON, and the pages of what it left out.

Source: client-server specification, "Syncing" and "Lazy-loading room members". Members come along with what they said
only, presence and typing notices never.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.platforms.matrix import policies, raw
from bot.platforms.matrix.client import Client, Query, at
from bot.platforms.matrix.rooms import KEPT, MEMBER
from bot.platforms.matrix.wire import TooLarge

#: So many events a room are asked for at once. Where an answer is larger than we read, fewer; the rest is a gap.
LIMITS = (50, 5, 1)

#: A page of what was left out has so many events; where that is larger than we read, fewer.
PAGES = (100, 10, 1)

#: How much longer than the server is asked to wait we wait for its answer, in seconds.
MARGIN = 30.0

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Events in the order in which they happened, the members who said them, and where it goes on (empty: nowhere)."""

    events: list[Json]
    members: list[Json]
    end: str


class Stream:
    """Asks for one account."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._less: dict[tuple[int, ...], int] = {LIMITS: 0, PAGES: 0}

    async def sync(self, since: str, wait: timedelta, *, full: bool = False) -> Json:
        """What happened since `since`, waiting at most `wait` for it; empty `since`: how things stand.

        `full` asks for every room's state, not only for what changed. Raises PlatformError.
        """

        async def ask(limit: int) -> Json:
            query: Query = {
                "since": since or None,
                "timeout": int(wait / timedelta(milliseconds=1)),
                "full_state": full or None,
                "set_presence": "offline",
                "filter": _filter(limit),
            }
            patience = wait.total_seconds() + MARGIN
            return await self._client.call("GET", at("v3", "sync"), query=query, patience=patience)

        return await self._sized(LIMITS, ask)

    async def page(self, room: str, start: str) -> Page:
        """What was said in `room` from the token `start` on. Raises PlatformError."""
        lazy = json.dumps({"lazy_load_members": True})

        async def ask(limit: int) -> Json:
            query: Query = {"from": start, "dir": "f", "limit": limit, "filter": lazy}
            return await self._client.call("GET", at("v3", "rooms", room, "messages"), query=query)

        answer = await self._sized(PAGES, ask)
        events, end = list(raw.objects(answer.get("chunk"))), raw.text(answer.get("end"))
        return Page(events, list(raw.objects(answer.get("state"))), end if events and end != start else "")

    async def _sized(self, sizes: tuple[int, ...], ask: Callable[[int], Awaitable[Json]]) -> Json:
        """Asks; where the answer was larger than we read, the next try is for less."""
        try:
            answer = await ask(sizes[self._less[sizes]])
        except TooLarge:
            self._less[sizes] = min(self._less[sizes] + 1, len(sizes) - 1)
            raise
        self._less[sizes] = 0
        return answer


def _filter(limit: int) -> str:
    lazy = {"lazy_load_members": True, "include_redundant_members": True}
    nothing: Json = {"types": []}
    return json.dumps(
        {
            "presence": nothing,
            "account_data": nothing,
            "room": {
                "timeline": {"limit": limit, **lazy},
                "state": {"types": [*sorted(KEPT), *sorted(policies.KINDS), MEMBER], **lazy},
                "ephemeral": nothing,
                "account_data": nothing,
            },
        },
        separators=(",", ":"),
    )
