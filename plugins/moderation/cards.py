"""The cards that put a member's report before the moderators, and what they say can be done about it."""

from __future__ import annotations

from datetime import timedelta

from bot.api import (
    Author,
    Block,
    Capability,
    Context,
    Emphasis,
    Link,
    Ref,
    Report,
    Reported,
    document,
    line,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.ladder import Deed, Step, live_points
from plugins.moderation.rule import FOREVER
from plugins.moderation.settings import ModerationSettings
from plugins.moderation.spans import show_span

#: How long a ban by reaction lasts, where the ladder names no ban that ends.
A_WEEK = timedelta(days=7)


def card_name(ref: Ref, number: int) -> str:
    """What the card about the `number`th person's report of a message is called."""
    return f"report:{number}:{ref}"


async def report_card(ctx: Context[ModerationSettings], reported: Reported, count: int) -> Report:
    """A report with the words, who wrote them and what is known of that person, and what a moderator can do."""
    message = reported.message
    times = "" if count == 1 else f" ({count} reports)"
    heading = line(
        f"{reported.reporter.name} reports ",
        Link("this message", message.url or message.ref),
        f" by {message.author.name}{times}: {notice.excerpt(reported.reason) or 'no reason given'}",
    )
    words = quote(notice.excerpt(message.text or message.title or ""))
    return Report(
        name=card_name(message.ref, count),
        text=document(heading, words, await _record(ctx, message.author), _hint(ctx)),
        about=message.ref,
    )


async def _record(ctx: Context[ModerationSettings], who: Author) -> Block:
    live = live_points(await ctx.strikes(who), ctx.now)
    cases = len(await ctx.cases(who))
    others = (await ctx.linked(who)).others
    name = " and ".join((who.name, *(f"{other.name} (the same person)" for other in others)))
    if not cases:
        return line(f"Nothing is on record about {name}.")
    strikes = "1 strike that counts" if live == 1 else f"{live or 'no'} strikes that count"
    return line(f"On record about {name}: {strikes}, {cases} {'case' if cases == 1 else 'cases'}.")


def _hint(ctx: Context[ModerationSettings]) -> Block:
    room, prefix = ctx.community.moderators_room, ctx.community.moderators_prefix
    words = ", ".join(f"{prefix}{word}" for word in ("resolve", "remove", "warn", "ban"))
    if room is None or not ctx.can(Capability.REACT, room):
        return line(Emphasis(f"Answer with {words}."))
    span = show_span(a_ban(ctx.settings).span or A_WEEK)
    signs = f"✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for {span}"
    return line(Emphasis(f"{signs}. Or answer: {words}."))


def a_ban(settings: ModerationSettings) -> Step:
    """The ban that a reaction gives: the ladder's first, never one for good."""
    first = settings.steps.first_ban
    is_timed = first.do is Deed.BAN and first.span is not None and first.span != FOREVER
    return first if is_timed else Step(1, Deed.BAN, A_WEEK)
