"""Raids: many join, many new accounts write, or many say the same within minutes.

What follows is proposed to the moderators, or done at once where the settings say so; it always ends by itself. One
raid in a place is told once: what comes while it lasts belongs to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.api import (
    Action,
    Capability,
    Context,
    Joined,
    Lockdown,
    Message,
    Moment,
    Outcome,
    Place,
    PlaceKind,
    Post,
    Remember,
    Report,
    Role,
    document,
    line,
    quote,
)
from plugins.moderation import notice, slowmode
from plugins.moderation.settings import ModerationSettings, RaidAnswer
from plugins.moderation.slowmode import SlowMode
from plugins.moderation.spans import show_span

#: Where it is remembered until when a raid lasts; the place follows.
RAIDS = "raid/"

#: Accounts younger than that are new.
NEW = timedelta(days=1)

#: Shorter texts are said by many people without any raid: “good morning everybody”.
TELLING = 24

Ctx = Context[ModerationSettings]


async def on_join(ctx: Ctx, joined: Joined) -> Outcome | None:
    """What a newcomer to a room means together with those before."""
    settings = ctx.settings.raids
    if joined.author.is_bot or joined.place.alias == ctx.community.moderators_room:
        return None
    count = ctx.settings.crowd.add(("join", joined.place.alias), joined.author.key, joined.at)
    if count < settings.joins:
        return None
    return await _raid(
        ctx, joined.place, f"{count} people joined {joined.place.alias} within {show_span(settings.within)}"
    )


async def on_message(ctx: Ctx, message: Message) -> Outcome | None:
    """What a message means together with those of others before it."""
    settings, crowd, who, place = ctx.settings.raids, ctx.settings.crowd, message.author, message.place
    if settings.answer is RaidAnswer.OFF or who.is_bot or who.role >= Role.TRUSTED:
        return None
    within = show_span(settings.within)
    is_new = who.since is not None and message.sent_at - who.since < NEW
    if is_new and (new := crowd.add(("new", place.alias), who.key, message.sent_at)) >= settings.newcomers:
        return await _raid(
            ctx, place, f"{new} people with new accounts wrote in {place.alias} within {within}"
        )
    text = " ".join(f"{message.title or ''} {message.text}".casefold().split())
    if len(text) < TELLING:
        return None
    same = crowd.add(("text", place.alias, hash(text)), who.key, message.sent_at)
    if same < settings.same_text:
        return None
    return await _raid(
        ctx,
        place,
        f"{same} people said the same in {place.alias} within {within}",
        message.text or message.title,
    )


async def _raid(ctx: Ctx, place: Place, what: str, words: str | None = None) -> Outcome | None:
    settings = ctx.settings.raids
    known = await ctx.recall(RAIDS + place.alias)
    if settings.answer is RaidAnswer.OFF or (
        isinstance(known, str) and datetime.fromisoformat(known) > ctx.now
    ):
        return None
    until = ctx.now + settings.lasts
    kept = Remember(key=RAIDS + place.alias, value=until.isoformat())
    because = f"a raid? {what}"
    if settings.answer is RaidAnswer.PROPOSE:
        because += f"; milder: {_milder(ctx, place)}"
    return Outcome(because, (kept, *await _answer(ctx, place, what, words, until)), evidence=words)


def _milder(ctx: Ctx, place: Place) -> str:
    settings = ctx.settings.raids
    return f"{ctx.community.moderators_prefix}slowmode {show_span(settings.wait)} for {show_span(settings.lasts)} in {place.alias}"


async def _answer(ctx: Ctx, place: Place, what: str, words: str | None, until: datetime) -> list[Action]:
    settings = ctx.settings.raids
    wait, prefix = show_span(settings.wait), ctx.community.moderators_prefix
    milder = _milder(ctx, place)
    quoted = [quote(notice.excerpt(words))] if words else []
    can_lock = ctx.can(Capability.LOCKDOWN, place.alias)
    if settings.answer is RaidAnswer.SLOWMODE and ctx.can(Capability.REMOVE, place.alias):
        begun = await slowmode.begin(ctx, place, SlowMode(settings.wait, until))
        said = line(
            f"A raid? {what}. So there is slow mode until ",
            Moment(until),
            f": one message in {wait}. “{prefix}slowmode off in {place.alias}” ends it.",
        )
        told = _announced(place, notice.SLOWED_DOWN.format(every=wait), until)
        return [*begun, Report(text=document(said, *quoted)), *told]
    if can_lock and settings.answer is not RaidAnswer.SLOWMODE:
        proposed = settings.answer is RaidAnswer.PROPOSE
        locked = Lockdown(place=place.alias, reason=f"a raid? {what}", until=until, proposed=proposed)
        told = _announced(place, notice.LOCKED_DOWN, until)
        return [locked] if proposed else [locked, *told]
    return [Report(text=document(f"A raid? {what}. Slow mode may help: {milder}", *quoted))]


def _announced(place: Place, words: str, until: datetime) -> list[Action]:
    if place.kind is not PlaceKind.ROOM:
        return []
    return [Post(place=place.alias, text=document(line(words, Moment(until), ".")))]
