"""Who else moderates here: what one moderator did is looked at by another, where there is another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from bot.api import Author, Case, Context, Remember, Role, State

#: Where it is remembered who agreed to a case that waited; its number follows.
AGREED = "agreed/"

#: So many names are called; more would be a crowd.
CALLED = 3


async def colleagues(ctx: Context[Any], but: Collection[str] = ()) -> list[Author] | None:
    """The moderators in their room (where they have none: where the community is at home), without those whose keys are in `but`.

    None where nobody can tell.
    """
    home = ctx.community.front
    room = ctx.community.moderators_room or (home.alias if home else None)
    inside = await ctx.members(room) if room else None
    if not inside:
        return None
    return [one for one in inside if one.role >= Role.MODERATOR and not one.is_bot and one.key not in but]


async def acted(ctx: Context[Any], case: Case) -> frozenset[str]:
    """The keys of the moderators whose doing a case is: who gave it, and who agreed to it."""
    agreed = await ctx.recall(f"{AGREED}{case.number}")
    return frozenset({*([case.by.key] if case.by else []), *([agreed] if isinstance(agreed, str) else [])})


def agreed(case: Case, by: Author) -> Remember:
    """Keeps who agreed to what waited in a case, so that somebody else looks at an appeal."""
    return Remember(key=f"{AGREED}{case.number}", value=by.key, about=by.key)


async def may_deny(ctx: Context[Any], case: Case, by: Author) -> str | None:
    """Why `by` cannot decide alone that a case stands: it is their own doing, and somebody else is there. None: they can."""
    human = await _accounts(ctx, by)
    if human.isdisjoint(await acted(ctx, case)):
        return None
    others = await colleagues(ctx, human)
    return (
        f"Case #{case.number} is your own doing, so another moderator decides: {names(others)}."
        if others
        else None
    )


async def may_settle(ctx: Context[Any], case: Case, by: Author) -> str | None:
    """Why `by` cannot agree to what waits in a case: it would be over, or somebody else has to. None: they can."""
    ends = [
        getattr(s.action, "until", None) for s in case.actions if s.state is State.HELD and s.action.sanction
    ]
    if ends and all(end is not None and end <= ctx.now for end in ends):
        prefix = ctx.community.prefix
        return f"What case #{case.number} proposes would be over by now. “{prefix}reject #{case.number}” drops it."
    human = await _accounts(ctx, by)
    if not case.needs_second or case.by is None or case.by.key not in human:
        return None
    others = await colleagues(ctx, human)
    if others == []:
        return None  # nobody else is there, and a community must not be stuck
    whom = f": {names(others)}" if others else ""
    return f"You asked for case #{case.number} yourself, so another moderator has to agree{whom}."


async def _accounts(ctx: Context[Any], who: Author) -> frozenset[str]:
    """The keys of all accounts of the same human: the other account of a moderator is no other moderator."""
    return (await ctx.linked(who)).keys | {who.key}


def names(people: Sequence[Author]) -> str:
    """`ana, bo or cy`."""
    called = [one.name for one in people[:CALLED]] + (["somebody else"] if len(people) > CALLED else [])
    return " or ".join([", ".join(called[:-1]), called[-1]]) if len(called) > 1 else "".join(called)
