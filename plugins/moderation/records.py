"""What moderators keep about somebody: notes, exemptions, labels; and all of it at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.api import (
    Action,
    Answer,
    Author,
    Block,
    Brief,
    Call,
    Document,
    Inline,
    Moment,
    Outcome,
    Person,
    Remember,
    Rest,
    Role,
    Strong,
    bullets,
    document,
    line,
    quote,
)
from plugins.moderation import labels, spared
from plugins.moderation.commands import case_row, standing
from plugins.moderation.handlers import Moderation, plugin, rules_in_force
from plugins.moderation.notice import EXCERPT, excerpt
from plugins.moderation.sanctions import NOT_HERE, answer, privately

#: Where notes are remembered; the person's key and the time follow.
NOTES = "note/"

#: Cases and notes that `!history` shows.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """A note about somebody, and where it is remembered."""

    key: str
    text: str
    by: str
    at: datetime


async def notes_about(ctx: Moderation, who: Author) -> list[Kept]:
    """Those about any account of that human, oldest first."""
    found: list[Kept] = []
    for one in (who, *(await ctx.linked(who)).others):
        for key, value in (await ctx.recall_all(f"{NOTES}{one.key}/")).items():
            if isinstance(value, dict):
                at = datetime.fromisoformat(str(value["at"]))
                found.append(Kept(key, str(value["text"]), str(value["by"]), at))
    return sorted(found, key=lambda note: note.at)


def discreet(ctx: Moderation, call: Call, text: Document, *acts: Action) -> Answer:
    """The answer where no member reads it, with what is done besides; where there is no such place, nothing is done."""
    said = privately(ctx, call, text)
    return Outcome("for moderators only", (*acts, said)) if said else NOT_HERE


@plugin.command("note", role=Role.MODERATOR, examples=["!note @ana knows the rules, was only joking"])
async def note(ctx: Moderation, call: Call, person: Person, text: Brief) -> Answer:
    """Write something down about somebody, for moderators only; it is no warning, and they are not told."""
    who = person.author
    count = len(await notes_about(ctx, who)) + 1
    key = f"{NOTES}{who.key}/{ctx.now.isoformat()}/{call.message.ref.id}"
    kept = Remember(
        key=key,
        value={"text": str(text), "by": call.author.name, "at": ctx.now.isoformat()},
        about=who.key,
    )
    return discreet(
        ctx,
        call,
        document(f"Noted ({count} about {who.name}); “{ctx.community.prefix}notes” shows them."),
        kept,
    )


@plugin.command("notes", role=Role.MODERATOR, examples=["!notes @ana"])
async def notes(ctx: Moderation, call: Call, person: Person) -> Answer:
    """What moderators wrote down about somebody."""
    known = await notes_about(ctx, person.author)
    if not known:
        return discreet(ctx, call, document(f"Nothing is written down about {person.author.name}."))
    return discreet(ctx, call, document(f"Notes about {person.author.name}:", _notes(known, 1)))


def _notes(known: Sequence[Kept], first: int, length: int = Brief.MOST) -> Block:
    rows: list[tuple[str | Inline, ...]] = [
        (Strong(str(number)), f" {excerpt(one.text, length)} ({one.by}, ", Moment(one.at), ")")
        for number, one in enumerate(known, start=first)
    ]
    return bullets(*rows)


@plugin.command("unnote", role=Role.MODERATOR, examples=["!unnote @ana 2"])
async def unnote(ctx: Moderation, call: Call, person: Person, number: int) -> Answer:
    """Take a note away; “notes” shows their numbers."""
    known = await notes_about(ctx, person.author)
    if not 1 <= number <= len(known):
        return f"There is no note {number} about {person.author.name}; there are {len(known)}."
    note = known[number - 1]
    gone = Remember(key=note.key, value=None)
    # Nothing brings it back but writing it again.
    said = document(f"Note {number} about {person.author.name} is gone. It said:", quote(note.text))
    return discreet(ctx, call, said, gone)


@plugin.command("history", "modlogs", role=Role.MODERATOR, examples=["!history @ana"])
async def history(ctx: Moderation, call: Call, person: Person) -> Answer:
    """All that is on record about somebody: strikes, cases, notes, label, and whether the rules spare them."""
    who = person.author
    known, cases = await notes_about(ctx, who), await ctx.cases(who)
    blocks: list[Block | str] = [line(Strong(who.name), f": {await standing(ctx, who)}")]
    if others := (await ctx.linked(who)).others:
        blocks.append(f"The same person: {', '.join(other.name for other in others)}.")
    spares = (await spared.exemptions(ctx, who)).values()
    blocks += [line("The rules spare them", *_terms(one), ".") for one in spares]
    if text := (await labels.label_of(ctx, who)).text:
        blocks.append(line(f"Label: {text}."))
    if cases:
        more = f", the newest {SHOWN} of {len(cases)}" if len(cases) > SHOWN else ""
        blocks += [line(f"Cases{more}:"), bullets(*[case_row(case, name=False) for case in cases[:SHOWN]])]
    else:
        blocks.append(line("There are no cases."))
    if known:
        blocks += [line("Notes:"), _notes(known[-SHOWN:], max(len(known) - SHOWN, 0) + 1, EXCERPT)]
    return discreet(ctx, call, document(*blocks))


# -- whom the rules spare


@plugin.command(
    "exempt",
    role=Role.MODERATOR,
    examples=["!exempt @ana 30d", "!exempt @ana 30d No links", "!exempt @ana", "!exempt"],
)
async def exempt(
    ctx: Moderation,
    call: Call,
    person: Person | None = None,
    span: timedelta | None = None,
    rule: Rest | None = None,
) -> Answer:
    """Let no rule punish somebody, or only not the one that you name, for a while or until “unexempt”.

    Without a person: who is exempt now.
    """
    if person is None:
        return await _exempted(ctx, call)
    who = person.author
    if who.is_bot:
        return f"{who.name} is a bot, and no rule looks at bots."
    if who.role >= Role.TRUSTED:
        return f"{who.name} is trusted already: no rule punishes them."
    name = None
    if rule:
        found = (await rules_in_force(ctx)).find(rule)
        if found is None:
            return f"There is no rule called “{excerpt(rule, 80)}”; “{ctx.community.prefix}rules list” shows their names. A time such as 30d comes before it."
        name = found.name
    until = ctx.now + span if span else None
    end: list[str | Inline] = ["until ", Moment(until)] if until else ["until you say “unexempt”"]
    kept = spared.exempt(who, spared.Exemption(who.name, until, call.author.name, name))
    what = f"The rule {name} does not punish" if name else "No rule punishes"
    done = answer(call, f"{what} {who.name} ", *end, ". Moderators still can.")
    return Outcome(f"{who.name} exempt, by {call.author.name}", (kept, done))


async def _exempted(ctx: Moderation, call: Call) -> Answer:
    found = [
        one for value in (await ctx.recall_all(spared.EXEMPT)).values() if (one := spared.restored(value))
    ]
    rows = [(one.name, *_terms(one)) for one in found if one.holds(ctx.now)]
    said = (
        document("The rules spare, besides trusted people and moderators:", bullets(*rows)) if rows else None
    )
    return discreet(ctx, call, said or document("Nobody is exempt but trusted people and moderators."))


def _terms(one: spared.Exemption) -> tuple[str | Inline, ...]:
    """` (only the rule No links) until … (mo)`"""
    only = (f" (only the rule {one.rule})",) if one.rule else ()
    end: tuple[str | Inline, ...] = (" until ", Moment(one.until)) if one.until else ()
    return (*only, *end, f" ({one.by})")


@plugin.command("unexempt", role=Role.MODERATOR, examples=["!unexempt @ana"])
async def unexempt(ctx: Moderation, call: Call, person: Person) -> Answer:
    """Let all rules hold for somebody again."""
    who = person.author
    known = await spared.exemptions(ctx, who)
    if not known:
        return f"{who.name} is not exempt."
    done = answer(call, f"The rules hold for {who.name} again.")
    off = [Remember(key=key, value=None) for key in known]
    return Outcome(f"{who.name} no longer exempt", (*off, done))


# -- labels


@plugin.command("label", role=Role.MODERATOR, examples=["!label @ana newcomer", "!label @ana"])
async def label(ctx: Moderation, call: Call, person: Person, text: Brief | None = None) -> Answer:
    """Put a label on somebody, which rules can ask for (author: flair_text); without a text, show it."""
    who = person.author
    if not text:
        known = await labels.label_of(ctx, who)
        return f"{who.name} is labelled “{known.text}”." if known.text else f"{who.name} has no label."
    given = labels.trimmed(text, "", "")
    kept = await labels.labelled(ctx, given, who)
    return Outcome("labelled", (*kept, answer(call, f"{who.name} is labelled “{given.text}” from now on.")))


@plugin.command("unlabel", role=Role.MODERATOR, examples=["!unlabel @ana"])
async def unlabel(ctx: Moderation, call: Call, person: Person) -> Answer:
    """Take the label off somebody."""
    if not (await labels.label_of(ctx, person.author)).text:
        return f"{person.author.name} has no label."
    off = await labels.labelled(ctx, None, person.author)
    return Outcome("label taken off", (*off, answer(call, f"{person.author.name} has no label any more.")))
