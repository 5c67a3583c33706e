"""Forks bots for the crash test: `python -m tests.crash_nursery CONFIG`.

Importing takes far longer than starting, so the imports happen once, here, and each bot is a fork. Reads `spawn ISO-TIME` (its
clock stands there; without one it is the wall clock) and `reap PID` from standard input, answers a process id and a wait status.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

from bot.clock import FakeClock, SystemClock
from bot.demo.worker import open_app


async def live(config: Path, now: str) -> None:
    """A bot as in production: reading, sending and ticking side by side, until somebody kills it."""
    clock = FakeClock(datetime.fromisoformat(now)) if now else SystemClock()
    app = await open_app(config, clock)
    await app.run()


def main(config: Path) -> None:
    for line in sys.stdin:
        verb, _, argument = line.strip().partition(" ")
        if verb == "reap":
            _, status = os.waitpid(int(argument), 0)
            print(status, flush=True)
        elif (pid := os.fork()) == 0:
            try:
                asyncio.run(live(config, argument))
            except BaseException as error:  # noqa: BLE001 - a fork must never return into the loop above
                print(f"the bot died of itself: {error!r}", file=sys.stderr, flush=True)
                os._exit(3)
            os._exit(0)
        else:
            print(pid, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
