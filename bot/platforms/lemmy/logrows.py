"""The moderation log of Lemmy 0.19, a list for each kind of act, as the one list that 1.0 gives.

A row is then `{modlog: {id, kind, is_revert, reason, expires_at, published_at}, moderator, target_person, target_post,
target_comment, target_community}`, as far as the older version tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.platforms.lemmy import fields

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _List:
    """`entry` is the part of a row that tells about the act, `flag` what it sets, `person` whom it fell on."""

    entry: str
    flag: str
    kind: str
    person: str = ""


#: By the name of the list in the answer.
LISTS = {
    "removed_posts": _List("mod_remove_post", "removed", "mod_remove_post"),
    "locked_posts": _List("mod_lock_post", "locked", "mod_lock_post"),
    "featured_posts": _List("mod_feature_post", "featured", "mod_feature_post_community"),
    "removed_comments": _List("mod_remove_comment", "removed", "mod_remove_comment", "commenter"),
    "banned_from_community": _List(
        "mod_ban_from_community", "banned", "mod_ban_from_community", "banned_person"
    ),
}


def modern(answer: Row) -> list[Any]:
    """All rows, newest first."""
    found = [
        _modern(row, about) if isinstance(row, dict) else row
        for key, about in LISTS.items()
        for row in fields.rows(answer, key)
    ]
    return sorted(found, key=_when, reverse=True)


def _modern(row: Row, about: _List) -> Row:
    entry = fields.maybe(row, about.entry)
    return {
        "modlog": {
            "id": entry.get("id"),
            "kind": about.kind,
            # Both default to an act that was done, as the older server sends them.
            "is_revert": entry.get(about.flag) is False,
            "reason": entry.get("reason"),
            "expires_at": entry.get("expires"),
            "published_at": entry.get("when_"),
        },
        "moderator": row.get("moderator"),
        "target_person": row.get(about.person),
        "target_post": row.get("post"),
        "target_comment": row.get("comment"),
        "target_community": row.get("community"),
    }


def _when(row: object) -> str:
    return fields.text(fields.maybe(row, "modlog"), "published_at") if isinstance(row, dict) else ""
