"""Strikes, cases and appeals: what members may ask, and how moderators decide."""

from __future__ import annotations

from collections.abc import Sequence

from bot.api import (
    Action,
    Answer,
    Author,
    Block,
    Call,
    Case,
    CaseNo,
    Inline,
    Lockdown,
    Moment,
    Outcome,
    Person,
    Reply,
    Role,
    Settle,
    Strong,
    Warn,
    bullets,
    document,
    line,
    points,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.colleagues import agreed, may_settle
from plugins.moderation.handlers import Moderation, plugin, setting
from plugins.moderation.ladder import live_points
from plugins.moderation.lineage import better_reason, lineage
from plugins.moderation.offence import unversioned
from plugins.moderation.sanctions import answer

#: Cases that a list shows.
SHOWN = 10


@plugin.command("strikes", "warnings", "warns", "mywarnings", examples=["!strikes", "!strikes @ana"])
async def strikes(ctx: Moderation, call: Call, person: Person | None = None) -> Answer:
    """Your strikes that count now, and when they expire; moderators may ask about others."""
    who = person.author if person else call.author
    if who.key != call.author.key and call.author.role < Role.MODERATOR:
        return f"Only moderators can see somebody else's strikes. “{ctx.community.prefix}strikes” alone shows your own."
    live = [strike for strike in await ctx.strikes(who) if strike.live(ctx.now)]
    name = "You have" if who.key == call.author.key else f"{who.name} has"
    if not live:
        return f"{name} no strikes that count."
    rows: list[tuple[str | Inline, ...]] = []
    for strike in live:
        end: tuple[str | Inline, ...] = (
            (" until ", Moment(strike.expires_at)) if strike.expires_at else (" without end",)
        )
        rows.append((Strong(f"#{strike.case}"), f" {notice.excerpt(strike.rule, 80)}: {strike.points}", *end))
    heading = line(f"{name} {await standing(ctx, who)}")
    return Reply(to=call.message.ref, text=document(heading, bullets(*rows)))


@plugin.command("why", "case", examples=["!why #12"])
async def why(ctx: Moderation, call: Call, case_number: CaseNo) -> Answer:
    """What a case is about: rule, words, count, and what was done. For moderators and the person concerned."""
    case = await ctx.case(case_number)
    if case is None or not await _may_see(ctx, call.author, case):
        may = "" if call.author.role >= Role.MODERATOR else " that you may see"
        return f"There is no case #{case_number}{may}. {_where_numbers_are(ctx, call)}"
    by = case.by.name if case.by else "the bot"
    rows = _counted(
        [
            f"{_act(stored.action)}: {stored.state}{f' ({stored.why})' if stored.state in _EXPLAINED else ''}"
            for stored in case.actions
            if stored.action.sanction
        ]
    )
    about = f", about {case.person.name}" if case.person else ""
    heading = line(Strong(f"Case #{case.number}"), f"{about}, decided by {by} at ", Moment(case.at), ".")
    rule = [line("Rule: ", Strong(case.rule))] if case.rule else []
    better = await better_reason(ctx, case_number)
    afterwards = [line(f"Reason: {better}.")] if better else []
    evidence = [quote(notice.excerpt(case.evidence))] if case.evidence else []
    afterwards += [
        line(f"Case #{one.number} took its place.")
        for one in await lineage(ctx, case)
        if one.number != case_number
    ]
    told = Reply(
        to=call.message.ref,
        text=document(
            heading,
            *rule,
            line(f"Why: {case.because}."),
            *evidence,
            *([bullets(*rows)] if rows else []),
            *afterwards,
            *await _now(ctx, case),
        ),
    )
    return Outcome(f"told about case #{case_number}", (told,), evidence=case.evidence)


def _where_numbers_are(ctx: Moderation, call: Call) -> str:
    word = "cases" if call.author.role >= Role.MODERATOR else "strikes"
    return f"“{ctx.community.prefix}{word}” shows the numbers{'' if word == 'cases' else ' of yours'}."


async def _now(ctx: Moderation, case: Case) -> list[Block]:
    """Where the strikes of a case have led: what counts now, and what comes next."""
    if case.person is None or not any(isinstance(stored.action, Warn) for stored in case.actions):
        return []
    return [line(f"Now: {await standing(ctx, case.person)}")]


async def standing(ctx: Moderation, who: Author) -> str:
    """`2 strikes that count. At 3 comes a ban of 1d.`"""
    weighed = await setting(ctx, who)
    live = live_points(weighed.strikes, ctx.now)
    then = weighed.ladder.coming(weighed.strikes, ctx.now, weighed.taken) if live else None
    rest = f" At {then.at} comes {notice.step_words(then)}." if then else ""
    return f"{_strikes(live)}.{rest}"


def _strikes(live: int) -> str:
    return {0: "no strikes that count", 1: "1 strike that counts"}.get(live, f"{live} strikes that count")


def _counted(rows: Sequence[str]) -> list[str]:
    """Each row once, in the order of first appearance; one that stands there several times with its number."""
    return [row if (n := rows.count(row)) == 1 else f"{row} ({n} times)" for row in dict.fromkeys(rows)]


#: States that say little without their reason.
_EXPLAINED = frozenset({"held", "dropped", "simulated"})


def _act(action: Action) -> str:
    match action:
        case Warn(points=count):
            return f"warning, {count} {'point' if count == 1 else 'points'}"
        case _:
            place = getattr(action, "place", None)
            return f"{type(action).__name__.lower()}{f' in {place}' if place else ''}"


async def _may_see(ctx: Moderation, author: Author, case: Case) -> bool:
    return author.role >= Role.MODERATOR or await concerns(ctx, author, case)


async def concerns(ctx: Moderation, author: Author, case: Case) -> bool:
    """Whether a case fell on this human, with whichever of their accounts."""
    if case.person is None:
        return False
    return case.person.key == author.key or case.person.key in (await ctx.linked(author)).keys


@plugin.command("cases", role=Role.MODERATOR, examples=["!cases", "!cases @ana"])
async def cases(ctx: Moderation, call: Call, person: Person | None = None) -> Answer:
    """The newest cases, of everybody or of one person."""
    found = await ctx.cases(person.author if person else None)
    if not found:
        return "There are no cases."
    rows = [case_row(case) for case in found[:SHOWN]]
    more = [f"… and {len(found) - SHOWN} older ones."] if len(found) > SHOWN else []
    return Reply(to=call.message.ref, text=document(bullets(*rows), *more))


def case_row(case: Case, *, name: bool = True) -> tuple[str | Inline, ...]:
    """A case in a list: number, whom it is about, what for, how it stands, and when."""
    who = f"{_whom(case)}: " if name else ""
    what = notice.excerpt(unversioned(case.rule) or case.because, 80)
    return Strong(f"#{case.number}"), f" {who}{what}, {_state(case)}, ", Moment(case.at)


def _whom(case: Case) -> str:
    """Whom a case fell on; a lock-down falls on everybody in a place."""
    places = (stored.action.place for stored in case.actions if isinstance(stored.action, Lockdown))
    return case.person.name if case.person else ", ".join(places)


def _state(case: Case) -> str:
    if case.undone:
        return "taken back"
    if case.held:
        return "waits for a decision"
    warned = any(isinstance(stored.action, Warn) and stored.state == "undone" for stored in case.actions)
    return "strike taken back" if warned and not points(case) else "stands"


# -- what was only proposed


@plugin.command("approve", role=Role.MODERATOR, examples=["!approve #12"])
async def approve(ctx: Moderation, call: Call, case_number: CaseNo) -> Answer:
    """Let what is proposed in a case be done."""
    return await _settle(ctx, call, case_number, approve=True)


@plugin.command("reject", role=Role.MODERATOR, examples=["!reject #12"])
async def reject(ctx: Moderation, call: Call, case_number: CaseNo) -> Answer:
    """Drop what is proposed in a case."""
    return await _settle(ctx, call, case_number, approve=False)


async def _settle(ctx: Moderation, call: Call, number: int, *, approve: bool) -> Answer:
    case = await ctx.case(number)
    if case is None:
        return f"There is no case #{number}."
    if not case.held:
        return f"Nothing in case #{number} waits for a decision."
    if approve and (refusal := await may_settle(ctx, case, call.author)):
        return refusal
    word = "approved" if approve else "rejected"
    return Outcome(
        f"case #{number} {word} by {call.author.name}",
        (
            Settle(case=number, approve=approve),
            *([agreed(case, call.author)] if approve else []),
            answer(call, f"Case #{number} is {word}."),
        ),
    )
