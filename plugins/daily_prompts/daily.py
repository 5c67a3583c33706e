"""The plugin, and what it does every day. The decisions are made in the pure modules beside it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from bot.api import (
    Capability,
    Context,
    Outcome,
    PlatformError,
    Plugin,
    Receipt,
    Ref,
    Remember,
    Report,
    Tick,
    bullets,
    document,
)
from plugins.daily_prompts import memory as keep
from plugins.daily_prompts import post
from plugins.daily_prompts.agenda import next_number
from plugins.daily_prompts.choice import ALL, Choice
from plugins.daily_prompts.desk import Desk, open_desk
from plugins.daily_prompts.pool import Pool
from plugins.daily_prompts.post import Last
from plugins.daily_prompts.settings import PromptSettings, problems

plugin = Plugin(
    "daily_prompts",
    PromptSettings,
    about="A prompt to talk about, every day, from a pool that does not repeat itself.",
    needs=(Capability.POST, Capability.PIN),
)
plugin.check(problems)

#: A pool that starts again every few days is meant to; nobody needs to hear of it each time.
WORTH_TELLING = 7
#: Seconds that reading the last prompt's thread may take.
PATIENCE_WITH_THREADS = 20


@plugin.daily(at=lambda s: s.at, late_by=lambda s: s.late_by, timeout=timedelta(minutes=1))
async def daily(ctx: Context[PromptSettings], tick: Tick) -> Outcome:
    """The prompt of the tick's local date, unless it came by hand, is paused, or the last one still runs."""
    day = date.fromisoformat(tick.slot)
    desk = await open_desk(ctx)
    if desk.memory.on(day):
        return Outcome("today’s prompt has been posted already")
    if desk.memory.paused(day):
        return Outcome("the prompts are paused")
    receipt = await ctx.made("prompt")
    last = await last_prompt(desk, receipt)
    used = desk.memory.used[-1] if desk.memory.used else None
    lately = await _lately(ctx, receipt) if ctx.settings.skip_if_hot else 0
    if reason := post.reason_to_wait(day, used, ctx.settings, comments=last.comments, lately=lately):
        return Outcome(f"no prompt today: {reason}")
    return publish(desk, day, last, receipt)


def publish(desk: Desk, day: date, last: Last, receipt: Receipt | None) -> Outcome:
    """Everything that posting the prompt of `day` takes."""
    ctx, memory = desk.ctx, desk.memory
    place = post.place_of(ctx.settings, ctx.community)
    if isinstance(place, str):
        return Outcome(place, (Report(text=document(f"No daily prompt: {place}.")),))
    choice = desk.choose(day)
    faults = _faults(desk.pool)
    if choice is None:
        # A pool of weekly threads has days without one; a pool without prompts is news.
        empty = () if desk.pool.prompts else (Report(text=document("No daily prompt: the pool holds none.")),)
        return Outcome(f"the pool has no prompt for {desk.day(day)}", (*empty, *faults))
    suggested = memory.suggestion(choice.prompt.suggestion) if choice.prompt.suggestion else None
    number = next_number(memory)
    unpin = receipt.ref if receipt and ctx.settings.pin else None
    acts = post.actions(
        choice.prompt,
        ctx.settings,
        ctx.community,
        place=place,
        day=day,
        number=number,
        last=last,
        unpin=unpin if unpin and ctx.can(Capability.PIN, unpin.place) else None,
        pin=ctx.settings.pin and ctx.can(Capability.PIN, place.alias),
        suggested=suggested,
    )
    title = post.title_of(choice.prompt, ctx.settings, ctx.community, day=day, number=number, last=last)
    kept: list[Remember] = [keep.remember_used(day, number, title, choice)]
    if suggested:
        kept.append(keep.forget_suggestion(suggested.number))
    news = (*faults, *_used_up(choice))
    return Outcome(f"the prompt of {desk.day(day)}: {choice.prompt.title}", (*acts, *kept, *news))


def _used_up(choice: Choice) -> tuple[Report, ...]:
    if not choice.restarts or choice.group != ALL or choice.among < WORTH_TELLING:
        return ()
    text = "Every prompt of the pool has been used. It starts again, in a new order; new prompts are welcome."
    return (Report(text=document(text)),)


def _faults(pool: Pool) -> tuple[Report, ...]:
    """The pool was edited while the bot runs, and something in it is wrong: the rest still counts."""
    if not pool.problems:
        return ()
    shown = bullets(*(str(problem) for problem in pool.problems[:10]))
    return (Report(text=document("The pool of prompts has problems:", shown)),)


async def last_prompt(desk: Desk, receipt: Receipt | None) -> Last:
    """The last prompt as it stands now: where it is, how many answered, which answer was liked best."""
    if receipt is None or receipt.ref is None or not desk.memory.used:
        return Last()
    ctx, title = desk.ctx, desk.memory.used[-1].title
    message = await ctx.message(receipt.ref)
    comments = message.replies if message else None
    wanted = f"{ctx.settings.text}{ctx.settings.first_comment}"
    top = None
    if comments and "yesterday.top" in wanted:
        top = await _best_liked(ctx, receipt.ref)
    return Last(receipt.ref, title, receipt.url or (message.url if message else None), comments, top)


async def _best_liked(ctx: Context[PromptSettings], prompt: Ref) -> str | None:
    """A link to the best liked comment; None when the thread cannot be had soon: the prompt does not wait for it."""
    try:
        async with asyncio.timeout(PATIENCE_WITH_THREADS):
            return post.best_liked((await ctx.thread(prompt)).messages)
    except (PlatformError, LookupError, TimeoutError):
        return None


async def _lately(ctx: Context[PromptSettings], receipt: Receipt | None) -> int:
    """How many comments the last prompt got within six hours."""
    if receipt is None or receipt.ref is None:
        return 0
    since = ctx.now - timedelta(hours=6)
    return sum([1 async for m in ctx.history(since, receipt.ref.place) if m.root == receipt.ref and m.parent])
