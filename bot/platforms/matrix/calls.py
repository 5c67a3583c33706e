"""The calls of Matrix's client-server API that acting needs, each with its answer as JSON or as what is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.client import Client, Query, at
from bot.platforms.matrix.errors import MISSING
from bot.platforms.matrix.events import MEMBER, is_user
from bot.platforms.protocol import Refused, Unclear

Content = dict[str, Any]


class Calls:
    """All of them raise PlatformError; `Refused.code` is Matrix's errcode."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def redact(self, room: str, event: str, reason: str, txn: str) -> str:
        """Takes an event's content away; the redaction's id."""
        body = {"reason": reason} if reason else {}
        answer = await self.client.call("PUT", at("v3", "rooms", room, "redact", event, txn), body)
        return raw.text(answer.get("event_id"))

    async def membership(self, room: str, user: str) -> str | None:
        """`join`, `invite`, `knock`, `leave` or `ban`; None for somebody who was never there."""
        content = await self.state(room, MEMBER, user)
        return raw.text(content.get("membership")) or None if content is not None else None

    async def display(self, user: str) -> str:
        """Somebody's display name; empty where they have none, or where the server does not tell."""
        try:
            answer = await self.client.call("GET", at("v3", "profile", user, "displayname"))
        except Refused:
            return ""
        return raw.text(answer.get("displayname"))

    async def kick(self, room: str, user: str, reason: str) -> None:
        await self._about("kick", room, user, reason)

    async def ban(self, room: str, user: str, reason: str) -> None:
        await self._about("ban", room, user, reason)

    async def unban(self, room: str, user: str, reason: str) -> None:
        await self._about("unban", room, user, reason)

    async def invite(self, room: str, user: str, *, direct: bool = False) -> None:
        """Invites; `direct` marks the room as a talk between two, which the plain call cannot."""
        content: Content = {"membership": "invite"} | ({"is_direct": True} if direct else {})
        await self.set_state(room, MEMBER, content, user)

    async def state(self, room: str, kind: str, key: str = "") -> Content | None:
        """The content of a piece of state; None where there is none."""
        try:
            return await self.client.call("GET", at("v3", "rooms", room, "state", kind, key))
        except Refused as refusal:
            if refusal.code not in MISSING:
                raise
            return None

    async def state_event(self, room: str, kind: str, key: str = "") -> Content:
        """A piece of state as the whole event, with who set it; empty where there is none."""
        path = at("v3", "rooms", room, "state", kind, key)
        try:
            return await self.client.call("GET", path, query={"format": "event"})
        except Refused as refusal:
            if refusal.code not in MISSING:
                raise
            return {}

    async def set_state(self, room: str, kind: str, content: Mapping[str, Any], key: str = "") -> None:
        await self.client.call("PUT", at("v3", "rooms", room, "state", kind, key), content)

    async def create_room(self, options: Mapping[str, Any]) -> str:
        """A new room's id. Raises Unclear where the answer does not tell it."""
        answer = await self.client.call("POST", at("v3", "createRoom"), options)
        room = raw.text(answer.get("room_id"))
        if not room:
            raise Unclear("a room was created, but the server does not tell its id")
        return room

    async def joined_rooms(self) -> list[str]:
        answer = await self.client.call("GET", at("v3", "joined_rooms"))
        return [room for room in raw.items(answer.get("joined_rooms")) if isinstance(room, str)]

    async def joined_members(self, room: str) -> list[str]:
        """The ids of all who are in a room now."""
        answer = await self.client.call("GET", at("v3", "rooms", room, "joined_members"))
        return [user for user in raw.mapping(answer.get("joined")) if is_user(user)]

    async def own_events(self, room: str, start: str | None) -> Content:
        """A page of what this account sent to a room, newest first: `chunk` and, where there is more, `end`."""
        wanted = json.dumps({"senders": [self.client.user]})
        query: Query = {"dir": "b", "limit": 100, "from": start, "filter": wanted}
        return await self.client.call("GET", at("v3", "rooms", room, "messages"), query=query)

    async def account_data(self, kind: str, room: str | None = None) -> Content:
        """What the account keeps on its server for itself (in a room); empty where there is nothing."""
        try:
            return await self.client.call("GET", self._data(kind, room))
        except Refused as refusal:
            if refusal.code not in MISSING:
                raise
            return {}

    async def set_account_data(self, kind: str, content: Mapping[str, Any], room: str | None = None) -> None:
        await self.client.call("PUT", self._data(kind, room), content)

    async def _about(self, verb: str, room: str, user: str, reason: str) -> None:
        body = {"user_id": user} | ({"reason": reason} if reason else {})
        await self.client.call("POST", at("v3", "rooms", room, verb), body)

    def _data(self, kind: str, room: str | None) -> str:
        inside = ("rooms", room) if room is not None else ()
        return at("v3", "user", self.client.user, *inside, "account_data", kind)
