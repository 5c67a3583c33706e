"""The moderators' room as a console: what a reaction below a card does. `removals` has the same by words."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from bot.api import (
    Action,
    Author,
    Outcome,
    Reacted,
    Ref,
    Remove,
    Reply,
    Report,
    Role,
    Settle,
    document,
)
from plugins.moderation import notice
from plugins.moderation.appeals import deny_appeal, grant_appeal
from plugins.moderation.board import Card, closing, settled_key
from plugins.moderation.cards import a_ban
from plugins.moderation.cleared import clear
from plugins.moderation.colleagues import agreed, may_deny, may_settle
from plugins.moderation.handlers import Moderation, plugin, struck
from plugins.moderation.lineage import lineage
from plugins.moderation.removals import told_removal
from plugins.moderation.reversal import lifted_words, take_back, tell
from plugins.moderation.sanctions import Given, nowhere, shut_out, warning

#: The reason on record where a reaction gave none.
SHOWN = "shown by a report"


class Wish(StrEnum):
    YES = "yes"
    NO = "no"
    REMOVE = "remove"
    WARN = "warn"
    BAN = "ban"
    UNDO = "undo"


_WISHES = {
    "✅": Wish.YES,
    "👍": Wish.YES,
    "❌": Wish.NO,
    "👎": Wish.NO,
    "🗑": Wish.REMOVE,
    "⚠": Wish.WARN,
    "🔨": Wish.BAN,
    "↩": Wish.UNDO,
}


def wish_of(symbol: str) -> Wish | None:
    """What a reaction asks for; skin tones and the choice between text and picture make no difference."""
    bare = "".join(sign for sign in symbol if sign != "\ufe0f" and not "\U0001f3fb" <= sign <= "\U0001f3ff")
    return _WISHES.get(bare)


@plugin.on(Reacted)
async def on_reaction(ctx: Moderation, event: Reacted) -> Outcome | None:
    """A moderator's reaction below a card in the moderators' room decides it, once."""
    wish = wish_of(event.symbol)
    if (
        wish is None
        or event.place.alias != ctx.community.moderators_room
        or event.author.role < Role.MODERATOR
        or event.author.is_bot
    ):
        return None
    spoken = await ctx.spoken(event.target)
    if spoken is None or not isinstance(spoken.action, Report):
        return None
    if wish is not Wish.UNDO and await ctx.recall(settled_key(event.target)) is not None:
        return None
    card = Card(event.target, spoken, spoken.action)
    outcome = await _decide(ctx, card, wish, event.author)
    return replace(outcome, evidence=outcome.evidence or card.words) if outcome else None


async def _decide(ctx: Moderation, card: Card, wish: Wish, by: Author) -> Outcome | None:
    name = card.report.name or ""
    if name.startswith("appeal:"):
        return await _on_appeal(ctx, card, int(name.removeprefix("appeal:")), wish, by)
    if card.case is not None and (outcome := await _on_case(ctx, card, card.case, wish, by)):
        return outcome
    return await _on_message(ctx, card, card.report.about, wish, by) if card.report.about else None


async def _on_appeal(ctx: Moderation, card: Card, number: int, wish: Wish, by: Author) -> Outcome | None:
    if wish is Wish.YES:
        verdict = await grant_appeal(ctx, number, by, "")
    elif wish is Wish.NO:
        case = await ctx.case(number)
        if case and (refusal := await may_deny(ctx, case, by)):
            return Outcome(refusal, (Reply(to=card.ref, text=document(refusal)),), by=by)
        verdict = await deny_appeal(ctx, number, by, "the moderators looked at it and the case stands")
    else:
        return None
    how = f"{verdict.said} ({by.name})"
    return Outcome(verdict.because, (*verdict.actions, *card.settled(how)), by=by)


async def _on_case(ctx: Moderation, card: Card, number: int, wish: Wish, by: Author) -> Outcome | None:
    case = await ctx.case(number)
    if case is None:
        return None
    if wish is Wish.YES and case.held and (refusal := await may_settle(ctx, case, by)):
        return Outcome(refusal, (Reply(to=card.ref, text=document(refusal)),), by=by)
    if wish in {Wish.YES, Wish.NO} and case.held:
        word = "approved" if wish is Wish.YES else "rejected"
        settle = Settle(case=number, approve=wish is Wish.YES)
        kept = (agreed(case, by),) if wish is Wish.YES else ()
        return Outcome(
            f"case #{number} {word} by {by.name}",
            (settle, *kept, *card.settled(f"{word} by {by.name}")),
            by=by,
        )
    if wish is Wish.UNDO and (given := await lineage(ctx, case)):
        taken = await take_back(ctx, given)
        told = tell(ctx, case, notice.undone(number, lifted=bool(taken.lifted), gone=bool(taken.gone)).blocks)
        how = card.settled(
            f"taken back by {by.name}.{lifted_words(taken)}" if taken.gone else f"taken back by {by.name}"
        )
        return Outcome(f"case #{number} taken back by {by.name}", (*taken.actions, *told, *how), by=by)
    return None


async def _on_message(ctx: Moderation, card: Card, about: Ref, wish: Wish, by: Author) -> Outcome | None:
    """What is done about a message that was reported, by members or by a rule."""
    closed = closing(ctx, about)
    if wish is Wish.YES:
        how = f"{by.name} finds nothing wrong with it"
        return Outcome(how, (*closed, *await clear(ctx, about), *card.settled(how)), by=by)
    if wish not in {Wish.REMOVE, Wish.WARN, Wish.BAN}:
        return None
    message = await ctx.message(about)
    if message is None:
        return Outcome(
            "the message is gone", (*closed, *card.settled("the message is not there any more")), by=by
        )
    who = message.author
    removed: tuple[Action, ...] = () if message.gone else (Remove(ref=about, person=who, reason=SHOWN),)
    known = await struck(ctx, message) if wish is Wish.WARN else None
    if wish is Wish.REMOVE or (known and removed):
        how = f"removed by {by.name}"
        return Outcome(
            SHOWN,
            (*removed, *(told_removal(ctx, message, SHOWN) if removed else ()), *closed, *card.settled(how)),
            evidence=message.text or message.title,
            by=by,
        )
    if known:
        how = f"it has its strike already, in case #{known.number}"
        return Outcome(how, (*closed, *card.settled(how)), by=by)
    if wish is Wish.WARN:
        given: Given | None = await warning(ctx, who, about.place, message, SHOWN)
        how = f"removed, and {who.name} is warned, by {by.name}"
    else:
        given = await shut_out(ctx, who, about.place, message, a_ban(ctx.settings), SHOWN, [about])
        how = f"removed, and {given.summary if given else nowhere(who)}, by {by.name}"
    further = given.actions if given else ()
    return Outcome(
        SHOWN,
        (*removed, *further, *closed, *card.settled(how)),
        rule=SHOWN if wish is Wish.WARN else None,
        evidence=message.text or message.title,
        by=by,
    )
