"""Taking back: the opposite of a case, what falls with it, and who is told. `!undo` and `!unwarn`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.api import (
    Action,
    Answer,
    Block,
    Call,
    Capability,
    Case,
    CaseNo,
    Note,
    Outcome,
    Person,
    Reply,
    Restore,
    Role,
    Settle,
    Tell,
    document,
    points,
)
from plugins.moderation import notice
from plugins.moderation.handlers import Moderation, plugin, struck
from plugins.moderation.lineage import lineage
from plugins.moderation.offence import places, unversioned
from plugins.moderation.recompute import Lifted, recompute, spare_others
from plugins.moderation.sanctions import answer, target_of

#: What is on record in place of a message that its platform cannot bring back.
GONE = "taken back, but the message cannot be brought back"


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
        lifted = recompute(known, numbers, ctx.settings.steps, ctx.now, ctx.settings.remember)
    acts = [*(_possible(ctx, act) for act in opposite), *(act for one in lifted for act in one.actions)]
    return TakenBack((*spare_others(acts, known, ctx.now), *dropped), tuple(lifted))


def _possible(ctx: Moderation, act: Action) -> Action:
    """The opposite of something, or word that the platform knows none."""
    if isinstance(act, Restore) and not ctx.can(Capability.RESTORE, act.ref.place):
        return Note(text=GONE, undoes=act.undoes)
    return act


@plugin.command("undo", role=Role.MODERATOR, examples=["!undo #12"])
async def undo(ctx: Moderation, call: Call, case_number: CaseNo) -> Answer:
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


def tell(ctx: Moderation, case: Case, blocks: Sequence[Block | str]) -> tuple[Action, ...]:
    """A private message to the person of a case; below their message where that is not possible."""
    text = document(*blocks)
    if case.person is None:
        return ()
    home = (
        case.about.place if case.about else next((p.alias for p in places(ctx.community, case.person)), None)
    )
    if home is not None and ctx.can(Capability.TELL, home):
        return (Tell(place=home, person=case.person, text=text),)
    return (Reply(to=case.about, text=text),) if case.about else ()


@plugin.command("unwarn", "delwarn", role=Role.MODERATOR, examples=["!unwarn @ana", "!unwarn #12", "!unwarn"])
async def unwarn(
    ctx: Moderation, call: Call, case_number: CaseNo | None = None, person: Person | None = None
) -> Answer:
    """Take somebody's last strike back; in an answer to a message, the one for that message; or a case by its number.

    All of its case is taken back with it, as by “undo”: what was removed comes back where the platform can do that.
    """
    if case_number is not None:
        return await undo(ctx, call, case_number)
    if person is None:
        return f"Whose strike? Answer a message of theirs, or say “{ctx.community.prefix}unwarn @ana”."
    who = person.author
    counting = [case for case in await ctx.cases(who, kinds=("warn",)) if points(case)]
    if not counting:
        return f"{who.name} has no strike to take back."
    about = target_of(call, who)
    case = await struck(ctx, about) if about else counting[0]
    if case is None:
        last = f"#{counting[0].number} ({unversioned(counting[0].rule)})"
        return f"That message has no strike. The last one of {who.name} is {last}: “{ctx.community.prefix}unwarn #{counting[0].number}”."
    return await undo(ctx, call, CaseNo(case.number))
