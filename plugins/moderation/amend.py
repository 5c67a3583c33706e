"""Changing a case on record: `!reason` and `!duration`. What it said before is never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.api import (
    Action,
    Answer,
    Ban,
    Brief,
    Call,
    CaseNo,
    CaseNumber,
    Moment,
    Mute,
    Note,
    Outcome,
    Remember,
    Role,
    Stored,
    document,
    line,
)
from plugins.moderation import notice
from plugins.moderation.handlers import Moderation, plugin
from plugins.moderation.lineage import REASON, REPLACED, lineage
from plugins.moderation.recompute import stands
from plugins.moderation.reversal import tell
from plugins.moderation.sanctions import answer
from plugins.moderation.spans import show_span


@plugin.command("reason", role=Role.MODERATOR, examples=["!reason #12 advertising, for the third time"])
async def reason(ctx: Moderation, call: Call, case_number: CaseNo, text: Brief) -> Answer:
    """Write down a better reason for a case; the person is told, and “why” shows both."""
    case = await ctx.case(case_number)
    if case is None:
        return f"There is no case #{case_number}."
    kept = Remember(
        key=f"{REASON}{case_number}",
        value={"text": str(text), "by": call.author.name},
        about=case.person.key if case.person else None,
    )
    told = (
        ()
        if case.undone
        else tell(ctx, case, document(f"The reason of case #{case_number} is now: {text}").blocks)
    )
    done = answer(call, f"The reason of case #{case_number} is now: {notice.excerpt(text)}")
    return Outcome(f"reason of case #{case_number} by {call.author.name}", (kept, *told, done))


@plugin.command("duration", role=Role.MODERATOR, examples=["!duration #12 3d"])
async def duration(ctx: Moderation, call: Call, case_number: CaseNo, span: timedelta) -> Answer:
    """Change how long the ban or mute of a case lasts, counted from when it was given.

    The new end stands in a case of its own, which takes the place of the old one. A ban that is only proposed is given for that long.
    """
    found = await ctx.case(case_number)
    if found is None:
        return f"There is no case #{case_number}."
    case = ((await lineage(ctx, found)) or [found])[-1]
    standing = [stored for stored in case.actions if _lasts(ctx, stored)]
    if not standing:
        return f"In case #{case_number} there is no ban or mute that still holds."
    until = (ctx.now if case.held else found.at) + span
    prefix = ctx.community.prefix
    if until <= ctx.now:
        return f"After {show_span(span)} it would be over already. “{prefix}undo #{case_number}” lifts it."
    acts: list[Action] = []
    for stored in standing:
        given = stored.action
        assert isinstance(given, Ban | Mute)
        acts.append(Note(text=f"lasts {show_span(span)} instead", undoes=stored.id))
        acts.append(
            replace(given, until=until, proposed=False, witnessed=False, undoes=None, not_before=None)
        )
    who = case.person
    word = "muted" if isinstance(standing[0].action, Mute) else "banned"
    kept = Remember(key=f"{REPLACED}{case.number}", value=call.message.key, about=who.key if who else None)
    blocks = document(
        line(f"You are {word} until ", Moment(until), f". That takes the place of case #{case.number}."),
        notice.appeal_line(prefix),
    ).blocks
    name = who.name if who else "nobody"
    done = answer(
        call,
        f"{name} is {word} until ",
        Moment(until),
        ": case ",
        CaseNumber(),
        f", in place of #{case.number}.",
    )
    because = f"case #{case.number} now lasts {show_span(span)}, as {call.author.name} decided"
    return Outcome(because, (*acts, kept, *tell(ctx, case, blocks), done), evidence=case.evidence)


def _lasts(ctx: Moderation, stored: Stored) -> bool:
    act = stored.action
    return isinstance(act, Ban | Mute) and stands(stored) and (act.until is None or act.until > ctx.now)
