"""Memory of Folkmoot over days of a community on a real homeserver, in compressed form: the day of tests/matrix/test_day.py again and again.

    python -m benchmarks.matrix_day              # five days; needs `make servers`
    python -m benchmarks.matrix_day --days 100

One process lives through all of it behind a proxy that loses, cuts off and delays answers. (That nothing is missed or done twice, also
over restarts, is what the test shows.)
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from pathlib import Path

from benchmarks.matrix import resources
from tests.matrix.day import Day, Size
from tests.matrix.moody import Moody
from tests.matrix_moot import behind, matrix_moot, up
from tests.synapse import Synapse, running

#: How long the last answer of a day may take, in seconds.
PATIENCE = 600

DAY = Size(members=8, chatter=150, offenders=20, repeaters=5, questions=30, edits=10, reports=6, visitors=15)


async def live(synapse: Synapse, folder: Path, days: int) -> None:
    """Prints MiB and CPU after each day."""
    dice = random.Random(7)
    plugins = {"moderation": {"raids": {"answer": "off"}}, "daily_prompts": {"place": "lounge"}}
    moody = Moody(synapse.url, dice)
    async with moody.running(), matrix_moot(synapse, folder, plugins=plugins, running=False) as moot:
        behind(moody, moot)
        await up(moot.bot)
        print("| day | acts of people | MiB | CPU seconds of the bot |\n|---:|---:|---:|---:|")
        print(_row(0, 0, moot.bot.pid), flush=True)
        done = 0
        for number in range(1, days + 1):
            day = Day(moot, dice)
            for act in await day.plan(DAY):
                await act()
                done += 1
            last = await moot.mira.send(moot.lounge, "!strikes")
            # An answer whose delivery was lost is looked for after a minute, and said again.
            await moot.mira.wait_for(
                lambda e, last=last: last in str(e["content"].get("m.relates_to")), patience=PATIENCE
            )
            print(_row(number, done, moot.bot.pid), flush=True)


def _row(day: int, acts: int, pid: int) -> str:
    memory, cpu = resources(pid)
    return f"| {day} | {acts:,} | {memory:.0f} | {cpu:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=5)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory(prefix="folkmoot-benchmark-") as name:
        for part in ("synapse", "bot"):
            (Path(name) / part).mkdir()
        with running(Path(name) / "synapse", limits=False) as synapse:
            asyncio.run(live(synapse, Path(name) / "bot", days))


if __name__ == "__main__":
    main()
