"""The only place that reads the wall clock, and the ticker that wakes the bot."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

#: Wall clock and monotonic time may differ by this much between two ticks before it is worth a line in the log.
_DRIFT = timedelta(seconds=60)


class Clock(Protocol):
    """Tells the time, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the one place


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, span: timedelta) -> datetime:
        self._now += span
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now


class Ticker:
    """Calls `tick` at once and then every `period`, until it is stopped; never twice at the same time.

    It only wakes: what is due, and whether it was done before, is for `bot.due` and the ledger to say. So a tick that
    comes late, or that takes longer than the period, makes up for all that were left out. An exception in `tick` is
    logged (`clock.tick`) and the next tick comes all the same; so is a wall clock that was set (`clock.jump`).

    `elapsed` gives monotonic seconds.
    """

    def __init__(
        self,
        tick: Callable[[], Awaitable[object]],
        clock: Clock,
        period: timedelta = timedelta(seconds=20),
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tick = tick
        self._clock = clock
        self._period = period
        self._elapsed = elapsed
        self._seen: tuple[datetime, float] | None = None
        self._overdue: asyncio.TimerHandle | None = None
        # Nothing is stored: a job store would lose or double what a crash cuts off.
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Starts ticking. To be called inside the running event loop, once."""
        self._scheduler.add_job(
            self._run,
            "interval",
            seconds=self._period.total_seconds(),
            id="tick",
            next_run_time=SystemClock().now(),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Stops ticking. A tick that is under way is cancelled, as a crash would; the ledger makes that harmless."""
        self._disarm()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self) -> None:
        self._disarm()
        self._compare_clocks()
        try:
            await self._tick()
        except asyncio.CancelledError:
            # Only the scheduler's shutdown cancels a tick; passing it on would be logged as an error.
            log.info("stopped in the middle of a tick", extra={"code": "clock.stopped"})
            return
        except Exception:
            log.exception("a tick failed; the next one comes as usual", extra={"code": "clock.tick"})
        # The scheduler waits by the wall clock, so one that was set back by a day would silence it for a day.
        wait = 2 * self._period.total_seconds()
        self._overdue = asyncio.get_running_loop().call_later(wait, self._wake)

    def _wake(self) -> None:
        if self._scheduler.running:
            self._scheduler.modify_job("tick", next_run_time=SystemClock().now())

    def _disarm(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()

    def _compare_clocks(self) -> None:
        now, elapsed = self._clock.now(), self._elapsed()
        if self._seen is not None:
            jump = now - self._seen[0] - timedelta(seconds=elapsed - self._seen[1])
            if abs(jump) > _DRIFT:
                log.warning(
                    "the wall clock was set %s by %.0f seconds, or the machine slept",
                    "forward" if jump > timedelta() else "back",
                    abs(jump.total_seconds()),
                    extra={"code": "clock.jump"},
                )
        self._seen = now, elapsed
