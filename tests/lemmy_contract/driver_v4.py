"""Lemmy 1.0 as people use it: API v4."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.lemmy_contract.driver import PASSWORD, Community, Driver, Line, Member, Thing, parent_of, split

#: Kinds of lines in the moderation log, and what one and its way back are called.
LOG = {
    "mod_remove_post": ("remove post", "restore post"),
    "mod_remove_comment": ("remove comment", "restore comment"),
    "mod_lock_post": ("lock post", "unlock post"),
    "mod_lock_comment": ("lock comment", "unlock comment"),
    "mod_feature_post_community": ("pin post", "unpin post"),
    "mod_ban_from_community": ("ban", "unban"),
    "mod_warn_post": ("warn post", "warn post"),
    "mod_warn_comment": ("warn comment", "warn comment"),
}


class V4(Driver):
    generation = "v4"
    prefix = "/api/v4"

    async def sign_in(self, name: str, password: str) -> Member:
        answer = await self.call(
            "POST", "/account/auth/login", None, username_or_email=name, password=password
        )
        return await self._whoever(answer["jwt"])

    async def register(self, name: str) -> Member:
        answer = await self.call(
            "POST", "/account/auth/register", None,
            username=name, password=PASSWORD, password_verify=PASSWORD, show_nsfw=True,
        )  # fmt: skip
        return await self._whoever(answer["jwt"])

    async def sign_out(self, who: Member) -> None:
        await self.call("POST", "/account/auth/logout", who)

    async def limit(self, **limits: tuple[int, int]) -> None:
        fields = {f"rate_limit_{kind}_max_requests": calls for kind, (calls, _) in limits.items()}
        fields |= {f"rate_limit_{kind}_interval_seconds": seconds for kind, (_, seconds) in limits.items()}
        await self.call("PUT", "/site", self.admin, registration_mode="open", **fields)

    async def dissolve(self, who: Member, community: Community) -> None:
        await self.call("DELETE", "/community", who, community_id=community.id, deleted=True)

    async def purge(self, who: Member, ref: str) -> None:
        kind, ident = split(ref)
        await self.call("POST", f"/admin/purge/{kind}", who, **{f"{kind}_id": ident}, reason="purged")

    async def delete(self, who: Member, ref: str, *, on: bool = True) -> None:
        kind, ident = split(ref)
        await self.call("DELETE", f"/{kind}", who, **{f"{kind}_id": ident}, deleted=on)

    async def ban(
        self,
        who: Member,
        community: Community,
        person: int,
        reason: str,
        *,
        on: bool = True,
        until: datetime | None = None,
    ) -> None:
        await self.call(
            "POST", "/community/ban_user", who,
            community_id=community.id, person_id=person, ban=on, reason=reason,
            expires_at=int(until.timestamp()) if until else None,
        )  # fmt: skip

    async def warn(self, who: Member, ref: str, reason: str) -> None:
        """The server's own warning."""
        kind, ident = split(ref)
        await self.call("POST", f"/{kind}/warn", who, **{f"{kind}_id": ident}, reason=reason)

    async def tell(self, who: Member, to: int, text: str) -> int:
        ident = await super().tell(who, to, text)
        for _ in range(
            100
        ):  # the server puts it into the inbox when it comes to it, and then lists it for its sender, too
            sent = await self._notices(who, "private_message")
            if any(data["private_message"]["id"] == ident for data in sent):
                break
            await asyncio.sleep(0.1)
        return ident

    async def see(self, ref: str, who: Member | None = None) -> Thing:
        kind, ident = split(ref)
        view = (await self.call("GET", f"/{kind}", who or self.admin, id=ident))[f"{kind}_view"]
        return _thing(kind, view)

    async def replies(self, post: int, parent: int | None = None) -> list[tuple[int, Thing]]:
        answer = await self.call(
            "GET",
            "/comment/list",
            self.admin,
            post_id=post,
            parent_id=parent,
            sort="old",
            type_="all",
            limit=50,
        )
        return [
            (view["comment"]["id"], _thing("comment", view))
            for view in answer["items"]
            if parent_of(view["comment"]["path"]) == parent
        ]

    async def look_up(self, who: Member, address: str) -> tuple[str, int]:
        answer = await self.call("GET", "/resolve_object", who, q=address)
        kind = answer["type_"]
        return kind, int(answer[kind]["id"])

    async def follows(self, who: Member, community: int) -> bool:
        view = (await self.call("GET", "/community", who, id=community))["community_view"]
        return bool(view.get("community_actions", {}).get("follow_state") == "accepted")

    async def inbox(self, who: Member) -> list[str]:
        got = await self._notices(who, "private_message")
        return [data["private_message"]["content"] for data in got if data["recipient"]["id"] == who.id]

    async def told(self, who: Member) -> list[str]:
        got = [*await self._notices(who, "reply"), *await self._notices(who, "mention")]
        got = [data for data in got if "comment" in data]
        got.sort(key=lambda data: data["comment"]["published_at"])
        return [data["comment"]["content"] for data in got]

    async def warnings(self, who: Member) -> list[str]:
        got = [data["modlog"] for data in await self._notices(who, "mod_action")]
        return [entry["reason"] for entry in got if entry["kind"] in {"mod_warn_post", "mod_warn_comment"}]

    async def log(self, community: Community) -> list[Line]:
        rows = await self._all("/modlog", self.admin, community_id=community.id)
        return [_line(row) for row in rows if row["modlog"]["kind"] in LOG]

    async def open_reports(self, who: Member, community: Community) -> list[str]:
        answer = await self.call(
            "GET", "/report/list", who, community_id=community.id, unresolved_only=True, limit=50
        )
        return [view[f"{view['type_']}_report"]["reason"] for view in answer["items"]]

    def spell(self, word: str) -> str:
        return word.lower()

    def _address(self, row: Mapping[str, Any]) -> str:
        return str(row["ap_id"])

    async def _whoever(self, token: str) -> Member:
        account = await self.call("GET", "/account", Member("", 0, "", token))
        return self._member(account["local_user_view"]["person"], token)

    async def _notices(self, who: Member, kind: str) -> list[dict[str, Any]]:
        """What the server shows to somebody, oldest first."""
        items = await self._all("/account/notification/list", who, type_=kind)
        return [item["data"] for item in reversed(items)]

    async def _all(self, path: str, who: Member, **query: Any) -> list[dict[str, Any]]:
        """A list, page by page."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            answer = await self.call("GET", path, who, limit=50, page_cursor=cursor, **query)
            items += answer["items"]
            cursor = answer.get("next_page")
            if cursor is None:
                return items


def _thing(kind: str, view: Mapping[str, Any]) -> Thing:
    row = view[kind]
    return Thing(
        text=row.get("body" if kind == "post" else "content", ""),
        title=row.get("name"),
        removed=row["removed"],
        deleted=row["deleted"],
        locked=row["locked"],
        pinned=row.get("featured_community", False),
        distinguished=row.get("distinguished", False),
        author=view["creator"]["name"],
    )


def _line(row: Mapping[str, Any]) -> Line:
    entry = row["modlog"]
    done, undone = LOG[entry["kind"]]
    until = entry.get("expires_at")
    return Line(
        what=undone if entry["is_revert"] else done,
        about=_about(row),
        by=row["moderator"]["name"] if "moderator" in row else None,
        reason=entry.get("reason") or "",
        until=datetime.fromisoformat(until).astimezone(UTC) if until else None,
    )


def _about(row: Mapping[str, Any]) -> str:
    for kind in ("comment", "post"):
        if f"target_{kind}" in row:
            return f"{kind}/{row[f'target_{kind}']['id']}"
    return str(row["target_person"]["name"])
