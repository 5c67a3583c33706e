"""What a Lemmy server shows of somebody: their profile, and how the newest of what they said was received.

Lemmy has no karma; it counts posts and comments, and gives the votes on each.
"""

from __future__ import annotations

from typing import Any

from bot.model import Profile
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import Api


async def profile(api: Api, person: int, community: int | None) -> Profile:
    """`person` and `community` are local ids; with a community, only what was said there is looked at."""
    row = await api.standing(person)
    posts, comments = [(await api.said(kind, person)).rows for kind in ("post", "comment")]
    return Profile(
        display_name=fields.text(row, "display_name"),
        text=fields.text(row, "bio"),
        # The counts are of all communities.
        posts=None if community is not None else fields.number(row, "post_count"),
        comments=None if community is not None else fields.number(row, "comment_count"),
        post_scores=_scores(posts, "post", community),
        comment_scores=_scores(comments, "comment", community),
    )


def _scores(rows: list[Any], kind: str, community: int | None) -> tuple[int, ...]:
    found = (
        fields.number(fields.maybe(row, "counts") or fields.maybe(row, kind), "score")
        for row in rows
        if community is None or fields.number(fields.maybe(row, "community"), "id") == community
    )
    return tuple(score for score in found if score is not None)
