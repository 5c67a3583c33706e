"""Appeals: the person concerned says why, a moderator decides, and a granted one undoes everything."""

from __future__ import annotations

from dataclasses import dataclass

from bot.api import (
    Action,
    Answer,
    Author,
    Call,
    Case,
    Code,
    Json,
    Outcome,
    Remember,
    Report,
    Rest,
    Role,
    Strong,
    document,
    line,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.commands import concerns, lifted_words, take_back, tell
from plugins.moderation.handlers import Moderation, plugin
from plugins.moderation.offence import unversioned
from plugins.moderation.sanctions import NOTHING, answer


def _appeal_key(number: int) -> str:
    return f"appeal/{number}"


@plugin.command("appeal", examples=["!appeal #12 I was quoting somebody"])
async def appeal(ctx: Moderation, call: Call, number: int, text: Rest) -> Answer:
    """Say why a case about you is a mistake; a moderator decides. You may write this to me in private."""
    case = await ctx.case(number)
    if case is None or not await concerns(ctx, call.author, case):
        return f"There is no case #{number} about you. “!strikes” shows the numbers of yours."
    if case.undone:
        return f"Case #{number} has been taken back already; there is nothing left to appeal."
    known = await ctx.recall(_appeal_key(number))
    if isinstance(known, dict) and known.get("decided"):
        return f"The appeal in case #{number} was decided already: {known['decided']}."
    if known is not None:
        return f"Your appeal in case #{number} is with the moderators already."
    value: Json = {"text": str(text), "at": ctx.now.isoformat(), "by": call.author.name}
    by = f"{case.by.name} gave it, so somebody else should decide." if case.by else "The bot gave it."
    shown = Report(
        name=f"appeal:{number}",
        text=document(
            line(
                Strong("Appeal"),
                f" in case #{number} by {call.author.name} ({unversioned(case.rule) or case.because}). {by}",
            ),
            quote(notice.excerpt(text, 1000)),
            line(
                "Decide with ",
                Code(f"!grant #{number}"),
                " or ",
                Code(f"!deny #{number} reason"),
                ", or with ✅ or ❌ below this.",
            ),
        ),
        about=case.about,
    )
    return Outcome(
        f"appeal in case #{number}",
        (
            Remember(key=_appeal_key(number), value=value, about=call.author.key),
            shown,
            answer(
                call, f"Thank you. The moderators have your appeal in case #{number} and will answer you."
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a decision about an appeal comes to, and the sentence that says so."""

    because: str
    said: str
    actions: tuple[Action, ...] = ()


@plugin.command("grant", role=Role.MODERATOR, examples=["!grant #12", "!grant #12 you were quoting"])
async def grant(ctx: Moderation, call: Call, number: int, note: Rest = NOTHING) -> Answer:
    """Grant an appeal: the case is taken back with everything that followed from it, and the person is told."""
    verdict = await grant_appeal(ctx, number, call.author, note)
    return Outcome(verdict.because, (*verdict.actions, answer(call, verdict.said)))


async def grant_appeal(ctx: Moderation, number: int, by: Author, note: str) -> Verdict:
    """Everything that a granted appeal brings; no actions where there is none to grant."""
    found = await _open(ctx, number)
    if isinstance(found, str):
        return Verdict("nothing to decide", found)
    case, known = found
    taken = await take_back(ctx, [case])
    told = tell(
        ctx,
        case,
        notice.undone(
            number, lifted=bool(taken.lifted), gone=bool(taken.gone), granted=True, note=note
        ).blocks,
    )
    return Verdict(
        f"appeal in case #{number} granted by {by.name}",
        f"Granted: case #{number} is taken back.{lifted_words(taken)}{_own_case(by, case)}",
        (*taken.actions, _decided(known, number, f"granted by {by.name}", case), *told),
    )


@plugin.command("deny", role=Role.MODERATOR, examples=["!deny #12 the words were your own"])
async def deny(ctx: Moderation, call: Call, number: int, reason: Rest) -> Answer:
    """Deny an appeal, with a reason that the person gets to read."""
    verdict = await deny_appeal(ctx, number, call.author, reason)
    return Outcome(verdict.because, (*verdict.actions, answer(call, verdict.said)))


async def deny_appeal(ctx: Moderation, number: int, by: Author, reason: str) -> Verdict:
    """What a denied appeal brings; no actions where there is none to deny."""
    found = await _open(ctx, number)
    if isinstance(found, str):
        return Verdict("nothing to decide", found)
    case, known = found
    text = document(f"Your appeal in case #{number} was not granted. Reason: {reason}")
    return Verdict(
        f"appeal in case #{number} denied by {by.name}: {reason}",
        f"Denied: case #{number} stands.{_own_case(by, case)}",
        (_decided(known, number, f"denied by {by.name}", case), *tell(ctx, case, text.blocks)),
    )


async def _open(ctx: Moderation, number: int) -> tuple[Case, dict[str, Json]] | str:
    """The case and its appeal while that waits for a decision; else why there is nothing to decide."""
    case = await ctx.case(number)
    known = await ctx.recall(_appeal_key(number))
    if case is None or not isinstance(known, dict):
        return f"There is no appeal in case #{number}. “!undo #{number}” takes a case back without one."
    if known.get("decided"):
        return f"The appeal in case #{number} was decided already: {known['decided']}."
    return case, known


def _own_case(by: Author, case: Case) -> str:
    """Who acted should not decide alone: it is said, not forbidden, for a community may have one moderator only."""
    if case.by is None or case.by.key != by.key:
        return ""
    return " It was your own case: please let another moderator look at it, too."


def _decided(known: dict[str, Json], number: int, how: str, case: Case) -> Remember:
    value: Json = known | {"decided": how}
    return Remember(key=_appeal_key(number), value=value, about=case.person.key if case.person else None)
