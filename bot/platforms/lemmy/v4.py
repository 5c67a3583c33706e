"""The calls of Lemmy's API version 4 (1.0), one thin method each. Names and paths as in the 1.0.0-beta.1 server.

Everything is read by cursor. What creates something carries an idempotency key: the server answers a repeated one with
422, also when the first call failed, and keeps keys for some minutes (`idempotency.rs`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import PAGE_SIZE, Answer, Features, News, Notice, Page, Relations, pages
from bot.platforms.lemmy.client import Client, Query
from bot.platforms.lemmy.pacing import Kind, Need
from bot.platforms.protocol import Busy, Refused, Unreachable

#: The server ignores a longer key.
KEY_LENGTH = 32

#: Keys of which we remember that they were used up by a call that surely failed.
SPENT = 1_000


#: What the server answers to a cursor whose row is gone.
LOST = frozenset({"not_found", "couldnt_parse_pagination_token"})


class V4:
    """`/api/v4` of one server."""

    features = Features(warn=True, keys=True, lock_comments=True)

    def __init__(self, client: Client) -> None:
        self.client = client
        #: How often a call of each key was answered with a clear no, so that its next attempt needs a fresh one.
        self._spent: dict[str, int] = {}

    # The account

    async def login(self, username: str, password: str, code: str | None = None) -> Answer:
        body = {
            "username_or_email": username,
            "password": password,
            "totp_2fa_token": code,
            "stay_logged_in": True,  # else the token dies after a week
        }
        return await self.client.post(
            "/api/v4/account/auth/login", body, kind=Kind.REGISTER, need=Need.MODERATE
        )

    async def validate_auth(self) -> Answer:
        return await self._get("/account/validate_auth", need=Need.MODERATE)

    async def site(self) -> Answer:
        site = await self._get("/site", need=Need.MODERATE)
        return (
            {**site, "my_user": await self._get("/account", need=Need.MODERATE)}
            if self.client.token
            else site
        )

    async def save_settings(self, settings: Mapping[str, object]) -> Answer:
        return await self.client.put("/api/v4/account/settings/save", settings)

    async def news(self) -> News:
        counts = await self._get("/account/unread_counts")
        waiting = bool(fields.number(counts, "notification_count"))
        return News(waiting, waiting, fields.number(counts, "report_count"))

    def notice(self, row: Mapping[str, Any], me: int) -> Notice | None:
        part = fields.part(row, "notification")
        if fields.flag(part, "read") or fields.number(part, "recipient_id") not in {None, me}:
            return None
        return Notice("notification", fields.ident(part))

    async def mark_read(self, notice: Notice) -> Answer:
        body = {"notification_id": notice.number, "read": True}
        path = "/api/v4/account/notification/mark_as_read"
        return await self.client.post(path, body, need=Need.READ)

    # Reading

    async def community(self, name: str) -> Answer:
        return await self._get("/community", {"name": name}, Need.MODERATE)

    def follows(self, view: Mapping[str, Any]) -> bool:
        mine = fields.maybe(view, "community_actions")
        return bool(mine.get("follow_state") or mine.get("followed_at"))

    async def follow(self, community: int) -> Answer:
        return await self._post("/community/follow", {"community_id": community, "follow": True})

    async def posts(self, community: int, after: str | None = None, *, size: int = PAGE_SIZE) -> Page:
        shown = {"show_read": True, "show_nsfw": True, "show_hidden": True, "hide_posts_with_media": False}
        return await self._page("/post/list", after, {"community_id": community, **_NEW, **shown}, size=size)

    async def comments(self, community: int, after: str | None = None, *, size: int = PAGE_SIZE) -> Page:
        return await self._page("/comment/list", after, {"community_id": community, **_NEW}, size=size)

    async def thread(
        self, post: int | None, parent: int | None, after: str | None = None, *, size: int = PAGE_SIZE
    ) -> Page:
        where = {**_NEW, "sort": "old", "post_id": post, "parent_id": parent}
        return await self._page("/comment/list", after, where, size=size)

    async def post(self, ident: int, *, need: Need = Need.READ) -> Answer:
        return await self._get("/post", {"id": ident}, need)

    async def comment(self, ident: int, *, need: Need = Need.READ) -> Answer:
        return await self._get("/comment", {"id": ident}, need)

    async def private_messages(self, after: str | None = None, *, need: Need = Need.READ) -> Page:
        return await self._notifications(after, {"type_": "private_message"}, need)

    async def notices(self, after: str | None = None) -> Page:
        return await self._notifications(after, {"unread_only": True})

    async def reports(self, after: str | None = None, *, resolved: bool = False) -> Page:
        page = await self._page("/report/list", after, {"unresolved_only": not resolved})
        wanted = {"post", "comment"}
        return Page([r for r in page.rows if isinstance(r, dict) and r.get("type_") in wanted], page.after)

    async def modlog(self, community: int, after: str | None = None, *, need: Need = Need.READ) -> Page:
        return await self._page("/modlog", after, {"community_id": community, "show_bulk": True}, need=need)

    async def person(
        self, *, ident: int | None = None, username: str | None = None, need: Need = Need.READ
    ) -> Mapping[str, Any]:
        answer = await self._get("/person", {"person_id": ident, "username": username}, need)
        return fields.maybe(fields.maybe(answer, "person_view"), "person")

    async def standing(self, ident: int) -> Mapping[str, Any]:
        return await self.person(ident=ident)  # its row holds the counts

    async def said(self, kind: str, person: int, after: str | None = None, *, need: Need = Need.READ) -> Page:
        return await self._page(
            "/person/content", after, {"person_id": person, "type_": f"{kind}s"}, need=need
        )

    async def resolve(self, query: str) -> Answer:
        view = await self._get("/resolve_object", {"q": query}, kind=Kind.SEARCH)
        return {fields.text(view, "type_"): view}

    async def search(self, query: str, *, by_link: bool) -> Page:
        # Not /search: that would also try to fetch whatever the query names.
        how: Query = {"search_term": query, "search_url_only": by_link, "show_nsfw": True}
        return await self._page("/post/list", None, {**_NEW, **how})

    async def software(self, host: str) -> tuple[str, str] | None:
        page = await self._page("/federated_instances", None, {"domain_filter": host, "kind": "all"})
        for row in page.rows:
            instance = fields.maybe(row, "instance") if isinstance(row, dict) else {}
            if fields.text(instance, "domain") == host:
                return fields.text(instance, "software"), fields.text(instance, "version")
        return None

    async def relations(self) -> Relations:
        return Relations(await self._hosts("blocked"), await self._hosts("allowed"))

    async def _hosts(self, kind: str) -> frozenset[str]:
        found = pages(lambda on: self._page("/federated_instances", on, {"kind": kind}))
        rows = [row async for page in found for row in page.rows if isinstance(row, dict)]
        return frozenset(fields.text(fields.maybe(row, "instance"), "domain") for row in rows)

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
        said = {"community_id": community, "name": name, "body": body, "url": url}
        more = {"nsfw": nsfw, "language_id": language}
        return await self._create("/post", said | more, key, kind=Kind.POST)

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
        said = {"post_id": post, "parent_id": parent, "content": content, "language_id": language}
        return await self._create("/comment", said, key, kind=Kind.COMMENT, need=need)

    async def create_private_message(self, recipient: int, content: str, *, key: str = "") -> Answer:
        said = {"recipient_id": recipient, "content": content}
        return await self._create("/private_message", said, key, need=Need.MODERATE)

    async def edit(self, kind: str, ident: int, text: str, title: str | None = None) -> Answer:
        body = {"post_id": ident, "body": text, "name": title} if kind == "post" else {}
        path, name = _call(kind)
        return await self.client.put(f"/api/v4{path}", body or {name: ident, "content": text})

    async def delete(self, kind: str, ident: int) -> Answer:
        path, name = _call(kind)
        return await self.client.delete(f"/api/v4{path}", {name: ident, "deleted": True})

    # Moderating

    async def distinguish(self, ident: int, *, on: bool) -> Answer:
        return await self._post("/comment/distinguish", {"comment_id": ident, "distinguished": on})

    async def warn(self, kind: str, ident: int, reason: str, *, key: str = "") -> Answer:
        return await self._create(
            f"/{kind}/warn", {f"{kind}_id": ident, "reason": reason}, key, need=Need.MODERATE
        )

    async def feature(self, ident: int, *, on: bool) -> Answer:
        return await self._post(
            "/post/feature", {"post_id": ident, "featured": on, "feature_type": "community"}
        )

    async def lock(self, kind: str, ident: int, reason: str, *, on: bool) -> Answer:
        if kind not in {"post", "comment"}:
            raise Refused(f"only posts and comments can be locked, not a {kind}", "not_supported")
        return await self._post(f"/{kind}/lock", {f"{kind}_id": ident, "locked": on, "reason": reason})

    async def resolve_report(self, kind: str, ident: int) -> Answer:
        return await self.client.put(f"/api/v4/{kind}/report/resolve", {"report_id": ident, "resolved": True})

    async def remove(self, kind: str, ident: int, reason: str, *, on: bool) -> Answer:
        return await self._post(f"/{kind}/remove", {f"{kind}_id": ident, "removed": on, "reason": reason})

    async def close(self, community: int, *, on: bool) -> Answer:
        body = {"community_id": community, "posting_restricted_to_mods": on}
        return await self.client.put("/api/v4/community", body)

    async def ban(
        self, community: int, person: int, reason: str, *, on: bool, until: datetime | None = None
    ) -> Answer:
        body = {
            "community_id": community,
            "person_id": person,
            "ban": on,
            "expires_at": None if until is None else int(until.timestamp()),
            "reason": reason,
        }
        return await self._post("/community/ban_user", body)

    # Calling

    async def _create(
        self,
        path: str,
        body: Mapping[str, object],
        key: str,
        *,
        kind: Kind = Kind.MESSAGE,
        need: Need = Need.SPEAK,
    ) -> Answer:
        """Creates with a key that only this attempt, and repeated ones of unknown outcome, carry."""
        where = f"{path} {key}"
        turn = self._spent.get(where, 0)
        digest = hashlib.sha256(f"{where} {turn}".encode()).hexdigest()[:KEY_LENGTH] if key else ""
        try:
            return await self.client.post(f"/api/v4{path}", body, kind=kind, need=need, key=digest)
        except (Busy, Refused):
            # Surely nothing was done, but the server counts the key as used.
            self._spent[where] = turn + 1
            while len(self._spent) > SPENT:
                del self._spent[next(iter(self._spent))]
            raise

    async def _notifications(self, after: str | None, query: Query, need: Need = Need.READ) -> Page:
        """Rows with `notification` beside what it is about."""
        page = await self._page("/account/notification/list", after, query, need=need)
        rows = [row for row in page.rows if isinstance(row, dict)]
        return Page([{**fields.maybe(row, "data"), **row} for row in rows], page.after)

    async def _page(
        self,
        path: str,
        after: str | None,
        query: Query,
        *,
        size: int = PAGE_SIZE,
        need: Need = Need.READ,
    ) -> Page:
        try:
            answer = await self._get(path, {"limit": size, "page_cursor": after, **query}, need)
        except Refused as refusal:
            if after is None or refusal.code not in LOST:
                raise
            raise Unreachable(
                f"{refusal}; the list changed while it was read, so it will be read again"
            ) from refusal
        rows = fields.rows(answer, "items")
        return Page(rows, fields.text(answer, "next_page") or None if rows else None)

    async def _get(
        self, path: str, query: Query | None = None, need: Need = Need.READ, kind: Kind = Kind.MESSAGE
    ) -> Answer:
        return await self.client.get(f"/api/v4{path}", query, kind=kind, need=need)

    async def _post(self, path: str, body: Mapping[str, object]) -> Answer:
        return await self.client.post(f"/api/v4{path}", body, need=Need.MODERATE)


#: Zero is no limit: the account or the server may have a default that hides what is older.
_NEW: dict[str, str | int | bool | None] = {"type_": "all", "sort": "new", "time_range_seconds": 0}


def _call(kind: str) -> tuple[str, str]:
    """The path, and the name of the number, of posts, comments and private messages."""
    name = "private_message" if kind == "message" else kind
    return f"/{name}", f"{name}_id"
