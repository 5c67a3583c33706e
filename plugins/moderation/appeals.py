"""Appeals: the person concerned says why, a moderator decides, and a granted one undoes everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.api import (
    Action,
    Answer,
    Author,
    Brief,
    Call,
    Case,
    CaseNo,
    Code,
    Inline,
    Json,
    Moment,
    Name,
    Outcome,
    Plain,
    Remember,
    Reply,
    Report,
    Role,
    Strong,
    Tick,
    bullets,
    document,
    line,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.colleagues import CALLED, acted, colleagues, may_deny
from plugins.moderation.commands import concerns
from plugins.moderation.handlers import Moderation, plugin
from plugins.moderation.lineage import lineage
from plugins.moderation.offence import unversioned
from plugins.moderation.reversal import lifted_words, take_back, tell
from plugins.moderation.sanctions import NOTHING, answer
from plugins.moderation.spans import show_span

#: Where appeals are remembered; the case's number follows.
APPEALS = "appeal/"

#: How often it is looked whether an appeal has waited too long.
A_QUARTER = timedelta(hours=6)


def _appeal_key(number: int) -> str:
    return f"{APPEALS}{number}"


@plugin.command("appeal", examples=["!appeal #12 I was quoting somebody"])
async def appeal(ctx: Moderation, call: Call, case_number: CaseNo, text: Brief) -> Answer:
    """Say why a case about you is a mistake; a moderator decides. You may write this to me in private."""
    case = await ctx.case(case_number)
    if case is None or not await concerns(ctx, call.author, case):
        return f"There is no case #{case_number} about you. “!strikes” shows the numbers of yours."
    if not await lineage(ctx, case):
        return f"Case #{case_number} has been taken back already; there is nothing left to appeal."
    known = await ctx.recall(_appeal_key(case_number))
    if isinstance(known, dict) and known.get("decided"):
        return f"The appeal in case #{case_number} was decided already: {known['decided']}."
    if known is not None:
        return f"Your appeal in case #{case_number} is with the moderators already."
    value: Json = {"at": ctx.now.isoformat(), "by": call.author.name}
    who_acted = await acted(ctx, case)
    others = await colleagues(ctx, who_acted)
    by = _routed(case, others) if who_acted else (Plain("The bot gave it."),)
    routed = " It will be somebody else than who acted." if who_acted and others else ""
    shown = Report(
        name=f"appeal:{case_number}",
        text=document(
            line(
                Strong("Appeal"),
                f" in case #{case_number} by {call.author.name} ({unversioned(case.rule) or case.because}). ",
                *by,
            ),
            quote(notice.excerpt(text, Brief.MOST)),
            line(*_or_react(ctx, case_number)),
        ),
        about=case.about,
        case=case_number,
        asks=True,
    )
    return Outcome(
        f"appeal in case #{case_number}",
        (
            Remember(key=_appeal_key(case_number), value=value, about=call.author.key),
            shown,
            answer(
                call,
                f"Thank you. The moderators have your appeal in case #{case_number} and will answer you.{routed}",
            ),
        ),
        evidence=str(text),
    )


def _routed(case: Case, others: Sequence[Author] | None) -> tuple[Inline, ...]:
    """Who is to decide about what a moderator did: another one, by name, where there is one."""
    gave = f"{case.by.name} gave it" if case.by else "A moderator agreed to it"
    if others is None:
        return (Plain(f"{gave}, so somebody else should decide."),)
    if not others:
        return (Plain(f"{gave}, and nobody else moderates here, so they decide themselves."),)
    called: list[Inline] = []
    for one in others[:CALLED]:
        called += [Plain(" or ")] if called else []
        called.append(Name(one, notify=True))
    return (Plain(f"{gave}, so another moderator decides: "), *called, Plain("."))


@plugin.command("appeals", role=Role.MODERATOR, examples=["!appeals"])
async def appeals(ctx: Moderation, call: Call) -> Answer:
    """The appeals that wait for a decision, the oldest first."""
    known = await ctx.recall_all(APPEALS)
    waiting = {
        int(key.removeprefix(APPEALS)): value
        for key, value in known.items()
        if isinstance(value, dict) and not value.get("decided")
    }
    if not waiting:
        return "No appeal waits for a decision."
    rows: list[tuple[str | Inline, ...]] = [
        (Strong(f"#{number}"), f" {value.get('by')}, ", Moment(datetime.fromisoformat(str(value["at"]))))
        for number, value in sorted(waiting.items())
    ]
    prefix = ctx.community.prefix
    how = line(
        "What it is about: ", Code(f"{prefix}why #{min(waiting)}"), ". ", *_decide_with(min(waiting), prefix)
    )
    return Reply(to=call.message.ref, text=document(bullets(*rows), how))


@plugin.every(lambda settings: A_QUARTER if settings.appeal_deadline else None)
async def remind(ctx: Moderation, tick: Tick) -> list[Action]:
    """Remind the moderators, once, of each appeal that has waited too long."""
    acts: list[Action] = []
    for key, known in (await ctx.recall_all(APPEALS)).items():
        if not isinstance(known, dict) or known.get("decided") or known.get("reminded"):
            continue
        asked = datetime.fromisoformat(str(known["at"]))
        number = int(key.removeprefix(APPEALS))
        case = await ctx.case(number)
        if tick.at - asked < ctx.settings.appeal_deadline or case is None:
            continue
        person = case.person
        said = f" by {known.get('by')} has waited for {show_span(tick.at - asked)}. "
        text = document(line(Strong("Appeal"), f" in case #{number}{said}", *_or_react(ctx, number)))
        acts.append(Report(name=f"appeal:{number}", text=text, about=case.about, case=number, asks=True))
        value: Json = known | {"reminded": True}
        acts.append(Remember(key=key, value=value, about=person.key if person else None))
    return acts


def _decide_with(number: int, prefix: str) -> tuple[str | Inline, ...]:
    return (
        "Decide with ",
        Code(f"{prefix}grant #{number}"),
        " or ",
        Code(f"{prefix}deny #{number} reason"),
        ".",
    )


def _or_react(ctx: Moderation, number: int) -> tuple[str | Inline, ...]:
    """The same below a card, where a sign will do; in private, where there are no cards, it does not."""
    words = _decide_with(number, ctx.community.moderators_prefix)
    return (*words[:-1], ", or with ✅ or ❌ below this.") if ctx.community.moderators_room else words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a decision about an appeal comes to, and the sentence that says so."""

    because: str
    said: str
    actions: tuple[Action, ...] = ()


