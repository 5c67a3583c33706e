"""What can be read from the in-memory server by API v4: the GET calls, each a function from a call to its answer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bot.demo.lemmy import choice, presets, reading, rows
from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import Comment, LemmyError, Notice, Post
from bot.demo.lemmy.store import newest_first
from bot.demo.lemmy.views4 import renamed

Json = dict[str, Any]
T = TypeVar("T")

LARGEST_PAGE = 50
DEFAULT_PAGE = 20


def site(call: Call, limits: Json) -> Json:
    old = reading.site(call, limits)
    instance, since = call.instance, rows.moment(call.instance.since)
    site = {k: v for k, v in old["site_view"]["site"].items() if k != "public_key"}
    return {
        "site_view": {
            "site": renamed(site),
            "local_site": {**presets.LOCAL_SITE4, **reading.counts(call), "published_at": since},
            "local_site_rate_limit": {**presets.OTHER_LIMITS4, **limits, "published_at": since},
            "instance": {"id": rows.INSTANCE_ID, "domain": instance.host, "published_at": since},
        },
        "admins": [call.views4.person(p) for p in instance.people.values() if p.admin],
        "version": VERSION,
        "all_languages": old["all_languages"],
        "discussion_languages": [],
        "oauth_providers": [],
        "admin_oauth_providers": [],
        "blocked_urls": [],
        "active_plugins": [],
        "captcha_enabled": False,
    }


VERSION = "1.0.0-beta.1"


def account(call: Call) -> Json:
    me, views = call.me, call.views4
    return {
        "local_user_view": {
            "local_user": {**presets.LOCAL_USER4, **choice.local_user(me)},
            "person": views.person(me)["person"],
            "banned": me.banned,
        },
        "follows": [],
        "moderates": [
            row
            for where in call.instance.communities.values()
            for row in views.moderators(where)
            if row["moderator"]["id"] == me.id
        ],
        "multi_community_follows": [],
        "community_blocks": [],
        "instance_communities_blocks": [],
        "instance_persons_blocks": [],
        "person_blocks": [],
        "keyword_blocks": [],
        "discussion_languages": list(me.languages),
    }


def unread_counts(call: Call) -> Json:
    answer: Json = {"notification_count": sum(not n.read for n in _inbox(call))}
    try:
        answer["report_count"] = len(choice.listed_reports(call, unresolved=True))
    except LemmyError:  # who moderates nothing has no such count
        return answer
    return answer


def community(call: Call) -> Json:
    where = choice.the_community(call)
    return {
        "community_view": call.views4.community(where),
        "moderators": call.views4.moderators(where),
        "discussion_languages": [],
    }


def posts(call: Call) -> Json:
    found = choice.listed_posts(call)
    term = call.maybe_text("search_term")
    if term is not None:
        found = [post for post in found if _matches(post, term, by_link=call.flag("search_url_only"))]
    return _page(call, found, lambda post: post.id, call.views4.post)


def _matches(post: Post, term: str, *, by_link: bool) -> bool:
    if by_link:
        return post.url == term
    return term.casefold() in f"{post.name}\n{post.body or ''}".casefold()


def post(call: Call) -> Json:
    found = choice.the_post(call)
    where = call.instance.community_of(found)
    return {
        "post_view": call.views4.post(found),
        "community_view": call.views4.community(where),
        "moderators": call.views4.moderators(where),
        "cross_posts": [call.views4.post(other) for other in call.instance.cross_posts(found)],
    }


def comments(call: Call) -> Json:
    """By time alone: of two comments of the very same time with a page's end between them, the second is nowhere."""
    found = choice.listed_comments(call)
    if call.maybe_number("max_depth") is not None:
        return {"items": [call.views4.comment(c) for c in choice.shallow(call, found)]}
    cursor = call.maybe_text("page_cursor")
    if cursor:
        last = call.instance.the_comment(_opened(cursor))
        at = found.index(last) + 1 if last in found else 0
        found = [c for c in found[at:] if c.published != last.published]
    return _cut(call, found, lambda c: c.id, call.views4.comment)


def comment(call: Call) -> Json:
    return {"comment_view": call.views4.comment(call.instance.the_comment(call.number("id")))}


def notifications(call: Call) -> Json:
    """Newest first. Private messages that one sent are among them when only such are asked for."""
    kind, unread = call.maybe_text("type_"), call.flag("unread_only")
    found = _inbox(call)
    if kind == "private_message" and not unread:
        me = call.me
        sent = [n for n in call.instance.notices.values() if n.message is not None and n.creator == me.id]
        found = [*found, *(n for n in sent if _there(call, n))]
    found = [n for n in found if kind in {None, "all", n.kind} and not (unread and n.read)]
    found.sort(key=lambda n: (n.published, n.id), reverse=True)
    return _page(call, found, lambda n: n.id, call.views4.notice)


def reports(call: Call) -> Json:
    found = choice.listed_reports(call, unresolved=call.flag("unresolved_only"))
    kind = call.maybe_text("type_") or "all"
    chosen = [r for r in found if kind in {"all", f"{r.kind}s"}]
    return _page(call, chosen, lambda r: r.id, lambda r: {"type_": r.kind, **call.views4.report(r)})


