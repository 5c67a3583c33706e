"""One event as a server sent it, however little sense it makes: our own view of the raw JSON.

Libraries hide from a bot what they cannot parse, and clients show it all the same; so nothing here asks for more than an
id, a sender and a kind. (Source: Matrix client-server API v1.16, room events and relationships.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.platforms.matrix import raw

MESSAGE = "m.room.message"
REACTION = "m.reaction"
REDACTION = "m.room.redaction"
ENCRYPTED = "m.room.encrypted"
MEMBER = "m.room.member"
POWER = "m.room.power_levels"

NOTICE = "m.notice"

#: Identifiers have at most 255 bytes.
_LONGEST = 255
_USER = re.compile(r"@[^\s:\x00-\x1f\x7f]*:[0-9A-Za-z.\-:\[\]]+")
_EVENT = re.compile(r"\$[^\s\x00-\x1f\x7f]+")
_ROOM = re.compile(r"![^\s\x00-\x1f\x7f]+")

#: How many mentions are read of one event.
MENTIONS = 200

#: From this room version on what a redaction redacts stands in its content.
_REDACTS_IN_CONTENT = 11


def is_user(text: object) -> bool:
    return _is(_USER, text)


def is_event(text: object) -> bool:
    return _is(_EVENT, text)


def is_room(text: object) -> bool:
    return _is(_ROOM, text)


def _is(pattern: re.Pattern[str], text: object) -> bool:
    """Whether `text` has the form of an identifier, with nothing in it that no database stores."""
    if not isinstance(text, str) or not pattern.fullmatch(text):
        return False
    try:
        return len(text.encode()) <= _LONGEST
    except UnicodeEncodeError:  # a lone surrogate
        return False


@dataclass(frozen=True, slots=True)
class Event:
    """An event of any kind. `content` and `unsigned` are as they came: anything in them may be of any type.

    `state_key` is None for what is not state. `at` is the sending server's word, in UTC.
    """

    id: str
    sender: str
    kind: str
    at: datetime
    content: Mapping[str, Any]
    unsigned: Mapping[str, Any]
    state_key: str | None = None
    redacted_id: str | None = None

    @classmethod
    def of(cls, source: object, latest: datetime | None = None) -> Event | None:
        """The event in `source`; None where it has no valid id, sender, kind or time. A time after `latest` becomes `latest`."""
        event = raw.mapping(source)
        ident, sender, kind = event.get("event_id"), event.get("sender"), event.get("type")
        at = _moment(event.get("origin_server_ts"))
        if not (is_event(ident) and is_user(sender) and isinstance(kind, str)) or at is None:
            return None
        state_key = event.get("state_key")
        redacts = event.get("redacts")
        return cls(
            id=str(ident),
            sender=str(sender),
            kind=kind,
            at=min(at, latest) if latest else at,
            content=raw.mapping(event.get("content")),
            unsigned=raw.mapping(event.get("unsigned")),
            state_key=state_key if isinstance(state_key, str) else None,
            redacted_id=redacts if is_event(redacts) else None,
        )

    @property
    def msgtype(self) -> str:
        return raw.text(self.content.get("msgtype"))

    @property
    def redacted(self) -> bool:
        """Whether its content was taken away."""
        return bool(self.unsigned.get("redacted_because"))

    @property
    def removed(self) -> bool:
        """Whether somebody else than its sender took its content away."""
        by = raw.text(raw.mapping(self.unsigned.get("redacted_because")).get("sender"))
        return bool(by) and by != self.sender

    @property
    def _relation(self) -> Mapping[str, Any]:
        return raw.mapping(self.content.get("m.relates_to"))

    def _related(self, kind: str) -> str | None:
        """The event to which this one stands in a relation of that kind."""
        target = self._relation.get("event_id")
        return target if self._relation.get("rel_type") == kind and is_event(target) else None

    @property
    def replaces(self) -> str | None:
        """The event of which this is an edit, by its own word."""
        return self._related("m.replace")

    @property
    def thread(self) -> str | None:
        """The root of the thread in which it stands."""
        return self._related("m.thread")

    @property
    def annotates(self) -> str | None:
        return self._related("m.annotation")

    @property
    def symbol(self) -> str:
        """What a reaction consists of."""
        return raw.text(self._relation.get("key")).strip()

    @property
    def answers(self) -> str | None:
        """The event to which it replies; in a thread only where that is meant, not there for old clients' sake."""
        target = raw.mapping(self._relation.get("m.in_reply_to")).get("event_id")
        if not is_event(target) or (self.thread and self._relation.get("is_falling_back") is True):
            return None
        return str(target)

    @property
    def carries_reply(self) -> bool:
        """Whether it may begin with a copy of what it answers."""
        return is_event(raw.mapping(self._relation.get("m.in_reply_to")).get("event_id"))

    @property
    def mentions(self) -> frozenset[str]:
        """Whom it means to notify; of more than `MENTIONS` people, the first ones."""
        people = raw.items(raw.mapping(self.content.get("m.mentions")).get("user_ids"))
        return frozenset(person for person in people[:MENTIONS] if is_user(person))

    @property
    def replacement(self) -> Event | None:
        """The newest edit, where the server sent it along."""
        return Event.of(raw.mapping(self.unsigned.get("m.relations")).get("m.replace"))

    def redacts(self, version: int) -> str | None:
        """What a redaction takes away, in a room of that version (0: unknown)."""
        inside = self.content.get("redacts")
        found = inside if is_event(inside) else None
        if 0 < version < _REDACTS_IN_CONTENT:
            return self.redacted_id
        return found or self.redacted_id


def _moment(value: object) -> datetime | None:
    """Milliseconds since 1970 as a time."""
    milliseconds = raw.integer(value)
    if milliseconds is None or milliseconds < 0:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
