"""Single records as the JSON that Lemmy 0.19 sends. Fields without a value are left out, as Lemmy does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.demo.lemmy.records import Comment, Community, Person, Post, PrivateMessage

Json = dict[str, Any]

INSTANCE_ID = 1
UNDETERMINED = 0


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def some(row: Json) -> Json:
    """Without the fields that have no value."""
    return {key: value for key, value in row.items() if value is not None}


def person(who: Person) -> Json:
    return some(
        {
            "id": who.id,
            "name": who.name,
            "banned": who.banned,
            "published": moment(who.published),
            "actor_id": who.actor_id,
            "bio": who.bio,
            "local": who.local,
            "deleted": who.deleted,
            "bot_account": who.bot_account,
            "instance_id": INSTANCE_ID,
        }
    )


def community(where: Community) -> Json:
    return some(
        {
            "id": where.id,
            "name": where.name,
            "title": where.title,
            "description": where.description,
            "removed": False,
            "published": moment(where.published),
            "updated": moment(where.updated),
            "deleted": where.deleted,
            "nsfw": where.nsfw,
            "actor_id": where.actor_id,
            "local": where.local,
            "hidden": False,
            "posting_restricted_to_mods": where.mods_only,
            "instance_id": INSTANCE_ID,
            "visibility": "Public",
        }
    )


def post(what: Post) -> Json:
    return some(
        {
            "id": what.id,
            "name": what.name,
            "url": what.url,
            "body": what.body,
            "creator_id": what.creator,
            "community_id": what.community,
            "removed": what.removed,
            "locked": what.locked,
            "published": moment(what.published),
            "updated": moment(what.updated),
            "deleted": what.deleted,
            "nsfw": what.nsfw,
            "ap_id": what.ap_id,
            "local": what.local,
            "language_id": UNDETERMINED,
            "featured_community": what.featured,
            "featured_local": False,
        }
    )


def comment(what: Comment) -> Json:
    """What is gone has no text for anybody but administrators."""
    return some(
        {
            "id": what.id,
            "creator_id": what.creator,
            "post_id": what.post,
            "content": "" if what.gone else what.content,
            "removed": what.removed,
            "published": moment(what.published),
            "updated": moment(what.updated),
            "deleted": what.deleted,
            "ap_id": what.ap_id,
            "local": what.local,
            "path": what.path,
            "distinguished": what.distinguished,
            "language_id": UNDETERMINED,
        }
    )


def private_message(what: PrivateMessage) -> Json:
    return some(
        {
            "id": what.id,
            "creator_id": what.creator,
            "recipient_id": what.recipient,
            "content": what.content,
            "deleted": what.deleted,
            "read": what.read,
            "published": moment(what.published),
            "updated": moment(what.updated),
            "ap_id": what.ap_id,
            "local": True,
        }
    )
