"""Whether an attempt worked after all: looks for it among the things that the account said of late.

A server knows a transaction id again, but how long and on which devices differs from server to server; so each message
carries its action's key in its content, and is looked for by that. Where it is encrypted, the server's own note of the
transaction has to do. What is not found may be sent again: the same transaction id still guards the last gap.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import actions
from bot.actions import External
from bot.model import Receipt, Ref
from bot.platforms.matrix import raw
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.content import KEY, transaction
from bot.platforms.matrix.events import Event
from bot.platforms.matrix.private import Private
from bot.platforms.matrix.refs import joined, parts
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.sender import Sender
from bot.platforms.protocol import Refused

#: The server's clock may differ from ours by this.
SKEW = timedelta(seconds=60)

#: Pages of the account's own events that are searched in each room.
PAGES = 10


class Lookup:
    """Reads what the account itself said."""

    def __init__(self, calls: Calls, rooms: Rooms, private: Private, sender: Sender) -> None:
        self._calls = calls
        self._rooms = rooms
        self._private = private
        self._sender = sender

    async def find(
        self, action: External, key: str, since: datetime, taken: frozenset[Ref]
    ) -> Receipt | None:
        """What an attempt of `action` at `since` or later made, as far as it says anything new. Raises PlatformError."""
        for room in await self._rooms_of(action):
            event = await self._sent(room, transaction(key), since - SKEW)
            if event is not None:
                receipt = self._sender.receipt(room, event, "found after an unclear attempt")
                if receipt.ref not in taken:
                    return receipt
        return None

    async def _rooms_of(self, action: External) -> list[str]:
        """Where it may have been said; nowhere for what may be repeated freely."""
        try:
            match action:
                case actions.Post(place=place):
                    return [joined(place, self._rooms).id]
                case actions.Reply(to=Ref() as to):
                    return [parts(to, self._rooms)[0]]
                case actions.Tell(person=person):
                    return await self._with(person.id)
                case actions.Warn(person=person, about=about):
                    public = about is not None and about.place != self._private.place.alias
                    here = [parts(about, self._rooms)[0]] if about is not None and public else []
                    return [*here, *await self._with(person.id)]
                case _:
                    return []
        except Refused:  # the bot is not in that room (any more), so nothing can be seen there
            return []

    async def _with(self, person: str) -> list[str]:
        room = await self._private.find(person)
        return [room] if room else []

    async def _sent(self, room: str, txn: str, after: datetime) -> str | None:
        """The id of the event that was sent to `room` under that transaction id, at `after` or later."""
        start: str | None = None
        for _ in range(PAGES):
            page = await self._calls.own_events(room, start)
            for source in raw.objects(page.get("chunk")):
                event = Event.of(source)
                if event is None or event.sender != self._calls.client.user:
                    continue
                if event.at < after:
                    return None
                if txn in {event.content.get(KEY), event.unsigned.get("transaction_id")}:
                    return event.id
            start = raw.text(page.get("end")) or None
            if start is None:
                break
        return None
