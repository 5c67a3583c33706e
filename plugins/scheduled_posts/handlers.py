"""The plugin and its clock: what is posted and said when a time of the timetable has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.api import (
    Action,
    Capability,
    Community,
    Context,
    Json,
    Link,
    Outcome,
    Plugin,
    Report,
    Slot,
    Tick,
    dates,
    document,
    in_words,
)
from plugins.scheduled_posts import memory as keep
from plugins.scheduled_posts import posting
from plugins.scheduled_posts.entry import Entry, read_slot
from plugins.scheduled_posts.memory import Memory, Posted
from plugins.scheduled_posts.posting import Last
from plugins.scheduled_posts.settings import ScheduleSettings, configured, problems

plugin = Plugin(
    "scheduled_posts",
    ScheduleSettings,
    about="Weekly threads, announcements and events: posted, pinned, unpinned and announced at their time.",
    needs=(Capability.POST,),
)
plugin.check(problems)

#: An entry of the chat is kept so long after its time, for what may still be said about it.
KEPT = timedelta(days=7)
#: A reminder that comes later than this is worth nothing.
REMINDER_LATE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """What handlers look at: the timetable, the memory and the community's zone."""

    ctx: Context[ScheduleSettings]
    memory: Memory
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.ctx.now.astimezone(self.zone).date()

    @property
    def entries(self) -> dict[str, Entry]:
        """By name: the configuration's, then the chat's in the order in which they were entered."""
        added = sorted(self.memory.added.values(), key=lambda entry: int(entry.name))
        return {entry.name: entry for entry in (*configured(self.ctx.settings), *added)}

    def coming(self, entry: Entry) -> date | None:
        """The day whose post comes next: neither posted by hand already nor left out."""
        days = entry.coming(self.ctx.now, self.zone)
        return next((day for day in days if not self.settled(entry, day)), None)

    def ahead(self, entry: Entry) -> date | None:
        """The day of an event that was posted and has not begun."""
        days = entry.coming(self.ctx.now, self.zone) if entry.event else iter(())
        return next((day for day in days if (entry.name, day) in self.memory.posted), None)

    def missed(self, entry: Entry) -> date | None:
        """The newest day of the past whose post was left out; None when there is none, or a newer one was posted."""
        past = [day for name, day in self.memory.skipped if name == entry.name]
        newest = max((day for day in past if entry.posted(day, self.zone) <= self.ctx.now), default=None)
        posted = max((day for name, day in self.memory.posted if name == entry.name), default=date.min)
        return newest if newest is not None and newest > posted else None

    def settled(self, entry: Entry, day: date) -> bool:
        return (entry.name, day) in self.memory.posted or (entry.name, day) in self.memory.skipped

    def title(self, entry: Entry, day: date) -> str:
        was = self.memory.posted.get((entry.name, day))
        number = was.number if was else self.memory.number(entry.name)
        return posting.title_of(entry, self.ctx.community, day, number)

    def moment(self, at: datetime) -> str:
        """`Friday, 6 March 2026 at 18:00` in the community's zone, in the language of the bot's own sentences."""
        local = at.astimezone(self.zone)
        return f"{dates.weekday(local, 'en')}, {dates.long(local, 'en')} at {local:%H:%M}"


async def open_desk(ctx: Context[ScheduleSettings]) -> Desk:
    return Desk(ctx, keep.read(await ctx.recall_all()), ZoneInfo(ctx.community.zone))


def times(
    settings: ScheduleSettings, community: Community, recalled: Mapping[str, Json], now: datetime
) -> Iterable[Slot]:
    """Everything of the timetable that may have come by now."""
    zone = ZoneInfo(community.zone)
    for entry in (*configured(settings), *keep.read(recalled).added.values()):
        yield from entry.slots(now, zone)