@plugin.command("grant", role=Role.MODERATOR, examples=["!grant #12", "!grant #12 you were quoting"])
async def grant(ctx: Moderation, call: Call, case_number: CaseNo, note: Brief = NOTHING) -> Answer:
    """Grant an appeal: the case is taken back with everything that followed from it, and the person is told."""
    verdict = await grant_appeal(ctx, case_number, call.author, note)
    return Outcome(verdict.because, (*verdict.actions, answer(call, verdict.said)))


async def grant_appeal(ctx: Moderation, number: int, by: Author, note: str) -> Verdict:
    """Everything that a granted appeal brings; no actions where there is none to grant."""
    found = await _open(ctx, number)
    if isinstance(found, str):
        return Verdict("nothing to decide", found)
    case, known = found
    taken = await take_back(ctx, await lineage(ctx, case))
    told = tell(
        ctx,
        case,
        notice.undone(
            number, lifted=bool(taken.lifted), gone=bool(taken.gone), granted=True, note=note
        ).blocks,
    )
    return Verdict(
        f"appeal in case #{number} granted by {by.name}",
        f"Granted: case #{number} is taken back.{lifted_words(taken)}",
        (*taken.actions, _decided(known, number, f"granted by {by.name}", case), *told),
    )


@plugin.command("deny", role=Role.MODERATOR, examples=["!deny #12 the words were your own"])
async def deny(ctx: Moderation, call: Call, case_number: CaseNo, reason: Brief) -> Answer:
    """Deny an appeal, with a reason that the person gets to read."""
    case = await ctx.case(case_number)
    if case and (refusal := await may_deny(ctx, case, call.author)):
        return refusal
    verdict = await deny_appeal(ctx, case_number, call.author, reason)
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
        f"Denied: case #{number} stands.{await _own_case(ctx, by, case)}",
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


async def _own_case(ctx: Moderation, by: Author, case: Case) -> str:
    """Who acted decides only where nobody else is known to moderate here, and then that is said."""
    return (
        " It was your own doing: let somebody else look at it, too, if you can."
        if by.key in await acted(ctx, case)
        else ""
    )


def _decided(known: dict[str, Json], number: int, how: str, case: Case) -> Remember:
    value: Json = known | {"decided": how}
    return Remember(key=_appeal_key(number), value=value, about=case.person.key if case.person else None)
