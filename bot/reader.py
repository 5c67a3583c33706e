"""Reads one account: polls its platform, hands what happened to the pipeline, and keeps the place in the stream.

What one place says is handled in order, places in parallel. The cursor is stored only once everything before it is in
the ledger, so a crash makes us read again, never miss; reading twice is harmless, because the ledger knows its keys.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.clock import Clock
from bot.ledger import Ledger
from bot.model import Occurrence, Tick
from bot.platforms.protocol import Adapter, Batch, PlatformError, SignedOut

log = logging.getLogger(__name__)

_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=5)
#: How many batches may be under way before the next poll waits for the oldest.
_AHEAD = 4

Handle = Callable[[Occurrence], Awaitable[object]]


class Reader:
    """Reads one adapter and hands over what happened; `run` for service, `step` for tests and tours."""

    def __init__(self, adapter: Adapter, ledger: Ledger, clock: Clock, handle: Handle) -> None:
        self._adapter = adapter
        self._ledger = ledger
        self._clock = clock
        self._handle = handle
        self.trouble: str = ""  # why the platform cannot be read at the moment; empty when it can

    async def step(self) -> int:
        """Reads until there is nothing new and handles it all; how many occurrences there were. For tests and tours."""
        read = 0
        while True:
            cursor = await self._ledger.cursor(self._adapter.account)
            batch = await self._adapter.poll(cursor, timedelta())
            await self._take(batch)
            await self._keep(batch)
            if not batch.occurrences:
                return read
            read += len(batch.occurrences)

    async def run(self, wait: timedelta = timedelta(seconds=30)) -> None:
        """Reads until cancelled; returns only when the account is signed out."""
        cursor = await self._ledger.cursor(self._adapter.account)
        ahead: deque[tuple[Batch, asyncio.Task[None]]] = deque()
        pause = _FIRST_WAIT
        try:
            while True:
                try:
                    batch = await self._adapter.poll(cursor, wait)
                except SignedOut as error:
                    self._note(str(error))
                    return
                except PlatformError as error:
                    self._note(str(error))
                    await asyncio.sleep(pause.total_seconds())
                    pause = min(pause * 2, _LONGEST_WAIT)
                    continue
                self._note("")
                pause = _FIRST_WAIT
                cursor = batch.cursor or cursor
                ahead.append((batch, asyncio.create_task(self._take(batch))))
                while ahead and (len(ahead) >= _AHEAD or ahead[0][1].done()):
                    done, task = ahead.popleft()
                    await task
                    await self._keep(done)
                await self._rest(batch, ahead)
        finally:
            for _, task in ahead:
                task.cancel()
            await asyncio.gather(*(task for _, task in ahead), return_exceptions=True)

    async def _rest(self, batch: Batch, ahead: deque[tuple[Batch, asyncio.Task[None]]]) -> None:
        """Waits as long as the adapter asks, storing the cursor of batches that are finished meanwhile."""
        end = asyncio.get_running_loop().time() + batch.again.total_seconds()
        while (left := end - asyncio.get_running_loop().time()) > 0:
            if not ahead:
                await asyncio.sleep(left)
                return
            await asyncio.wait({ahead[0][1]}, timeout=left)
            if ahead[0][1].done():
                done, task = ahead.popleft()
                await task
                await self._keep(done)

    async def _take(self, batch: Batch) -> None:
        """Handles a batch: each place's occurrences in order, places side by side."""
        places: dict[str, list[Occurrence]] = {}
        for occurrence in batch.occurrences:
            alias = "" if isinstance(occurrence, Tick) else occurrence.place.alias
            places.setdefault(alias, []).append(occurrence)
        async with asyncio.TaskGroup() as group:
            for queue in places.values():
                group.create_task(self._in_order(queue))

    async def _in_order(self, queue: list[Occurrence]) -> None:
        for occurrence in queue:
            await self._handle(occurrence)

    async def _keep(self, batch: Batch) -> None:
        if batch.cursor is not None:
            await self._ledger.save_cursor(self._adapter.account, batch.cursor, self._clock.now())

    def _note(self, trouble: str) -> None:
        """Logs once when the platform is lost and once when it is back."""
        if trouble and trouble != self.trouble:
            log.warning("%s: %s", self._adapter.account, trouble, extra={"code": "platform.lost"})
        elif self.trouble and not trouble:
            log.warning("%s: back again", self._adapter.account, extra={"code": "platform.back"})
        self.trouble = trouble
