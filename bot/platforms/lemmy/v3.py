"""The calls of Lemmy's API version 3 (0.19), one thin method each. They return what the server said, unread.

Names and paths as in the 0.19.20 server; a field that is None is left out of the call.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.platforms.lemmy.client import Client
from bot.platforms.lemmy.pacing import Kind

#: The largest page the server gives, and how many pages it counts.
PAGE_SIZE = 50
PAGES = 100

Answer = dict[str, Any]


class V3:
    """`/api/v3` of one server."""

    def __init__(self, client: Client) -> None:
        self.client = client

    # The account

    async def login(self, username: str, password: str, code: str | None = None) -> Answer:
        body = {"username_or_email": username, "password": password, "totp_2fa_token": code}
        return await self.client.post("/api/v3/user/login", body, kind=Kind.REGISTER)

    async def validate_auth(self) -> Answer:
        return await self._get("/user/validate_auth", acting=True)

    async def site(self) -> Answer:
        return await self._get("/site", acting=True)

    async def save_settings(self, **settings: object) -> Answer:
        return await self._put("/user/save_user_settings", **settings)

    async def unread_count(self) -> Answer:
        return await self._get("/user/unread_count")

    async def report_count(self) -> Answer:
        return await self._get("/user/report_count")

    # Reading

    async def community(self, name: str) -> Answer:
        return await self._get("/community", name=name, acting=True)

    async def follow(self, community: int) -> Answer:
        return await self._post("/community/follow", community_id=community, follow=True)

    async def posts(self, community: int, page: int) -> Answer:
        """Newest first, pinned ones before all others."""
        return await self._get(
            "/post/list",
            community_id=community,
            type_="All",
            sort="New",
            page=page,
            limit=PAGE_SIZE,
            show_read=True,
            show_nsfw=True,
            show_hidden=True,
        )

    async def comments(self, community: int, page: int) -> Answer:
        """Newest first, of all posts."""
        return await self._get(
            "/comment/list", community_id=community, type_="All", sort="New", page=page, limit=PAGE_SIZE
        )

    async def thread(self, post: int | None, parent: int | None, page: int) -> Answer:
        """Oldest first, of one post or below one comment. Without `max_depth`: with it, 300 comments is all there is."""
        return await self._get(
            "/comment/list",
            post_id=post,
            parent_id=parent,
            type_="All",
            sort="Old",
            page=page,
            limit=PAGE_SIZE,
        )

    async def post(self, ident: int, *, acting: bool = False) -> Answer:
        return await self._get("/post", id=ident, acting=acting)

    async def comment(self, ident: int, *, acting: bool = False) -> Answer:
        return await self._get("/comment", id=ident, acting=acting)

    async def private_messages(self, page: int, *, unread: bool = False, acting: bool = False) -> Answer:
        """Newest first; sent ones too, unless only unread ones are asked for."""
        return await self._get(
            "/private_message/list", unread_only=unread, page=page, limit=PAGE_SIZE, acting=acting
        )

    async def replies(self, page: int) -> Answer:
        return await self._get("/user/replies", unread_only=True, sort="New", page=page, limit=PAGE_SIZE)

    async def mentions(self, page: int) -> Answer:
        return await self._get("/user/mention", unread_only=True, sort="New", page=page, limit=PAGE_SIZE)

    async def post_reports(self, page: int) -> Answer:
        """Unresolved, oldest first."""
        return await self._get("/post/report/list", unresolved_only=True, page=page, limit=PAGE_SIZE)

    async def comment_reports(self, page: int) -> Answer:
        return await self._get("/comment/report/list", unresolved_only=True, page=page, limit=PAGE_SIZE)

    async def modlog(self, community: int, page: int) -> Answer:
        """Newest first."""
        return await self._get("/modlog", community_id=community, page=page, limit=PAGE_SIZE)

    async def person(
        self,
        *,
        ident: int | None = None,
        username: str | None = None,
        community: int | None = None,
        page: int = 1,
        acting: bool = False,
    ) -> Answer:
        """Somebody, with a page of what they said (in one community), newest first."""
        return await self._get(
            "/user",
            person_id=ident,
            username=username,
            community_id=community,
            sort="New",
            page=page,
            limit=PAGE_SIZE,
            acting=acting,
        )

    async def resolve(self, query: str) -> Answer:
        """What is known (or can be fetched) under a URL, `!community@host` or `@person@host`."""
        return await self._get("/resolve_object", q=query)

    async def search(self, query: str, type_: str) -> Answer:
        return await self._get(
            "/search",
            q=query,
            type_=type_,
            listing_type="All",
            sort="New",
            limit=PAGE_SIZE,
            kind=Kind.SEARCH,
        )

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
    ) -> Answer:
        fields = {
            "community_id": community,
            "name": name,
            "body": body,
            "url": url,
            "nsfw": nsfw,
            "language_id": language,
        }
        return await self.client.post("/api/v3/post", fields, kind=Kind.POST)

    async def create_comment(
        self, post: int, parent: int | None, content: str, language: int | None = None
    ) -> Answer:
        fields = {"post_id": post, "parent_id": parent, "content": content, "language_id": language}
        return await self.client.post("/api/v3/comment", fields, kind=Kind.COMMENT)

    async def create_private_message(self, recipient: int, content: str) -> Answer:
        return await self._post("/private_message", recipient_id=recipient, content=content)

    async def edit_post(self, ident: int, body: str, name: str | None) -> Answer:
        return await self._put("/post", post_id=ident, body=body, name=name)

    async def edit_comment(self, ident: int, content: str) -> Answer:
        return await self._put("/comment", comment_id=ident, content=content)

    async def edit_private_message(self, ident: int, content: str) -> Answer:
        return await self._put("/private_message", private_message_id=ident, content=content)

    async def delete_post(self, ident: int) -> Answer:
        return await self._post("/post/delete", post_id=ident, deleted=True)

    async def delete_comment(self, ident: int) -> Answer:
        return await self._post("/comment/delete", comment_id=ident, deleted=True)

    async def delete_private_message(self, ident: int) -> Answer:
        return await self._post("/private_message/delete", private_message_id=ident, deleted=True)

    async def distinguish(self, ident: int, *, on: bool) -> Answer:
        return await self._post("/comment/distinguish", comment_id=ident, distinguished=on)

    async def read_reply(self, ident: int) -> Answer:
        return await self._post("/comment/mark_as_read", comment_reply_id=ident, read=True)

    async def read_mention(self, ident: int) -> Answer:
        return await self._post("/user/mention/mark_as_read", person_mention_id=ident, read=True)

    async def read_private_message(self, ident: int) -> Answer:
        return await self._post("/private_message/mark_as_read", private_message_id=ident, read=True)

    # Moderating

    async def feature(self, ident: int, *, on: bool) -> Answer:
        return await self._post("/post/feature", post_id=ident, featured=on, feature_type="Community")

    async def lock(self, ident: int, *, on: bool) -> Answer:
        return await self._post("/post/lock", post_id=ident, locked=on)

    async def remove_post(self, ident: int, reason: str, *, on: bool) -> Answer:
        return await self._post("/post/remove", post_id=ident, removed=on, reason=reason)

    async def remove_comment(self, ident: int, reason: str, *, on: bool) -> Answer:
        return await self._post("/comment/remove", comment_id=ident, removed=on, reason=reason)

    async def ban(
        self, community: int, person: int, reason: str, *, on: bool, until: datetime | None = None
    ) -> Answer:
        """Never with `remove_data`: it is incomplete in 0.19, and works even when unbanning."""
        return await self._post(
            "/community/ban_user",
            community_id=community,
            person_id=person,
            ban=on,
            expires=None if until is None else int(until.timestamp()),
            reason=reason,
        )

    async def _get(
        self, path: str, *, kind: Kind = Kind.MESSAGE, acting: bool = False, **query: str | int | bool | None
    ) -> Answer:
        return await self.client.get(f"/api/v3{path}", query, kind=kind, acting=acting)

    async def _post(self, path: str, **body: object) -> Answer:
        return await self.client.post(f"/api/v3{path}", body)

    async def _put(self, path: str, **body: object) -> Answer:
        return await self.client.put(f"/api/v3{path}", body)
