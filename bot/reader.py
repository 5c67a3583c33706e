"""Reads one account: polls its platform, hands what happened to the pipeline, and keeps the place in the stream.

What one place says is handled in order, places in parallel. The cursor is stored only once everything before it is in
the ledger, so a crash makes us read again, never miss; reading twice is harmless, because the ledger knows its keys.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from bot.clock import Clock
from bot.ledger import Ledger, LedgerError
from bot.model import Occurrence, Tick
from bot.platforms.protocol import Adapter, Batch, Busy, PlatformError, SignedOut

log = logging.getLogger(__name__)

_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=5)
_LONGEST_BUSY = timedelta(minutes=15)
#: How many batches may be under way before the next poll waits for the oldest.
_AHEAD = 4

Handle = Callable[[Occurrence], Awaitable[object]]

T = TypeVar("T")

#: Batches that are being handled, oldest first.
_Ahead = deque[tuple[Batch, asyncio.Task[None]]]


class Reader:
    """Reads one adapter and hands over what happened; `run` for service, `step` for tests and tours."""

    def __init__(self, adapter: Adapter, ledger: Ledger, clock: Clock, handle: Handle) -> None:
        self._adapter = adapter
        self._ledger = ledger
        self._clock = clock
        self._handle = handle
        self._turns: dict[str, asyncio.Lock] = {}  # by place: batches overlap, what one place says does not
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
        """Reads until cancelled; returns only when the account is signed out.

        While the ledger cannot be written (a full disk) nothing is decided; what was read is read again afterwards.
        """
        pause = _FIRST_WAIT
        while True:
            try:
                await self._follow(wait)
            except* LedgerError as errors:
                trouble = errors.exceptions[0]
                log.warning("%s: %s", self._adapter.account, trouble, extra={"code": "ledger.lost"})
            else:
                return
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, _LONGEST_WAIT)

    async def _follow(self, wait: timedelta) -> None:
        """Reads from the stored cursor on, several batches at a time."""
        cursor = await self._ledger.cursor(self._adapter.account)
        ahead: _Ahead = deque()
        pause = _FIRST_WAIT
        try:
            while True:
                try:
                    batch = await self._meanwhile(self._adapter.poll(cursor, wait), ahead)
                except SignedOut as error:
                    self.note(str(error))
                    return
                except PlatformError as error:
                    self.note(str(error))
                    asked = (error.after if isinstance(error, Busy) else None) or timedelta()
                    await asyncio.sleep(max(pause, min(asked, _LONGEST_BUSY)).total_seconds())
                    pause = min(pause * 2, _LONGEST_WAIT)
                    continue
                self.note("")
                pause = _FIRST_WAIT
                cursor = batch.cursor or cursor
                ahead.append((batch, asyncio.create_task(self._take(batch))))
                if len(ahead) >= _AHEAD:
                    await self._meanwhile(asyncio.wait({ahead[0][1]}), ahead)
                await self._meanwhile(asyncio.sleep(batch.again.total_seconds()), ahead)
        finally:
            for _, task in ahead:
                task.cancel()
            await asyncio.gather(*(task for _, task in ahead), return_exceptions=True)

    async def _meanwhile(self, waiting: Coroutine[Any, Any, T], ahead: _Ahead) -> T:
        """Awaits `waiting`, and stores the cursor of every batch that is finished meanwhile; its error ends the wait."""
        awaited = asyncio.create_task(waiting)
        try:
            while not awaited.done():
                oldest = {ahead[0][1]} if ahead else set()
                await asyncio.wait({awaited, *oldest}, return_when=asyncio.FIRST_COMPLETED)
                while ahead and ahead[0][1].done():
                    batch, task = ahead.popleft()
                    await task
                    await self._keep(batch)
            return awaited.result()
        finally:
            awaited.cancel()

    async def _take(self, batch: Batch) -> None:
        """Handles a batch: each place's occurrences in order, places side by side."""
        places: dict[str, list[Occurrence]] = {}
        for occurrence in batch.occurrences:
            alias = "" if isinstance(occurrence, Tick) else occurrence.place.alias
            places.setdefault(alias, []).append(occurrence)
        async with asyncio.TaskGroup() as group:
            for place, queue in places.items():
                group.create_task(self._in_order(place, queue))

    async def _in_order(self, place: str, queue: list[Occurrence]) -> None:
        # Locks are fair, and batches are taken in the order in which they were read.
        async with self._turns.setdefault(place, asyncio.Lock()):
            for occurrence in queue:
                await self._handle(occurrence)

    async def _keep(self, batch: Batch) -> None:
        if batch.cursor is not None:
            await self._ledger.save_cursor(self._adapter.account, batch.cursor, self._clock.now())
        batch.stored()

    def note(self, trouble: str) -> None:
        """Keeps why the platform cannot be read, empty when it can; logs once when it is lost and once when it is back."""
        if trouble and trouble != self.trouble:
            log.warning("%s: %s", self._adapter.account, trouble, extra={"code": "platform.lost"})
        elif self.trouble and not trouble:
            log.warning("%s: back again", self._adapter.account, extra={"code": "platform.back"})
        self.trouble = trouble
