"""What a call is about: which posts, comments, people and lines of the log it asks for. The same for every version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import Comment, Community, LemmyError, ModAction, Notice, Person, Post, Report
from bot.demo.lemmy.store import newest_first

Json = dict[str, Any]

#: With `max_depth`, Lemmy gives this many comments and no further page.
DEPTH_LIMIT = 300


def the_community(call: Call) -> Community:
    found = _community(call)
    if found is None:
        raise LemmyError("couldnt_find_community")
    return found


def the_post(call: Call) -> Post:
    """The post that is asked for, by its own id or a comment's. What is gone is there for its author and moderators."""
    instance = call.instance
    below = call.maybe_number("comment_id")
    found = instance.the_post(instance.the_comment(below).post if below else call.number("id"))
    where = instance.community_of(found)
    own = call.caller is not None and (
        found.creator == call.caller.id or instance.moderates(call.caller, where)
    )
    if found.gone and not own:
        raise LemmyError("couldnt_find_post")
    return found


def the_person(call: Call) -> Person:
    """By id or name. Servers are known without their port; a real one would go and ask the one with a port, if it can."""
    ident, name = call.maybe_number("person_id"), call.maybe_text("username") or ""
    if ident is not None:
        return call.instance.person(ident)
    bare, _, server = name.partition("@")
    if ":" in server:
        raise LemmyError("couldnt_find_person")
    return call.instance.who(bare if server == call.instance.host.partition(":")[0] else name)


def listed_posts(call: Call) -> list[Post]:
    """Pinned ones first in a community, whatever the order. Without `type_`, only communities of this server."""
    where = _community(call)
    found = [post for post in call.instance.posts.values() if where is None or post.community == where.id]
    if _local_only(call):
        found = [post for post in found if call.instance.community_of(post).local]
    visible = newest_first(post for post in found if seen_by(call, post))
    if where is not None:
        visible.sort(key=lambda post: not post.featured)
    return visible


def seen_by(call: Call, post: Post) -> bool:
    """Listings never show removed posts, deleted ones only to their author, and NSFW ones only on demand."""
    own = call.caller is not None and post.creator == call.caller.id
    wanted = call.flag("show_nsfw", default=bool(call.caller and call.caller.settings.get("show_nsfw")))
    return not post.removed and (not post.deleted or own) and (wanted or not post.nsfw)


def listed_comments(call: Call) -> list[Comment]:
    instance, where = call.instance, _community(call)
    parent, above = call.maybe_number("parent_id"), call.maybe_number("post_id")
    found: Iterable[Comment] = instance.comments.values()
    if parent is not None:
        top = instance.the_comment(parent)
        found = [top, *instance.below(top)]
    elif above is not None:
        found = instance.comments_of(instance.the_post(above))
    found = [c for c in found if where is None or instance.community_of(c).id == where.id]
    if _local_only(call):
        found = [c for c in found if instance.community_of(c).local]
    oldest_first = (call.maybe_text("sort") or "").lower() == "old"
    return sorted(found, key=lambda c: (c.published, c.id), reverse=not oldest_first)


def shallow(call: Call, found: list[Comment]) -> list[Comment]:
    """No deeper than asked for, which are the same 300 at most, whatever page is asked for."""
    parent, depth = call.maybe_number("parent_id"), call.number("max_depth")
    base = call.instance.the_comment(parent).path.count(".") if parent is not None else 0
    return [c for c in found if c.path.count(".") - base <= depth][:DEPTH_LIMIT]


def said_by(call: Call, who: Person) -> tuple[list[Post], list[Comment]]:
    instance, where = call.instance, call.maybe_number("community_id")
    posts_ = [
        p
        for p in newest_first(instance.posts.values())
        if p.creator == who.id and seen_by(call, p) and where in {None, p.community}
    ]
    comments_ = [
        c
        for c in instance.comments.values()
        if c.creator == who.id and where in {None, instance.community_of(c).id}
    ]
    return posts_, sorted(comments_, key=lambda c: (c.published, c.id), reverse=True)


def about_comments(call: Call) -> list[Notice]:
    """The notices that 0.19 knows: one's replies and mentions in comments."""
    notices = call.instance.notices.values()
    return [n for n in notices if n.recipient == call.me.id and n.comment is not None and not n.again]


def listed_reports(call: Call, *, unresolved: bool) -> list[Report]:
    """Of the communities that the caller moderates: open ones oldest first, all of them newest first."""
    me, instance = call.me, call.instance
    if not any(instance.moderates(me, where) for where in instance.communities.values()):
        raise LemmyError("not_a_mod_or_admin")
    found = [
        r
        for r in instance.reports.values()
        if not (unresolved and r.resolved)
        and instance.moderates(me, instance.community_of(_target(call, r.kind, r.target)))
    ]
    return found if unresolved else found[::-1]


def log_lines(call: Call) -> list[ModAction]:
    where = call.maybe_number("community_id")
    return [a for a in reversed(call.instance.modlog) if where in {None, a.community}]


def local_user(me: Person) -> Json:
    """An account's settings."""
    return {
        "id": me.id,
        "person_id": me.id,
        "admin": me.admin,
        "show_nsfw": False,
        "show_read_posts": True,
        "show_bot_accounts": True,
        "totp_2fa_enabled": me.totp is not None,
        **me.settings,
    }


def _community(call: Call) -> Community | None:
    """The community that is asked for, by id or name."""
    instance, ident = call.instance, call.maybe_number("community_id") or call.maybe_number("id")
    name = call.maybe_text("community_name") or call.maybe_text("name")
    if ident is not None:
        return instance.community(ident)
    return instance.where(name) if name else None


def _local_only(call: Call) -> bool:
    """Without a `type_`, lists hold what is on this server."""
    return (call.maybe_text("type_") or "local").lower() == "local"


def _target(call: Call, kind: str, ident: int) -> Post | Comment:
    return call.instance.posts[ident] if kind == "post" else call.instance.comments[ident]
