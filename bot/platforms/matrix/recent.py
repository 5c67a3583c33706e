"""Single events by their id: those seen lately from memory, others from the server."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.client import Client, at
from bot.platforms.matrix.events import ENCRYPTED, Event
from bot.platforms.protocol import Refused

#: So many events are remembered, and none with a text longer than this.
EVENTS = 500
LONGEST = 4_000


class Recent:
    """Remembers what was read, decrypted."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._events: OrderedDict[tuple[str, str], Event] = OrderedDict()

    def note(self, room: str, event: Event) -> None:
        if len(str(event.content)) > LONGEST:
            return
        self._events[room, event.id] = event
        if len(self._events) > EVENTS:
            self._events.popitem(last=False)

    async def get(self, room: str, ident: str) -> Event | None:
        """The event; None where the server does not give it. Raises PlatformError when it cannot be asked."""
        found = self._events.get((room, ident))
        return found or Event.of(await self.fetch(room, ident))

    async def fetch(self, room: str, ident: str) -> dict[str, Any] | None:
        """The raw event as it is on the server now, decrypted; None where there is none for us."""
        try:
            event = await self._client.call("GET", at("v3", "rooms", room, "event", ident))
        except Refused:
            return None
        return await self.clear(room, event)

    async def clear(self, room: str, event: dict[str, Any]) -> dict[str, Any] | None:
        """The event decrypted; itself where it is not encrypted, None where its key is missing."""
        event.pop(DEVICE, None)
        redacted = raw.mapping(event.get("unsigned")).get("redacted_because")
        if event.get("type") != ENCRYPTED or redacted or self._client.cipher is None:
            return event  # of what was redacted nothing is left to decrypt
        return await self._client.cipher.decrypt(room, event)


#: Only our own decryption may say this of an event: how far its sender's device is known.
DEVICE = "org.folkmoot.device"
