"""Latency and memory of Folkmoot on Matrix, beside maubot and a bare client, on one homeserver in one run.

    python -m benchmarks.matrix                 # a hundred rounds; needs `make servers`, installs maubot into a scratch folder
    python -m benchmarks.matrix --rounds 20 --no-maubot

Synapse runs on loopback with its database in memory, so that it hides as little as possible of what the bots do. Each bot
has a room of its own; in each round every bot, in random order, gets a command to answer and an insult to redact, and the
time is taken from before the sending until another client's sync shows the answer or the redaction. Folkmoot runs as in
production: rules, ledger on disk, a line to the moderators' room. Figures differ between machines; the ratios matter.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.matrix import village
from bot.demo.matrix.person import Event, Person
from tests.synapse import Synapse, Town, running

COMMAND, BAD_WORD = "!strikes", "numbskull"
MAUBOT = "maubot==0.6.0"
BOTS = Path(__file__).with_name("matrix_bots")
RULES = f"mode: enforce\nbody (includes-word): [{BAD_WORD}]\naction: remove\n"


@dataclass
class Contestant:
    """One bot: its account, room and process, and the seconds that it took."""

    name: str
    bot: Person
    room: str
    process: asyncio.subprocess.Process
    reply: list[float] = field(default_factory=list)
    redaction: list[float] = field(default_factory=list)
    idle: dict[str, float] = field(default_factory=dict)


async def room_for(bot: Person, mod: Person) -> str:
    room = await mod.create_room()
    await bot.join(room)
    await mod.empower(room, {bot: 50})
    return room


async def start(
    log: Path, *command: str, cwd: Path | None = None, line: str = ""
) -> asyncio.subprocess.Process:
    """A process whose output goes to `log`, with one line on its standard input."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=cwd, stdin=asyncio.subprocess.PIPE, stdout=output, stderr=output
        )
    if line:
        assert process.stdin is not None
        process.stdin.write(line.encode() + b"\n")
    return process


async def bare(town: Town, mod: Person, folder: Path, url: str) -> Contestant:
    bot = await town.register("bare")
    room = await room_for(bot, mod)
    known = {"url": url, "user": bot.id, "token": bot.token, "command": COMMAND, "bad_word": BAD_WORD}
    process = await start(folder / "bare.log", sys.executable, str(BOTS / "bare.py"), line=json.dumps(known))
    return Contestant("bare client", bot, room, process)


