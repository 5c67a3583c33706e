"""What the adapter asks of a Lemmy server, whichever version of the API it speaks.

`V3` and `V4` each speak one. Rows come as the server sends them (`shapes` reads either spelling), except where the two
differ in more than names: then both give the newer shape.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.platforms.lemmy.client import Client
from bot.platforms.lemmy.pacing import Need

#: The largest page that a server gives.
PAGE_SIZE = 50

#: Pages of a list that are read at most; version 3 counts no further.
PAGES = 100

#: Pages that are searched at most for what the account itself did since an attempt: much may have been done in between.
OWN_PAGES = 20

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and what to ask for to get the next ones; None at its end."""

    rows: list[Any]
    after: str | None


#: Gives the page that follows a former one's `after`; the first one for None.
Fetch = Callable[[str | None], Awaitable[Page]]


async def pages(fetch: Fetch, most: int = PAGES) -> AsyncIterator[Page]:
    """The pages of a list, `most` at most. Raises PlatformError."""
    after: str | None = None
    for _ in range(most):
        page = await fetch(after)
        yield page
        after = page.after
        if after is None:
            return


@dataclass(frozen=True, slots=True)
class Relations:
    """The servers, by host, that a server has blocked, and those that alone it talks to; none of these where it has no such list."""

    blocked: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()

    def open_to(self, host: str) -> bool:
        return host not in self.blocked and (not self.allowed or host in self.allowed)


@dataclass(frozen=True, slots=True)
class Features:
    """What a version can do that another cannot."""

    warn: bool = False  # the server has warnings of its own, and tells people of them
    keys: bool = False  # idempotency keys
    reports: bool = True  # lists and resolves them
    distinguish: bool = True  # marks a comment as a moderator's word
    lock_comments: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What waits for the account. `reports` counts the open ones; None where it moderates nothing."""

    private: bool
    notices: bool
    reports: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something unread in the account's inbox, by what the server calls its kind and its number there."""

    kind: str
    number: int


class Api(Protocol):
    """The calls of one server. Each raises PlatformError. A field that is None is left out of a call.

    `key` is the same for every attempt of one action; `need` tells how much of the rate limit a call may use.
    """

    @property
    def client(self) -> Client: ...
    @property
    def features(self) -> Features: ...

    # The account

    async def login(self, username: str, password: str, code: str | None = None) -> Answer: ...
    async def validate_auth(self) -> Answer: ...
    async def site(self) -> Answer:
        """The server, with `my_user` in it for who is signed in."""
        ...

    async def save_settings(self, settings: Mapping[str, object]) -> Answer: ...
    async def news(self) -> News: ...
    def notice(self, row: Mapping[str, Any], me: int) -> Notice | None:
        """What marks a row of the inbox as read by person `me`; None where there is nothing to mark. Raises Malformed."""
        ...

    async def mark_read(self, notice: Notice) -> Answer: ...

    # Reading

    async def community(self, name: str) -> Answer: ...
    def follows(self, view: Mapping[str, Any]) -> bool:
        """Whether a `community_view` is of a community that the account follows (or asked to)."""
        ...

    async def follow(self, community: int) -> Answer: ...
    async def posts(self, community: int, after: str | None = None, *, size: int = PAGE_SIZE) -> Page:
        """Newest first, pinned ones before all others."""
        ...

    async def comments(self, community: int, after: str | None = None, *, size: int = PAGE_SIZE) -> Page:
        """Newest first, of all posts."""
        ...

    async def thread(
        self, post: int | None, parent: int | None, after: str | None = None, *, size: int = PAGE_SIZE
    ) -> Page:
        """Oldest first, of one post or below one comment, which is among them."""
        ...

    async def post(self, ident: int, *, need: Need = Need.READ) -> Answer:
        """`post_view` and `cross_posts`."""
        ...

    async def comment(self, ident: int, *, need: Need = Need.READ) -> Answer: ...
    async def private_messages(self, after: str | None = None, *, need: Need = Need.READ) -> Page:
        """Received and sent ones, newest first."""
        ...

    async def notices(self, after: str | None = None) -> Page:
        """Unread answers to the account and mentions of it: comments, and posts where the version has such."""
        ...

    async def reports(self, after: str | None = None, *, resolved: bool = False) -> Page:
        """Open ones, oldest first; with `resolved`, all of them, newest first."""
        ...

    async def modlog(self, community: int, after: str | None = None, *, need: Need = Need.READ) -> Page:
        """Newest first, each row in version 4's shape."""
        ...

    async def person(
        self, *, ident: int | None = None, username: str | None = None, need: Need = Need.READ
    ) -> Mapping[str, Any]:
        """Somebody's row."""
        ...

    async def standing(self, ident: int) -> Mapping[str, Any]:
        """Somebody's row together with what the server counts of them (`post_count`, `comment_count`)."""
        ...

    async def said(self, kind: str, person: int, after: str | None = None, *, need: Need = Need.READ) -> Page:
        """Somebody's posts or comments (`kind` is `post` or `comment`), newest first."""
        ...

    async def resolve(self, query: str) -> Answer:
        """What is known (or can be fetched) under a URL, `!community@host` or `@person@host`, by its kind."""
        ...

    async def search(self, query: str, *, by_link: bool) -> Page:
        """Posts with a link, or with a text."""
        ...

    async def software(self, host: str) -> tuple[str, str] | None:
        """Name and version of what another server runs, as far as this one knows."""
        ...

    async def relations(self) -> Relations: ...

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
    ) -> Answer: ...
    async def create_comment(
        self,
        post: int,
        parent: int | None,
        content: str,
        language: int | None = None,
        *,
        key: str = "",
        need: Need = Need.SPEAK,
    ) -> Answer: ...
    async def create_private_message(self, recipient: int, content: str, *, key: str = "") -> Answer: ...
    async def edit(self, kind: str, ident: int, text: str, title: str | None = None) -> Answer: ...
    async def delete(self, kind: str, ident: int) -> Answer: ...

    # Moderating

    async def distinguish(self, ident: int, *, on: bool) -> Answer: ...
    async def warn(self, kind: str, ident: int, reason: str, *, key: str = "") -> Answer: ...
    async def feature(self, ident: int, *, on: bool) -> Answer: ...
    async def resolve_report(self, kind: str, ident: int) -> Answer: ...
    async def lock(self, kind: str, ident: int, reason: str, *, on: bool) -> Answer: ...
    async def remove(self, kind: str, ident: int, reason: str, *, on: bool) -> Answer: ...
    async def close(self, community: int, *, on: bool) -> Answer:
        """Only moderators may post in a community (`on`), or everybody."""
        ...

    async def ban(
        self, community: int, person: int, reason: str, *, on: bool, until: datetime | None = None
    ) -> Answer:
        """Never with the removal of what somebody said: 0.19 does that badly, and even when unbanning."""
        ...
