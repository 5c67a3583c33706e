"""The commands: look at the timetable, put something on it from the chat, post at once, leave out, take off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from bot.api import (
    Action,
    Answer,
    Call,
    Context,
    Link,
    Made,
    Outcome,
    Post,
    Reply,
    Rest,
    Role,
    blanks,
    bullets,
    document,
    in_words,
    line,
)
from plugins.scheduled_posts import memory as keep
from plugins.scheduled_posts.entry import Entry
from plugins.scheduled_posts.handlers import Desk, open_desk, plugin, publish
from plugins.scheduled_posts.settings import NAMES, ScheduleSettings
from plugins.scheduled_posts.when import EXPECTED, split

#: An event from the chat goes up at most so long ahead, and rooms are reminded of it so long before.
AHEAD = timedelta(days=7)
REMIND = (timedelta(days=1), timedelta(hours=1))
#: Entries from the chat at a time, and characters in one of them.
MOST = 50
LONGEST = 10_000


@plugin.command("schedule", "schedule list", examples=["!schedule"])
async def schedule(ctx: Context[ScheduleSettings], call: Call) -> Answer:
    """What is posted when: weekly threads, announcements, events."""
    desk = await open_desk(ctx)
    coming = [(entry, day) for entry in desk.entries.values() if (day := desk.coming(entry))]
    begin = [(entry, day) for entry in desk.entries.values() if (day := desk.ahead(entry))]
    if not coming and not begin:
        return "Nothing is on the timetable."
    coming.sort(key=lambda pair: pair[0].posted(pair[1], desk.zone))
    rows = (f"{entry.name}: {_told(desk, entry, day)}" for entry, day in coming)
    events = (
        f"{e.name}: “{desk.title(e, day)}” begins on {desk.moment(e.begins(day, desk.zone))}"
        for e, day in begin
    )
    return Reply(to=call.message.ref, text=document(bullets(*events, *rows)))


def _told(desk: Desk, entry: Entry, day: date) -> str:
    """What comes when, in one sentence without its stop."""
    at = entry.posted(day, desk.zone)
    event = f"; it begins on {desk.moment(entry.begins(day, desk.zone))}" if entry.event else ""
    at = max(at, desk.ctx.now)  # an event that was entered late goes up at once
    pinned = ", pinned" if entry.pin else ""
    again = "" if entry.once else f" ({entry.when.written})"
    return f"“{desk.title(entry, day)}” on {desk.moment(at)}{again}{pinned}{event}"


@plugin.command(
    "schedule post",
    role=Role.MODERATOR,
    examples=[
        "!schedule post 2030-12-24 18:00 A quiet evening to all",
        "!schedule post friday 18:00 Free talk of {{date}}",
    ],
)
async def post(ctx: Context[ScheduleSettings], call: Call, text: Rest) -> Answer:
    """Put a post on the timetable: once, or every week or month.

    First the time (friday 18:00, daily 09:00, first monday 09:00, day 1 09:00, 12-24 18:00 every year, 2030-12-24 18:00
    once), then the title; further lines are the text.
    """
    return await _add(ctx, call, text, event=False)


@plugin.command(
    "schedule event",
    role=Role.MODERATOR,
    examples=["!schedule event 2030-05-01 19:30 Book club: the second half"],
)
async def event(ctx: Context[ScheduleSettings], call: Call, text: Rest) -> Answer:
    """Put an event on the timetable: posted a week ahead, pinned until it begins, with reminders in the room.

    First the time, then the title; further lines are the text. Reminders come a day and an hour before.
    """
    return await _add(ctx, call, text, event=True)


async def _add(ctx: Context[ScheduleSettings], call: Call, text: str, *, event: bool) -> Answer:
    desk = await open_desk(ctx)
    found = split(text)
    if found is None:
        return f"The time comes first, then the title. {EXPECTED[0].upper()}{EXPECTED[1:]} was expected, not “{text[:60]}”."
    when, rest = found
    title, _, body = rest.partition("\n")
    faults = [*blanks.problems(title, NAMES), *blanks.problems(body, NAMES)]
    if not title.strip():
        return "The title is missing: write it behind the time."
    if len(rest) > LONGEST:
        return f"That is {len(rest)} characters long; at most {LONGEST} fit."
    if faults:
        return f"{faults[0]}."
    if len(desk.memory.added) >= MOST:
        return f"There are {MOST} entries from the chat already; take one off first."
    number = desk.memory.last_added + 1
    entry = Entry(
        name=str(number),
        when=when,
        title=title.strip(),
        text=body.strip(),
        pin=event,
        ahead=AHEAD if event else timedelta(),
        remind=REMIND if event else (),
        created=ctx.now,
    )
    day = next(entry.coming(ctx.now, desk.zone), None)
    if day is None:
        return f"{when.written} is over already; it is {desk.moment(ctx.now)} here."
    said = f"On the timetable as no. {number}: {_told(desk, entry, day)}."
    acts = (keep.add(entry, call.author, fresh=True), keep.count(number))
    return _done(call, said, *acts)


@plugin.command(
    "schedule pin",
    role=Role.MODERATOR,
    examples=["!schedule pin 3", "!schedule pin 3 2d", "!schedule pin 3 off"],
)
async def pin(
    ctx: Context[ScheduleSettings],
    call: Call,
    name: str,
    span: timedelta | None = None,
    off: Literal["off"] | None = None,
) -> Answer:
    """Have a post from the chat pinned when it comes: until the next one of its kind, for so long, or not."""
    desk = await open_desk(ctx)
    entry = desk.memory.added.get(name)
    if entry is None:
        return _not_from_the_chat(desk, name)
    changed = replace(entry, pin=off is None, unpin=None if off else span)
    if off:
        said = f"No. {name} will not be pinned."
    elif span:
        said = f"No. {name} will be pinned for {in_words(span)}."
    else:
        said = f"No. {name} will be pinned."
    return _done(call, said, keep.add(changed, call.author))


@plugin.command(
    "schedule now", role=Role.MODERATOR, examples=["!schedule now free-talk"], timeout=timedelta(minutes=1)
)
async def now(ctx: Context[ScheduleSettings], call: Call, name: str) -> Answer:
    """Post an entry of the timetable at once. It takes the place of the next one, or of one that was left out."""
    desk = await open_desk(ctx)
    entry = desk.entries.get(name)
    if entry is None:
        return _unknown(desk, name)
    if any(was.on == desk.today for (other, _), was in desk.memory.posted.items() if other == name):
        return f"“{name}” was posted today already."
    day = entry.when.once or desk.missed(entry) or desk.coming(entry)
    if day is None or (name, day) in desk.memory.posted:
        return f"“{name}” was posted already."
    outcome = await publish(desk, entry, day)
    posted = any(isinstance(action, Post) and action.name for action in outcome.actions)
    said = (
        document(line("Posted: ", Link("open it", Made(f"post:{name}"))))
        if posted
        else document(f"Not posted: {outcome.because}.")
    )
    return Outcome(outcome.because, (*outcome.actions, Reply(to=call.message.ref, text=said)))


@plugin.command("schedule skip", role=Role.MODERATOR, examples=["!schedule skip free-talk"])
async def skip(ctx: Context[ScheduleSettings], call: Call, name: str) -> Answer:
    """Leave out the next one of an entry that comes again and again."""
    desk = await open_desk(ctx)
    entry = desk.entries.get(name)
    if entry is None:
        return _unknown(desk, name)
    day = desk.coming(entry)
    if day is None:
        return f"“{name}” does not come again."
    changed = replace(desk, memory=replace(desk.memory, skipped=desk.memory.skipped | {(name, day)}))
    following = changed.coming(entry)
    then = f" The next one is on {desk.moment(entry.posted(following, desk.zone))}." if following else ""
    said = f"“{desk.title(entry, day)}” of {desk.moment(entry.begins(day, desk.zone))} is left out.{then}"
    return _done(call, said, keep.skip(name, day))


@plugin.command("schedule cancel", role=Role.MODERATOR, examples=["!schedule cancel 3"])
async def cancel(ctx: Context[ScheduleSettings], call: Call, name: str) -> Answer:
    """Take something off the timetable that was put there in the chat."""
    desk = await open_desk(ctx)
    entry = desk.memory.added.get(name)
    if entry is None:
        return _not_from_the_chat(desk, name)
    return _done(call, f"No. {name}, “{entry.title}”, is off the timetable.", keep.drop(name))


def _not_from_the_chat(desk: Desk, name: str) -> str:
    if name in desk.entries:
        return f"“{name}” stands in the configuration; change it there, or leave one out with {desk.ctx.community.prefix}schedule skip {name}."
    return _unknown(desk, name)


def _unknown(desk: Desk, name: str) -> str:
    known = ", ".join(desk.entries)
    return f"There is no “{name[:40]}” on the timetable" + (
        f"; there are {known}." if known else "; it is empty."
    )


def _done(call: Call, said: str, *acts: Action) -> Outcome:
    """Does something on command, and says so."""
    return Outcome(said, (*acts, Reply(to=call.message.ref, text=document(said))))