def install_maubot(folder: Path) -> Path:
    """maubot in an environment of its own that ends with the run; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", MAUBOT], check=True)
    return python


async def maubot(town: Town, mod: Person, folder: Path, url: str) -> Contestant:
    python = install_maubot(folder / "venv-maubot")
    bot = await town.register("maubot")
    room = await room_for(bot, mod)
    meta = {
        "maubot": "0.1.0", "id": "example.folkmoot.peer", "version": "1.0.0", "license": "AGPL-3.0-or-later",
        "modules": ["maubot_plugin"], "main_class": "Peer",
    }  # fmt: skip
    config = {
        "user": {
            "credentials": {"id": bot.id, "homeserver": url, "access_token": bot.token},
            "sync": True, "autojoin": False, "displayname": "disable", "avatar_url": "disable",
            "ignore_initial_sync": True, "ignore_first_sync": True,
        },
        "server": {"hostname": "127.0.0.1", "port": 0},
        "database": f"sqlite:{folder / 'maubot.db'}",
        "logging": {"version": 1, "root": {"level": "WARNING"}},
    }  # fmt: skip
    home = folder / "maubot"
    home.mkdir()
    (home / "maubot.yaml").write_text(json.dumps(meta))
    (home / "config.yaml").write_text(json.dumps(config))
    (home / "maubot_plugin.py").write_text((BOTS / "maubot_plugin.py").read_text())
    process = await start(folder / "maubot.log", str(python), "-m", "maubot.standalone", cwd=home)
    return Contestant("maubot", bot, room, process)


async def folkmoot(town: Town, mod: Person, folder: Path, url: str) -> Contestant:
    bot = await town.register("folkmoot")
    room, modroom = await room_for(bot, mod), await room_for(bot, mod)
    home = folder / "folkmoot"
    home.mkdir()
    path = village.configure(home, url, bot, room, modroom)
    (home / "rules.yaml").write_text(RULES)
    config = json.loads(path.read_text())
    config["communities"]["freechat"]["plugins"]["moderation"]["tell_removals"] = False
    path.write_text(json.dumps(config))
    process = await start(
        folder / "folkmoot.log", sys.executable, "-m", "tests.leash", "run", "-c", str(path)
    )
    return Contestant("Folkmoot", bot, room, process)


async def took(
    speaker: Person, watcher: Person, room: str, text: str, answers: Callable[[Event, str], bool]
) -> float:
    """Seconds from before `text` is sent until `watcher` sees what answers it."""
    begin = time.perf_counter()
    sent = await speaker.send(room, text)
    await watcher.wait_for(lambda event: answers(event, sent), room=room)
    return time.perf_counter() - begin


def fresh_message(watcher: Person, one: Contestant) -> Callable[[Event, str], bool]:
    """Whether an event is something that this bot says from now on."""
    before = {event["event_id"] for event in watcher.seen}
    return lambda event, _: (
        (event["sender"], event["type"]) == (one.bot.id, "m.room.message") and event["event_id"] not in before
    )


def redaction(event: Event, sent: str) -> bool:
    return event["type"] == "m.room.redaction" and event["redacts"] == sent


async def wake(one: Contestant, watcher: Person) -> None:
    """Speaks to a bot until it answers: what is said while it starts may be lost on it."""
    answers = fresh_message(watcher, one)
    for _ in range(30):
        await watcher.send(one.room, COMMAND)
        with contextlib.suppress(TimeoutError):
            await watcher.wait_for(lambda event: answers(event, ""), room=one.room, patience=2)
            return
    raise TimeoutError(f"{one.name} does not answer")


async def compete(contestants: list[Contestant], mod: Person, member: Person, rounds: int) -> None:
    """A moderator asks, since nobody else may as often; a member insults, since a moderator may."""
    dice = random.Random(5)
    for one in contestants:
        await wake(one, mod)
    for number in range(rounds + 1):
        for one in dice.sample(contestants, len(contestants)):
            reply = await took(mod, mod, one.room, COMMAND, fresh_message(mod, one))
            insult = f"You {BAD_WORD}, no. {number}!"
            removal = await took(member, mod, one.room, insult, redaction)
            if number:  # the first round warms up
                one.reply.append(reply)
                one.redaction.append(removal)


def resources(pid: int) -> tuple[float, float]:
    """Resident memory in MiB and CPU seconds so far of a process (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(int(row.split()[1]) for row in status.splitlines() if row.startswith("VmRSS"))
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return resident / 1024, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def rest(contestants: list[Contestant], seconds: float) -> None:
    """Lets everybody idle, and notes memory and CPU time."""
    before = {one.name: resources(one.process.pid)[1] for one in contestants}
    await asyncio.sleep(seconds)
    for one in contestants:
        memory, spent = resources(one.process.pid)
        one.idle = {"memory": memory, "cpu": 100 * (spent - before[one.name]) / seconds}


def table(contestants: list[Contestant]) -> str:
    base = contestants[0]
    rows = [
        "| | reply, median | p95 | ratio | redaction, median | p95 | ratio | idle memory | idle CPU |",
        "|---|" + "---:|" * 8,
    ]
    for one in contestants:
        cells = [one.name]
        for mine, theirs in ((one.reply, base.reply), (one.redaction, base.redaction)):
            middle, high = statistics.median(mine), statistics.quantiles(mine, n=20)[-1]
            cells += [
                f"{1000 * middle:.0f} ms",
                f"{1000 * high:.0f} ms",
                f"{middle / statistics.median(theirs):.2f}",
            ]
        cells += [f"{one.idle['memory']:.0f} MiB", f"{one.idle['cpu']:.1f} %"]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()


async def measure(synapse: Synapse, folder: Path, rounds: int, *, peer: bool) -> list[Contestant]:
    async with synapse.town() as town, AsyncExitStack() as stack:
        mod, member = await town.register("mod"), await town.register("member")
        contestants = []
        for make in (bare, folkmoot, maubot) if peer else (bare, folkmoot):
            one = await make(town, mod, folder, synapse.url)
            stack.push_async_callback(one.process.wait)
            stack.callback(end, one.process)
            await member.join(one.room)
            contestants.append(one)
        await compete(contestants, mod, member, rounds)
        await rest(contestants, 20)
        return contestants


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument(
        "--no-maubot", action="store_true", help="install nothing; only the bare client and Folkmoot"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="folkmoot-benchmark-") as folder:
        (home := Path(folder) / "synapse").mkdir()
        with running(home, limits=False) as synapse:
            contestants = asyncio.run(measure(synapse, Path(folder), args.rounds, peer=not args.no_maubot))
    print(table(contestants))


if __name__ == "__main__":
    main()
