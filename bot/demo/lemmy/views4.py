"""Records joined into the views of Lemmy 1.0's API: the same content as in 0.19, with other names in other places."""

from __future__ import annotations

from typing import Any

from bot.demo.lemmy import rows
from bot.demo.lemmy.records import Comment, Community, ModAction, Notice, Person, Post, PrivateMessage, Report
from bot.demo.lemmy.store import Store
from bot.demo.lemmy.views import Views

Json = dict[str, Any]

_RENAMED = {
    "published": "published_at",
    "updated": "updated_at",
    "actor_id": "ap_id",
    "description": "sidebar",
    "newest_comment_time": "newest_comment_time_at",
}

#: The names of the kinds of acts, by what the store calls them.
KINDS = {
    "removed_posts": "mod_remove_post",
    "removed_comments": "mod_remove_comment",
    "locked_posts": "mod_lock_post",
    "locked_comments": "mod_lock_comment",
    "featured_posts": "mod_feature_post_community",
    "warned_posts": "mod_warn_post",
    "warned_comments": "mod_warn_comment",
    "banned_from_community": "mod_ban_from_community",
    "added_to_community": "mod_add_to_community",
}


#: Of these, 1.0.0-beta.1 turns `is_revert` round twice.
TURNED = frozenset({"added_to_community"})

#: Counts that this server does not keep.
NO_REPORTS = {"report_count": 0, "unresolved_report_count": 0}


def renamed(row: Json) -> Json:
    return {_RENAMED.get(key, key): value for key, value in row.items()}


class Views4:
    """Views as `viewer` sees them (None: a stranger)."""

    def __init__(self, store: Store, viewer: Person | None) -> None:
        self._store = store
        self._viewer = viewer
        self._old = Views(store, viewer)

    def person(self, who: Person) -> Json:
        old = self._old.person(who)
        return {"person": self._person(who), "is_admin": old["is_admin"], "banned": who.banned}

    def community(self, where: Community) -> Json:
        view: Json = {"community": self._community(where), "can_mod": self._may_moderate(where), "tags": []}
        if self._viewer is not None and self._viewer.id in where.followers:
            view["community_actions"] = {
                "follow_state": "accepted",
                "followed_at": rows.moment(where.published),
            }
        return view

    def moderators(self, where: Community) -> list[Json]:
        people = self._store.people
        return [
            {"community": self._community(where), "moderator": self._person(people[ident])}
            for ident in where.moderators
        ]

    def post(self, what: Post) -> Json:
        where = self._store.communities[what.community]
        return {
            "post": self._post(what),
            "community": self._community(where),
            "tags": [],
            **self._creator(what.creator, where),
        }

    def comment(self, what: Comment) -> Json:
        above = self._store.posts[what.post]
        where = self._store.communities[above.community]
        return {
            "comment": self._comment(what),
            "post": self._post(above),
            "community": self._community(where),
            "tags": [],
            **self._creator(what.creator, where),
        }

    def private_message(self, what: PrivateMessage) -> Json:
        people = self._store.people
        body = renamed(rows.private_message(what))
        del body["read"]
        return {
            "private_message": {**body, "removed": False, "deleted_by_recipient": False},
            "creator": self._person(people[what.creator]),
            "recipient": self._person(people[what.recipient]),
        }

    def notice(self, what: Notice) -> Json:
        """An entry of the one list that holds everything for somebody."""
        entry = {
            "id": what.id,
            "recipient_id": what.recipient,
            "creator_id": what.creator,
            "kind": what.kind,
            "read": what.read,
            "published_at": rows.moment(what.published),
            "comment_id": what.comment,
            "post_id": what.post,
            "private_message_id": what.message,
            "modlog_id": what.action,
        }
        return {"notification": rows.some(entry), "data": self._about(what)}

    def _about(self, what: Notice) -> Json:
        store = self._store
        if what.comment is not None:
            return {"type_": "comment", **self.comment(store.comments[what.comment])}
        if what.post is not None:
            return {"type_": "post", **self.post(store.posts[what.post])}
        if what.message is not None:
            return {"type_": "private_message", **self.private_message(store.messages[what.message])}
        action = next(line for line in store.modlog if line.id == what.action)
        return {"type_": "mod_action", **self.mod_action(action)}

    def report(self, what: Report) -> Json:
        old = self._old.report(what)
        kind = what.kind
        view = (
            self.post(self._store.posts[what.target])
            if kind == "post"
            else self.comment(self._store.comments[what.target])
        )
        body = {**renamed(old[f"{kind}_report"]), "violates_instance_rules": False}
        resolver = self._store.people[what.resolver] if what.resolver else None
        return rows.some(
            {
                **view,
                f"{kind}_report": body,
                f"{kind}_creator": view["creator"],
                "creator": self._person(self._store.people[what.creator]),
                "resolver": self._person(resolver) if resolver else None,
            }
        )

    def mod_action(self, what: ModAction) -> Json:
        """A line of the moderation log."""
        store = self._store
        about = store.comments.get(what.comment or 0)
        above = store.posts.get(about.post if about else what.post or 0)
        fell_on = store.people.get(what.person or 0)
        entry = {
            "id": what.id,
            "kind": KINDS[what.kind],
            "is_revert": what.on is (what.kind in TURNED),
            "reason": what.reason,
            "expires_at": rows.moment(what.expires),
            "published_at": rows.moment(what.when),
            "child_count": 0,
        }
        return rows.some(
            {
                "modlog": rows.some(entry),
                "moderator": self._person(store.people[what.moderator]),
                "target_person": self._person(fell_on) if fell_on else None,
                "target_community": self._community(store.communities[what.community]),
                "target_post": self._post(above) if above else None,
                "target_comment": self._comment(about) if about else None,
            }
        )

    def _person(self, who: Person) -> Json:
        row = renamed(rows.person(who))
        del row["banned"]
        counts = renamed(self._old.person(who)["counts"])
        del counts["person_id"]
        return {**row, **counts, "last_refreshed_at": rows.moment(who.published)}

    def _community(self, where: Community) -> Json:
        row = renamed(rows.community(where))
        del row["hidden"]
        row["visibility"] = "public"
        counts = renamed(self._old.community(where)["counts"])
        del counts["community_id"]
        extra = {"last_refreshed_at": rows.moment(where.published), "local_removed": False, **NO_REPORTS}
        return {**row, **counts, **extra}

    def _post(self, what: Post) -> Json:
        counts = renamed(self._old.post(what)["counts"])
        del counts["post_id"], counts["published_at"]
        return {**renamed(rows.post(what)), **counts, **NO_REPORTS, "federation_pending": False}

    def _comment(self, what: Comment) -> Json:
        counts = self._old.comment(what)["counts"]
        del counts["comment_id"], counts["published"]
        extra = {"locked": what.locked, "federation_pending": False, **NO_REPORTS}
        return {**renamed(rows.comment(what)), **counts, **extra}

    def _creator(self, ident: int, where: Community) -> Json:
        who = self._store.people[ident]
        return {
            "creator": self._person(who),
            "creator_banned": who.banned,
            "creator_banned_from_community": self._store.banned(who, where),
            "creator_is_moderator": ident in where.moderators,
            "creator_is_admin": who.admin,
            "can_mod": self._may_moderate(where),
        }

    def _may_moderate(self, where: Community) -> bool:
        return self._viewer is not None and self._store.moderates(self._viewer, where)
