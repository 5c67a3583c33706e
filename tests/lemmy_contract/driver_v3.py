"""Lemmy 0.19 as people use it: API v3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.lemmy_contract.driver import PASSWORD, Community, Driver, Line, Member, Thing, parent_of, split

#: The lists of the moderation log: the row's own object, its flag, and what the flag's two values are called.
LOG = {
    "removed_posts": ("mod_remove_post", "removed", "remove post", "restore post"),
    "removed_comments": ("mod_remove_comment", "removed", "remove comment", "restore comment"),
    "locked_posts": ("mod_lock_post", "locked", "lock post", "unlock post"),
    "featured_posts": ("mod_feature_post", "featured", "pin post", "unpin post"),
    "banned_from_community": ("mod_ban_from_community", "banned", "ban", "unban"),
}


class V3(Driver):
    generation = "v3"
    prefix = "/api/v3"

    async def sign_in(self, name: str, password: str) -> Member:
        answer = await self.call("POST", "/user/login", None, username_or_email=name, password=password)
        return await self._whoever(answer["jwt"])

    async def register(self, name: str) -> Member:
        answer = await self.call(
            "POST", "/user/register", None,
            username=name, password=PASSWORD, password_verify=PASSWORD, show_nsfw=True,
        )  # fmt: skip
        return await self._whoever(answer["jwt"])

    async def sign_out(self, who: Member) -> None:
        await self.call("POST", "/user/logout", who)

    async def limit(self, **limits: tuple[int, int]) -> None:
        fields = {f"rate_limit_{kind}": calls for kind, (calls, _) in limits.items()}
        fields |= {f"rate_limit_{kind}_per_second": seconds for kind, (_, seconds) in limits.items()}
        await self.call("PUT", "/site", self.admin, registration_mode="Open", **fields)

    async def dissolve(self, who: Member, community: Community) -> None:
        await self.call("POST", "/community/delete", who, community_id=community.id, deleted=True)

    async def purge(self, who: Member, ref: str) -> None:
        kind, ident = split(ref)
        await self.call("POST", f"/admin/purge/{kind}", who, **{f"{kind}_id": ident}, reason="purged")

    async def delete(self, who: Member, ref: str, *, on: bool = True) -> None:
        kind, ident = split(ref)
        await self.call("POST", f"/{kind}/delete", who, **{f"{kind}_id": ident}, deleted=on)

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
            expires=int(until.timestamp()) if until else None,
        )  # fmt: skip

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
            sort="Old",
            type_="All",
            limit=50,
        )
        return [
            (view["comment"]["id"], _thing("comment", view))
            for view in answer["comments"]
            if parent_of(view["comment"]["path"]) == parent
        ]

    async def look_up(self, who: Member, address: str) -> tuple[str, int]:
        answer = await self.call("GET", "/resolve_object", who, q=address)
        [(kind, view)] = answer.items()
        return kind, int(view[kind]["id"])

    async def follows(self, who: Member, community: int) -> bool:
        view = (await self.call("GET", "/community", who, id=community))["community_view"]
        return bool(view["subscribed"] == "Subscribed")

    async def inbox(self, who: Member) -> list[str]:
        rows: list[dict[str, Any]] = []
        for page in range(1, 101):
            answer = await self.call(
                "GET", "/private_message/list", who, unread_only=False, limit=50, page=page
            )
            rows += answer["private_messages"]
            if not answer["private_messages"]:
                break
        got = [view for view in rows if view["recipient"]["id"] == who.id]
        return [view["private_message"]["content"] for view in reversed(got)]

    async def told(self, who: Member) -> list[str]:
        replies = await self.call("GET", "/user/replies", who, unread_only=False, limit=50, sort="New")
        mentions = await self.call("GET", "/user/mention", who, unread_only=False, limit=50, sort="New")
        both = [*replies["replies"], *mentions["mentions"]]
        both.sort(key=lambda view: view["comment"]["published"])
        return [view["comment"]["content"] for view in both]

    async def log(self, community: Community) -> list[Line]:
        lines: list[tuple[str, Line]] = []
        for page in range(1, 101):
            answer = await self.call(
                "GET", "/modlog", self.admin, community_id=community.id, limit=50, page=page, type_="All"
            )
            lines += [
                (row[entry]["when_"], _line(row, row[entry], yes if row[entry].get(flag, True) else no))
                for key, (entry, flag, yes, no) in LOG.items()
                for row in answer[key]
            ]
            if not any(answer[key] for key in LOG):
                break
        return [line for _, line in sorted(lines, key=lambda pair: pair[0], reverse=True)]

    async def open_reports(self, who: Member, community: Community) -> list[str]:
        found: list[str] = []
        for kind in ("post", "comment"):
            answer = await self.call(
                "GET", f"/{kind}/report/list", who, community_id=community.id, unresolved_only=True, limit=50
            )
            found += [view[f"{kind}_report"]["reason"] for view in answer[f"{kind}_reports"]]
        return found

    def spell(self, word: str) -> str:
        return word

    def _address(self, row: Mapping[str, Any]) -> str:
        return str(row["actor_id"])

    async def _whoever(self, token: str) -> Member:
        site = await self.call("GET", "/site", Member("", 0, "", token))
        return self._member(site["my_user"]["local_user_view"]["person"], token)


def _thing(kind: str, view: Mapping[str, Any]) -> Thing:
    row = view[kind]
    return Thing(
        text=row.get("body" if kind == "post" else "content", ""),
        title=row.get("name"),
        removed=row["removed"],
        deleted=row["deleted"],
        locked=row.get("locked", False),
        pinned=row.get("featured_community", False),
        distinguished=row.get("distinguished", False),
        author=view["creator"]["name"],
    )


def _line(row: Mapping[str, Any], entry: Mapping[str, Any], what: str) -> Line:
    until = entry.get("expires")
    return Line(
        what=what,
        about=_about(row),
        by=row["moderator"]["name"] if "moderator" in row else None,
        reason=entry.get("reason", ""),
        until=datetime.fromisoformat(until).astimezone(UTC) if until else None,
    )


def _about(row: Mapping[str, Any]) -> str:
    for kind in ("comment", "post"):
        if kind in row:
            return f"{kind}/{row[kind]['id']}"
    return str(row["banned_person"]["name"])
