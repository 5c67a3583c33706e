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

from bot.demo.matrix.village import configure
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
            "bot",
            "run",
            "-c",
            str(self._config),
            cwd=ROOT,
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
    running: bool = True,
) -> AsyncIterator[MatrixMoot]:
    """A lounge and a moderators' room of that version, into which the bot is invited; settings as in the demo, changed by `plugins`.

    The bot has level 100 in both. Without `running` the test starts it itself.
    """
    async with synapse.town() as town:
        account, mira = await town.register("folkmoot"), await town.register("mira")
        lounge = await mira.create_room(version, name="Lounge")
        modroom = await mira.create_room(version, public=False, name="Moderators")
        for room in (lounge, modroom):
            await mira.invite(room, account)
            await mira.empower(room, {account: 100})
        path = configure(folder, synapse.url, account, lounge, modroom)
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
                for room in (lounge, modroom):
                    await mira.wait_for(joined(account), room=room)
            yield MatrixMoot(town, account, mira, lounge, modroom, path, bot)
        finally:
            await bot.end(signal.SIGTERM)


def joined(person: Person) -> Any:
    return lambda e: e.get("state_key") == person.id and e["content"].get("membership") == "join"


def transcript(events: list[Event], bot: Person) -> str:
    """Events as a story: messages, removals, reactions, edits, and what moderators do to people; who comes and goes is left out."""
    texts: dict[str, Event] = {event["event_id"]: event for event in events}
    lines = []
    for event in events:
        who = _name(event["sender"], bot)
        deed = _deed(event, texts, bot)
        if deed:
            first, *rest = _DATE.sub("<date>", deed).splitlines()
            lines.append("\n    ".join([f"{who}{first}", *(row for row in rest if row.strip())]))
    return "\n".join(lines)


def _name(user: str, bot: Person) -> str:
    return "bot" if user == bot.id else user[1:].partition(":")[0].partition(".")[0]


def _deed(event: Event, texts: Mapping[str, Event], bot: Person) -> str | None:
    content = event["content"]
    relation = content.get("m.relates_to", {})
    match event["type"]:
        case "m.room.message" if relation.get("rel_type") == "m.replace":
            return f" edits: {content['m.new_content']['body']}"
        case "m.room.message" if "body" in content:
            answered = texts.get(relation.get("m.in_reply_to", {}).get("event_id", ""))
            to = f" → {_name(answered['sender'], bot)}" if answered else ""
            where = " (in the thread)" if relation.get("rel_type") == "m.thread" else ""
            return f"{to}{where}: {_short(content['body'], bot)}"
        case "m.room.message":
            return ": …"
        case "m.reaction" if relation:
            return f" reacts {relation['key']}"
        case "m.room.redaction":
            target = texts.get(event.get("redacts", ""), {})
            reason = f" ({content['reason']})" if content.get("reason") else ""
            return f" removes what {_name(target.get('sender', '@?:'), bot)} said{reason}"
        case "m.room.member" if event["state_key"] != event["sender"]:
            before = event.get("unsigned", {}).get("prev_content", {}).get("membership")
            verbs = {"ban": "bans", "invite": "invites", "leave": "unbans" if before == "ban" else "kicks"}
            reason = f" ({content['reason']})" if content.get("reason") else ""
            return f" {verbs[content['membership']]} {_name(event['state_key'], bot)}{reason}"
    return None


def _short(body: str, bot: Person) -> str:
    """Full ids in texts, which differ from run to run, as names."""
    return re.sub(r"@[\w.-]+:localhost", lambda found: "@" + _name(found[0], bot), body)
