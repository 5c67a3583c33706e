"""What is known of each joined room, from raw state: few kinds of it, and only the members that were seen lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from bot.model import Place, PlaceKind, Platform, Role
from bot.platforms.matrix import policies, raw
from bot.platforms.matrix.power import Powers, version

CREATE = "m.room.create"
POWER = "m.room.power_levels"
ENCRYPTION = "m.room.encryption"
TOMBSTONE = "m.room.tombstone"
MEMBER = "m.room.member"
REDACTION = "m.room.redaction"

#: The kinds of state (with an empty key) that are kept; anything else is asked for when it is needed.
KEPT = frozenset(
    {
        CREATE,
        POWER,
        ENCRYPTION,
        TOMBSTONE,
        "m.room.name",
        "m.room.topic",
        "m.room.canonical_alias",
        "m.room.join_rules",
        "m.room.history_visibility",
        "m.room.pinned_events",
        "m.room.server_acl",
    }
)

#: So many members of a room are remembered, the ones seen last.
MEMBERS = 500


class Room:
    """One joined room. `place` is the configured one, the account's private one, or one that nobody serves."""

    def __init__(self, ident: str, place: Place) -> None:
        self.id = ident
        self.place = place
        self.powers = Powers()
        self._state: dict[str, dict[str, Any]] = {}
        self._members: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._counts: dict[str, int] = {}
        self.rules = policies.Rules()
        self.encrypted = False
        self.size: int | None = (
            None  # how many people are in it or invited; None when the server did not tell
        )

    @property
    def private(self) -> bool:
        return self.place.kind is PlaceKind.PRIVATE

    @property
    def lists(self) -> bool:
        """Whether it is a policy list: what is said and done there is not for us, only its rules are."""
        return self.place.kind is PlaceKind.POLICY

    @property
    def version(self) -> str:
        return raw.text(self.state(CREATE).get("room_version")) or "1"

    @property
    def name(self) -> str:
        """What people call it, as far as the room tells."""
        return (
            raw.text(self.state("m.room.name").get("name"))
            or raw.text(self.state("m.room.canonical_alias").get("alias"))
            or self.id
        )

    @property
    def label(self) -> str:
        """How to name it to the operator."""
        return self.id if self.name == self.id else f"{self.name} ({self.id})"

    @property
    def known(self) -> bool:
        """Whether its state has been read: without the creation event nobody has any power."""
        return CREATE in self._state

    def role(self, user: str) -> Role:
        return self.powers.role(user) if self.known else Role.EVERYONE

    def membership(self, user: str) -> str | None:
        """`join`, `invite`, `leave`, `ban` or `knock`; None when we have not heard of that person lately."""
        return raw.text(self._members.get(user, {}).get("membership")) or None

    def state(self, kind: str, key: str = "") -> Mapping[str, Any]:
        """The content of a piece of state; empty where there is none, or where it is of a kind that is not kept."""
        if kind == MEMBER:
            return self._members.get(key, {})
        return raw.mapping(self._state.get(kind, {}).get("content")) if not key else {}

    def event(self, kind: str) -> Mapping[str, Any]:
        """The event of a kept kind, with its sender and id; empty where there is none."""
        return self._state.get(kind, {})

    def count(self, summary: object) -> None:
        """Takes over the counts of a room summary; what it leaves out did not change."""
        told = raw.mapping(summary)
        for name in ("joined", "invited"):
            number = raw.integer(told.get(f"m.{name}_member_count"))
            if number is not None:
                self._counts[name] = number
                self.size = sum(self._counts.values())

    def acquaint(self, event: Mapping[str, Any]) -> None:
        """Takes over a member from an older piece of state, unless a newer one is known."""
        if event.get("type") == MEMBER and raw.text(event.get("state_key")) not in self._members:
            self.take(event)

    def take(self, event: Mapping[str, Any]) -> None:
        """Takes over a state event, whatever is in it; anything else is passed over."""
        kind, key = event.get("type"), event.get("state_key")
        if kind == REDACTION:
            self._redacted(event)
        if not isinstance(kind, str) or not isinstance(key, str):
            return
        self.rules.take(event)
        content = raw.mapping(event.get("content"))
        if kind == MEMBER:
            self._members[key] = {"membership": content.get("membership")}
            self._members.move_to_end(key)
            if len(self._members) > MEMBERS:
                self._members.popitem(last=False)
        elif kind in KEPT and not key:
            names = {name: raw.text(event.get(name)) for name in ("sender", "event_id")}
            self._keep(kind, names | {"content": content})

    def _redacted(self, event: Mapping[str, Any]) -> None:
        by = raw.text(event.get("sender"))
        target = raw.mapping(event.get("content")).get("redacts") or event.get("redacts")
        entitled = self.powers.level(by) >= self.powers.redact
        self.rules.redacted(raw.text(target), by, entitled=entitled)

    def _keep(self, kind: str, event: dict[str, Any]) -> None:
        if kind == CREATE and self.known:
            return  # there is only one, and it never changes
        self._state[kind] = event
        if kind == ENCRYPTION:
            self.encrypted = True  # for good: nobody can take it back
        if kind in {CREATE, POWER}:
            levels = self._state[POWER]["content"] if POWER in self._state else None
            self.powers = Powers.of(self._state.get(CREATE, {}), levels)


class Rooms:
    """The joined rooms of one account. `places` are the configured ones, by their room id once that is known."""

    def __init__(self, account: str, private: Place) -> None:
        self._account = account
        self._private = private
        self._rooms: dict[str, Room] = {}
        self._places: dict[str, Place] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(list(self._rooms.values()))

    def place(self, ident: str, place: Place) -> None:
        """The configured `place` is this room (from now on: a room may have been replaced by another)."""
        for old, known in list(self._places.items()):
            if known.alias == place.alias and old != ident:
                del self._places[old]
                if old in self._rooms:
                    self._rooms[old].place = self._unserved(old)
        self._places[ident] = place
        if ident in self._rooms:
            self._rooms[ident].place = place

    def configured(self, ident: str) -> Place | None:
        return self._places.get(ident)

    def get(self, ident: str) -> Room | None:
        return self._rooms.get(ident)

    def by_alias(self, alias: str) -> Room | None:
        return next((room for room in self._rooms.values() if room.place.alias == alias), None)

    def joined(self, ident: str) -> Room:
        """The room, which begins to be known where it is not yet."""
        if ident not in self._rooms:
            self._rooms[ident] = Room(ident, self._places.get(ident) or self._unserved(ident))
        return self._rooms[ident]

    def left(self, ident: str) -> Room | None:
        """Forgets the room; what was known of it."""
        return self._rooms.pop(ident, None)

    def sort(self, room: Room) -> None:
        """Files a room that nobody configured: with at most one other person in it, it is a private talk."""
        if room.id not in self._places:
            alone = room.size is not None and room.size <= 2
            room.place = self._private if alone else self._unserved(room.id)

    def _unserved(self, ident: str) -> Place:
        return Place(Platform.MATRIX, ident, ident, PlaceKind.ROOM, "", self._account)


def number(room: Room) -> int:
    """The room's version as a number; 0 for one that we do not know."""
    return version(room.state(CREATE))
