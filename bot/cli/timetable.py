"""The coming scheduled posts as a table, for `folkmoot prompts preview`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from rich.table import Table

    from bot.model import Community, Json
    from plugins.scheduled_posts.settings import ScheduleSettings

PLUGIN = "scheduled_posts"


def table(
    community: Community, settings: ScheduleSettings, kept: Mapping[str, Json], now: datetime, days: int
) -> Table | str:
    """A row a post; `kept` is the plugin's memory."""
    from rich.table import Table
    from rich.text import Text

    from bot import dates
    from plugins.scheduled_posts import memory as keep
    from plugins.scheduled_posts.agenda import agenda
    from plugins.scheduled_posts.settings import configured

    zone, memory = ZoneInfo(community.zone), keep.read(kept)
    rows = agenda((*configured(settings), *memory.added.values()), community, memory, now, days)
    if not rows:
        return f"No scheduled post in the next {days} days."
    found = Table(title=f"Scheduled posts of {community.title} ({zone.key})", title_justify="left")
    for heading in ("date", "day", "local", "UTC", "name", "post", "notes"):
        found.add_column(heading, no_wrap=heading not in {"post", "notes"})
    for row in rows:
        local = row.at.astimezone(zone)
        begins = row.begins.astimezone(zone) if row.begins else None
        notes = [
            "left out" if row.skipped else "",
            f"begins {begins:%Y-%m-%d %H:%M}" if begins else "",
            "pinned" if row.entry.pin and not row.skipped else "",
        ]
        found.add_row(
            local.date().isoformat(),
            dates.weekday(local.date(), "en")[:3],
            f"{local:%H:%M}",
            f"{row.at:%H:%M}" + (f" {shift:+d}" if (shift := (row.at.date() - local.date()).days) else ""),
            row.entry.name,
            Text(row.title),
            "; ".join(filter(None, notes)),
        )
    return found
