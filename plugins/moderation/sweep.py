"""What goes with a ban: the last messages of whoever is banned, where the settings or the ban's reason ask for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.api import Action, Author, Ban, Capability, Context, Message, Outcome, PlaceKind, Ref, Remove
from plugins.moderation.settings import ModerationSettings

#: What was said before is left alone: it was read long ago, and a sweep is about what happens now.
BACK = timedelta(days=2)

#: So much of what was swept away is kept as the case's evidence, in characters.
_EVIDENCE = 20_000


def count(ctx: Context[ModerationSettings], reason: str) -> int:
    """How many messages a ban that a human gave for that reason sweeps away."""
    said = reason.strip().casefold()
    words = [word.strip().casefold() for word in ctx.settings.sweep_reasons]
    asked = any(word and said.startswith(word) for word in words)
    return max(ctx.settings.sweep, ctx.settings.sweep_most if asked else 0)


async def swept(
    ctx: Context[ModerationSettings], given: Sequence[Action], most: int, but: Collection[Ref] = ()
) -> list[Message]:
    """At most so many messages that go with the bans among `given`, the newest first, those in `but` left out."""
    bans = [act for act in given if isinstance(act, Ban)]
    if not bans or not most:
        return []
    homes = {act.place for act in bans if ctx.can(Capability.REMOVE, act.place)}
    said = await ctx.recent(bans[0].person, ctx.now - BACK)
    found: dict[Ref, Message] = {}
    for message in reversed(said):
        is_left = message.ref in but or message.gone or message.place.kind is PlaceKind.PRIVATE
        if message.place.alias in homes and not is_left:
            found.setdefault(message.ref, message)  # of an edited one, as it reads now
    return list(found.values())[:most]


def removals(
    messages: Sequence[Message], who: Author, reason: str, *, proposed: bool = False
) -> list[Action]:
    """Each as a removal of its own. `proposed` holds them until a moderator agrees, as the ban that they go with."""
    return [Remove(ref=one.ref, person=who, reason=reason, proposed=proposed) for one in messages]


def evidence(first: str | None, messages: Sequence[Message]) -> str | None:
    """What a case keeps: the words that it was about, and all that was swept away with them."""
    texts = [first, *("\n\n".join(p for p in (one.title, one.text) if p) for one in messages)]
    return "\n\n".join(text for text in texts if text)[:_EVIDENCE] or None


async def with_sweep(ctx: Context[ModerationSettings], outcome: Outcome) -> Outcome:
    """The outcome of a rule, and what its ban sweeps away. Where the ban waits for a moderator, so does the rest.

    Only where the settings say so for every ban: what a rule is called is no word of a moderator.
    """
    bans = [act for act in outcome.actions if isinstance(act, Ban)]
    gone = {act.ref for act in outcome.actions if isinstance(act, Remove)}
    messages = await swept(ctx, bans, ctx.settings.sweep, gone)
    if not messages:
        return outcome
    waits = any(act.proposed or act.until is None for act in bans)
    more = removals(messages, bans[0].person, bans[0].reason, proposed=waits)
    return replace(outcome, actions=(*outcome.actions, *more), evidence=evidence(outcome.evidence, messages))
