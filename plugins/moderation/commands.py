"""Strikes, cases and appeals: what members may ask, and how moderators decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.api import (
    Action,
    Answer,
    Author,
    Block,
    Call,
    Capability,
    Case,
    Inline,
    Moment,
    Note,
    Outcome,
    Person,
    Reply,
    Restore,
    Role,
    Settle,
    Strong,
    Tell,
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
from plugins.moderation.offence import places, unversioned
from plugins.moderation.recompute import Lifted, recompute, spare_others
from plugins.moderation.sanctions import answer

#: What is on record in place of a message that its platform cannot bring back.
GONE = "taken back, but the message cannot be brought back"

#: Cases that a list shows.
SHOWN = 10


@plugin.command("strikes", "warnings", "mywarnings", examples=["!strikes", "!strikes @ana"])
async def strikes(ctx: Moderation, call: Call, person: Person | None = None) -> Answer:
    """Your strikes that count now, and when they expire; moderators may ask about others."""
    who = person.author if person else call.author
    if who.key != call.author.key and call.author.role < Role.MODERATOR:
        return "Only moderators can see somebody else's strikes. “!strikes” alone shows your own."
    live = [strike for strike in await ctx.strikes(who) if strike.live(ctx.now)]
    name = "You have" if who.key == call.author.key else f"{who.name} has"
    if not live:
        return f"{name} no strikes that count."
    rows: list[tuple[str | Inline, ...]] = []
    for strike in live:
        end: tuple[str | Inline, ...] = (
            (" until ", Moment(strike.expires_at)) if strike.expires_at else (" without end",)
        )
        rows.append((Strong(f"#{strike.case}"), f" {strike.rule}: {strike.points}", *end))
    heading = line(f"{name} {await standing(ctx, who)}")
    return Reply(to=call.message.ref, text=document(heading, bullets(*rows)))


@plugin.command("why", "case", examples=["!why #12"])
async def why(ctx: Moderation, call: Call, case_number: int) -> Answer:
    """What a case is about: rule, words, count, and what was done. For moderators and the person concerned."""
    case = await ctx.case(case_number)
    if case is None or not await _may_see(ctx, call.author, case):
        return f"There is no case #{case_number} that you may see."
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
    return Reply(
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
    who = f"{case.person.name if case.person else 'nobody'}: " if name else ""
    what = notice.excerpt(unversioned(case.rule) or case.because, 80)
    return Strong(f"#{case.number}"), f" {who}{what}, {_state(case)}, ", Moment(case.at)


def _state(case: Case) -> str:
    if case.undone:
        return "taken back"
    if case.held:
        return "waits for a decision"
    warned = any(isinstance(stored.action, Warn) and stored.state == "undone" for stored in case.actions)
    return "strike taken back" if warned and not points(case) else "stands"


# -- taking back


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What undoes cases: the opposite actions, and later bans that fall with them."""

    actions: tuple[Action, ...]
    lifted: tuple[Lifted, ...]

    @property
    def gone(self) -> int:
        """How many removed messages nothing can bring back."""
        return sum(isinstance(act, Note) and act.text == GONE for act in self.actions)


async def take_back(ctx: Moderation, given: Sequence[Case]) -> TakenBack:
    """The opposite of these cases of one person, with the ladder recomputed."""
    return await take_back_only(ctx, given, [action for case in given for action in case.undo()])


async def take_back_only(ctx: Moderation, given: Sequence[Case], opposite: Sequence[Action]) -> TakenBack:
    """The same with only some of the opposites."""
    dropped = [Settle(case=case.number, approve=False) for case in given if case.held]
    person = given[0].person if given else None
    lifted: list[Lifted] = []
    known = list(given)
    if person:
        known = await ctx.cases(person, kinds=("warn", "mute", "ban"))
        numbers = {case.number for case in given}
        lifted = recompute(known, numbers, ctx.settings.steps, ctx.now)
    acts = [*(_possible(ctx, act) for act in opposite), *(act for one in lifted for act in one.actions)]
    return TakenBack((*spare_others(acts, known, ctx.now), *dropped), tuple(lifted))


def _possible(ctx: Moderation, act: Action) -> Action:
    """The opposite of something, or word that the platform knows none."""
    if isinstance(act, Restore) and not ctx.can(Capability.RESTORE, act.ref.place):
        return Note(text=GONE, undoes=act.undoes)
    return act


@plugin.command("undo", "unwarn", "delwarn", role=Role.MODERATOR, examples=["!undo #12"])
async def undo(ctx: Moderation, call: Call, case_number: int) -> Answer:
    """Take a case back: the strike, the removal, the ban; and later bans that it led to."""
    case = await ctx.case(case_number)
    if case is None:
        return f"There is no case #{case_number}."
    given = await lineage(ctx, case)
    if not given:
        return f"Case #{case_number} has been taken back already."
    taken = await take_back(ctx, given)
    told = tell(
        ctx, case, notice.undone(case_number, lifted=bool(taken.lifted), gone=bool(taken.gone)).blocks
    )
    later = "".join(f" So is #{one.number}, which took its place." for one in given if one is not case)
    done = answer(call, f"Case #{case_number} is taken back.{later}{lifted_words(taken)}")
    return Outcome(f"case #{case_number} taken back by {call.author.name}", (*taken.actions, *told, done))


def lifted_words(taken: TakenBack) -> str:
    """What else fell, and what stays lost."""
    numbers = ", ".join(f"#{one.case.number}" for one in taken.lifted)
    said = f" The ban of {numbers}, which counted it, is lifted or shortened." if numbers else ""
    if taken.gone:
        what = "1 removed message" if taken.gone == 1 else f"{taken.gone} removed messages"
        said += f" What cannot be brought back: {what}; the words stand in the case."
    return said


def tell(ctx: Moderation, case: Case, blocks: Sequence[object]) -> tuple[Action, ...]:
    """A private message to the person of a case; below their message where that is not possible."""
    text = document(*blocks)  # type: ignore[arg-type] # blocks of a document, as they came out of one
    if case.person is None:
        return ()
    home = (
        case.about.place if case.about else next((p.alias for p in places(ctx.community, case.person)), None)
    )
    if home is not None and ctx.can(Capability.TELL, home):
        return (Tell(place=home, person=case.person, text=text),)
    return (Reply(to=case.about, text=text),) if case.about else ()


@plugin.command("approve", role=Role.MODERATOR, examples=["!approve #12"])
async def approve(ctx: Moderation, call: Call, case_number: int) -> Answer:
    """Let what is proposed in a case be done."""
    return await _settle(ctx, call, case_number, approve=True)


@plugin.command("reject", role=Role.MODERATOR, examples=["!reject #12"])
async def reject(ctx: Moderation, call: Call, case_number: int) -> Answer:
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
