"""Resident memory of Folkmoot: at rest with both platforms and encryption, and listening to an enormous, busy room.

    python -m benchmarks.memory                              # both; needs `make servers`
    python -m benchmarks.memory --messages 1000000           # growth over a million messages; takes hours
    python -m benchmarks.memory --messages 6000 --rate 100   # at the pace of a busy room

At rest, Matrix is a real Synapse and Lemmy the embedded server. The busy room has 10,000 members; its homeserver is a stub
(`benchmarks/crowd.py`), because a real one could not keep up. The bot runs as in production: all plugins, ledger on disk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

from benchmarks.crowd import BOT, MODROOM, ROOM, Crowd
from benchmarks.matrix import end, resources, room_for, start
from bot.clock import SystemClock
from bot.demo.lemmy import Instance, LemmyServer
from bot.demo.matrix import village
from tests.synapse import Synapse, running

PASSWORD = "correct horse battery"  # noqa: S105 - of a server in memory


@asynccontextmanager
async def bot_of(folder: Path, config: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`folkmoot run` as a process that ends with the block; shows its log where it ended by itself."""
    process = await start(
        folder / "folkmoot.log", sys.executable, "-m", "tests.leash", "run", "-c", str(config)
    )
    try:
        yield process
        if process.returncode is not None:
            raise ChildProcessError((folder / "folkmoot.log").read_text())
    finally:
        end(process)
        await process.wait()


async def at_rest(synapse: Synapse, folder: Path, seconds: float) -> float:
    """MiB after so many seconds with nothing to do."""
    instance = Instance("lemmy.example", SystemClock())
    instance.join("folkmoot", password=PASSWORD)
    instance.found("freechat", moderators=("folkmoot",))
    async with synapse.town() as town, LemmyServer(instance) as lemmy:
        mod, bot = await town.register("mod"), await town.register("folkmoot")
        rooms = [await room_for(bot, mod) for _ in range(2)]
        path = village.configure(folder, synapse.url, bot, *rooms, encryption=True)
        secret = folder / "lemmy-password"
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD)
        config = json.loads(path.read_text())
        config["accounts"]["lemmy"] = {
            "platform": "lemmy", "url": lemmy.url, "username": "folkmoot", "password": f"file:{secret}"
        }  # fmt: skip
        config["communities"]["freechat"]["places"]["freechat"] = {
            "account": "lemmy",
            "community": "freechat",
        }
        path.write_text(json.dumps(config))
        async with bot_of(folder, path) as process:
            await asyncio.sleep(seconds)
            return resources(process.pid)[0]


async def in_a_crowd(folder: Path, members: int, messages: int, rate: float) -> None:
    """Prints MiB and pace at each tenth of the messages."""
    crowd = Crowd(members, messages, rate)
    async with crowd.running():
        account = SimpleNamespace(id=BOT, password=PASSWORD)
        path = village.configure(folder, crowd.url, account, ROOM, MODROOM)
        async with bot_of(folder, path) as process:
            began, told = 0.0, 0
            print("| messages | MiB | messages a second | CPU of the bot |\n|---:|---:|---:|---:|")
            for tenth in range(1, 11):
                while crowd.told < messages * tenth // 10 and not crowd.done.is_set():
                    if process.returncode is not None:
                        return
                    await asyncio.sleep(0.05)
                    if not began and crowd.told:
                        began, told, spent = time.monotonic(), crowd.told, resources(process.pid)[1]
                memory, cpu = resources(process.pid)
                took = time.monotonic() - began
                pace = (crowd.told - told) / took
                print(
                    f"| {crowd.told:,} | {memory:.0f} | {pace:.0f} | {100 * (cpu - spent) / took:.0f} % |",
                    flush=True,
                )
            await crowd.done.wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=40, help="how long to rest before looking")
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument(
        "--rate", type=float, default=0, help="messages a second; 0: as fast as the bot reads"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="folkmoot-benchmark-") as name:
        for part in ("synapse", "rest", "crowd"):
            (Path(name) / part).mkdir()
        with running(Path(name) / "synapse", limits=False) as synapse:
            rest = asyncio.run(at_rest(synapse, Path(name) / "rest", args.seconds))
        print(f"At rest, both platforms and encryption: {rest:.0f} MiB\n", flush=True)
        asyncio.run(in_a_crowd(Path(name) / "crowd", args.members, args.messages, args.rate))


if __name__ == "__main__":
    main()