@plugin.timetable(times, timeout=timedelta(minutes=1))
async def post(ctx: Context[ScheduleSettings], tick: Tick) -> Outcome:
    """What the slot stands for: a post or a reminder, unless it was posted by hand, left out, or is too late."""
    desk = await open_desk(ctx)
    name, day, ahead = read_slot(tick.slot)
    entry = desk.entries.get(name)
    if entry is None:
        return Outcome("taken off the timetable")
    if ahead is not None:
        return await _remind(desk, entry, day, tick)
    if desk.settled(entry, day):
        return Outcome("posted by hand already, or left out")
    if ctx.now > _deadline(desk, entry, day):
        late = _too_late(desk, entry, day, ctx.now - tick.due)
        return Outcome("too late to be of use", (late, keep.skip(name, day), *_gone(desk)))
    return await publish(desk, entry, day)


async def publish(desk: Desk, entry: Entry, day: date) -> Outcome:
    """Everything that posting the entry of `day` takes."""
    ctx = desk.ctx
    place = posting.place_of(entry, ctx.community)
    if isinstance(place, str):
        return Outcome(place, (Report(text=document(f"“{entry.name}” was not posted: {place}.")),))
    number = desk.memory.number(entry.name)
    acts = posting.actions(
        entry,
        ctx.community,
        place,
        day=day,
        number=number,
        last=await _last(ctx, entry),
        pins=ctx.can(Capability.PIN, place.alias),
    )
    was = Posted(number, desk.today)
    kept = (keep.posted(entry.name, day, was), *keep.outdated(desk.memory, entry.name, day), *_gone(desk))
    return Outcome(f"{entry.name} of {day}", (*acts, *kept))


async def _last(ctx: Context[ScheduleSettings], entry: Entry) -> Last:
    receipt = await ctx.made(f"post:{entry.name}")
    if receipt is None or receipt.ref is None:
        return Last()
    message = await ctx.message(receipt.ref)
    url = receipt.url or (message.url if message else None)
    return Last(receipt.ref, url, message.replies if message else None)


async def _remind(desk: Desk, entry: Entry, day: date, tick: Tick) -> Outcome:
    ctx = desk.ctx
    receipt = await ctx.made(f"post:{entry.name}")
    place = posting.place_of(entry, ctx.community)
    begins = entry.begins(day, desk.zone)
    if (
        ctx.now - tick.due > REMINDER_LATE
        or (entry.name, day) in desk.memory.skipped
        or isinstance(place, str)
    ):
        return Outcome("no reminder: it is too late, or was left out")
    if receipt is None or receipt.ref is None or (entry.name, day) not in desk.memory.posted:
        return Outcome("no reminder: the event was not posted")
    link = Link(desk.title(entry, day), receipt.url or receipt.ref)
    left = in_words(begins - tick.due)
    acts = posting.reminder(entry, ctx.community, place, left, link)
    return Outcome(f"{entry.name} begins in {left}", (*acts, *_gone(desk)))


def _deadline(desk: Desk, entry: Entry, day: date) -> datetime:
    """Until when that day's is worth posting: an event until it begins, anything else for a while."""
    settings, begins = desk.ctx.settings, entry.begins(day, desk.zone)
    if entry.event:
        return begins
    return begins + max(settings.late_by, settings.late_by_once if entry.once else timedelta())


def _too_late(desk: Desk, entry: Entry, day: date, late: timedelta) -> Report:
    prefix = desk.ctx.community.moderators_prefix
    return Report(
        text=document(
            f"“{desk.title(entry, day)}” was due {in_words(late)} ago, while I was away, and is left out. "
            f"{prefix}schedule now {entry.name} posts it all the same."
        )
    )


def _gone(desk: Desk) -> list[Action]:
    """Forgets the chat's entries whose time is long over."""
    over = desk.ctx.now - KEPT
    return [
        keep.drop(entry.name)
        for entry in desk.memory.added.values()
        if entry.when.once is not None and entry.begins(entry.when.once, desk.zone) < over
    ]
