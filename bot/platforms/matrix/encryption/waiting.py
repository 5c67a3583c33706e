"""Messages whose key is not here yet, on disk until they were read or pushed out by newer ones."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption.keyring import write_private

log = logging.getLogger(__name__)

Event = dict[str, Any]

#: A key that comes after so many other unreadable messages comes too late; what one person fills of it, others keep.
MOST = 300
MOST_EACH = 50


class Waiting:
    """The unreadable messages of one account, oldest first, as (room, event)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._events: dict[tuple[str, str], Event] = dict(self._load())

    def __contains__(self, place: object) -> bool:
        return place in self._events

    def add(self, room: str, event: Event) -> None:
        """Remembers a message. It is on disk when this returns. Raises OSError."""
        place = (room, raw.text(event.get("event_id")))
        sender = event.get("sender")
        if (
            place in self._events
            or sum(e.get("sender") == sender for e in self._events.values()) >= MOST_EACH
        ):
            return
        self._events[place] = event
        if len(self._events) > MOST:
            self._events.pop(next(iter(self._events)))
            self._rewrite()
            return
        line = json.dumps({"room": room, "event": event}).encode() + b"\n"
        with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as out:
            out.write(line)

    def of(self, room: str, session: str) -> list[Event]:
        """The messages that one key opens."""
        return [
            event
            for (where, _), event in self._events.items()
            if where == room and raw.mapping(event.get("content")).get("session_id") == session
        ]

    def all(self) -> list[tuple[str, Event]]:
        return [(room, event) for (room, _), event in self._events.items()]

    def remove(self, places: set[tuple[str, str]]) -> None:
        """Forgets messages, by room and event id. Raises OSError."""
        if gone := places & self._events.keys():
            for place in gone:
                del self._events[place]
            self._rewrite()

    def _rewrite(self) -> None:
        lines = (json.dumps({"room": room, "event": event}) for room, event in self.all())
        write_private(self._file, "".join(f"{line}\n" for line in lines).encode())

    def _load(self) -> list[tuple[tuple[str, str], Event]]:
        """What is on disk; a line that a crash cut off is left out."""
        try:
            lines = self._file.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            try:
                entry = raw.mapping(json.loads(line))
            except ValueError:
                continue
            room, event = raw.text(entry.get("room")), raw.mapping(entry.get("event"))
            if room and event:
                found.append(((room, raw.text(event.get("event_id"))), event))
        return found[-MOST:]
