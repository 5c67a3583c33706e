"""Writes down what a room's raw events tell: its state, and what happened in it.

Everything is read as raw JSON and piece by piece: what makes no sense is passed over and hides nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.model import Noticed, Occurrence
from bot.platforms.matrix import raw, shapes
from bot.platforms.matrix.answer import Before, Part
from bot.platforms.matrix.cursor import Cursor
from bot.platforms.matrix.events import MEMBER, POWER, Event
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.matrix.shapes import Eyes

log = logging.getLogger(__name__)

#: The clocks of other servers may be so far ahead of ours.
_SKEW = timedelta(minutes=10)


@dataclass(slots=True)
class Round:
    """One poll in the making: where we are after it, what happened, and the newest event of each room."""

    here: Cursor
    happened: list[Occurrence] = field(default_factory=list)
    newest: dict[str, str] = field(default_factory=dict)


class Scribe:
    """Writes for one account."""

    def __init__(self, rooms: Rooms, eyes: Eyes, recent: Recent, clock: Clock) -> None:
        self._rooms = rooms
        self._eyes = eyes
        self._recent = recent
        self._clock = clock
        self._unreadable: set[str] = set()

    def learn(self, room: Room, part: Part) -> Before:
        """Takes over a room's state as it is after `part`; what each change among its events replaced."""
        room.count(part.summary)
        # Members that are sent along lazily may be as they are after the events: those come in their own turn.
        later = {raw.text(event.get("event_id")) for event in part.events}
        for event in part.state:
            if raw.text(event.get("event_id")) not in later:
                room.take(event)
        before: dict[str, Any] = {}
        for event in part.events:
            kind, key, ident = event.get("type"), event.get("state_key"), event.get("event_id")
            if (
                isinstance(key, str) and isinstance(ident, str) and kind in (MEMBER, POWER)
            ):  # a kind may be anything
                known = room.state(kind, key)
                if known:
                    before[ident] = known
            room.take(event)
        self._rooms.sort(room)
        return before

    async def read(self, room: Room, events: Iterable[dict[str, Any]], doing: Round, before: Before) -> None:
        """Adds to `doing` what `events` tell; `before` is what changes of state among them replaced. Raises PlatformError."""
        for source in [] if room.lists else events:
            clear = await self._recent.clear(room.id, source)
            event = Event.of(clear, self._clock.now() + _SKEW)
            if event is None:
                if clear is None:
                    self._cannot_read(room, doing)
                continue
            self._recent.note(room.id, event)
            doing.newest[room.id] = event.id
            other = shapes.wanted(event)
            about = await self._recent.get(room.id, other) if other else None
            doing.happened += shapes.read(event, room, self._eyes, about=about, before=before.get(event.id))

    def _cannot_read(self, room: Room, doing: Round) -> None:
        """Says once, of each configured room, that encrypted messages in it escape the rules."""
        if room.id in self._unreadable or self._rooms.configured(room.id) is None:
            return
        self._unreadable.add(room.id)
        log.warning("room %s: an encrypted message cannot be read: its key is not here", room.label)
        text = (
            f"I cannot read all that is said in {room.place.alias}: it is encrypted, and no rule looks at it."
        )
        doing.happened.append(Noticed(room.place, text, f"encrypted:{room.id}", self._clock.now()))
