"""Noticing that the bot lacks a power level which something that is configured needs: at the start, and when levels change."""

from __future__ import annotations

from collections.abc import Mapping

from bot.clock import Clock
from bot.model import Noticed, PlaceKind
from bot.platforms.matrix.check import Needs, lacking
from bot.platforms.matrix.power import Powers
from bot.platforms.matrix.rooms import POWER, Room, Rooms


class Standing:
    """Looks for the account `user`. `needs` is what plugins need, by the place's alias."""

    def __init__(self, rooms: Rooms, user: str, needs: Mapping[str, Needs], clock: Clock) -> None:
        self._rooms = rooms
        self._user = user
        self._needs = needs
        self._clock = clock
        self._seen: dict[str, Powers] = {}
        self._told: dict[str, str] = {}

    def noticed(self) -> tuple[Noticed, ...]:
        """What there is to tell now; mostly nothing. What was told before a restart has the same key as then."""
        return tuple(told for room in self._rooms if (told := self._look(room)))

    def _look(self, room: Room) -> Noticed | None:
        if self._seen.get(room.id) is room.powers or not room.known or room.place.kind is not PlaceKind.ROOM:
            return None
        if self._rooms.configured(room.id) is None:
            return None
        self._seen[room.id] = room.powers
        alias = room.place.alias
        lacks = lacking(room.powers, self._user, self._needs.get(alias, {}))
        before, self._told[room.id] = self._told.get(room.id, ""), lacks
        if not lacks or lacks == before:
            return None
        ident = f"standing:{room.id}:{room.event(POWER).get('event_id', '')}"
        return Noticed(room.place, f"In {alias}, {lacks}.", ident, self._clock.now())
