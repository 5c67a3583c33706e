"""Moderators' own acts: warn, ban, mute, and taking those back by name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.api import (
    Action,
    Answer,
    Author,
    Ban,
    Brief,
    Call,
    Capability,
    CaseNumber,
    Document,
    Inline,
    Message,
    Mute,
    Note,
    Outcome,
    Person,
    PlaceKind,
    Plain,
    Ref,
    Reply,
    Role,
    Stored,
    Tell,
    Unban,
    Unmute,
    Warn,
    document,
    line,
)
from plugins.moderation import notice, sweep
from plugins.moderation.handlers import Moderation, plugin, setting, struck
from plugins.moderation.ladder import Deed, Step
from plugins.moderation.offence import expires, places, sanctions
from plugins.moderation.recompute import stands
from plugins.moderation.rule import FOREVER
from plugins.moderation.spans import show_span

#: What a warning by hand is for, where its moderator gives no reason.
NO_REASON = "a moderator's warning"
#: The rest of a command where nothing was said.
NOTHING = Brief("")


@plugin.command(
    "warn", role=Role.MODERATOR, examples=["!warn @ana please stay friendly", "!warn please stay friendly"]
)
async def warn(ctx: Moderation, call: Call, person: Person, reason: Brief = NOTHING) -> Answer:
    """Give somebody a strike, with a reason; best as an answer to the message in question.

    The ladder counts it like any other strike, and the next step follows by itself.
    """
    who = person.author
    place = where(ctx, call, who)
    if place is None:
        return nowhere(who)
    about = target_of(call, who)
    if about and (known := await struck(ctx, about)):
        return f"That message has its strike already, in case #{known.number}. For something else, name {who.name} instead."
    given = await warning(ctx, who, place, about, reason or NO_REASON)
    done = answer(call, f"{who.name} is warned, ", CaseNumber(), f". {given.summary}")
    return Outcome(given.reason, (*given.actions, done), rule=given.reason, evidence=given.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a moderator's act comes to: the actions, a sentence about where that leaves the person, and the words it is about."""

    actions: tuple[Action, ...]
    reason: str
    summary: str
    evidence: str | None = None


async def warning(ctx: Moderation, who: Author, place: str, about: Message | None, reason: str) -> Given:
    """A strike by hand, with whatever the ladder makes of it."""
    weighed = await setting(ctx, who)
    ruling = weighed.ladder.decide(weighed.strikes, 1, ctx.now, taken=weighed.taken)
    words = (about.text or about.title) if about else None
    expires_at = expires(ruling.points, weighed)
    text = notice.warning(
        who,
        rule=reason,
        quoted=words,
        text=None,
        ruling=ruling,
        expires_at=expires_at,
        prefix=ctx.community.prefix,
    )
    given = Warn(
        place=place,
        person=who,
        about=about.ref if about else None,
        rule=reason,
        text=text,
        points=ruling.points,
        expires_at=expires_at,
    )
    further = sanctions(ruling.step, who, f"{reason}: {ruling.total} strikes", weighed) if ruling.step else []
    then = f" Next: {notice.step_words(ruling.then)} at {ruling.then.at}." if ruling.then else ""
    now = (
        f" That means {notice.step_words(ruling.step)}." if ruling.step and not ruling.step.do.is_word else ""
    )
    return Given(
        actions=(given, *further),
        reason=reason,
        summary=f"Live strikes: {ruling.total}.{now}{then}",
        evidence=words,
    )


@plugin.command(
    "ban",
    "tban",
    role=Role.MODERATOR,
    examples=["!ban @ana 7d spam", "!ban @ana advertising again and again"],
)
async def ban(
    ctx: Moderation, call: Call, person: Person, span: timedelta | None = None, reason: Brief = NOTHING
) -> Answer:
    """Shut somebody out of all places of this community on their platform; without a span, for good."""
    return await _sanction(ctx, call, person.author, Deed.BAN, span, reason)


@plugin.command("mute", "tmute", role=Role.MODERATOR, examples=["!mute @ana 2h cool down"])
async def mute(
    ctx: Moderation, call: Call, person: Person, span: timedelta, reason: Brief = NOTHING
) -> Answer:
    """Let somebody read but not write for a while; where a platform cannot mute, they are banned for that long."""
    return await _sanction(ctx, call, person.author, Deed.MUTE, span, reason)


async def _sanction(
    ctx: Moderation, call: Call, who: Author, deed: Deed, span: timedelta | None, reason: str
) -> Answer:
    place = where(ctx, call, who)
    given = await shut_out(ctx, who, place, target_of(call, who), Step(1, deed, span or FOREVER), reason)
    if given is None:
        return nowhere(who)
    done = answer(call, f"{given.summary}: case ", CaseNumber(), ".")
    return Outcome(given.reason, (*given.actions, done), evidence=given.evidence)


