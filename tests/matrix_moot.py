"""A community on a real homeserver with a real bot: the process that `folkmoot run` starts, and its rooms as people see them."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.matrix.telling import Teller
from bot.demo.matrix.village import configure
from tests.matrix.moody import Moody
from tests.synapse import Event, Person, Synapse, Town

ROOT = Path(__file__).parent.parent
#: Dates and times in what the bot says; the story is the same on every day.
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d( UTC)?)?")


class Bot:
    """`folkmoot run` as a process. It starts with the block and is stopped at its end; `kill` is SIGKILL."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.log: list[str] = []

    async def start(self) -> None:
        """Starts it, and waits until it says that it is ready. Raises ChildProcessError with its log when it ends instead."""
        self._ready.clear()
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.leash",
            "run",
            "-c",
            str(self._config),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read(process))
        async with asyncio.timeout(60):
            await self._ready.wait()
        if process.returncode is not None:
            raise ChildProcessError("\n".join(["the bot ended by itself:", *self.log]))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.log.append(line.decode().rstrip())
            if "at your service" in self.log[-1]:
                self._ready.set()
        await process.wait()
        self._ready.set()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def end(self, number: signal.Signals) -> int:
        """Ends it by that signal; its exit status."""
        if self._process is None or self._reading is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(number)
        await self._reading
        status = await self._process.wait()
        self._process = None
        return status


@dataclass
class MatrixMoot:
    """Rooms, a moderator who made them, and the bot."""

    town: Town
    account: Person
    mira: Person
    lounge: str
    modroom: str
    config: Path
    bot: Bot

    async def member(self, name: str) -> Person:
        """A new person in the lounge."""
        person = await self.town.register(name)
        await person.join(self.lounge)
        return person

    async def transcript(self, reader: Person, room: str) -> str:
        """What everybody did in a room as `reader` sees it, one entry an act, in the style of `bot.testing`."""
        return transcript(await reader.history(room), self.account)


@asynccontextmanager
async def matrix_moot(
    synapse: Synapse,
    folder: Path,
    *,
    version: str = "12",
    plugins: Mapping[str, Mapping[str, Any]] | None = None,
    limits: Mapping[str, Any] | None = None,
    invited: bool = True,
    encryption: bool = False,
    running: bool = True,
) -> AsyncIterator[MatrixMoot]:
    """A lounge and a moderators' room of that version; settings as in the demo, changed by `plugins`.

    The bot has level 100 in both, and is in them once the block begins; unless it is not `invited`, or not `running`: then the
    test sees to it. Without `invited` the lounge lets nobody in who is not.
    """
    async with synapse.town() as town:
        account, mira = await town.register("folkmoot"), await town.register("mira")
        lounge = await mira.create_room(version, public=invited, name="Lounge")
        modroom = await mira.create_room(version, public=False, name="Moderators")
        for room in (lounge, modroom):
            if invited:
                await mira.invite(room, account)
            await mira.empower(room, {account: 100})
        path = configure(folder, synapse.url, account, lounge, modroom, encryption=encryption)
        config = json.loads(path.read_text())
        config["log"]["level"] = "info"
        config["communities"]["freechat"]["limits"] = dict(limits or {})
        for name, settings in (plugins or {}).items():
            config["communities"]["freechat"]["plugins"].setdefault(name, {}).update(settings)
        path.write_text(json.dumps(config))
        bot = Bot(path)
        try:
            if running:
                await bot.start()
                for room in (lounge, modroom) if invited else ():
                    await mira.wait_for(joined(account), room=room)
            yield MatrixMoot(town, account, mira, lounge, modroom, path, bot)
        finally:
            await bot.end(signal.SIGTERM)
            print("The bot's log:", *bot.log, sep="\n")  # shown where the test fails


async def up(bot: Bot) -> None:
    """Starts it, again and again where the proxy is in no mood for that, as a service manager would."""
    for _ in range(30):
        try:
            await bot.start()
        except ChildProcessError:
            continue
        return
    raise AssertionError(bot.log[-10:])


def behind(proxy: Moody, moot: MatrixMoot) -> None:
    """Lets the bot reach its homeserver through the proxy only, from its next start on."""
    config = json.loads(moot.config.read_text())
    config["accounts"]["matrix"]["url"] = proxy.url
    moot.config.write_text(json.dumps(config))


def joined(person: Person) -> Any:
    return lambda e: e.get("state_key") == person.id and e["content"].get("membership") == "join"


def transcript(events: list[Event], bot: Person) -> str:
    """Events as a story, one entry an act; dates, which differ from run to run, are left out."""
    return "\n".join(_entry(who, deed) for who, deed in Teller(bot.id).tell(events))


def _entry(who: str, deed: str) -> str:
    first, *rest = _DATE.sub("<date>", deed).splitlines()
    return "\n    ".join([f"{who}{first}", *(row for row in rest if row.strip())])
