"""Reading a real homeserver with the adapter as the generic reader would: cursor by cursor, batch by batch."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.clock import SystemClock
from bot.model import Message, Occurrence, Place, PlaceKind, Platform
from bot.platforms.matrix import Credentials, MatrixAdapter
from tests.synapse import Person

log = logging.getLogger(__name__)

NOW = timedelta()
#: How long a poll may wait for something to happen; nothing is asserted about it.
SOON = timedelta(seconds=10)


def place(room: str, alias: str = "lounge", account: str = "chat") -> Place:
    return Place(Platform.MATRIX, alias, room, PlaceKind.ROOM, "freechat", account)


PRIVATE = Place(Platform.MATRIX, "chat.private", "private", PlaceKind.PRIVATE, "freechat", "chat")


class Desk:
    """An adapter, its cursor, and everything that it told so far."""

    def __init__(self, adapter: MatrixAdapter, cursor: str | None = None) -> None:
        self.adapter = adapter
        self.cursor = cursor
        self.heard: list[Occurrence] = []

    async def poll(self, wait: timedelta = NOW) -> list[Occurrence]:
        batch = await self.adapter.poll(self.cursor, wait)
        self.cursor = batch.cursor or self.cursor
        batch.stored()
        self.heard += batch.occurrences
        return list(batch.occurrences)

    async def wait_for(self, kind: type[Occurrence], count: int = 1) -> list[Any]:
        """Polls until so many occurrences of that kind were told; all of them so far."""
        quiet = 0
        while len(found := [o for o in self.heard if isinstance(o, kind)]) < count:
            quiet = 0 if await self.poll(SOON) else quiet + 1
            assert quiet < 3, f"no {count} {kind.__name__} came, but {self.heard}"
        return found

    async def settle(self) -> None:
        """Polls until nothing is left to read."""
        while await self.poll() or self.gaps:
            pass

    @property
    def gaps(self) -> bool:
        return '"gaps"' in (self.cursor or "")

    @property
    def texts(self) -> list[str]:
        return [o.text for o in self.heard if isinstance(o, Message)]


@asynccontextmanager
async def reading(
    url: str, bot: Person, places: Iterable[Place], cursor: str | None = None, **more: Any
) -> AsyncIterator[Desk]:
    """The account `bot` at its desk; without a cursor it has taken its first look already."""
    credentials = more.pop("credentials", None) or Credentials(user=bot.id, token=lambda: bot.token)
    adapter = MatrixAdapter(
        "chat", url, credentials, {p.alias: p for p in (*places, PRIVATE)}, SystemClock(), **more
    )
    try:
        await adapter.open()
        desk = Desk(adapter, cursor)
        if cursor is None:
            await desk.poll()
        yield desk
    finally:
        await adapter.close()
