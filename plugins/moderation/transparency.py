"""`!stats`: what moderation did in a month, in numbers without names; on command, and by itself on the first of a month."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.api import Answer, Block, Call, Case, Post, Reply, Report, Tick, bullets, document, heading
from plugins.moderation.appeals import APPEALS
from plugins.moderation.handlers import Moderation, plugin
from plugins.moderation.numbers import bounds, month_of, numbers, sentences

#: When the numbers of the last month are published.
MORNING = time(9)


@plugin.command("stats", "transparency", examples=["!stats", "!stats 2026-02"])
async def stats(ctx: Moderation, call: Call, month: str | None = None) -> Answer:
    """What moderation did in a month (this one, or 2026-02), in numbers without names."""
    try:
        wanted = month_of(month) if month else today(ctx).replace(day=1)
    except ValueError:
        return f"“{(month or '')[:20]}” is no month; it is written like {today(ctx):%Y-%m}."
    return Reply(to=call.message.ref, text=document(*await _shown(ctx, wanted)))


@plugin.daily(
    lambda settings: MORNING if settings.publish_numbers else None, late_by=lambda _: timedelta(days=7)
)
async def publish(ctx: Moderation, tick: Tick) -> Answer:
    """Publish the last month's numbers on the first of a month."""
    day = tick.due.astimezone(ZoneInfo(ctx.community.zone)).date()
    if day.day != 1:
        return None
    place = ctx.community.place(ctx.settings.publish_numbers)
    if place is None:
        return Report(
            text=document(
                f"The month's numbers are to be published in {ctx.settings.publish_numbers}, but there is no such place."
            )
        )
    month = (day - timedelta(days=1)).replace(day=1)
    title = f"Moderation in {month:%Y-%m}, in numbers"
    return Post(
        place=place.alias,
        title=title if place.kind == "community" else None,
        text=document(*await _shown(ctx, month)),
    )


async def _shown(ctx: Moderation, month: date) -> list[Block | str]:
    first, last = bounds(month, ctx.community.zone)
    appeals = (await ctx.recall_all(APPEALS)).values()
    found = numbers(await _cases(ctx, first), appeals, first, last)
    return [heading(f"Moderation in {month:%Y-%m}"), bullets(*sentences(found))]


async def _cases(ctx: Moderation, since: datetime) -> list[Case]:
    """All cases since then, however many."""
    found: list[Case] = []
    while more := await ctx.cases(since=since, before=found[-1].number if found else None):
        found += more
    return found


def today(ctx: Moderation) -> date:
    return ctx.now.astimezone(ZoneInfo(ctx.community.zone)).date()
