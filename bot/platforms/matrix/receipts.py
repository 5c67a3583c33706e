"""Read receipts, now and then: people see that the bot keeps up. A courtesy on which nothing depends."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.platforms.matrix.client import Client, at
from bot.platforms.protocol import PlatformError

log = logging.getLogger(__name__)

#: In one room at most one receipt in this time.
EVERY = timedelta(seconds=5)


class Receipts:
    """Sends, in the background, the receipt of the newest handled event of each room."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._waiting: dict[str, str] = {}
        self._sent: dict[str, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, newest: dict[str, str]) -> None:
        """These events, by room, are handled and everything before them."""
        self._waiting |= newest

    def start(self) -> None:
        """Sends what is due, unless the last round is still under way."""
        now = self._clock.now()
        due = [room for room in self._waiting if now - self._sent.get(room, now - EVERY) >= EVERY]
        if due and (self._task is None or self._task.done()):
            self._sent |= dict.fromkeys(due, now)
            self._task = asyncio.create_task(self._send({room: self._waiting.pop(room) for room in due}))

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _send(self, receipts: dict[str, str]) -> None:
        for room, event in receipts.items():
            try:
                await self._client.call("POST", at("v3", "rooms", room, "receipt", "m.read", event))
            except PlatformError as error:
                log.debug("no read receipt: %s", error)
                return