def modlog(call: Call) -> Json:
    return _page(call, choice.log_lines(call), lambda line: line.id, call.views4.mod_action)


def person(call: Call) -> Json:
    return {
        "person_view": call.views4.person(choice.the_person(call)),
        "moderates": [],
        "multi_communities_created": [],
    }


def content(call: Call) -> Json:
    """What somebody said, newest first, posts and comments mixed unless one of them is asked for."""
    posts_, comments_ = choice.said_by(call, choice.the_person(call))
    kind = call.maybe_text("type_") or "all"
    found: list[Post | Comment] = [
        *(posts_ if kind in {"all", "posts"} else ()),
        *(comments_ if kind in {"all", "comments"} else ()),
    ]
    found.sort(key=lambda thing: (thing.published, thing.id), reverse=True)

    def view(thing: Post | Comment) -> Json:
        if isinstance(thing, Post):
            return {"type_": "post", **call.views4.post(thing)}
        return {"type_": "comment", **call.views4.comment(thing)}

    return _page(call, found, lambda thing: thing.id * 2 + isinstance(thing, Post), view)


def resolve(call: Call) -> Json:
    """What is known under an ActivityPub address, `!community@host` or `@person@host`."""
    instance, query, views = call.instance, call.text("q"), call.views4
    for post_ in instance.posts.values():
        if query == post_.ap_id:
            return {"type_": "post", **views.post(post_)}
    for comment_ in instance.comments.values():
        if query == comment_.ap_id:
            return {"type_": "comment", **views.comment(comment_)}
    for where in instance.communities.values():
        if query in {where.actor_id, f"!{where.handle}"}:
            return {"type_": "community", **views.community(where)}
    for who in instance.people.values():
        if query in {who.actor_id, f"@{who.handle}"}:
            return {"type_": "person", **views.person(who)}
    raise LemmyError("couldnt_find_object")


def search(call: Call) -> Json:
    term, kind = call.text("search_term"), call.maybe_text("type_") or "all"
    by_link = call.flag("post_url_only")
    found = [p for p in call.instance.posts.values() if not p.gone and _matches(p, term, by_link=by_link)]
    chosen = newest_first(found) if kind in {"all", "posts"} else []
    return {
        "posts": [call.views4.post(p) for p in chosen[: _size(call)]],
        "comments": [],
        "communities": [],
        "persons": [],
        "multi_communities": [],
    }


def federated_instances(call: Call) -> Json:
    wanted, kind = call.maybe_text("domain_filter") or "", call.maybe_text("kind") or "all"
    if kind in {"blocked", "allowed"}:
        hosts = call.instance.blocked if kind == "blocked" else call.instance.allowed
        return {
            "items": [
                {"instance": {"id": n, "domain": host}} for n, host in enumerate(sorted(hosts), start=2)
            ]
        }
    items = [
        {"instance": {"id": number, "domain": host, "software": name, "version": version}}
        for number, (host, (name, version)) in enumerate(call.instance.software.items(), start=2)
        if wanted in host
    ]
    return {"items": items}


# Pages


def _inbox(call: Call) -> list[Notice]:
    me = call.me
    return [n for n in call.instance.notices.values() if n.recipient == me.id and _there(call, n)]


def _there(call: Call, notice: Notice) -> bool:
    """Whether what a notice is about is still to be seen; bots are hidden from who hides them."""
    instance = call.instance
    if instance.people[notice.creator].bot_account and not call.me.settings.get("show_bot_accounts", True):
        return False
    if notice.comment is not None:
        return notice.comment in instance.comments and not instance.comments[notice.comment].gone
    if notice.post is not None:
        return notice.post in instance.posts and not instance.posts[notice.post].gone
    if notice.message is not None:
        return notice.message in instance.messages and not instance.messages[notice.message].deleted
    return True


def _page(call: Call, found: Sequence[T], key: Callable[[T], int], view: Callable[[T], Json]) -> Json:
    """The part of a list that follows the row which a cursor names. Raises LemmyError when that row is gone."""
    cursor = call.maybe_text("page_cursor")
    if cursor:
        last = _opened(cursor)
        at = next((n for n, thing in enumerate(found) if key(thing) == last), None)
        if at is None:
            raise LemmyError("not_found")
        found = found[at + 1 :]
    return _cut(call, found, key, view)


def _cut(call: Call, found: Sequence[T], key: Callable[[T], int], view: Callable[[T], Json]) -> Json:
    size = _size(call)
    page = found[:size]
    answer: Json = {"items": [view(thing) for thing in page]}
    if len(page) == size:
        answer["next_page"] = _closed(key(page[-1]))
    if page and call.maybe_text("page_cursor"):
        answer["prev_page"] = _closed(key(page[0]))
    return answer


def _size(call: Call) -> int:
    limit = call.maybe_number("limit")
    size = DEFAULT_PAGE if limit is None else limit
    if not 1 <= size <= LARGEST_PAGE:
        raise LemmyError("invalid_fetch_limit")
    return size


def _closed(number: int) -> str:
    """A cursor: not for clients to read."""
    return base64.urlsafe_b64encode(f"b=false&d={number}".encode()).decode().rstrip("=")


def _opened(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return int(text.removeprefix("b=false&d="))
    except (binascii.Error, ValueError):
        raise LemmyError("couldnt_parse_pagination_token") from None
