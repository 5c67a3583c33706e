"""Which servers may take part in a room: its access list (`m.room.server_acl`). What is so already counts as done.

A wrong list ends a room for good, because nobody whom it shuts out can mend it. So whoever was allowed stays allowed, and our
own server is never shut out. (Source: client-server specification, "Server Access Control Lists"; names are compared without
their port.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from bot.actions import SHUT_BEFORE, LetIn, ShutOut
from bot.clock import Clock
from bot.model import Receipt
from bot.platforms.matrix import links, raw
from bot.platforms.matrix.calls import Calls, Content
from bot.platforms.matrix.refs import joined
from bot.platforms.matrix.rights import explained
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.protocol import Refused

ACL = "m.room.server_acl"

#: An event has at most 64 KiB.
LARGEST = 60_000

_NAME = re.compile(r"[0-9A-Za-z.\-:\[\]*?]{1,230}")


class Access:
    """Changes the lists of one account's rooms."""

    def __init__(self, calls: Calls, rooms: Rooms, clock: Clock) -> None:
        self._calls = calls
        self._rooms = rooms
        self._clock = clock

    async def perform(self, action: ShutOut | LetIn) -> Receipt:
        """Raises PlatformError; Refused with a sentence about the missing right, and for what would shut out ourselves."""
        room = joined(action.place, self._rooms)
        try:
            match action:
                case ShutOut(servers=servers):
                    detail = await self._deny(room, servers)
                case LetIn(servers=servers):
                    detail = await self._allow(room, servers)
        except Refused as refusal:
            needed = room.powers.sets(ACL)
            act = "change which servers may take part"
            raise explained(refusal, room, self._calls.client.user, act, needed) from refusal
        return Receipt(self._clock.now(), detail=detail)

    async def _deny(self, room: Room, servers: Iterable[str]) -> str:
        own = re.sub(r":\d+$", "", links.server(self._calls.client.user))
        for server in servers:
            if not _NAME.fullmatch(server):
                raise Refused(
                    f"{server[:100]}: a server's name was expected, or a pattern of names", "bad_server"
                )
            if fits(server, own):
                raise Refused(f"{server} is or includes {own}, where the bot itself lives", "own_server")
        current = await self._calls.state(room.id, ACL)
        denied = _denied(current)
        fresh = [server for server in dict.fromkeys(servers) if server not in denied]
        before = [server for server in servers if server in denied]
        if fresh:
            kept: Content = {"allow": ["*"], **(current or {}), "deny": [*denied, *fresh]}
            if len(json.dumps(kept)) > LARGEST:
                raise Refused(
                    f"{room.label}: the room's access list has no room for more servers", "too_large"
                )
            await self._calls.set_state(room.id, ACL, kept)
        return SHUT_BEFORE + ", ".join(before) if before else ""

    async def _allow(self, room: Room, servers: Iterable[str]) -> str:
        current = await self._calls.state(room.id, ACL)
        denied = _denied(current)
        kept = [server for server in denied if server not in set(servers)]
        if current is None or kept == denied:
            return "so already"
        await self._calls.set_state(room.id, ACL, {**current, "deny": kept})
        return ""


def fits(pattern: str, server: str) -> bool:
    """Whether a name in an access list, where `*` is any text and `?` any one character, is about `server`."""
    return fnmatchcase(server.lower(), pattern.lower().replace("[", "[[]"))


def _denied(content: Content | None) -> list[str]:
    return [server for server in raw.items((content or {}).get("deny")) if isinstance(server, str)]
