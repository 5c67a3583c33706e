"""One entry of the timetable, from the configuration or from the chat, and its times. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.api import Slot, dates
from plugins.scheduled_posts.when import When

#: How many days back a time is looked for that passed while the bot was down; what is older is no news.
_BACK = 8
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is posted and when, under a short `name` that stays.

    An event goes up `ahead` of its time, and rooms are reminded `remind` before it. `pin` pins the post until the next one
    of its name comes (an event: until it begins), or for `unpin`. `created` is when somebody entered it in the chat; None
    for what stands in the configuration.
    """

    name: str
    when: When
    title: str
    text: str = ""
    place: str | None = None
    pin: bool = False
    unpin: timedelta | None = None
    nsfw: bool = False
    ahead: timedelta = timedelta()
    remind: tuple[timedelta, ...] = ()
    announce_in: tuple[str, ...] | None = None
    created: datetime | None = None

    @property
    def once(self) -> bool:
        return self.when.once is not None

    @property
    def event(self) -> bool:
        return self.ahead > timedelta()

    def begins(self, day: date, zone: ZoneInfo) -> datetime:
        """When it is that day's time, in UTC."""
        return dates.local_instant(day, self.when.at, zone)

    def posted(self, day: date, zone: ZoneInfo) -> datetime:
        """When that day's is posted."""
        return self.begins(day, zone) - self.ahead

    def slots(self, now: datetime, zone: ZoneInfo) -> Iterator[Slot]:
        """The newest time of each kind that has come (an older one is superseded by it), and the next one."""
        today = now.astimezone(zone).date()
        near = list(self.when.days(today - _BACK * _DAY, today + self.ahead + _DAY))
        # What is far ahead counts, too: from now on the timetable is known to hold it.
        days = near or ([self.when.once] if self.when.once else list(islice(self.coming(now, zone), 1)))
        for span in (None, *self.remind):
            slots = [self._slot(day, span, zone) for day in days]
            yield from [slot for slot in slots if slot.at <= now][-1:]
            yield from [slot for slot in slots if slot.at > now][:1]

    def _slot(self, day: date, span: timedelta | None, zone: ZoneInfo) -> Slot:
        """The post of that day, or the reminder so long before it."""
        begins = self.begins(day, zone)
        if span is not None:
            return Slot(self.name, f"{day}/{int(span / timedelta(minutes=1))}", begins - span, self.created)
        # An event is worth posting until it begins, so one that was entered late is posted at once.
        at = begins - self.ahead
        return Slot(self.name, day.isoformat(), at, at - _DAY if self.event else self.created)

    def coming(self, now: datetime, zone: ZoneInfo) -> Iterator[date]:
        """The days whose time is still to come, at most 400 days ahead."""
        today = now.astimezone(zone).date()
        days = self.when.days(today - _DAY, self.when.once or today + 400 * _DAY)
        return (day for day in days if self.begins(day, zone) > now)


def read_slot(key: str) -> tuple[str, date, timedelta | None]:
    """The entry's name, the day, and how long before it a reminder is (None: the post) in the key of a slot."""
    name, day, *span = key.split("/")
    return name, date.fromisoformat(day), timedelta(minutes=int(span[0])) if span else None
