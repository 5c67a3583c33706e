"""How well somebody is known here: what the bot remembers of them, and what stands in for karma. Pure.

Whoever was there when the bot began to keep records counts as known for ever: nobody is taken for a newcomer only because
the bot is one. A person is new when they joined, or made their account, after that; or when they first spoke long after.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.api import Json, Profile
from plugins.moderation.facts import Fact

#: Whoever first speaks so long after the bot came is new here.
SETTLED = timedelta(days=30)
#: Where it is remembered when the records began, and one record for each person; their key follows.
BEGAN = "records/began"
RECORDS = "record/"


@dataclass(frozen=True, slots=True)
class Record:
    """What the bot remembers of somebody in a community. `new` is False for whom it found there."""

    first_seen: datetime
    new: bool
    posts: int = 0
    comments: int = 0

    def said(self, *, post: bool) -> Record:
        """The record after one more post or comment."""
        return replace(self, posts=self.posts + post, comments=self.comments + (not post))

    def stored(self) -> Json:
        return {
            "first_seen": self.first_seen.isoformat(),
            "new": self.new,
            "posts": self.posts,
            "comments": self.comments,
        }


def restored(value: Json) -> Record | None:
    """What `Record.stored` gave; None for anything else."""
    if not isinstance(value, dict):
        return None
    first, posts, comments = value.get("first_seen"), value.get("posts"), value.get("comments")
    if not isinstance(first, str) or not isinstance(posts, int) or not isinstance(comments, int):
        return None
    return Record(datetime.fromisoformat(first), bool(value.get("new")), posts, comments)


def first_record(
    now: datetime, *, began: datetime | None, since: datetime | None, joins: bool = False
) -> Record:
    """The record of somebody seen for the first time. `since` is when their account was made, `joins`: just now."""
    if began is None:
        return Record(now, new=False)
    return Record(now, new=joins or now - began >= SETTLED or (since is not None and since >= began))


def facts_of(record: Record, now: datetime) -> dict[Fact, float | None]:
    """What rules may ask about it; whoever was always there has been seen for ever and has said endlessly much."""
    seen = (now - record.first_seen).total_seconds() if record.new else math.inf
    return {
        Fact.FIRST_SEEN: seen,
        Fact.MESSAGES: record.posts + record.comments if record.new else math.inf,
    }


def karma(profile: Profile | None, record: Record | None, *, here: bool) -> dict[Fact, float | None]:
    """What stands in for karma: the votes on what somebody said last, projected on all of it; in rooms how much it was.

    Nothing where neither is known.
    """
    posts = comments = None
    if profile is not None and (profile.post_scores or profile.comment_scores or profile.posts is not None):
        posts = _projected(profile.post_scores, profile.posts)
        comments = _projected(profile.comment_scores, profile.comments)
    elif record is not None:
        posts = record.posts if record.new else math.inf
        comments = record.comments if record.new else math.inf
    together = None if posts is None or comments is None else posts + comments
    if here:
        return {
            Fact.POST_KARMA_HERE: posts,
            Fact.COMMENT_KARMA_HERE: comments,
            Fact.COMBINED_KARMA_HERE: together,
        }
    return {Fact.POST_KARMA: posts, Fact.COMMENT_KARMA: comments, Fact.COMBINED_KARMA: together}


def _projected(scores: Sequence[int], count: int | None) -> float:
    known = float(sum(scores))
    return known if count is None or not scores else known * max(1.0, count / len(scores))
