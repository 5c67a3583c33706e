"""The bot as a process of its own whose clock is set from outside: for the tour and the crash tests.

    python -m bot.demo.worker CONFIG

Reads one JSON object a line, `{"now": "2026-03-02T09:00:00+00:00"}`, sets its clock to it, does everything there is to do, and
answers `{"done": n}`; a fault ends the process with a sentence on standard error. The end of input ends it well.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from bot.app import App
from bot.clock import Clock, FakeClock
from bot.connect import connect
from bot.ledger import Ledger, upgrade
from bot.settings import load
from bot.settings.plugins import find


async def start(config: Path, now: datetime) -> tuple[App, FakeClock]:
    """A running app on the given configuration, with a clock that stands at `now`."""
    clock = FakeClock(now)
    return await launch(config, clock), clock


async def launch(config: Path, clock: Clock) -> App:
    """An app on the given configuration, signed in everywhere. Raises what loading and signing in raise."""
    loaded = load(config, find, os.environ)
    upgrade(loaded.configuration.storage.database)
    ledger = await Ledger.open(loaded.configuration.storage.database)
    app = App(loaded, ledger, connect(loaded, clock), clock)
    try:
        await app.open()
    except BaseException:
        await app.close()
        raise
    return app


async def serve(config: Path) -> None:
    """Obeys standard input until it ends."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    app: App | None = None
    clock: FakeClock | None = None
    while line := await lines.readline():
        now = datetime.fromisoformat(json.loads(line)["now"])
        if app is None or clock is None:
            app, clock = await start(config, now)
        clock.set(now)
        done = await app.step()
        print(json.dumps({"done": done}), flush=True)  # noqa: T201 - the answer is the interface
    if app is not None:
        await app.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
