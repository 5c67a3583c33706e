"""The moderators' room as a console: what a reaction below a card does, and the same by words.

A card is a line that the bot put before the moderators: a report, a case, an appeal. It is edited once it is settled, here or on
the platform's own pages, so that two moderators do not do the same work.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.api import (
    Action,
    Author,
    Capability,
    Divider,
    Document,
    Edit,
    Emphasis,
    Message,
    Outcome,
    Reacted,
    Ref,
    Remember,
    Remove,
    Removed,
    Reply,
    Report,
    Resolve,
    Resolved,
    Role,
    Settle,
    Spoken,
    Tell,
    document,
    line,
    numbered,
)
from plugins.moderation import notice
from plugins.moderation.appeals import deny_appeal, grant_appeal
from plugins.moderation.cards import a_ban, card_name
from plugins.moderation.colleagues import agreed, may_deny, may_settle
from plugins.moderation.commands import lifted_words, take_back, tell
from plugins.moderation.handlers import Moderation, plugin, struck
from plugins.moderation.lineage import lineage
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
    if wish is not Wish.UNDO and await ctx.recall(_settled_key(event.target)) is not None:
        return None
    return await _decide(ctx, Card(event.target, spoken, spoken.action), wish, event.author)


class Card:
    """A line before the moderators, and how it reads once it is settled."""

    def __init__(self, ref: Ref, spoken: Spoken, report: Report) -> None:
        self.ref = ref
        self.case = spoken.case
        self.report = report

    def settled(self, how: str) -> tuple[Action, ...]:
        """The card with a line below that says what became of it; remembered, so that it is decided once."""
        text = numbered(self.report.text, self.case)
        shown = Document((*text.blocks, Divider(), line(Emphasis(how))))
        return (Edit(ref=self.ref, text=shown), Remember(key=_settled_key(self.ref), value=how))


def _settled_key(card: Ref) -> str:
    return f"settled/{card}"


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
    done = closed(ctx, about)
    if wish is Wish.YES:
        how = f"{by.name} finds nothing wrong with it"
        return Outcome(how, (*done, *card.settled(how)), by=by)
    if wish not in {Wish.REMOVE, Wish.WARN, Wish.BAN}:
        return None
    message = await ctx.message(about)
    if message is None:
        return Outcome(
            "the message is gone", (*done, *card.settled("the message is not there any more")), by=by
        )
    who = message.author
    removed: tuple[Action, ...] = () if message.gone else (Remove(ref=about, person=who, reason=SHOWN),)
    known = await struck(ctx, message) if wish is Wish.WARN else None
    if wish is Wish.REMOVE or (known and removed):
        how = f"removed by {by.name}"
        return Outcome(
            SHOWN,
            (*removed, *(told_removal(ctx, message, SHOWN) if removed else ()), *done, *card.settled(how)),
            evidence=message.text or message.title,
            by=by,
        )
    if known:
        how = f"it has its strike already, in case #{known.number}"
        return Outcome(how, (*done, *card.settled(how)), by=by)
    if wish is Wish.WARN:
        given: Given | None = await warning(ctx, who, about.place, message, SHOWN)
        how = f"removed, and {who.name} is warned, by {by.name}"
    else:
        given = await shut_out(ctx, who, about.place, message, a_ban(ctx.settings), SHOWN, [about])
        how = f"removed, and {given.summary if given else nowhere(who)}, by {by.name}"
    further = given.actions if given else ()
    return Outcome(
        SHOWN,
        (*removed, *further, *done, *card.settled(how)),
        rule=SHOWN if wish is Wish.WARN else None,
        evidence=message.text or message.title,
        by=by,
    )


def told_removal(ctx: Moderation, message: Message, reason: str) -> tuple[Action, ...]:
    """Word to the person whose message a moderator removed, where nothing else tells them."""
    place = message.ref.place
    if not ctx.settings.tell_removals or not ctx.can(Capability.TELL, place):
        return ()
    words = message.text or message.title
    text = notice.removal(rule=reason, quoted=words, by_hand=True, prefix=ctx.community.prefix)
    return (Tell(place=place, person=message.author, text=text),)


def closed(ctx: Moderation, about: Ref) -> tuple[Action, ...]:
    return (Resolve(ref=about),) if ctx.can(Capability.REPORTS, about.place) else ()


# -- settled elsewhere


@plugin.on(Removed)
async def on_removal(ctx: Moderation, event: Removed) -> Outcome | None:
    """A reported message that somebody removed on the platform's own pages settles its cards."""
    who = event.by.name if event.by else "its author"
    return await _settle_cards(ctx, event.ref, f"removed by {who}", event.by)


@plugin.on(Resolved)
async def on_resolution(ctx: Moderation, event: Resolved) -> Outcome | None:
    """Reports that a moderator closed on the platform's own pages settle their cards."""
    return await _settle_cards(
        ctx, event.ref, f"closed by {event.by.name if event.by else 'a moderator'}", event.by
    )


async def _settle_cards(ctx: Moderation, ref: Ref, how: str, by: Author | None) -> Outcome | None:
    actions: list[Action] = []
    for card in await _cards(ctx, ref):
        if await ctx.recall(_settled_key(card.ref)) is None:
            actions += card.settled(how)
    return Outcome(how, tuple(actions), by=by) if actions else None


async def _cards(ctx: Moderation, ref: Ref) -> list[Card]:
    """The cards of members' reports about a message."""
    known = await ctx.recall(f"reports/{ref}")
    found: list[Card] = []
    for number in range(1, len(known) + 1 if isinstance(known, list) else 1):
        receipt = await ctx.made(card_name(ref, number))
        spoken = await ctx.spoken(receipt.ref) if receipt and receipt.ref else None
        if receipt and receipt.ref and spoken and isinstance(spoken.action, Report):
            found.append(Card(receipt.ref, spoken, spoken.action))
    return found


async def settling(ctx: Moderation, ref: Ref, how: str) -> Sequence[Action]:
    """What settles the cards about a message, where it has some that are open."""
    outcome = await _settle_cards(ctx, ref, how, None)
    return outcome.actions if outcome else ()
