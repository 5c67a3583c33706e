"""A thread as the server knows it: its root, and everything in it, oldest first.

Source: client-server specification, "Relationships API" and "Threading". Replies outside of threads count as a thread of
the message that they answer, one level deep.
"""

from __future__ import annotations

from typing import Any

from bot.model import Message, Ref, Thread
from bot.platforms.matrix import raw, shapes
from bot.platforms.matrix.client import Client, Query, at
from bot.platforms.matrix.events import Event
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.rooms import Room
from bot.platforms.matrix.shapes import Eyes
from bot.platforms.protocol import Refused

#: A page, and so many of them at most: 10,000 messages.
PAGE = 100
PAGES = 100


class Threads:
    """Reads for one account."""

    def __init__(self, client: Client, recent: Recent, eyes: Eyes) -> None:
        self._client = client
        self._recent = recent
        self._eyes = eyes

    async def read(self, room: Room, root: str, name: Ref) -> Thread:
        """The thread below the event `root`. Raises PlatformError, Refused where there is no such event."""
        first = await self._message(room, await self._recent.fetch(room.id, root))
        if first is None:
            raise Refused(f"{name}: there is no such message here (any more)", "not_found")
        found: dict[Ref, Message] = {}
        token = ""
        path = at("v1", "rooms", room.id, "relations", root, "m.thread")
        for _ in range(PAGES):
            query: Query = {"dir": "f", "limit": PAGE, "from": token or None}
            answer = await self._client.call("GET", path, query=query)
            for event in raw.objects(answer.get("chunk")):
                message = await self._message(room, await self._recent.clear(room.id, event))
                if message is not None:
                    found[message.ref] = message
            token = raw.text(answer.get("next_batch"))
            if not token:
                break
        messages = sorted(found.values(), key=lambda message: message.sent_at)
        # What was redacted leaves the list but not the count.
        return Thread(first, tuple(messages), expected=len(messages) if not token else len(messages) + 1)

    async def _message(self, room: Room, event: dict[str, Any] | None) -> Message | None:
        known = Event.of(event)
        return shapes.message(known, room, self._eyes) if known else None
