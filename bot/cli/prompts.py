"""`folkmoot prompts preview`: the calendar of the coming prompts and scheduled posts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli import timetable

if TYPE_CHECKING:
    from rich.table import Table

    from bot.model import Community, Json
    from bot.settings import Loaded
    from plugins.daily_prompts.memory import Memory
    from plugins.daily_prompts.settings import PromptSettings

PLUGIN = "daily_prompts"
#: The plugins whose posts are shown.
SHOWN = (PLUGIN, timetable.PLUGIN)
LONGEST = 366

#: What plugins remember, by plugin.
Memories = Mapping[str, Mapping[str, "Json"]]


class CannotShow(Exception):
    """There is nothing to show; the message says why and what to do."""


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    prompts = typer.Typer(help="Look at the daily prompts.", no_args_is_help=True)
    prompts.callback()(lambda: None)  # one command, but still `prompts preview`
    prompts.command("preview")(preview)
    app.add_typer(prompts, name="prompts")


def preview(
    days: Annotated[int, typer.Option(min=1, max=LONGEST, help="how many days to show")] = 30,
    config: Annotated[Path, typer.Option("-c", "--config", help="the configuration file")] = Path(
        "config.yaml"
    ),
    community: Annotated[str | None, typer.Option(help="only this community")] = None,
) -> None:
    """Show which prompt and which scheduled post comes when, and the clock changes among them, if nothing changes."""
    from rich.console import Console

    from bot.clock import SystemClock
    from bot.ledger import LedgerError
    from bot.settings import SettingsError, load
    from bot.settings.plugins import find

    try:
        loaded = load(config, find, os.environ)
        names = _communities(loaded, community)
        kept = asyncio.run(_memories(loaded, names))
        for name in names:
            for shown in report(loaded, name, kept[name], SystemClock().now(), days):
                Console().print(shown)
    except (CannotShow, LedgerError, SettingsError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


def report(loaded: Loaded, name: str, kept: Memories, now: datetime, days: int) -> Iterator[Table | str]:
    """What to print about a community: its tables, and what else there is to know."""
    from plugins.daily_prompts.agenda import next_clock_change
    from plugins.daily_prompts.settings import PromptSettings
    from plugins.scheduled_posts.settings import ScheduleSettings

    community, plugins = loaded.communities[name], loaded.plugin_settings[name]
    if isinstance(prompts := plugins.get(PLUGIN), PromptSettings):
        yield from _prompts(community, prompts, kept.get(PLUGIN, {}), now, days)
    if isinstance(posts := plugins.get(timetable.PLUGIN), ScheduleSettings):
        yield timetable.table(community, posts, kept.get(timetable.PLUGIN, {}), now, days)
    zone = ZoneInfo(community.zone)
    change = next_clock_change(now, zone)
    yield (
        f"Next clock change: {change.sentence(zone)}."
        if change
        else f"{zone.key} has no clock changes ahead."
    )


def _prompts(
    community: Community, settings: PromptSettings, kept: Mapping[str, Json], now: datetime, days: int
) -> Iterator[Table | str]:
    from plugins.daily_prompts import memory as keep
    from plugins.daily_prompts import settings as configured

    pool, memory = configured.load(settings), keep.read(kept)
    yield _table(community, settings, memory, now, days)
    used = len({use.prompt for use in memory.uses} & {prompt.id for prompt in pool.prompts})
    yield f"{len(pool.prompts)} prompt{'s' if len(pool.prompts) != 1 else ''} in the pool, {used} of them used before."
    if memory.pause:
        until = f"until {memory.pause.until}" if memory.pause.until else "until somebody resumes them"
        yield f"The prompts are paused {until}."


def _table(community: Community, settings: PromptSettings, memory: Memory, now: datetime, days: int) -> Table:
    """A row a day; a clock change stands in the row of the first day that feels it."""
    from rich.table import Table
    from rich.text import Text

    from bot import dates
    from plugins.daily_prompts import settings as configured
    from plugins.daily_prompts.agenda import agenda, clock_changes, coming

    zone = ZoneInfo(community.zone)
    entries = agenda(
        coming(now, at=settings.at, zone=zone, memory=memory),
        days,
        at=settings.at,
        zone=zone,
        pool=configured.load(settings).prompts,
        memory=memory,
        seed=community.name,
        themes=settings.themes_by_weekday,
    )
    table = Table(title=f"Prompts of {community.title} ({zone.key})", title_justify="left")
    for heading in ("date", "day", "local", "UTC", "prompt", "notes"):
        table.add_column(heading, no_wrap=heading not in {"prompt", "notes"})
    before = now
    for entry in entries:
        notes = [change.sentence(zone) for change in clock_changes(before, entry.at, zone)]
        before = max(before, entry.at)
        local = entry.at.astimezone(zone)
        if entry.paused:
            notes.insert(0, "paused")
        elif entry.choice is None:
            notes.insert(0, "the pool has none for this day")
        elif entry.choice.restarts:
            notes.insert(0, "every prompt was used: a new round")
        elif entry.choice.prompt.suggestion:
            notes.insert(0, f"suggestion {entry.choice.prompt.suggestion}")
        table.add_row(
            entry.day.isoformat(),
            dates.weekday(entry.day, "en")[:3],
            f"{local:%H:%M}",
            f"{entry.at:%H:%M}" + _other_day(entry.at.date() - entry.day),
            Text(entry.choice.prompt.title if entry.choice else "–"),
            "; ".join(notes),
        )
    return table


def _other_day(span: timedelta) -> str:
    """` +1` where it is the next day in UTC already."""
    return f" {span.days:+d}" if span.days else ""


def _communities(loaded: Loaded, wanted: str | None) -> list[str]:
    """The communities to show. Raises CannotShow when there is none with anything to show, or none of that name."""
    having = [
        name for name, plugins in loaded.plugin_settings.items() if not plugins.keys().isdisjoint(SHOWN)
    ]
    if wanted is None:
        if not having:
            raise CannotShow(
                f"no community in {loaded.path} uses the plugin {' or '.join(SHOWN)}; add it under its plugins:"
            )
        return having
    if wanted not in loaded.communities:
        known = ", ".join(loaded.communities)
        raise CannotShow(f"there is no community {wanted!r} in {loaded.path}; there are {known}")
    if wanted not in having:
        raise CannotShow(
            f"the community {wanted!r} does not use the plugin {' or '.join(SHOWN)}; add it under its plugins:"
        )
    return [wanted]


async def _memories(loaded: Loaded, names: list[str]) -> dict[str, Memories]:
    """What the plugins remember in each community; nothing where the bot has not run yet."""
    from bot.ledger import Ledger
    from bot.ledger.engine import file_of

    url = loaded.configuration.storage.database
    path = file_of(url)
    if url.startswith("sqlite") and (path is None or not path.exists()):
        return {name: {} for name in names}
    ledger = await Ledger.open(url, read_only=True)
    try:
        return {name: {plugin: await ledger.recall_all(name, plugin) for plugin in SHOWN} for name in names}
    finally:
        await ledger.close()
