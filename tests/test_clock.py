"""The ticker ticks on: over errors, over slow ticks, over a clock that somebody sets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.clock import FakeClock, SystemClock, Ticker

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHORT = timedelta(milliseconds=5)


class Ticks:
    """Counts ticks, and lets a test wait for the next ones."""

    def __init__(self, during: Callable[[int], Awaitable[object]] | None = None) -> None:
        self.count = 0
        self._during = during
        self._came = asyncio.Condition()

    async def tick(self) -> None:
        async with self._came:
            self.count += 1
            self._came.notify_all()
        if self._during:
            await self._during(self.count)

    async def reach(self, number: int) -> None:
        async with asyncio.timeout(10), self._came:
            await self._came.wait_for(lambda: self.count >= number)


def codes(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [getattr(record, "code", "") for record in caplog.records if record.name == "bot.clock"]


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_fake_clock_stands_still_until_moved() -> None:
    clock = FakeClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(hours=1)) == clock.now() == datetime(2026, 11, 23, 13, tzinfo=UTC)
    clock.set(NOON)
    assert clock.now() == NOON


async def test_it_ticks_at_once_and_again_until_stopped() -> None:
    ticks = Ticks()
    ticker = Ticker(ticks.tick, SystemClock(), SHORT)
    ticker.start()
    await ticks.reach(3)
    ticker.stop()
    await asyncio.sleep(0)
    stopped_at = ticks.count
    await asyncio.sleep(SHORT.total_seconds() * 6)
    assert ticks.count == stopped_at
    ticker.stop()  # once more does no harm


async def test_the_first_tick_does_not_wait_for_the_period() -> None:
    ticks = Ticks()
    ticker = Ticker(ticks.tick, SystemClock(), timedelta(hours=1))
    ticker.start()
    await ticks.reach(1)
    ticker.stop()


async def test_an_exception_is_logged_and_the_ticking_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(number: int) -> None:
        raise RuntimeError(f"tick {number} broke")

    ticks = Ticks(fail)
    ticker = Ticker(ticks.tick, SystemClock(), SHORT)
    ticker.start()
    await ticks.reach(3)
    ticker.stop()
    assert set(codes(caplog)) - {"clock.stopped"} == {"clock.tick"}
    assert "tick 1 broke" in caplog.text


async def test_a_slow_tick_is_never_joined_by_another(caplog: pytest.LogCaptureFixture) -> None:
    go_on = asyncio.Event()
    running = 0
    most = 0

    async def slow(number: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if number == 1:
            await go_on.wait()
        running -= 1

    ticks = Ticks(slow)
    ticker = Ticker(ticks.tick, SystemClock(), SHORT)
    caplog.set_level(logging.ERROR, "apscheduler")
    ticker.start()
    await ticks.reach(1)
    await asyncio.sleep(SHORT.total_seconds() * 4)
    assert ticks.count == 1
    go_on.set()
    await ticks.reach(3)
    ticker.stop()
    assert most == 1


async def test_stopping_cuts_a_tick_off_quietly(caplog: pytest.LogCaptureFixture) -> None:
    finished = asyncio.Event()

    async def forever(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            finished.set()

    caplog.set_level(logging.INFO)
    ticks = Ticks(forever)
    ticker = Ticker(ticks.tick, SystemClock(), SHORT)
    ticker.start()
    await ticks.reach(1)
    ticker.stop()
    async with asyncio.timeout(10):
        await finished.wait()
    await asyncio.sleep(0)
    assert codes(caplog) == ["clock.stopped"]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_clock_set_back_by_a_day_does_not_silence_it_for_a_day() -> None:
    ticks = Ticks()
    ticker = Ticker(ticks.tick, SystemClock(), SHORT)
    ticker.start()
    await ticks.reach(1)
    # To the scheduler, this is what a clock that was set back looks like: its next run lies a day ahead.
    ticker._scheduler.modify_job("tick", next_run_time=SystemClock().now() + timedelta(days=1))
    seen = ticks.count
    await ticks.reach(seen + 3)
    ticker.stop()


async def test_a_tick_in_time_calls_the_watchdog_off() -> None:
    called_off: list[bool] = []

    async def look(number: int) -> None:
        if ticker._overdue is not None:
            called_off.append(ticker._overdue.cancelled())

    ticks = Ticks(look)
    ticker = Ticker(ticks.tick, SystemClock(), SHORT)
    ticker.start()
    await ticks.reach(4)
    ticker.stop()
    assert called_off[:2] == [True, True]


@pytest.mark.parametrize(
    ("wall", "elapsed", "logged"),
    [
        (timedelta(seconds=20), 20.0, []),
        (timedelta(seconds=70), 20.0, []),
        (timedelta(seconds=81), 20.0, ["clock.jump"]),
        (timedelta(hours=-1), 20.0, ["clock.jump"]),
        (timedelta(hours=3), 3 * 3600.0, []),
    ],
)
async def test_clocks_that_disagree_are_logged(
    wall: timedelta, elapsed: float, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock(NOON)
    steps: Iterator[float] = count(0.0, elapsed)

    async def move(number: int) -> None:
        if number == 1:
            clock.advance(wall)
        else:
            await asyncio.Event().wait()

    ticks = Ticks(move)
    ticker = Ticker(ticks.tick, clock, SHORT, elapsed=lambda: next(steps))
    ticker.start()
    await ticks.reach(2)
    ticker.stop()
    assert [code for code in codes(caplog) if code != "clock.stopped"] == logged
    if logged:
        assert ("back" if wall < timedelta() else "forward") in caplog.text
