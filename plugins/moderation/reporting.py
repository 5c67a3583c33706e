"""`!report`: members show something to the moderators, from any room, or in private by a link to it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.api import (
    Action,
    Answer,
    Brief,
    Call,
    Capability,
    Json,
    Message,
    Outcome,
    PlaceKind,
    React,
    Remember,
    Reply,
    Reported,
    Role,
    Tell,
    document,
)
from plugins.moderation.handlers import Moderation, is_public, plugin, receive
from plugins.moderation.inquiry import reporters
from plugins.moderation.offence import evidence
from plugins.moderation.sanctions import NOTHING

#: What the bot puts below a report that it took.
THANKS = "🙏"

_LINK = re.compile(
    r"\[[^\]\n]*\]\(<?(?P<inside>[^()<>\s]+)>?\)|<?(?P<bare>(?:https?://|matrix:|memory://)[^\s<>]+)>?"
)

_WINDOW = timedelta(hours=1)


@plugin.command(
    "report",
    examples=["!report this is an advertisement", "!report https://matrix.to/#/!room/$event it is rude"],
)
async def report(ctx: Moderation, call: Call, reason: Brief = NOTHING) -> Answer:
    """Show a message to the moderators: answer it with this, or give a link to it. In private nobody else sees it."""
    target, why = await meant(ctx, call, reason)
    if target is None:
        return _said(
            ctx, call, "Which message? Answer it with “report”, or write to me and give a link to it."
        )
    if target.author.key == call.author.key:
        return _said(ctx, call, "That is your own message.")
    if call.author.key in await reporters(ctx, target):
        return _thanks(ctx, call)
    times = _recent(await ctx.recall(f"reporter/{call.author.key}"), ctx.now)
    if len(times) >= ctx.settings.reports_per_hour and call.author.role < Role.MODERATOR:
        return _said(
            ctx,
            call,
            "You have shown the moderators a lot within an hour. They look at that first; please wait a while.",
        )
    kept = Remember(
        key=f"reporter/{call.author.key}",
        value=[*(at.isoformat() for at in times), ctx.now.isoformat()],
        about=call.author.key,
    )
    reported = Reported(target, call.author, why, call.message.ref.id, ctx.now)
    shown, outcomes = await receive(ctx, reported)
    thanked = Outcome("a member's report", (*shown, kept, *_thanks(ctx, call)), evidence=evidence(target))
    return [thanked, *outcomes]


async def meant(ctx: Moderation, call: Call, reason: str) -> tuple[Message | None, str]:
    """Which message is meant, and why: that of a link, else the answered one; None where members meet nobody."""
    link = _LINK.search(reason)
    target = await ctx.message(link["inside"] or link["bare"].rstrip(".,;")) if link else None
    if link and target:
        reason = f"{reason[: link.start()]} {reason[link.end() :]}"
    target = target or call.target
    is_ours = target is not None and ctx.community.place(target.place.alias) and is_public(target, ctx)
    return (target if is_ours else None), " ".join(reason.split())


def _recent(kept: Json, now: datetime) -> list[datetime]:
    """The times of a person's reports within the last hour."""
    found: list[datetime] = []
    for text in kept if isinstance(kept, list) else []:
        try:
            at = datetime.fromisoformat(str(text)).astimezone(UTC)
        except ValueError:
            continue
        if at > now - _WINDOW:
            found.append(at)
    return found


def _thanks(ctx: Moderation, call: Call) -> tuple[Action, ...]:
    """A sign that says nothing to others, where there are signs; else a private message."""
    if call.message.place.kind is not PlaceKind.PRIVATE and ctx.can(
        Capability.REACT, call.message.place.alias
    ):
        return (React(ref=call.message.ref, symbol=THANKS),)
    return (_said(ctx, call, "Thank you. The moderators will look at it."),)


def _said(ctx: Moderation, call: Call, text: str) -> Action:
    """What only the member is to read."""
    place = call.message.place
    if place.kind is not PlaceKind.PRIVATE and ctx.can(Capability.TELL, place.alias):
        return Tell(place=place.alias, person=call.author, text=document(text))
    return Reply(to=call.message.ref, text=document(text))
