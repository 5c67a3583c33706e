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
)
from plugins.moderation import labels, spared
from plugins.moderation.commands import case_row, standing
from plugins.moderation.handlers import Moderation, plugin
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
async def note(ctx: Moderation, call: Call, person: Person, text: Rest) -> Answer:
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


def _notes(known: Sequence[Kept], first: int) -> Block:
    rows: list[tuple[str | Inline, ...]] = [
        (Strong(str(number)), f" {one.text} ({one.by}, ", Moment(one.at), ")")
        for number, one in enumerate(known, start=first)
    ]
    return bullets(*rows)


@plugin.command("unnote", role=Role.MODERATOR, examples=["!unnote @ana 2"])
async def unnote(ctx: Moderation, call: Call, person: Person, number: int) -> Answer:
    """Take a note away; “notes” shows their numbers."""
    known = await notes_about(ctx, person.author)
    if not 1 <= number <= len(known):
        return f"There is no note {number} about {person.author.name}; there are {len(known)}."
    gone = Remember(key=known[number - 1].key, value=None)
    return discreet(ctx, call, document(f"Note {number} about {person.author.name} is gone."), gone)


@plugin.command("history", "modlogs", role=Role.MODERATOR, examples=["!history @ana"])
async def history(ctx: Moderation, call: Call, person: Person) -> Answer:
    """All that is on record about somebody: strikes, cases, notes, label, and whether the rules spare them."""
    who = person.author
    known, cases = await notes_about(ctx, who), await ctx.cases(who)
    blocks: list[Block | str] = [line(Strong(who.name), f": {await standing(ctx, who)}")]
    if others := (await ctx.linked(who)).others:
        blocks.append(f"The same person: {', '.join(other.name for other in others)}.")
    if exemption := await spared.exemption(ctx, who):
        end: list[str | Inline] = [" until ", Moment(exemption.until)] if exemption.until else []
        blocks.append(line("The rules spare them", *end, f" ({exemption.by})."))
    label = labels.restored(await ctx.recall(labels.PEOPLE + who.key))
    if label.text:
        blocks.append(line(f"Label: {label.text}."))
    if cases:
        more = f", the newest {SHOWN} of {len(cases)}" if len(cases) > SHOWN else ""
        blocks += [line(f"Cases{more}:"), bullets(*[case_row(case, name=False) for case in cases[:SHOWN]])]
    else:
        blocks.append(line("There are no cases."))
    if known:
        blocks += [line("Notes:"), _notes(known[-SHOWN:], max(len(known) - SHOWN, 0) + 1)]
    return discreet(ctx, call, document(*blocks))


# -- whom the rules spare


@plugin.command("exempt", role=Role.MODERATOR, examples=["!exempt @ana 30d", "!exempt @ana", "!exempt"])
async def exempt(
    ctx: Moderation, call: Call, person: Person | None = None, span: timedelta | None = None
) -> Answer:
    """Let no rule punish somebody, for a while or until “unexempt”; without a person, who is exempt now."""
    if person is None:
        return await _exempted(ctx, call)
    who = person.author
    if who.role >= Role.TRUSTED:
        return f"{who.name} is trusted already: no rule punishes them."
    until = ctx.now + span if span else None
    end: list[str | Inline] = ["until ", Moment(until)] if until else ["until you say “unexempt”"]
    kept = spared.exempt(who, spared.Exemption(who.name, until, call.author.name))
    done = answer(call, f"No rule punishes {who.name} ", *end, ". Moderators still can.")
    return Outcome(f"{who.name} exempt, by {call.author.name}", (kept, done))


async def _exempted(ctx: Moderation, call: Call) -> Answer:
    found = [
        one for value in (await ctx.recall_all(spared.EXEMPT)).values() if (one := spared.restored(value))
    ]
    rows: list[tuple[str | Inline, ...]] = []
    for one in found:
        end: tuple[str | Inline, ...] = (" until ", Moment(one.until)) if one.until else ()
        if one.holds(ctx.now):
            rows.append((one.name, *end, f" ({one.by})"))
    said = (
        document("The rules spare, besides trusted people and moderators:", bullets(*rows)) if rows else None
    )
    return discreet(ctx, call, said or document("Nobody is exempt but trusted people and moderators."))


@plugin.command("unexempt", role=Role.MODERATOR, examples=["!unexempt @ana"])
async def unexempt(ctx: Moderation, call: Call, person: Person) -> Answer:
    """Let the rules hold for somebody again."""
    who = person.author
    if await spared.exemption(ctx, who) is None:
        return f"{who.name} is not exempt."
    done = answer(call, f"The rules hold for {who.name} again.")
    return Outcome(f"{who.name} no longer exempt", (*await spared.freed(ctx, who), done))


# -- labels


@plugin.command("label", role=Role.MODERATOR, examples=["!label @ana newcomer", "!label @ana"])
async def label(ctx: Moderation, call: Call, person: Person, text: Rest | None = None) -> Answer:
    """Put a label on somebody, which rules can ask for (author: flair_text); without a text, show it."""
    who = person.author
    if not text:
        known = labels.restored(await ctx.recall(labels.PEOPLE + who.key))
        return f"{who.name} is labelled “{known.text}”." if known.text else f"{who.name} has no label."
    given = labels.trimmed(text, "", "")
    kept = labels.of_person(given, who.key)
    return Outcome("labelled", (kept, answer(call, f"{who.name} is labelled “{given.text}” from now on.")))


@plugin.command("unlabel", role=Role.MODERATOR, examples=["!unlabel @ana"])
async def unlabel(ctx: Moderation, call: Call, person: Person) -> Answer:
    """Take the label off somebody."""
    if not labels.restored(await ctx.recall(labels.PEOPLE + person.author.key)).text:
        return f"{person.author.name} has no label."
    off = labels.of_person(None, person.author.key)
    return Outcome("label taken off", (off, answer(call, f"{person.author.name} has no label any more.")))
