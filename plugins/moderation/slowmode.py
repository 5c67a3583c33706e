"""Slow mode: one message in a while from each member. No platform here has it, so the bot removes what comes too soon.

No rule is broken by that: it is no strike, the person is told once, and the moderators' room is spared a line for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.api import (
    Action,
    Capability,
    Context,
    Json,
    Message,
    Moment,
    Outcome,
    Place,
    Remember,
    Remove,
    Role,
    Tell,
    document,
    line,
)
from plugins.moderation import spared
from plugins.moderation.notice import appeal_line
from plugins.moderation.spans import show_span

#: Where slow mode is remembered, by place; and when each person last wrote there, by place and person.
SLOW = "slow/"
LAST = "slow-last/"


@dataclass(frozen=True, slots=True)
class SlowMode:
    """One message in `every`, until then."""

    every: timedelta
    until: datetime

    def stored(self) -> Json:
        return {"every": self.every.total_seconds(), "until": self.until.isoformat()}


def restored(value: Json) -> SlowMode | None:
    """What `SlowMode.stored` gave; None for anything else."""
    if not isinstance(value, dict) or not isinstance(value.get("every"), int | float):
        return None
    return SlowMode(
        timedelta(seconds=float(str(value["every"]))), datetime.fromisoformat(str(value["until"]))
    )


async def slow_mode(ctx: Context[Any], place: str) -> SlowMode | None:
    """The slow mode that holds in a place now."""
    found = restored(await ctx.recall(SLOW + place))
    return found if found and found.until > ctx.now else None


async def begin(ctx: Context[Any], place: Place, slow: SlowMode) -> tuple[Action, ...]:
    """Puts a place into slow mode; who wrote before that may write at once."""
    return (*await _cleared(ctx, place.alias), Remember(key=SLOW + place.alias, value=slow.stored()))


async def end(ctx: Context[Any], place: Place) -> tuple[Action, ...]:
    """Ends slow mode; nothing of it stays behind."""
    return (*await _cleared(ctx, place.alias), Remember(key=SLOW + place.alias, value=None))


async def _cleared(ctx: Context[Any], place: str) -> tuple[Action, ...]:
    return tuple(Remember(key=key, value=None) for key in await ctx.recall_all(f"{LAST}{place}/"))


async def paced(ctx: Context[Any], message: Message) -> Outcome | None:
    """What slow mode makes of a new message: remembered as the person's last, or removed; None where there is none."""
    who, place = message.author, message.place.alias
    if who.role >= Role.TRUSTED or who.is_bot or (slow := await slow_mode(ctx, place)) is None:
        return None
    if await spared.exemption(ctx, who):
        return None
    key = f"{LAST}{place}/{who.key}"
    known = await ctx.recall(key)
    known = known if isinstance(known, dict) else {}
    last = datetime.fromisoformat(str(known["at"])) if "at" in known else None
    if last is None or message.sent_at - last >= slow.every:
        now = message.sent_at.isoformat()
        kept = Remember(key=key, value=known | {"at": now}, about=who.key)
        return Outcome("slow mode: remembered", (kept,))
    because = f"slow mode: one message in {show_span(slow.every)}, and this came {show_span(message.sent_at - last)} after the last"
    acts: list[Action] = [Remove(ref=message.ref, person=who, reason="slow mode")]
    if not known.get("told"):
        acts += _told(ctx, message, slow)
        acts.append(Remember(key=key, value=known | {"told": True}, about=who.key))
    evidence = "\n\n".join(part for part in (message.title, message.text) if part)
    return Outcome(because, tuple(acts), evidence=evidence, quiet=True)


def _told(ctx: Context[Any], message: Message, slow: SlowMode) -> tuple[Action, ...]:
    if not ctx.can(Capability.TELL, message.place.alias):
        return ()
    text = document(
        line(
            f"There is slow mode in {message.place.alias} until ",
            Moment(slow.until),
            f": one message in {show_span(slow.every)}. What comes sooner is removed. This is no strike.",
        ),
        appeal_line(ctx.community.prefix),
    )
    return (Tell(place=message.place.alias, person=message.author, text=text),)
