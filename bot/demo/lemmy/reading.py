"""What can be read from the in-memory server: the GET calls of API v3, each a function from a call to its answer."""

from __future__ import annotations

from typing import Any

from bot.demo.lemmy import choice, presets, rows
from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError, Post
from bot.demo.lemmy.store import newest_first

Json = dict[str, Any]

VERSION = "0.19.20"

LANGUAGES = ({"id": 0, "code": "und", "name": "Undetermined"}, {"id": 37, "code": "en", "name": "English"})


#: What happens on real servers only.
NEVER_LOGGED = (
    "added",
    "admin_purged_comments",
    "admin_purged_communities",
    "admin_purged_persons",
    "admin_purged_posts",
    "banned",
    "hidden_communities",
    "removed_communities",
    "transferred_to_community",
)


def site(call: Call, limits: Json) -> Json:
    instance, since = call.instance, rows.moment(call.instance.since)
    answer: Json = {
        "site_view": {
            "site": {
                "id": 1,
                "instance_id": rows.INSTANCE_ID,
                "name": instance.title,
                "actor_id": f"https://{instance.host}/",
                "inbox_url": f"https://{instance.host}/inbox",
                "public_key": "",
                "published": since,
                "last_refreshed_at": since,
            },
            "local_site": {**presets.LOCAL_SITE, "published": since},
            "local_site_rate_limit": {**presets.OTHER_LIMITS, **limits, "published": since},
            "counts": {**counts(call), "site_id": 1},
        },
        "taglines": [],
        "custom_emojis": [],
        "blocked_urls": [],
        "admins": [call.views.person(p) for p in instance.people.values() if p.admin],
        "version": VERSION,
        "all_languages": list(LANGUAGES),
        "discussion_languages": [],
    }
    if call.caller:
        me = call.caller
        answer["my_user"] = {
            "local_user_view": {
                "local_user": {**presets.LOCAL_USER, **choice.local_user(me)},
                "local_user_vote_display_mode": {"local_user_id": me.id, **presets.VOTE_DISPLAY},
                "person": rows.person(me),
                "counts": call.views.person(me)["counts"],
            },
            "follows": [],
            "moderates": [
                {"community": rows.community(c), "moderator": rows.person(me)}
                for c in instance.communities.values()
                if me.id in c.moderators
            ],
            "community_blocks": [],
            "instance_blocks": [],
            "person_blocks": [],
            "discussion_languages": list(me.languages),
        }
    return answer


def counts(call: Call) -> Json:
    """How much there is on this server."""
    instance = call.instance
    return {
        "users": sum(p.local for p in instance.people.values()),
        "posts": len(instance.posts),
        "comments": len(instance.comments),
        "communities": len(instance.communities),
        **presets.ACTIVE,
    }


def validate_auth(call: Call) -> Json:
    return {"success": bool(call.me)}


def community(call: Call) -> Json:
    where = choice.the_community(call)
    return {
        "community_view": call.views.community(where),
        "moderators": call.views.moderators(where),
        "discussion_languages": [],
    }


def posts(call: Call) -> Json:
    page = call.page(choice.listed_posts(call))
    answer: Json = {"posts": [call.views.post(post) for post in page]}
    if page:
        answer["next_page"] = f"P{page[-1].id:x}"
    return answer


def post(call: Call) -> Json:
    found = choice.the_post(call)
    where = call.instance.community_of(found)
    return {
        "post_view": call.views.post(found),
        "community_view": call.views.community(where),
        "moderators": call.views.moderators(where),
        "cross_posts": [call.views.post(other) for other in call.instance.cross_posts(found)],
    }


def comments(call: Call) -> Json:
    found = choice.listed_comments(call)
    page = call.page(found) if call.maybe_number("max_depth") is None else choice.shallow(call, found)
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
    mine = [n for n in choice.about_comments(call) if not n.read]
    return {
        "replies": sum(n.kind_in_v3 == "reply" for n in mine),
        "mentions": sum(n.kind_in_v3 == "mention" for n in mine),
        "private_messages": sum(
            m.recipient == me.id and not m.read and not m.deleted for m in call.instance.messages.values()
        ),
    }


def report_count(call: Call) -> Json:
    found = choice.listed_reports(call, unresolved=True)
    return {f"{kind}_reports": sum(r.kind == kind for r in found) for kind in ("post", "comment")}


def post_reports(call: Call) -> Json:
    return {"post_reports": _reports(call, "post")}


def comment_reports(call: Call) -> Json:
    return {"comment_reports": _reports(call, "comment")}


def _reports(call: Call, kind: str) -> list[Json]:
    found = choice.listed_reports(call, unresolved=call.flag("unresolved_only"))
    return [call.views.report(r) for r in call.page(r for r in found if r.kind == kind)]


def modlog(call: Call) -> Json:
    """Parallel lists, newest first; a page is a page of each."""
    kinds = (
        "removed_posts",
        "locked_posts",
        "featured_posts",
        "removed_comments",
        "banned_from_community",
        "added_to_community",
    )
    lines = choice.log_lines(call)
    known = {
        kind: [call.views.mod_action(a) for a in call.page(a for a in lines if a.kind == kind)]
        for kind in kinds
    }
    return {**known, **{kind: [] for kind in NEVER_LOGGED}}


def person(call: Call) -> Json:
    """Somebody, and a page of what they said, newest first."""
    who = choice.the_person(call)
    posts_, comments_ = choice.said_by(call, who)
    return {
        "person_view": call.views.person(who),
        "posts": [call.views.post(p) for p in call.page(posts_)],
        "comments": [call.views.comment(c) for c in call.page(comments_)],
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


def federated_instances(call: Call) -> Json:
    lists = {
        "linked": set(call.instance.software),
        "allowed": call.instance.allowed,
        "blocked": call.instance.blocked,
    }
    return {
        "federated_instances": {
            key: [{"id": n, "domain": host} for n, host in enumerate(sorted(hosts), start=2)]
            for key, hosts in lists.items()
        }
    }


def _notices(call: Call, kind: str) -> list[Json]:
    found = [n for n in choice.about_comments(call) if n.kind_in_v3 == kind]
    if call.flag("unread_only"):
        found = [n for n in found if not n.read]
    found.sort(key=lambda n: (n.published, n.id), reverse=True)
    return [call.views.notice(n, call.instance.the_comment(n.comment or 0)) for n in call.page(found)]
