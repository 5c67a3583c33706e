"""`!remove`, `!resolve`, `!kick`: what a reaction below a card does, by words: also where there are no cards, as on Lemmy."""

from __future__ import annotations

from collections.abc import Sequence

from bot.api import (
    Action,
    Answer,
    Brief,
    Call,
    Capability,
    CaseNumber,
    Kick,
    Message,
    Outcome,
    Person,
    Ref,
    Remove,
    Role,
    Tell,
)
from plugins.moderation import notice
from plugins.moderation.board import closing, settle_cards
from plugins.moderation.cleared import clear
from plugins.moderation.handlers import Moderation, plugin
from plugins.moderation.reporting import meant
from plugins.moderation.sanctions import NOTHING, answer, nowhere, target_of, where


def told_removal(ctx: Moderation, message: Message, reason: str) -> tuple[Action, ...]:
    """Word to the person whose message a moderator removed, where nothing else tells them."""
    place = message.ref.place
    if not ctx.settings.tell_removals or not ctx.can(Capability.TELL, place):
        return ()
    words = message.text or message.title
    text = notice.removal(rule=reason, quoted=words, by_hand=True, prefix=ctx.community.prefix)
    return (Tell(place=place, person=message.author, text=text),)


@plugin.command(
    "remove",
    role=Role.MODERATOR,
    examples=["!remove", "!remove off topic", "!remove https://lemmy.example/comment/12 off topic"],
)
async def remove(ctx: Moderation, call: Call, reason: Brief = NOTHING) -> Answer:
    """Take away the message that you answer, that the card you answer is about, or that a link leads to."""
    message, why = await _meant(ctx, call, reason)
    if message is None:
        return "Answer the message that is to go, or the card about it; or give a link to it."
    why = why or "not given"
    done = answer(call, f"What {message.author.name} wrote is removed: case ", CaseNumber(), ".")
    gone = Remove(ref=message.ref, person=message.author, reason=why)
    acts = (gone, *told_removal(ctx, message, why), *closing(ctx, message.ref))
    return Outcome(
        why,
        (*acts, *await _settling(ctx, message.ref, f"removed by {call.author.name}"), done),
        evidence=message.text or message.title,
    )


@plugin.command(
    "resolve", role=Role.MODERATOR, examples=["!resolve", "!resolve https://lemmy.example/comment/12"]
)
async def resolve(ctx: Moderation, call: Call, link: Brief = NOTHING) -> Answer:
    """Close the reports about the message that you answer, that the card you answer is about, or that a link leads to: nothing is wrong with it."""
    message, _ = await _meant(ctx, call, link)
    if message is None:
        return "Answer the message, or the card about it; or give a link to it."
    how = f"{call.author.name} finds nothing wrong with it"
    settled = (*await clear(ctx, message.ref), *await _settling(ctx, message.ref, how))
    return Outcome(
        how, (*closing(ctx, message.ref), *settled, answer(call, "The reports about it are closed."))
    )


@plugin.command("kick", role=Role.MODERATOR, examples=["!kick @ana please read the rules first"])
async def kick(ctx: Moderation, call: Call, person: Person, reason: Brief = NOTHING) -> Answer:
    """Put somebody out of the room; they may come back."""
    who = person.author
    place = where(ctx, call, who)
    if place is None or not ctx.can(Capability.KICK, place):
        return nowhere(who)
    target = target_of(call, who)
    done = answer(call, f"{who.name} is out: case ", CaseNumber(), ".")
    why = reason or "not given"
    told: tuple[Action, ...] = ()
    if ctx.can(Capability.TELL, place):
        told = (Tell(place=place, person=who, text=notice.put_out(place, reason, ctx.community.prefix)),)
    return Outcome(
        why,
        (Kick(place=place, person=who, reason=why), *told, done),
        evidence=target.text if target else None,
    )


async def _meant(ctx: Moderation, call: Call, words: str) -> tuple[Message | None, str]:
    """Somebody's message that is linked or answered, and what was said beside the link; None for a bot's."""
    message, rest = await meant(ctx, call, words)
    return (message if message and not message.author.is_bot else None), rest


async def _settling(ctx: Moderation, ref: Ref, how: str) -> Sequence[Action]:
    outcome = await settle_cards(ctx, ref, how, None)
    return outcome.actions if outcome else ()
