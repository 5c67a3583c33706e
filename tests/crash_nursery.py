"""Forks bots for the crash test: `python -m tests.crash_nursery CONFIG`.

Importing takes far longer than starting, so the imports happen once, here, and each bot is a fork. Reads `spawn ISO-TIME`
(or `spawn now`, for a bot on the real clock, exactly as `folkmoot run` starts it) and `reap PID` from standard input, answers
a process id and a wait status.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

from bot.cli.run import serve
from bot.demo.worker import start


async def live(config: Path, now: datetime) -> None:
    """A bot as in production: reading, sending and ticking side by side, until somebody kills it."""
    app, _ = await start(config, now)
    await app.run()


def main(config: Path) -> None:
    for line in sys.stdin:
        verb, _, argument = line.strip().partition(" ")
        if verb == "reap":
            _, status = os.waitpid(int(argument), 0)
            print(status, flush=True)
        elif (pid := os.fork()) == 0:
            try:
                if argument == "now":
                    os._exit(serve(config))
                asyncio.run(live(config, datetime.fromisoformat(argument)))
            except BaseException as error:  # noqa: BLE001 - a fork must never return into the loop above
                print(f"the bot died of itself: {error!r}", file=sys.stderr, flush=True)
                os._exit(3)
            os._exit(0)
        else:
            print(pid, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
