"""What the timetable brings in the coming days, for a preview. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.api import Community
from plugins.scheduled_posts import posting
from plugins.scheduled_posts.entry import Entry
from plugins.scheduled_posts.memory import Memory

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coming:
    """A post that goes up at `at` (UTC). `begins` is when an event does, None for other posts; `skipped`: it is left out."""

    at: datetime
    entry: Entry
    title: str
    begins: datetime | None = None
    skipped: bool = False


def agenda(
    entries: Iterable[Entry], community: Community, memory: Memory, now: datetime, days: int
) -> list[Coming]:
    """What goes up in the next `days` days if nothing changes, in order; what a moderator left out is among it."""
    found = [one for entry in entries for one in _of(entry, community, memory, now, now + days * _DAY)]
    return sorted(found, key=lambda one: (one.at, one.entry.name))


def _of(
    entry: Entry, community: Community, memory: Memory, now: datetime, until: datetime
) -> Iterator[Coming]:
    zone, number = ZoneInfo(community.zone), memory.number(entry.name)
    first, last = now.astimezone(zone).date() - _DAY, until.astimezone(zone).date() + entry.ahead + _DAY
    for day in entry.when.days(first, last):
        at, name = entry.posted(day, zone), (entry.name, day)
        if not now < at <= until or name in memory.posted:
            continue
        skipped = name in memory.skipped
        title = posting.title_of(entry, community, day, number)
        number += not skipped
        yield Coming(at, entry, title, entry.begins(day, zone) if entry.event else None, skipped)