async def shut_out(
    ctx: Moderation,
    who: Author,
    place: str | None,
    about: Message | None,
    step: Step,
    reason: str,
    but: Collection[Ref] = (),
) -> Given | None:
    """A mute or ban by hand, everywhere on the person's platform, and word of it; None where that is nowhere.

    A ban may sweep away what the person said last; those in `but` are seen to already.
    """
    why = reason or "not given"
    acts = sanctions(step, who, why, await setting(ctx, who), name="by hand")
    if not acts or place is None:
        return None
    span = None if step.span == FOREVER else step.span
    participle = "muted" if all(isinstance(act, Mute) for act in acts) else "banned"
    told: tuple[Action, ...] = ()
    words = (about.text or about.title) if about else None
    if ctx.can(Capability.TELL, place):
        text = notice.sanction(participle, reason, notice.until(ctx.now, span), ctx.community.prefix, words)
        told = (Tell(place=place, person=who, text=text),)
    length = f"for {show_span(span)}" if span else "for good"
    messages = await sweep.swept(ctx, acts, sweep.count(ctx, reason), but)
    return Given(
        actions=(*acts, *told, *sweep.removals(messages, who, why)),
        reason=why,
        summary=f"{who.name} is {participle} {length}{_swept(len(messages))}",
        evidence=sweep.evidence(words, [one for one in messages if about is None or one.ref != about.ref]),
    )


def _swept(count: int) -> str:
    return {0: "", 1: ", and their last message is removed"}.get(
        count, f", and their last {count} messages are removed"
    )


@plugin.command("unban", role=Role.MODERATOR, examples=["!unban @ana"])
async def unban(ctx: Moderation, call: Call, person: Person, reason: Brief = NOTHING) -> Answer:
    """Let somebody back in, everywhere in this community on their platform."""

    def lift(place: str, undoes: int | None) -> Action:
        return Unban(
            place=place, person=person.author, reason=reason or "lifted by a moderator", undoes=undoes
        )

    return await _lift(ctx, call, person.author, Ban, Capability.BAN, lift)


@plugin.command("unmute", role=Role.MODERATOR, examples=["!unmute @ana"])
async def unmute(ctx: Moderation, call: Call, person: Person, reason: Brief = NOTHING) -> Answer:
    """Let somebody write again."""

    def lift(place: str, undoes: int | None) -> Action:
        return Unmute(
            place=place, person=person.author, reason=reason or "lifted by a moderator", undoes=undoes
        )

    return await _lift(ctx, call, person.author, Mute, Capability.MUTE, lift)


async def _lift(
    ctx: Moderation,
    call: Call,
    who: Author,
    kind: type[Ban | Mute],
    needs: Capability,
    lift: Callable[[str, int | None], Action],
) -> Answer:
    """Takes back what stands in the ledger, and lifts it also where it was given by other means."""
    standing: dict[str, list[Stored]] = {}
    for case in await ctx.cases(who, alone=True, kinds=("ban" if kind is Ban else "mute",)):
        for stored in case.actions:
            act = stored.action
            if isinstance(act, kind) and stands(stored) and _lasts(act.until, ctx.now):
                standing.setdefault(act.place, []).append(stored)
    acts: list[Action] = []
    for place in places(ctx.community, who):
        if ctx.can(needs, place.alias):
            known = [stored.id for stored in standing.get(place.alias, ())]
            acts.append(lift(place.alias, known[0] if known else None))
            acts += [Note(text="lifted by a moderator", undoes=other) for other in known[1:]]
    if not acts:
        return nowhere(who)
    word = "banned" if kind is Ban else "muted"
    return Outcome(
        f"{who.name} is no longer {word}", (*acts, answer(call, f"{who.name} is no longer {word}."))
    )


def _lasts(until: datetime | None, now: datetime) -> bool:
    return until is None or until > now


def target_of(call: Call, who: Author) -> Message | None:
    """The message that the command answers, where that is the person's own."""
    return call.target if call.target and call.target.author.key == who.key else None


def where(ctx: Moderation, call: Call, who: Author) -> str | None:
    """The place that a sanction is about: the answered message's, this one, or the first that the person can be in."""
    target = target_of(call, who)
    if target:
        return target.ref.place
    possible = [place.alias for place in places(ctx.community, who)]
    here = call.message.place
    if here.alias in possible and here.kind is not PlaceKind.PRIVATE:
        return here.alias
    return possible[0] if possible else None


def nowhere(who: Author) -> str:
    return f"I cannot act on {who.name}: this community has no place on their platform where I may."


def privately(ctx: Moderation, call: Call, text: Document) -> Action | None:
    """An answer that members do not get to read; None where there is no way to give one."""
    place = call.message.place
    if place.kind is PlaceKind.PRIVATE or place.alias == ctx.community.moderators_room:
        return Reply(to=call.message.ref, text=text)
    return (
        Tell(place=place.alias, person=call.author, text=text)
        if ctx.can(Capability.TELL, place.alias)
        else None
    )


#: Where something cannot be said in private.
NOT_HERE = "That is for moderators only: ask me in your room, or in private."


def answer(call: Call, *parts: str | Inline) -> Reply:
    """An answer to whoever gave the command."""
    inlines = (Plain(part) if isinstance(part, str) else part for part in parts)
    return Reply(to=call.message.ref, text=document(line(*inlines)))
