"""The commands about the prompts themselves: now, next, skip, preview, pause, resume."""

from __future__ import annotations

from datetime import timedelta

from bot.api import Answer, Call, Context, Link, Made, Outcome, Reply, Role, bullets, dates, document, line
from plugins.daily_prompts import memory as keep
from plugins.daily_prompts.agenda import Entry, next_clock_change
from plugins.daily_prompts.choice import SUGGESTED
from plugins.daily_prompts.daily import last_prompt, plugin, publish
from plugins.daily_prompts.desk import HORIZON, Desk, answer, open_desk, say
from plugins.daily_prompts.memory import Pause
from plugins.daily_prompts.settings import PromptSettings

#: How far ahead a preview looks, in days.
LONGEST_PREVIEW = 31


@plugin.command("prompt now", role=Role.MODERATOR, examples=["!prompt now"], timeout=timedelta(minutes=1))
async def now(ctx: Context[PromptSettings], call: Call) -> Answer:
    """Post today’s prompt at once, instead of waiting for its time.

    There is one prompt a day: when today’s is there already, you get its link.
    """
    desk = await open_desk(ctx)
    receipt = await ctx.made("prompt")
    if desk.memory.on(desk.today):
        delivered = receipt is not None and receipt.at.astimezone(desk.zone).date() >= desk.today
        if not delivered or receipt is None or receipt.ref is None:
            return "Today’s prompt is on its way, but the platform has not taken it yet."
        link = Link("open it", receipt.url or receipt.ref)
        return Reply(to=call.message.ref, text=document(line("Today’s prompt is there already: ", link)))
    outcome = publish(desk, desk.today, await last_prompt(desk, receipt), receipt)
    if any(action.name == "prompt" for action in outcome.actions):
        said = document(line("Today’s prompt: ", Link("open it", Made("prompt"))))
    else:
        said = document(f"Nothing posted: {outcome.because}.")
    return Outcome(outcome.because, (*outcome.actions, Reply(to=call.message.ref, text=said)))


@plugin.command("prompt next", "prompt", examples=["!prompt next"])
async def next_(ctx: Context[PromptSettings], call: Call) -> Answer:
    """When the next prompt comes, and what it is."""
    del call
    desk = await open_desk(ctx)
    entry = await desk.next()
    if desk.memory.pause and desk.memory.pause.until is None:
        return "The prompts are paused until a moderator resumes them."
    return _tell(desk, entry)


def _tell(desk: Desk, entry: Entry | None) -> str:
    if entry is None or entry.choice is None:
        return "No prompt is coming: the pool has none for the days ahead."
    at = entry.at.astimezone(desk.zone)
    return (
        f"Next prompt on {desk.day(entry.day)} at {at:%H:%M} ({desk.zone.key}): {entry.choice.prompt.title}"
    )


@plugin.command("prompt skip", role=Role.MODERATOR, examples=["!prompt skip"])
async def skip(ctx: Context[PromptSettings], call: Call) -> Answer:
    """Put the coming prompt aside until the next round; another one takes its place.

    A suggestion that is skipped waits for approval again. To leave out a whole day, use `prompt pause 1d`.
    """
    desk = await open_desk(ctx)
    entry = await desk.next()
    if entry is None or entry.choice is None:
        return _tell(desk, entry)
    choice = entry.choice
    if choice.group == SUGGESTED:
        suggestion = desk.memory.suggestion(choice.prompt.suggestion or 0)
        assert suggestion is not None, "a suggested prompt comes from the queue"
        act = keep.remember_suggestion(keep.waiting(suggestion))
    else:
        act = keep.remember_aside(choice.use)
    changed = keep.read({**await ctx.recall_all(), act.key: act.value})
    other = await desk.next(changed)
    if other and other.choice and other.choice.prompt.id == choice.prompt.id:
        return f"“{choice.prompt.title}” is the only prompt for that day, so it stays. Leave the day out with {say(ctx, 'prompt pause 1d')}."
    text = document(f"“{choice.prompt.title}” is put aside.", _tell(desk, other))
    return Outcome(f"{choice.prompt.title} put aside", (act, Reply(to=call.message.ref, text=text)))


@plugin.command("prompt preview", role=Role.MODERATOR, examples=["!prompt preview", "!prompt preview 30"])
async def preview(ctx: Context[PromptSettings], call: Call, days: int = 7) -> Answer:
    """What comes in the next days (7, at most 31), if nothing changes."""
    desk = await open_desk(ctx)
    if not 1 <= days <= LONGEST_PREVIEW:
        return f"A number of days from 1 to {LONGEST_PREVIEW} was expected, not {days}."
    rows = [
        f"{dates.weekday(entry.day, 'en')[:3]} {entry.day} {entry.at.astimezone(desk.zone):%H:%M}: {_what(entry)}"
        for entry in await desk.agenda(days)
    ]
    change = next_clock_change(ctx.now, desk.zone)
    notes = [f"Next clock change: {change.sentence(desk.zone)}."] if change else []
    return Reply(to=call.message.ref, text=document(bullets(*rows), *notes))


def _what(entry: Entry) -> str:
    if entry.paused:
        return "paused"
    return entry.choice.prompt.title if entry.choice else "no prompt for this day"


@plugin.command("prompt pause", role=Role.MODERATOR, examples=["!prompt pause", "!prompt pause 3d"])
async def pause(ctx: Context[PromptSettings], call: Call, span: timedelta | None = None) -> Answer:
    """Leave out the prompts of some days, or all of them until `prompt resume`."""
    desk = await open_desk(ctx)
    if span is not None and not 1 <= span.days <= HORIZON:
        return f"A number of days from 1d to {HORIZON}d was expected."
    until = desk.coming() + timedelta(days=span.days) if span else None
    said = f"No prompts until {desk.day(until)}." if until else "No prompts until somebody resumes them."
    return answer(call, said, (keep.remember_pause(Pause(until)),))


@plugin.command("prompt resume", role=Role.MODERATOR, examples=["!prompt resume"])
async def resume(ctx: Context[PromptSettings], call: Call) -> Answer:
    """End a pause."""
    desk = await open_desk(ctx)
    if not desk.memory.paused(desk.coming()):
        return "The prompts are not paused."
    act = keep.remember_pause(None)
    entry = await desk.next(keep.read({**await ctx.recall_all(), "pause": None}))
    return answer(call, f"Welcome back. {_tell(desk, entry)}", (act,))
