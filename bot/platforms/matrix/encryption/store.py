"""Nio's store, with the two tables that are written all the time taken into our own hands.

Nio's way through its object mapper takes milliseconds a row, and thousands of rows are written where a room has
thousands of devices; it holds every room key in memory, and remembers only one of two people who give us the same key.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from nio.crypto import InboundGroupSession
from nio.store import SqliteStore

#: So many room keys are kept ready; the others are read when a message needs them.
READY = 500

Name = tuple[str, str, str]  # room, session, sender's key

_TABLE = """
CREATE TABLE IF NOT EXISTS folkmoot_room_keys (
    room TEXT NOT NULL, session TEXT NOT NULL, sender_key TEXT NOT NULL,
    ed25519 TEXT NOT NULL, chain TEXT NOT NULL, secret BLOB NOT NULL,
    PRIMARY KEY (room, session, sender_key)
) WITHOUT ROWID
"""


class Store(SqliteStore):  # type: ignore[misc]  # nio has no types
    """One device's store. Methods are nio's, by nio's names."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.database.execute_sql(_TABLE)
        self._account: int | None = None

    def save_session(self, curve_key: str, session: Any) -> None:
        if self._account is None:
            self._account = self._get_account().id
        self.database.execute_sql(
            "REPLACE INTO olmsessions (account_id, sender_key, session, session_id, creation_time, last_usage_date)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                self._account,
                curve_key,
                session.pickle(self.pickle_key),
                session.id,
                _time(session.creation_time),
                _time(session.use_time),
            ),
        )

    def load_inbound_group_sessions(self) -> RoomKeys:
        return RoomKeys(self)

    def save_inbound_group_session(self, session: Any) -> None:
        self.database.execute_sql(
            "REPLACE INTO folkmoot_room_keys (room, session, sender_key, ed25519, chain, secret)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                session.room_id,
                session.id,
                session.sender_key,
                session.ed25519,
                json.dumps(session.forwarding_chain),
                session.pickle(self.pickle_key),
            ),
        )

    def room_keys(self, room: str, session: str) -> Iterator[Any]:
        """The keys of that name, one for each device that gave us one."""
        rows = self.database.execute_sql(
            "SELECT sender_key, ed25519, chain, secret FROM folkmoot_room_keys WHERE room = ? AND session = ?",
            (room, session),
        ).fetchall()
        for sender_key, ed25519, chain, secret in rows:
            yield InboundGroupSession.from_pickle(
                secret, ed25519, sender_key, room, self.pickle_key, json.loads(chain)
            )


class RoomKeys:
    """What nio takes for its memory of all room keys; most of them stay on the disk."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ready: OrderedDict[tuple[str, str], list[Any]] = OrderedDict()

    def all(self, room: str, session: str) -> list[Any]:
        """Every key of that name for that room."""
        name = (room, session)
        if name not in self._ready:
            found = list(self._store.room_keys(room, session))
            if not found:
                return []
            self._ready[name] = found
            if len(self._ready) > READY:
                self._ready.popitem(last=False)
        self._ready.move_to_end(name)
        return self._ready[name]

    def get(self, room: str, sender_key: str, session: str) -> Any:
        """That device's key; None where there is none."""
        return next((key for key in self.all(room, session) if key.sender_key == sender_key), None)

    def add(self, session: Any) -> bool:
        """Makes room for a key that is about to be saved. False where the one we have reads as much; that one stays."""
        before = self.get(session.room_id, session.sender_key, session.id)
        if before is not None and before.first_known_index <= session.first_known_index:
            return False
        self._ready.pop((session.room_id, session.id), None)
        return True


def _time(moment: Any) -> str:
    """A time as nio's tables hold it."""
    return str(moment.strftime("%Y-%m-%d %H:%M:%S.%f"))
