"""`!pardon`: no command brings the strikes back afterwards, so it asks first. ✅ below the question is an answer, and so is “yes”."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bot.api import (
    Action,
    Answer,
    Author,
    Call,
    Case,
    Edit,
    Outcome,
    Person,
    Platform,
    Reacted,
    Reply,
    Restore,
    Role,
    document,
)
from plugins.moderation.console import Wish, wish_of
from plugins.moderation.handlers import Moderation, plugin
from plugins.moderation.reversal import lifted_words, take_back_only, tell
from plugins.moderation.sanctions import answer

#: What the question is called; the person's key follows.
ASKED = "pardon:"


@plugin.command("pardon", "clearwarns", role=Role.MODERATOR, examples=["!pardon @ana", "!pardon @ana yes"])
async def pardon(ctx: Moderation, call: Call, person: Person, sure: Literal["yes"] | None = None) -> Answer:
    """Take back all strikes of somebody that count now, and lift the bans that they led to.

    Nothing brings the strikes back afterwards, so you are asked first.
    """
    who = person.author
    given = await _counting(ctx, who)
    if not given:
        return f"{who.name} has no strikes that count."
    if sure is None:
        question = (
            f"{_numbers(given)} of {who.name} would no longer count, and nothing brings strikes back. Sure? Put ✅ below this, "
            f"or say “{ctx.community.prefix}pardon @{who.name.removeprefix('@')} yes”."
        )
        return Reply(name=f"{ASKED}{who.key}", to=call.message.ref, text=document(question))
    acts, said = await _pardoned(ctx, who, given)
    return Outcome(f"{who.name} pardoned by {call.author.name}", (*acts, answer(call, said)))


@plugin.on(Reacted)
async def on_confirmation(ctx: Moderation, event: Reacted) -> Outcome | None:
    """A moderator's ✅ below the question."""
    if wish_of(event.symbol) is not Wish.YES or event.author.role < Role.MODERATOR or event.author.is_bot:
        return None
    spoken = await ctx.spoken(event.target)
    name = spoken.action.name if spoken and isinstance(spoken.action, Reply) else None
    if name is None or not name.startswith(ASKED):
        return None
    platform, _, ident = name.removeprefix(ASKED).partition(":")
    given = await _counting(ctx, Author(Platform(platform), ident, ident))
    who = next((case.person for case in given if case.person), None)
    if who is None:
        return None  # done already
    acts, said = await _pardoned(ctx, who, given)
    shown = Edit(ref=event.target, text=document(f"{said} ({event.author.name})"))
    return Outcome(f"{who.name} pardoned by {event.author.name}", (*acts, shown), by=event.author)


async def _counting(ctx: Moderation, who: Author) -> list[Case]:
    """The cases whose strikes count now."""
    live = {strike.case for strike in await ctx.strikes(who) if strike.live(ctx.now) and strike.points}
    return [case for case in await ctx.cases(who, kinds=("warn",)) if case.number in live]


async def _pardoned(ctx: Moderation, who: Author, given: Sequence[Case]) -> tuple[tuple[Action, ...], str]:
    """What is done and told, and the sentence about it."""
    # What was removed stays removed: a pardon is about the person, not about what they wrote.
    strikes_only = [action for case in given for action in case.undo() if not isinstance(action, Restore)]
    taken = await take_back_only(ctx, given, strikes_only)
    numbers = _numbers(given)
    blocks = document(
        f"You are pardoned: your strikes ({numbers}) no longer count, and what followed from them is lifted."
    ).blocks
    said = f"{who.name} is pardoned: {numbers} no longer count.{lifted_words(taken)}"
    return (*taken.actions, *tell(ctx, given[0], blocks)), said


def _numbers(given: Sequence[Case]) -> str:
    return ", ".join(f"#{case.number}" for case in sorted(given, key=lambda case: case.number))
