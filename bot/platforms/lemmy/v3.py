"""The calls of Lemmy's API version 3 (0.19), one thin method each. Names and paths as in the 0.19.20 server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import PAGE_SIZE, PAGES, Answer, Features, News, Notice, Page, Relations
from bot.platforms.lemmy.client import Client, Query
from bot.platforms.lemmy.errors import NO_MODERATOR
from bot.platforms.lemmy.logrows import LISTS, modern
from bot.platforms.lemmy.pacing import Kind, Need
from bot.platforms.protocol import Refused

#: Where a notice is marked as read, and under which name its number goes, by the part of a row that it is.
_READ = {
    "comment_reply": ("/comment/mark_as_read", "comment_reply_id"),
    "person_mention": ("/user/mention/mark_as_read", "person_mention_id"),
    "private_message": ("/private_message/mark_as_read", "private_message_id"),
}


class V3:
    """`/api/v3` of one server."""

    features = Features()

    def __init__(self, client: Client) -> None:
        self.client = client

    # The account

    async def login(self, username: str, password: str, code: str | None = None) -> Answer:
        body = {"username_or_email": username, "password": password, "totp_2fa_token": code}
        return await self.client.post("/api/v3/user/login", body, kind=Kind.REGISTER, need=Need.MODERATE)

    async def validate_auth(self) -> Answer:
        return await self._get("/user/validate_auth", need=Need.MODERATE)

    async def site(self) -> Answer:
        return await self._get("/site", need=Need.MODERATE)

    async def save_settings(self, settings: Mapping[str, object]) -> Answer:
        return await self._put("/user/save_user_settings", **settings)

    async def news(self) -> News:
        counts = await self._get("/user/unread_count")
        notices = any(fields.number(counts, key) for key in ("replies", "mentions"))
        return News(bool(fields.number(counts, "private_messages")), notices, await self._open_reports())

    async def _open_reports(self) -> int | None:
        try:
            counts = await self._get("/user/report_count")
        except Refused as refusal:
            if refusal.code not in NO_MODERATOR:
                raise
            return None
        return sum(fields.number(counts, f"{kind}_reports") or 0 for kind in ("post", "comment"))

    def notice(self, row: Mapping[str, Any], me: int) -> Notice | None:
        kind = next((kind for kind in _READ if kind in row), "")
        part = fields.part(row, kind)
        if fields.flag(part, "read") or fields.number(part, "recipient_id") not in {None, me}:
            return None
        return Notice(kind, fields.ident(part))

    async def mark_read(self, notice: Notice) -> Answer:
        path, name = _READ[notice.kind]
        body = {name: notice.number, "read": True}
        return await self.client.post(f"/api/v3{path}", body, need=Need.READ)

    # Reading

    async def community(self, name: str) -> Answer:
        return await self._get("/community", {"name": name}, Need.MODERATE)

    def follows(self, view: Mapping[str, Any]) -> bool:
        return view.get("subscribed") != "NotSubscribed"

    async def follow(self, community: int) -> Answer:
        return await self._post("/community/follow", community_id=community, follow=True)

    async def posts(self, community: int, after: str | None = None, *, size: int = PAGE_SIZE) -> Page:
        shown = {"show_read": True, "show_nsfw": True, "show_hidden": True}
        return await self._page(
            "/post/list", "posts", after, {"community_id": community, **_NEW, **shown}, size=size
        )

    async def comments(self, community: int, after: str | None = None, *, size: int = PAGE_SIZE) -> Page:
        return await self._page(
            "/comment/list", "comments", after, {"community_id": community, **_NEW}, size=size
        )

    async def thread(
        self, post: int | None, parent: int | None, after: str | None = None, *, size: int = PAGE_SIZE
    ) -> Page:
        # Without `max_depth`: with it, 300 comments are all there is.
        where = {"post_id": post, "parent_id": parent, "type_": "All", "sort": "Old"}
        return await self._page("/comment/list", "comments", after, where, size=size)

    async def post(self, ident: int, *, need: Need = Need.READ) -> Answer:
        return await self._get("/post", {"id": ident}, need)

    async def comment(self, ident: int, *, need: Need = Need.READ) -> Answer:
        return await self._get("/comment", {"id": ident}, need)

    async def private_messages(self, after: str | None = None, *, need: Need = Need.READ) -> Page:
        return await self._page(
            "/private_message/list", "private_messages", after, {"unread_only": False}, need=need
        )

    async def notices(self, after: str | None = None) -> Page:
        lists = (("/user/replies", "replies"), ("/user/mention", "mentions"))
        return await self._chain(lists, after, {"unread_only": True, "sort": "New"})

    async def reports(self, after: str | None = None, *, resolved: bool = False) -> Page:
        lists = tuple((f"/{kind}/report/list", f"{kind}_reports") for kind in ("post", "comment"))
        return await self._chain(lists, after, {"unresolved_only": not resolved})

    async def modlog(self, community: int, after: str | None = None, *, need: Need = Need.READ) -> Page:
        page = _count(after)
        answer = await self._get(
            "/modlog", {"community_id": community, "page": page, "limit": PAGE_SIZE}, need
        )
        full = any(len(fields.rows(answer, key)) >= PAGE_SIZE for key in LISTS)
        return Page(modern(answer), _next(page) if full else None)

    async def person(
        self, *, ident: int | None = None, username: str | None = None, need: Need = Need.READ
    ) -> Mapping[str, Any]:
        answer = await self._get("/user", {"person_id": ident, "username": username, "limit": 1}, need)
        return fields.maybe(fields.maybe(answer, "person_view"), "person")

    async def standing(self, ident: int) -> Mapping[str, Any]:
        view = fields.maybe(await self._get("/user", {"person_id": ident, "limit": 1}), "person_view")
        return {**fields.maybe(view, "person"), **fields.maybe(view, "counts")}

    async def said(self, kind: str, person: int, after: str | None = None, *, need: Need = Need.READ) -> Page:
        return await self._page("/user", f"{kind}s", after, {"person_id": person, "sort": "New"}, need=need)

    async def resolve(self, query: str) -> Answer:
        return await self._get("/resolve_object", {"q": query})

    async def search(self, query: str, *, by_link: bool) -> Page:
        how = {"q": query, "type_": "Url" if by_link else "Posts", "listing_type": "All", "sort": "New"}
        return await self._page("/search", "posts", None, how, kind=Kind.SEARCH)

    async def software(self, host: str) -> tuple[str, str] | None:
        del host  # nothing that this version can do depends on it
        return None

    async def relations(self) -> Relations:
        lists = fields.maybe(await self._get("/federated_instances"), "federated_instances")
        return Relations(_domains(lists, "blocked"), _domains(lists, "allowed"))

    # Saying

    async def create_post(
        self,
        community: int,
        name: str,
        body: str | None,
        url: str | None,
        *,
        nsfw: bool,
        language: int | None = None,
        key: str = "",
    ) -> Answer:
        del key  # this version has none
        said = {"community_id": community, "name": name, "body": body, "url": url}
        more = {"nsfw": nsfw, "language_id": language}
        return await self.client.post("/api/v3/post", said | more, kind=Kind.POST)

    async def create_comment(
        self,
        post: int,
        parent: int | None,
        content: str,
        language: int | None = None,
        *,
        key: str = "",
        need: Need = Need.SPEAK,
    ) -> Answer:
        del key
        said = {"post_id": post, "parent_id": parent, "content": content, "language_id": language}
        return await self.client.post("/api/v3/comment", said, kind=Kind.COMMENT, need=need)

    async def create_private_message(self, recipient: int, content: str, *, key: str = "") -> Answer:
        del key
        return await self._post("/private_message", recipient_id=recipient, content=content)

    async def edit(self, kind: str, ident: int, text: str, title: str | None = None) -> Answer:
        if kind == "post":
            return await self._put("/post", post_id=ident, body=text, name=title)
        path = _path(kind)
        return await self._put(path, **{_name(kind): ident, "content": text})

    async def delete(self, kind: str, ident: int) -> Answer:
        return await self._post(f"{_path(kind)}/delete", **{_name(kind): ident, "deleted": True})

    # Moderating

    async def distinguish(self, ident: int, *, on: bool) -> Answer:
        return await self._post("/comment/distinguish", comment_id=ident, distinguished=on)

    async def warn(self, kind: str, ident: int, reason: str, *, key: str = "") -> Answer:
        del ident, reason, key
        raise Refused(
            f"{self.client.url}: Lemmy 0.19 has no warnings of its own, for a {kind}", "not_supported"
        )

    async def feature(self, ident: int, *, on: bool) -> Answer:
        return await self._post("/post/feature", post_id=ident, featured=on, feature_type="Community")

    async def lock(self, kind: str, ident: int, reason: str, *, on: bool) -> Answer:
        del reason  # locking takes none in this version
        if kind != "post":
            raise Refused(f"only posts can be locked on this server, not a {kind}", "not_supported")
        return await self._post("/post/lock", post_id=ident, locked=on)

    async def resolve_report(self, kind: str, ident: int) -> Answer:
        return await self._put(f"/{kind}/report/resolve", report_id=ident, resolved=True)

    async def remove(self, kind: str, ident: int, reason: str, *, on: bool) -> Answer:
        return await self._post(f"/{kind}/remove", **{f"{kind}_id": ident, "removed": on, "reason": reason})

    async def close(self, community: int, *, on: bool) -> Answer:
        return await self._put("/community", community_id=community, posting_restricted_to_mods=on)

    async def ban(
        self, community: int, person: int, reason: str, *, on: bool, until: datetime | None = None
    ) -> Answer:
        return await self._post(
            "/community/ban_user",
            community_id=community,
            person_id=person,
            ban=on,
            expires=None if until is None else int(until.timestamp()),
            reason=reason,
        )

    # Calling

    async def _chain(self, lists: tuple[tuple[str, str], ...], after: str | None, query: Query) -> Page:
        """Several lists read one after the other, as if they were one."""
        number, _, page = (after or "0 1").partition(" ")
        path, key = lists[int(number)]
        found = await self._page(path, key, page, query)
        if found.after is not None:
            return Page(found.rows, f"{number} {found.after}")
        following = int(number) + 1
        return Page(found.rows, f"{following} 1" if following < len(lists) else None)

    async def _page(
        self,
        path: str,
        key: str,
        after: str | None,
        query: Query,
        *,
        size: int = PAGE_SIZE,
        kind: Kind = Kind.MESSAGE,
        need: Need = Need.READ,
    ) -> Page:
        page = _count(after)
        rows = fields.rows(await self._get(path, {"page": page, "limit": size, **query}, need, kind), key)
        return Page(rows, _next(page) if len(rows) >= size else None)

    async def _get(
        self, path: str, query: Query | None = None, need: Need = Need.READ, kind: Kind = Kind.MESSAGE
    ) -> Answer:
        return await self.client.get(f"/api/v3{path}", query, kind=kind, need=need)

    async def _post(self, path: str, **body: object) -> Answer:
        return await self.client.post(f"/api/v3{path}", body, need=Need.MODERATE)

    async def _put(self, path: str, **body: object) -> Answer:
        return await self.client.put(f"/api/v3{path}", body)


_NEW = {"type_": "All", "sort": "New"}


def _count(after: str | None) -> int:
    return int(after or 1)


def _next(page: int) -> str | None:
    return str(page + 1) if page < PAGES else None


def _path(kind: str) -> str:
    return "/private_message" if kind == "message" else f"/{kind}"


def _name(kind: str) -> str:
    return "private_message_id" if kind == "message" else f"{kind}_id"


def _domains(lists: Mapping[str, Any], key: str) -> frozenset[str]:
    rows = (row for row in fields.rows(lists, key) if isinstance(row, dict))
    return frozenset(fields.text(row, "domain") for row in rows)
