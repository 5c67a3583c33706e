"""The cards before the moderators: how one reads once it is settled, here or on the platform's own pages.

A card is a line that the bot put into their room: a report, a case, an appeal. It is edited once it is settled, so that two
moderators do not do the same work.
"""

from __future__ import annotations

from bot.api import (
    Action,
    Author,
    Capability,
    Divider,
    Document,
    Edit,
    Emphasis,
    Outcome,
    Quote,
    Ref,
    Remember,
    Removed,
    Report,
    Resolve,
    Resolved,
    Spoken,
    line,
    numbered,
)
from plugins.moderation.cards import card_name
from plugins.moderation.cleared import clear
from plugins.moderation.handlers import Moderation, plugin


class Card:
    """A line before the moderators, and how it reads once it is settled."""

    def __init__(self, ref: Ref, spoken: Spoken, report: Report) -> None:
        self.ref = ref
        self.case = spoken.case
        self.report = report

    @property
    def words(self) -> str | None:
        """What it quotes: evidence, with the time that evidence is kept for."""
        rows = (row for block in self.report.text.blocks if isinstance(block, Quote) for row in block.blocks)
        said = "\n".join("".join(getattr(part, "text", "") for part in row.inlines) for row in rows)
        return said or None

    def settled(self, how: str) -> tuple[Action, ...]:
        """The card with a line below that says what became of it; remembered, so that it is decided once."""
        text = numbered(self.report.text, self.case)
        shown = Document((*text.blocks, Divider(), line(Emphasis(how))))
        return (Edit(ref=self.ref, text=shown), Remember(key=settled_key(self.ref), value=how))


def settled_key(card: Ref) -> str:
    return f"settled/{card}"


def closing(ctx: Moderation, about: Ref) -> tuple[Action, ...]:
    return (Resolve(ref=about),) if ctx.can(Capability.REPORTS, about.place) else ()


@plugin.on(Removed)
async def on_removal(ctx: Moderation, event: Removed) -> Outcome | None:
    """A reported message that somebody removed on the platform's own pages settles its cards."""
    who = event.by.name if event.by else "its author"
    return await settle_cards(ctx, event.ref, f"removed by {who}", event.by)


@plugin.on(Resolved)
async def on_resolution(ctx: Moderation, event: Resolved) -> Outcome:
    """Reports that a moderator closed on the platform's own pages settle their cards."""
    how = f"closed by {event.by.name if event.by else 'a moderator'}"
    settled = await settle_cards(ctx, event.ref, how, event.by)
    return Outcome(how, (*await clear(ctx, event.ref), *(settled.actions if settled else ())), by=event.by)


async def settle_cards(ctx: Moderation, ref: Ref, how: str, by: Author | None) -> Outcome | None:
    actions: list[Action] = []
    words: str | None = None
    for card in await cards_about(ctx, ref):
        if await ctx.recall(settled_key(card.ref)) is None:
            actions += card.settled(how)
            words = words or card.words
    return Outcome(how, tuple(actions), evidence=words, by=by) if actions else None


async def cards_about(ctx: Moderation, ref: Ref) -> list[Card]:
    """The cards of members' reports about a message."""
    known = await ctx.recall(f"reports/{ref}")
    found: list[Card] = []
    for number in range(1, len(known) + 1 if isinstance(known, list) else 1):
        receipt = await ctx.made(card_name(ref, number))
        spoken = await ctx.spoken(receipt.ref) if receipt and receipt.ref else None
        if receipt and receipt.ref and spoken and isinstance(spoken.action, Report):
            found.append(Card(receipt.ref, spoken, spoken.action))
    return found
