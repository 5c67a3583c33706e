"""What a Lemmy server shows of somebody: their profile, and how the newest of what they said was received.

Lemmy has no karma; it counts posts and comments, and gives the votes on each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.model import Profile
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.v3 import V3


async def profile(api: V3, person: int, community: int | None) -> Profile:
    """`person` and `community` are local ids; with a community, only what was said there is looked at."""
    answer = await api.person(ident=person, community=community)
    view = fields.maybe(answer, "person_view")
    shown, counts = fields.maybe(view, "person"), fields.maybe(view, "counts")
    return Profile(
        display_name=fields.text(shown, "display_name"),
        text=fields.text(shown, "bio"),
        # The counts are of all communities.
        posts=None if community is not None else fields.number(counts, "post_count"),
        comments=None if community is not None else fields.number(counts, "comment_count"),
        post_scores=_scores(answer, "posts"),
        comment_scores=_scores(answer, "comments"),
    )


def _scores(answer: Mapping[str, Any], key: str) -> tuple[int, ...]:
    found = (fields.number(fields.maybe(row, "counts"), "score") for row in fields.rows(answer, key))
    return tuple(score for score in found if score is not None)
