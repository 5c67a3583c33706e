"""Forks bots for the crash test: `python -m tests.crash_nursery CONFIG`.

Importing takes far longer than starting, so the imports happen once, here, and each bot is a fork. Reads `spawn ISO-TIME TURNS`
(or `spawn now TURNS`, for a bot on the real clock, as `folkmoot run` starts it) and `reap PID` from standard input, answers a
process id and a wait status.

A bot's life is measured in turns of its event loop, not in seconds: so it ends at the same points of its work on a busy machine
as on an idle one. It is killed by a SIGKILL of its own in the given turn, or once it has nothing left to do; with 0 turns it
lives until somebody else kills it.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import sys
import threading
import time
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.clock import FakeClock, SystemClock
from bot.demo.worker import launch

#: A bot that has waited for so long, in seconds, has nothing left to do.
IDLE = 1.5


class Waits(selectors.DefaultSelector):
    """Tells since when the loop has been waiting for something to happen; None while it works."""

    since: float | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.since = time.monotonic()
        try:
            return super().select(timeout)
        finally:
            self.since = None


class Mortal(asyncio.SelectorEventLoop):
    """An event loop that ends its process in the middle of its work, as a power cut would."""

    def __init__(self, turns: int) -> None:
        self._waits = Waits()
        self._left = turns
        super().__init__(self._waits)

    def _run_once(self) -> None:
        self._left -= 1
        if self._left == 0:
            die()
        super()._run_once()

    def watch(self) -> None:
        """Ends the process when it waits only; to be run in a thread, since a loop that waits cannot."""
        while (since := self._waits.since) is None or time.monotonic() - since < IDLE:
            time.sleep(IDLE / 10)
        die()


def begin(turns: int) -> Mortal:
    """A loop for so many turns, watched; without an end for 0."""
    loop = Mortal(turns)
    if turns:
        threading.Thread(target=loop.watch, daemon=True).start()
    return loop


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def live(config: Path, now: datetime | None) -> None:
    """A bot as in production: reading, sending and ticking side by side, until somebody kills it."""
    await (await launch(config, FakeClock(now) if now else SystemClock())).run()


def main(config: Path) -> None:
    for line in sys.stdin:
        verb, _, argument = line.strip().partition(" ")
        if verb == "reap":
            _, status = os.waitpid(int(argument), 0)
            print(status, flush=True)
        elif (pid := os.fork()) == 0:
            now, turns = argument.split()
            try:
                with asyncio.Runner(loop_factory=partial(begin, int(turns))) as runner:
                    runner.run(live(config, None if now == "now" else datetime.fromisoformat(now)))
            except BaseException as error:  # noqa: BLE001 - a fork must never return into the loop above
                print(f"the bot died of itself: {error!r}", file=sys.stderr, flush=True)
                os._exit(3)
            os._exit(0)
        else:
            print(pid, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
