"""What human moderators do in clients of their own: it enters the same ledger, as a case that can be explained and undone."""

from __future__ import annotations

from bot.api import (
    Act,
    Action,
    Author,
    Ban,
    Kick,
    Mute,
    Note,
    Outcome,
    Report,
    Restored,
    Role,
    Sanctioned,
    Warn,
    document,
)
from plugins.moderation import notice, sweep
from plugins.moderation.handlers import Moderation, plugin, setting, struck
from plugins.moderation.offence import expires
from plugins.moderation.recompute import stands
from plugins.moderation.reversal import lifted_words, take_back, tell

#: What is on record where the moderator gave no reason.
NO_REASON = "no reason given"

#: What ends which sanction.
_ENDS = {Act.UNBAN: Ban, Act.UNMUTE: Mute}


@plugin.on(Sanctioned)
async def by_hand(ctx: Moderation, event: Sanctioned) -> Outcome | None:
    """Put a moderator's own warning, mute, kick or ban on record; the end of one takes back ours, too."""
    if event.place.alias == ctx.community.moderators_room:
        return None
    reason = event.reason or NO_REASON
    if event.act in _ENDS:
        return await _ended(ctx, event, reason)
    act = await _act(ctx, event, reason)
    # The word that moderators type as a reason asks for a clean-up, in whatever client they typed it.
    messages = await sweep.swept(ctx, [act], sweep.count(ctx, reason))
    return Outcome(
        f"by hand: {reason}",
        (act, *sweep.removals(messages, event.person, reason)),
        evidence=sweep.evidence(None, messages),
        by=_human(event),
    )


@plugin.on(Restored)
async def brought_back(ctx: Moderation, event: Restored) -> Outcome | None:
    """A moderator who brings a removed message back overrules what was decided about it: the strikes go, too."""
    message = await ctx.message(event.ref)
    cases = await ctx.cases(message.author if message else None)
    given = [case for case in cases if case.about == event.ref and not case.undone]
    if not given:
        return None
    taken = await take_back(ctx, given)
    lifted = bool(taken.lifted)
    told = [
        action
        for case in given
        for action in tell(ctx, case, notice.undone(case.number, lifted=lifted).blocks)
    ]
    numbers = ", ".join(f"#{case.number}" for case in given)
    how = f"{event.by.name if event.by else 'a moderator'} brought the message of {numbers} back"
    shown = Report(text=document(f"By hand: {how}.{lifted_words(taken)}"))
    return Outcome(how, (*taken.actions, *told, shown), by=event.by)


async def _act(ctx: Moderation, event: Sanctioned, reason: str) -> Action:
    place, person = event.place.alias, event.person
    match event.act:
        case Act.BAN:
            return Ban(place=place, person=person, reason=reason, until=event.until, witnessed=True)
        case Act.MUTE:
            return Mute(place=place, person=person, reason=reason, until=event.until, witnessed=True)
        case Act.KICK:
            return Kick(place=place, person=person, reason=reason, witnessed=True)
        case _:
            # The ladder's next step is left to the next offence: a human chose to warn, and only that.
            about = await ctx.message(event.about) if event.about else None
            count = 0 if about and await struck(ctx, about) else 1
            return Warn(
                place=place,
                person=person,
                about=event.about,
                rule=reason,
                text=document(reason),
                points=count,
                expires_at=expires(count, await setting(ctx, person)),
                witnessed=True,
            )


async def _ended(ctx: Moderation, event: Sanctioned, reason: str) -> Outcome:
    """Whatever the ledger holds against them there is over; strikes stay, since only the ban was lifted."""
    over = [
        Note(text=f"lifted by hand: {reason}", about=event.person.key, undoes=stored.id)
        for case in await ctx.cases(event.person, alone=True, kinds=("ban", "mute"))
        for stored in case.actions
        if isinstance(stored.action, Ban | Mute)
        and isinstance(stored.action, _ENDS[event.act])
        and stored.action.place == event.place.alias
        and stands(stored)
    ]
    return Outcome(f"{event.act} by hand: {reason}", tuple(over), by=_human(event))


def _human(event: Sanctioned) -> Author:
    """Who did it; where the platform hides that, some moderator."""
    return event.by or Author(event.place.platform, "", "a moderator", Role.MODERATOR)
