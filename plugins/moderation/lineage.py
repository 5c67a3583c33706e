"""What became of a case: a better reason, or another case that took its place."""

from __future__ import annotations

from typing import Any

from bot.api import Case, Context

#: Where they are remembered; the case's number follows.
REASON = "reason/"
REPLACED = "replaced/"


async def lineage(ctx: Context[Any], case: Case) -> list[Case]:
    """The case and those that took its place, oldest first, as far as they still stand."""
    line = [case]
    while (newer := await _successor(ctx, line[-1])) is not None:
        line.append(newer)
    return [one for one in line if not one.undone]


async def _successor(ctx: Context[Any], case: Case) -> Case | None:
    cause = await ctx.recall(f"{REPLACED}{case.number}")
    if cause is None:
        return None
    later = (one for one in await ctx.cases(case.person) if one.number > case.number)
    return next((one for one in later if one.cause == cause), None)


async def better_reason(ctx: Context[Any], number: int) -> str | None:
    """The reason that a moderator wrote down afterwards, with their name."""
    known = await ctx.recall(f"{REASON}{number}")
    return f"{known.get('text')} ({known.get('by')})" if isinstance(known, dict) else None
