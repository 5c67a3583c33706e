"""What was said, as the server knows it now: one message, or a thread with everything in it, oldest first.

Source: client-server specification, "Relationships API" and "Threading". Replies outside of threads count as a thread of
the message that they answer, one level deep.
"""

from __future__ import annotations

from typing import Any

from bot.model import Message, Ref, Thread
from bot.platforms.matrix import links, raw, refs, shapes
from bot.platforms.matrix.client import Client, Query, at
from bot.platforms.matrix.events import Event
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.matrix.shapes import Eyes
from bot.platforms.protocol import Refused

#: A page, and so many of them at most: 10,000 messages.
PAGE = 100
PAGES = 100


class Messages:
    """Reads for one account."""

    def __init__(self, client: Client, rooms: Rooms, recent: Recent, eyes: Eyes) -> None:
        self._client = client
        self._rooms = rooms
        self._recent = recent
        self._eyes = eyes

    async def message(self, target: Ref | str) -> Message | None:
        """By ref, or by a link (matrix.to or `matrix:`) to an event in one of our rooms. Raises PlatformError."""
        try:
            if isinstance(target, Ref):
                ident, event = refs.parts(target, self._rooms)
                room = self._rooms.get(ident)
            else:
                link = links.parse(target)
                room = await self._linked(link.room) if link and link.room else None
                event = (link.event if link else None) or ""
        except Refused:
            return None
        if room is None or not event:
            return None
        return self._message(room, await self._recent.fetch(room.id, event))

    async def thread(self, root: Ref) -> Thread:
        """The thread below a message. Raises PlatformError, Refused where there is no such message for us."""
        ident, event = refs.parts(root, self._rooms)
        room = self._rooms.get(ident)
        if room is None:
            raise Refused(f"{root}: the bot is not in that room", "no_place")
        first = self._message(room, await self._recent.fetch(room.id, event))
        if first is None:
            raise Refused(f"{root}: there is no such message here (any more)", "not_found")
        found: dict[Ref, Message] = {}
        token = ""
        path = at("v1", "rooms", room.id, "relations", event, "m.thread")
        for _ in range(PAGES):
            query: Query = {"dir": "f", "limit": PAGE, "from": token or None}
            answer = await self._client.call("GET", path, query=query)
            for source in raw.objects(answer.get("chunk")):
                message = self._message(room, await self._recent.clear(room.id, source))
                if message is not None:
                    found[message.ref] = message
            token = raw.text(answer.get("next_batch"))
            if not token:
                break
        messages = sorted(found.values(), key=lambda message: message.sent_at)
        # What was redacted leaves the list but not the count.
        return Thread(first, tuple(messages), expected=len(messages) if not token else len(messages) + 1)

    def _message(self, room: Room, event: dict[str, Any] | None) -> Message | None:
        known = Event.of(event)
        return shapes.message(known, room, self._eyes) if known else None

    async def _linked(self, room: str) -> Room | None:
        """The room of a link, by its id or alias; None where we are not in it. Raises PlatformError."""
        if not room.startswith("#"):
            return self._rooms.get(room)
        answer = await self._client.call("GET", at("v3", "directory", "room", room))
        return self._rooms.get(raw.text(answer.get("room_id")))
