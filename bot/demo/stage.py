"""The embedded community, set up and running: two small servers on loopback, a folder with the bot's configuration.

Members act through `lemmy` and `chat`, which live in this process. The bot may live here, too (`Inside`), or in a process of
its own that can be killed (`Outside`); it reaches both servers over HTTP as it would real ones.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from bot.app import App
from bot.clock import FakeClock
from bot.demo import community
from bot.demo.chat import ChatServer
from bot.demo.lemmy import LemmyServer
from bot.demo.lemmy.state import Instance
from bot.demo.worker import start
from bot.platforms.memory import World


class Bot(Protocol):
    """The bot, wherever it runs."""

    async def step(self, now: datetime) -> int:
        """Does everything there is to do at `now`; how much that was."""
        ...

    async def stop(self) -> None: ...


class Inside:
    """The bot in this process."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._clock: FakeClock | None = None
        self.app: App | None = None

    async def step(self, now: datetime) -> int:
        if self.app is None or self._clock is None:
            self.app, self._clock = await start(self._config, now)
        self._clock.set(now)
        return await self.app.step()

    async def stop(self) -> None:
        if self.app is not None:
            await self.app.close()


class Outside:
    """The bot in a process of its own. `kill` ends it as a power cut would; the next `step` starts it again."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None

    async def step(self, now: datetime) -> int:
        """Raises ChildProcessError when the bot dies of itself."""
        process = self._process or await self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"now": now.isoformat()}).encode() + b"\n")
        await process.stdin.drain()
        answer = await process.stdout.readline()
        if not answer:
            raise ChildProcessError(f"the bot ended by itself with status {await process.wait()}")
        return int(json.loads(answer)["done"])

    async def begin(self, now: datetime) -> None:
        """Lets the bot work without waiting for it; to be followed by `kill`."""
        process = self._process or await self._start()
        assert process.stdin is not None
        process.stdin.write(json.dumps({"now": now.isoformat()}).encode() + b"\n")
        await process.stdin.drain()

    async def kill(self) -> None:
        """SIGKILL: nothing can be finished, nothing can be said."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    async def stop(self) -> None:
        """Lets the bot end well."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
            self._process = None
        except TimeoutError:
            await self.kill()

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.demo.worker", str(self._config),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return self._process


class Stage:
    """Use as `async with Stage(folder) as stage`. `outside` runs the bot in a process of its own."""

    def __init__(self, folder: Path, *, outside: bool) -> None:
        self.clock = FakeClock(community.DAWN)
        self.lemmy = Instance(community.HOME, self.clock)
        self.chat = World(self.clock)
        self._folder = folder
        self._outside = outside
        self._stack = AsyncExitStack()
        self._bot: Bot | None = None

    async def __aenter__(self) -> Self:
        community.people(self.lemmy, self.chat, self.clock.now())
        self.server = await self._stack.enter_async_context(LemmyServer(self.lemmy))
        chat = await self._stack.enter_async_context(ChatServer(self.chat))
        config = community.configure(self._folder, self.server.url, chat.url)
        self._bot = Outside(config) if self._outside else Inside(config)
        self._stack.push_async_callback(self._bot.stop)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def bot(self) -> Bot:
        assert self._bot is not None, "use `async with Stage(…) as stage`"
        return self._bot

    async def settle(self) -> None:
        """Lets the bot do its work until nothing is left to do."""
        await self.bot.step(self.clock.now())

    async def advance(self, span: timedelta) -> None:
        """Moves the community's clock, and lets the bot do what came due."""
        self.clock.advance(span)
        await self.settle()
