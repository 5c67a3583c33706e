"""People on a Lemmy server, played over plain HTTP: members, moderators and the administrator.

Deliberately not the bot's own client: what the bot believes about Lemmy is checked by what others see. `V3` and `V4` (in
`driver_v3` and `driver_v4`) know how the two generations spell each call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Self

import httpx

PASSWORD = "correct horse battery"

#: Far above what any test needs; the server takes a 32-bit number.
PLENTY = 1_000_000


class Said(Exception):
    """The server said no, in its own word."""

    def __init__(self, status: int, name: str) -> None:
        super().__init__(f"{status} {name}")
        self.status = status
        self.name = name


@dataclass(frozen=True)
class Member:
    """Somebody with an account. `actor` is the ActivityPub id, `id` the local one."""

    name: str
    id: int
    actor: str
    token: str


@dataclass(frozen=True)
class Community:
    name: str
    id: int
    actor: str


@dataclass(frozen=True)
class Thing:
    """A post or comment as everybody sees it."""

    text: str
    title: str | None = None
    removed: bool = False
    deleted: bool = False
    locked: bool = False
    pinned: bool = False
    distinguished: bool = False
    author: str = ""


@dataclass(frozen=True)
class Line:
    """A line of the moderation log: `what` is `remove post`, `ban`, `lock post`, … with `un` or `restore` for the way back.

    `about` is a post or comment, `comment/12`, or somebody's name.
    """

    what: str
    about: str
    by: str | None
    reason: str
    until: datetime | None = None


class Driver(ABC):
    """One server. Calls raise `Said` when the server refuses."""

    generation: str
    prefix: str

    def __init__(self, url: str, admin: str, password: str) -> None:
        self.url = url.rstrip("/")
        self.admin_login = (admin, password)
        self._http = httpx.AsyncClient(
            base_url=self.url + self.prefix,
            timeout=120,
            trust_env=False,
            limits=httpx.Limits(keepalive_expiry=1),  # the server closes a connection at rest after 5 s
        )
        self.admin = Member(admin, 0, "", "")

    async def __aenter__(self) -> Self:
        """Signs the administrator in, lets everybody register, and lifts the limits, which count by address and so for all of us."""
        self.admin = await self.sign_in(*self.admin_login)
        await self.limit(
            message=(PLENTY, 1),
            post=(PLENTY, 1),
            comment=(PLENTY, 1),
            search=(PLENTY, 1),
            register=(PLENTY, 1),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def call(self, method: str, path: str, who: Member | None, **args: Any) -> dict[str, Any]:
        """One call as `who`; arguments that are None are left out."""
        args = {key: value for key, value in args.items() if value is not None}
        headers = {"Authorization": f"Bearer {who.token}"} if who and who.token else {}
        query = {k: str(v).lower() if isinstance(v, bool) else v for k, v in args.items()}
        for _ in range(5):
            answer = await self._http.request(
                method,
                path,
                params=query if method == "GET" else None,
                json=None if method == "GET" else args,
                headers=headers,
            )
            if answer.status_code != HTTPStatus.REQUEST_TIMEOUT:  # a busy server did not come to read it
                break
        body = answer.json() if answer.content else {}
        if answer.is_error or "error" in body:
            raise Said(answer.status_code, str(body.get("error", answer.text[:200])))
        assert isinstance(body, dict)
        return body

    # Accounts and communities

    @abstractmethod
    async def sign_in(self, name: str, password: str) -> Member: ...
    @abstractmethod
    async def register(self, name: str) -> Member:
        """A new account with the password `PASSWORD`."""
        ...

    @abstractmethod
    async def sign_out(self, who: Member) -> None:
        """The token dies."""
        ...

    @staticmethod
    def with_token(who: Member, token: str) -> Member:
        return replace(who, token=token)

    @abstractmethod
    async def limit(self, **limits: tuple[int, int]) -> None:
        """Sets rate limits, calls and seconds by kind, and opens registration."""
        ...

    async def found(self, who: Member, name: str) -> Community:
        """A community whose first moderator is `who`."""
        answer = await self.call("POST", "/community", who, name=name, title=name)
        return self._community(answer)

    async def community(self, who: Member, ident: int) -> Community:
        return self._community(await self.call("GET", "/community", who, id=ident))

    async def appoint(self, who: Member, community: Community, person: int, *, on: bool = True) -> None:
        await self.call("POST", "/community/mod", who, community_id=community.id, person_id=person, added=on)

    async def follow(self, who: Member, community: Community) -> None:
        await self.call("POST", "/community/follow", who, community_id=community.id, follow=True)

    @abstractmethod
    async def dissolve(self, who: Member, community: Community) -> None:
        """Its founder deletes a community."""
        ...

    @abstractmethod
    async def purge(self, who: Member, ref: str) -> None:
        """The administrator wipes a post or comment out."""
        ...

    # Saying

    async def post(
        self, who: Member, community: Community, title: str, text: str | None = None, link: str | None = None
    ) -> int:
        answer = await self.call(
            "POST", "/post", who, name=title, community_id=community.id, body=text, url=link
        )
        return int(answer["post_view"]["post"]["id"])

    async def comment(self, who: Member, post: int, text: str, parent: int | None = None) -> int:
        answer = await self.call("POST", "/comment", who, content=text, post_id=post, parent_id=parent)
        return int(answer["comment_view"]["comment"]["id"])

    async def edit(self, who: Member, ref: str, text: str, title: str | None = None) -> None:
        kind, ident = split(ref)
        if kind == "post":
            await self.call("PUT", "/post", who, post_id=ident, body=text, name=title)
        else:
            await self.call("PUT", "/comment", who, comment_id=ident, content=text)

    @abstractmethod
    async def delete(self, who: Member, ref: str, *, on: bool = True) -> None: ...

    async def tell(self, who: Member, to: int, text: str) -> int:
        """Once it is there for the recipient."""
        answer = await self.call("POST", "/private_message", who, content=text, recipient_id=to)
        return int(answer["private_message_view"]["private_message"]["id"])

    async def report(self, who: Member, ref: str, reason: str) -> int:
        kind, ident = split(ref)
        answer = await self.call("POST", f"/{kind}/report", who, **{f"{kind}_id": ident}, reason=reason)
        return int(answer[f"{kind}_report_view"][f"{kind}_report"]["id"])

    async def resolve(self, who: Member, kind: str, report: int) -> None:
        await self.call("PUT", f"/{kind}/report/resolve", who, report_id=report, resolved=True)

    # Moderating

    async def remove(self, who: Member, ref: str, reason: str, *, on: bool = True) -> None:
        kind, ident = split(ref)
        await self.call("POST", f"/{kind}/remove", who, **{f"{kind}_id": ident}, removed=on, reason=reason)

    async def pin(self, who: Member, post: int, *, on: bool = True) -> None:
        await self.call(
            "POST", "/post/feature", who, post_id=post, featured=on, feature_type=self.spell("Community")
        )

    async def close(self, who: Member, community: Community) -> None:
        """Only moderators may post there."""
        await self.call("PUT", "/community", who, community_id=community.id, posting_restricted_to_mods=True)

    async def lock(self, who: Member, post: int, *, on: bool = True) -> None:
        await self.call("POST", "/post/lock", who, post_id=post, locked=on, reason="locked")

    @abstractmethod
    async def ban(
        self,
        who: Member,
        community: Community,
        person: int,
        reason: str,
        *,
        on: bool = True,
        until: datetime | None = None,
    ) -> None: ...

    # What is to be seen

    @abstractmethod
    async def see(self, ref: str, who: Member | None = None) -> Thing:
        """A post or comment as `who` (or a stranger) sees it."""
        ...

    @abstractmethod
    async def replies(self, post: int, parent: int | None = None) -> list[tuple[int, Thing]]:
        """What was said directly under a post or comment, oldest first, at most fifty."""
        ...

    @abstractmethod
    async def look_up(self, who: Member, address: str) -> tuple[str, int]:
        """What an address, `!community@host` or `@person@host` is here: its kind and local id. Fetches it from afar."""
        ...

    @abstractmethod
    async def follows(self, who: Member, community: int) -> bool:
        """Whether the other server has accepted that somebody follows a community."""
        ...

    @abstractmethod
    async def inbox(self, who: Member) -> list[str]:
        """The private messages that somebody got, oldest first."""
        ...

    @abstractmethod
    async def told(self, who: Member) -> list[str]:
        """Whose words the server showed to somebody as a mention or reply: the texts, oldest first."""
        ...

    async def warnings(self, who: Member) -> list[str]:
        """The server's own warnings that somebody was told of, oldest first."""
        del who
        return []

    @abstractmethod
    async def log(self, community: Community) -> list[Line]:
        """The moderation log of a community, newest first."""
        ...

    @abstractmethod
    async def open_reports(self, who: Member, community: Community) -> list[str]:
        """The reasons of the reports that nobody has resolved."""
        ...

    @abstractmethod
    def spell(self, word: str) -> str:
        """An enumeration's word, as this generation spells it."""
        ...

    @abstractmethod
    def _address(self, row: Mapping[str, Any]) -> str:
        """The ActivityPub id of a person or community."""
        ...

    def _community(self, answer: Mapping[str, Any]) -> Community:
        row = answer["community_view"]["community"]
        return Community(row["name"], row["id"], self._address(row))

    def _member(self, row: Mapping[str, Any], token: str) -> Member:
        return Member(row["name"], row["id"], self._address(row), token)


def split(ref: str) -> tuple[str, int]:
    kind, _, ident = ref.partition("/")
    return kind, int(ident)


def parent_of(path: str) -> int | None:
    """The comment above in a path such as `0.12.34`; None where that is the post."""
    above = int(path.split(".")[-2])
    return above or None
