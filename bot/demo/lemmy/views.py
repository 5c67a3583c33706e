"""Records joined into the views of Lemmy 0.19's API."""

from __future__ import annotations

from typing import Any

from bot.demo.lemmy import presets, rows
from bot.demo.lemmy.records import Comment, Community, ModAction, Notice, Person, Post, PrivateMessage, Report
from bot.demo.lemmy.store import Store

Json = dict[str, Any]


class Views:
    """Views as `viewer` sees them (None: a stranger)."""

    def __init__(self, store: Store, viewer: Person | None) -> None:
        self._store = store
        self._viewer = viewer

    def person(self, who: Person) -> Json:
        tally = self._store.tally
        return {
            "person": rows.person(who),
            "counts": {
                "person_id": who.id,
                "post_count": tally["posts", "by", who.id],
                "comment_count": tally["comments", "by", who.id],
            },
            "is_admin": who.admin,
        }

    def community(self, where: Community) -> Json:
        return {
            "community": rows.community(where),
            "subscribed": self._subscribed(where),
            "blocked": False,
            "counts": {
                "community_id": where.id,
                "published": rows.moment(where.published),
                "subscribers": len(where.followers),
                "subscribers_local": len(where.followers),
                "posts": self._store.tally["posts", "in", where.id],
                "comments": self._store.tally["comments", "in", where.id],
                **presets.ACTIVE,
            },
            "banned_from_community": self._banned(where),
        }

    def moderators(self, where: Community) -> list[Json]:
        people = self._store.people
        return [
            {"community": rows.community(where), "moderator": rows.person(people[ident])}
            for ident in where.moderators
        ]

    def post(self, what: Post) -> Json:
        where = self._store.communities[what.community]
        replies = [c for c in self._store.comments_of(what) if not c.gone]
        return {
            "post": rows.post(what),
            "community": rows.community(where),
            **self._creator(what.creator, where),
            "counts": {
                "post_id": what.id,
                "comments": len(replies),
                **_votes(what.votes),
                "published": rows.moment(what.published),
                "newest_comment_time": rows.moment(max([what.published, *(c.published for c in replies)])),
            },
            "subscribed": self._subscribed(where),
            "banned_from_community": self._banned(where),
            "saved": False,
            "read": False,
            "hidden": False,
            "unread_comments": len(replies),
        }

    def comment(self, what: Comment) -> Json:
        above = self._store.posts[what.post]
        where = self._store.communities[above.community]
        return {
            "comment": rows.comment(what),
            "post": rows.post(above),
            "community": rows.community(where),
            **self._creator(what.creator, where),
            "counts": {
                "comment_id": what.id,
                **_votes(what.votes),
                "published": rows.moment(what.published),
                "child_count": what.children,
            },
            "subscribed": self._subscribed(where),
            "saved": False,
            "banned_from_community": self._banned(where),
        }

    def private_message(self, what: PrivateMessage) -> Json:
        people = self._store.people
        return {
            "private_message": rows.private_message(what),
            "creator": rows.person(people[what.creator]),
            "recipient": rows.person(people[what.recipient]),
        }

    def notice(self, what: Notice, about: Comment) -> Json:
        """A reply or mention, which in 0.19 is always a comment."""
        name = {"reply": "comment_reply", "mention": "person_mention"}[what.kind_in_v3]
        return {
            name: {
                "id": what.id,
                "recipient_id": what.recipient,
                "comment_id": about.id,
                "read": what.read,
                "published": rows.moment(what.published),
            },
            **self.comment(about),
            "recipient": rows.person(self._store.people[what.recipient]),
        }

    def report(self, what: Report) -> Json:
        is_post = what.kind == "post"
        view = (
            self.post(self._store.posts[what.target])
            if is_post
            else self.comment(self._store.comments[what.target])
        )
        resolver = self._store.people[what.resolver] if what.resolver else None
        row = rows.some(
            {
                "id": what.id,
                "creator_id": what.creator,
                f"{what.kind}_id": what.target,
                "reason": what.reason,
                "resolved": what.resolved,
                "resolver_id": what.resolver,
                "published": rows.moment(what.published),
                "updated": rows.moment(what.updated),
            }
        )
        if is_post:
            reported = self._store.posts[what.target]
            row |= rows.some(
                {
                    "original_post_name": reported.name,
                    "original_post_url": reported.url,
                    "original_post_body": reported.body,
                }
            )
        else:
            row["original_comment_text"] = self._store.comments[what.target].content
        return rows.some(
            {
                **view,
                f"{what.kind}_report": row,
                f"{what.kind}_creator": view["creator"],
                "creator": rows.person(self._store.people[what.creator]),
                "resolver": rows.person(resolver) if resolver else None,
            }
        )

    def mod_action(self, what: ModAction) -> Json:
        """A line of the moderation log; each kind has a shape of its own."""
        people, where = self._store.people, self._store.communities[what.community]
        row = {
            "id": what.id,
            "mod_person_id": what.moderator,
            "when_": rows.moment(what.when),
            "reason": what.reason,
        }
        shared = {"moderator": rows.person(people[what.moderator]), "community": rows.community(where)}
        about = self._store.comments.get(what.comment or 0)
        above = self._store.posts.get(about.post if about else what.post or 0)
        if above:
            shared["post"] = rows.post(above)
        match what.kind:
            case "removed_posts":
                return {
                    "mod_remove_post": rows.some({**row, "post_id": what.post, "removed": what.on}),
                    **shared,
                }
            case "removed_comments" if about:
                return {
                    "mod_remove_comment": rows.some({**row, "comment_id": what.comment, "removed": what.on}),
                    "comment": rows.comment(about),
                    "commenter": rows.person(people[about.creator]),
                    **shared,
                }
            case "locked_posts":
                return {
                    "mod_lock_post": rows.some({**row, "post_id": what.post, "locked": what.on}),
                    **shared,
                }
            case "featured_posts":
                feature = {**row, "post_id": what.post, "featured": what.on, "is_featured_community": True}
                return {"mod_feature_post": rows.some(feature), **shared}
            case "added_to_community":
                added = {
                    "other_person_id": what.person,
                    "community_id": what.community,
                    "removed": not what.on,
                }
                modded = rows.person(people[what.person or 0])
                return {
                    "mod_add_community": {**rows.some({**row, "reason": None}), **added},
                    "modded_person": modded,
                    **shared,
                }
            case _:
                ban = {
                    **row,
                    "other_person_id": what.person,
                    "community_id": what.community,
                    "banned": what.on,
                    "expires": rows.moment(what.expires),
                }
                banned = self._store.people.get(what.person or 0)
                return rows.some(
                    {
                        "mod_ban_from_community": rows.some(ban),
                        "banned_person": rows.person(banned) if banned else None,
                        **shared,
                    }
                )

    def _subscribed(self, where: Community) -> str:
        follows = self._viewer is not None and self._viewer.id in where.followers
        return "Subscribed" if follows else "NotSubscribed"

    def _banned(self, where: Community) -> bool:
        return self._viewer is not None and self._store.banned(self._viewer, where)

    def _creator(self, ident: int, where: Community) -> Json:
        who = self._store.people[ident]
        return {
            "creator": rows.person(who),
            "creator_banned_from_community": self._store.banned(who, where),
            "creator_is_moderator": ident in where.moderators,
            "creator_is_admin": who.admin,
            "creator_blocked": False,
        }


def _votes(votes: dict[int, int]) -> Json:
    up, down = sum(v > 0 for v in votes.values()), sum(v < 0 for v in votes.values())
    return {"score": up - down, "upvotes": up, "downvotes": down}
