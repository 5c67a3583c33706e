"""What can be read from the in-memory server: the GET calls of API v3, each a function from a call to its answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.demo.lemmy import rows
from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import Comment, Community, LemmyError, Person, Post
from bot.demo.lemmy.store import newest_first

Json = dict[str, Any]

VERSION = "0.19.20"

#: With `max_depth`, Lemmy gives this many comments and no further page.
DEPTH_LIMIT = 300

LANGUAGES = ({"id": 0, "code": "und", "name": "Undetermined"}, {"id": 37, "code": "en", "name": "English"})


def site(call: Call, limits: Json) -> Json:
    instance = call.instance
    answer: Json = {
        "site_view": {
            "site": {"id": 1, "name": instance.title, "actor_id": f"https://{instance.host}/"},
            "local_site": {"id": 1, "enable_downvotes": True, "default_post_listing_type": "Local"},
            "local_site_rate_limit": limits,
            "counts": {"users": sum(p.local for p in instance.people.values())},
        },
        "admins": [call.views.person(p) for p in instance.people.values() if p.admin],
        "version": VERSION,
        "all_languages": list(LANGUAGES),
        "discussion_languages": [],
    }
    if call.caller:
        me = call.caller
        answer["my_user"] = {
            "local_user_view": {
                "local_user": {
                    "id": me.id,
                    "person_id": me.id,
                    "show_nsfw": False,
                    "show_read_posts": True,
                    "show_bot_accounts": True,
                    **me.settings,
                },
                "person": rows.person(me),
                "counts": call.views.person(me)["counts"],
            },
            "follows": [],
            "moderates": [
                {"community": rows.community(c), "moderator": rows.person(me)}
                for c in instance.communities.values()
                if me.id in c.moderators
            ],
            "discussion_languages": list(me.languages),
        }
    return answer


def validate_auth(call: Call) -> Json:
    return {"success": bool(call.me)}


def community(call: Call) -> Json:
    where = _community(call)
    if where is None:
        raise LemmyError("couldnt_find_community")
    return {
        "community_view": call.views.community(where),
        "moderators": call.views.moderators(where),
        "discussion_languages": [],
    }


def posts(call: Call) -> Json:
    """Pinned ones first in a community, whatever the order. Without `type_`, only communities of this server."""
    where = _community(call)
    found = [post for post in call.instance.posts.values() if where is None or post.community == where.id]
    if call.maybe_text("type_") in {None, "Local"}:
        found = [post for post in found if call.instance.community_of(post).local]
    visible = newest_first(post for post in found if _visible(call, post))
    if where is not None:
        visible.sort(key=lambda post: not post.featured)
    page = call.page(visible)
    answer: Json = {"posts": [call.views.post(post) for post in page]}
    if page:
        answer["next_page"] = f"P{page[-1].id:x}"
    return answer


def post(call: Call) -> Json:
    instance = call.instance
    below = call.maybe_number("comment_id")
    found = instance.the_post(instance.the_comment(below).post if below else call.number("id"))
    where = instance.community_of(found)
    own = call.caller is not None and (
        found.creator == call.caller.id or instance.moderates(call.caller, where)
    )
    if found.gone and not own:
        raise LemmyError("couldnt_find_post")
    return {
        "post_view": call.views.post(found),
        "community_view": call.views.community(where),
        "moderators": call.views.moderators(where),
        "cross_posts": [call.views.post(other) for other in instance.cross_posts(found)],
    }


def comments(call: Call) -> Json:
    instance, where = call.instance, _community(call)
    parent, above = call.maybe_number("parent_id"), call.maybe_number("post_id")
    found: Iterable[Comment] = instance.comments.values()
    if parent is not None:
        top = instance.the_comment(parent)
        found = [top, *instance.below(top)]
    elif above is not None:
        found = instance.comments_of(instance.the_post(above))
    found = [c for c in found if where is None or instance.community_of(c).id == where.id]
    if call.maybe_text("type_") in {None, "Local"}:
        found = [c for c in found if instance.community_of(c).local]
    found.sort(key=lambda c: (c.published, c.id), reverse=call.maybe_text("sort") != "Old")
    if parent is not None or above is not None:
        found.sort(key=lambda c: not c.distinguished)
    depth = call.maybe_number("max_depth")
    if depth is None:
        page = call.page(found)
    else:
        base = instance.the_comment(parent).path.count(".") if parent is not None else 0
        page = [c for c in found if c.path.count(".") - base <= depth][:DEPTH_LIMIT]
    return {"comments": [call.views.comment(c) for c in page]}


def comment(call: Call) -> Json:
    found = call.instance.the_comment(call.number("id"))
    return {"comment_view": call.views.comment(found), "recipient_ids": []}


def private_messages(call: Call) -> Json:
    """Received and sent ones, unless only unread ones are asked for."""
    me = call.me
    unread = call.flag("unread_only")
    found = [
        m
        for m in call.instance.messages.values()
        if not m.deleted
        and (m.recipient == me.id or (m.creator == me.id and not unread))
        and not (unread and m.read)
    ]
    found.sort(key=lambda m: (m.published, m.id), reverse=True)
    return {"private_messages": [call.views.private_message(m) for m in call.page(found)]}


def replies(call: Call) -> Json:
    return {"replies": _notices(call, "reply")}


def mentions(call: Call) -> Json:
    return {"mentions": _notices(call, "mention")}


def unread_count(call: Call) -> Json:
    me = call.me
    mine = [n for n in call.instance.notices.values() if n.recipient == me.id and not n.read]
    return {
        "replies": sum(n.kind == "reply" for n in mine),
        "mentions": sum(n.kind == "mention" for n in mine),
        "private_messages": sum(
            m.recipient == me.id and not m.read and not m.deleted for m in call.instance.messages.values()
        ),
    }


def report_count(call: Call) -> Json:
    return {f"{kind}_reports": len(_open_reports(call, kind)) for kind in ("post", "comment")}


def post_reports(call: Call) -> Json:
    return {"post_reports": [call.views.report(r) for r in call.page(_open_reports(call, "post"))]}


def comment_reports(call: Call) -> Json:
    return {"comment_reports": [call.views.report(r) for r in call.page(_open_reports(call, "comment"))]}


def modlog(call: Call) -> Json:
    """Parallel lists, newest first; a page is a page of each."""
    where = call.maybe_number("community_id")
    kinds = (
        "removed_posts",
        "locked_posts",
        "featured_posts",
        "removed_comments",
        "banned_from_community",
    )
    lines = [a for a in reversed(call.instance.modlog) if where in {None, a.community}]
    return {
        kind: [call.views.mod_action(a) for a in call.page(a for a in lines if a.kind == kind)]
        for kind in kinds
    }


def person(call: Call) -> Json:
    """Somebody, and a page of what they said, newest first."""
    instance = call.instance
    ident, name = call.maybe_number("person_id"), call.maybe_text("username")
    who = instance.person(ident) if ident is not None else instance.who(name or "")
    where = call.maybe_number("community_id")
    said = [p for p in newest_first(instance.posts.values()) if p.creator == who.id and _visible(call, p)]
    answered = [c for c in instance.comments.values() if c.creator == who.id and not c.gone]
    answered.sort(key=lambda c: (c.published, c.id), reverse=True)
    return {
        "person_view": call.views.person(who),
        "posts": [call.views.post(p) for p in call.page(p for p in said if where in {None, p.community})],
        "comments": [
            call.views.comment(c)
            for c in call.page(c for c in answered if where in {None, instance.community_of(c).id})
        ],
        "moderates": [],
    }


def resolve(call: Call) -> Json:
    """What is known under an ActivityPub address, `!community@host` or `@person@host`."""
    instance, query = call.instance, call.text("q")
    views_ = call.views
    for post_ in instance.posts.values():
        if query == post_.ap_id:
            return {"post": views_.post(post_)}
    for comment_ in instance.comments.values():
        if query == comment_.ap_id:
            return {"comment": views_.comment(comment_)}
    for where in instance.communities.values():
        if query in {where.actor_id, f"!{where.handle}"}:
            return {"community": views_.community(where)}
    for who in instance.people.values():
        if query in {who.actor_id, f"@{who.handle}"}:
            return {"person": views_.person(who)}
    raise LemmyError("couldnt_find_object")


def search(call: Call) -> Json:
    query, kind = call.text("q"), call.maybe_text("type_") or "All"
    found: list[Post] = []
    if kind == "Url":
        found = [p for p in call.instance.posts.values() if p.url == query]
    elif kind in {"Posts", "All"}:
        needle = query.casefold()
        found = [p for p in call.instance.posts.values() if needle in f"{p.name}\n{p.body or ''}".casefold()]
    visible = newest_first(p for p in found if not p.gone)
    return {
        "type_": kind,
        "posts": [call.views.post(p) for p in call.page(visible)],
        "comments": [],
        "communities": [],
        "users": [],
    }


def _community(call: Call) -> Community | None:
    """The community that is asked for, by id or name."""
    instance, ident = call.instance, call.maybe_number("community_id") or call.maybe_number("id")
    name = call.maybe_text("community_name") or call.maybe_text("name")
    if ident is not None:
        return instance.community(ident)
    return instance.where(name) if name else None


def _visible(call: Call, post: Post) -> bool:
    """Listings never show removed posts, deleted ones only to their author, and NSFW ones only on demand."""
    own = call.caller is not None and post.creator == call.caller.id
    wanted = call.flag("show_nsfw", default=bool(call.caller and call.caller.settings.get("show_nsfw")))
    return not post.removed and (not post.deleted or own) and (wanted or not post.nsfw)


def _notices(call: Call, kind: str) -> list[Json]:
    me = call.me
    found = [n for n in call.instance.notices.values() if n.kind == kind and n.recipient == me.id]
    if call.flag("unread_only"):
        found = [n for n in found if not n.read]
    found.sort(key=lambda n: (n.published, n.id), reverse=True)
    return [call.views.notice(n) for n in call.page(found)]


def _open_reports(call: Call, kind: str) -> list[Any]:
    """Of the communities that the caller moderates, oldest first. Only for moderators of something."""
    me: Person = call.me
    instance = call.instance
    if not any(instance.moderates(me, where) for where in instance.communities.values()):
        raise LemmyError("not_a_mod_or_admin")
    return [
        r
        for r in instance.reports.values()
        if r.kind == kind
        and not r.resolved
        and instance.moderates(me, instance.community_of(_target(call, kind, r.target)))
    ]


def _target(call: Call, kind: str, ident: int) -> Post | Comment:
    return call.instance.posts[ident] if kind == "post" else call.instance.comments[ident]
