"""Who may do what in a Matrix room: power levels from raw state, for room versions 1 to 12.

Source: the client-server specification (`m.room.power_levels`, `m.room.create`) and each room version's authorisation
rules. From version 12 on creators stand above everybody. A value that makes no sense never grants anything: as somebody's
level it counts as nothing, as the level that an act needs it is out of reach.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.model import Role
from bot.platforms.matrix import raw

#: The level of a creator from version 12 on: above every integer that an event can hold.
CREATOR = raw.LARGEST + 1

#: What nobody but such a creator reaches.
OUT_OF_REACH = raw.LARGEST

#: From this version on creators stand above the levels, and levels are integers only (from 10 on).
_CREATORS_FROM = 12
_INTEGERS_FROM = 10

#: What an act needs where the room has power levels that do not say; the same where it has none.
_DEFAULTS = {"ban": 50, "kick": 50, "redact": 50, "invite": 0, "events_default": 0}


@dataclass(frozen=True, slots=True)
class Powers:
    """One room's levels. `creators` is empty before version 12, where a creator has a level like everybody else."""

    creators: frozenset[str] = frozenset()
    users: Mapping[str, int] = field(default_factory=dict)
    users_default: int = 0
    ban: int = 50
    kick: int = 50
    redact: int = 50
    invite: int = 0
    events_default: int = 0
    state_default: int = 50
    events: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, create: Mapping[str, Any], levels: Mapping[str, Any] | None) -> Powers:
        """From the whole `m.room.create` event and the content of `m.room.power_levels` (None: the room has none)."""
        content = raw.mapping(create.get("content"))
        number = version(content)
        sender = raw.text(create.get("sender"))
        modern = number >= _CREATORS_FROM
        creators = (
            frozenset({sender, *_people(content.get("additional_creators"))} - {""})
            if modern
            else frozenset()
        )
        if levels is None:
            # Without levels the creator alone stands above the rest, and anybody may set state.
            creator = sender or raw.text(content.get("creator"))
            return cls(creators, {} if modern or not creator else {creator: 100}, state_default=0)
        strict = number >= _INTEGERS_FROM
        default = _granted(levels.get("users_default"), strict=strict, otherwise=0)
        needed = {
            name: _needed(levels[name], strict=strict) if name in levels else value
            for name, value in {**_DEFAULTS, "state_default": 50}.items()
        }
        return cls(
            creators=creators,
            users={
                person: _granted(value, strict=strict, otherwise=min(default, 0))
                for person, value in raw.mapping(levels.get("users")).items()
            },
            users_default=default,
            events={
                kind: _needed(value, strict=strict)
                for kind, value in raw.mapping(levels.get("events")).items()
            },
            **needed,
        )

    def level(self, user: str) -> int:
        if user in self.creators:
            return CREATOR
        return self.users.get(user, self.users_default)

    def sends(self, kind: str) -> int:
        """The level that sending an event of this kind needs."""
        return self.events.get(kind, self.events_default)

    def sets(self, kind: str) -> int:
        """The level that setting state of this kind needs."""
        return self.events.get(kind, self.state_default)

    def role(self, user: str) -> Role:
        """MODERATOR is who may ban, kick and redact; OWNER, who besides may change the power levels.

        What everybody may do in a room makes nobody a moderator of it.
        """
        level = self.level(user)
        if level <= max(self.users_default, 0) or level < max(self.ban, self.kick, self.redact):
            return Role.EVERYONE
        return Role.OWNER if level >= self.sets("m.room.power_levels") else Role.MODERATOR


def version(create: Mapping[str, Any]) -> int:
    """The room version in the content of `m.room.create`; 1 where it names none, 0 for one that we do not know.

    Versions beyond 12 count as 12: rules about creators are not taken back. Unstable ones (`org.example.3`) are unknown.
    """
    told = create.get("room_version", "1")
    text = told if isinstance(told, str) else ""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,3}", text) else 0


def _people(value: object) -> set[str]:
    return {person for person in raw.items(value) if isinstance(person, str) and person.startswith("@")}


def _number(value: object, *, strict: bool) -> int | None:
    """The level in `value`. Before version 10 a text that holds a whole number counts, too."""
    if not strict and isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,17}\s*", value, re.ASCII):
        value = int(value)
    return raw.integer(value)


def _granted(value: object, *, strict: bool, otherwise: int) -> int:
    number = _number(value, strict=strict)
    return otherwise if number is None else number


def _needed(value: object, *, strict: bool) -> int:
    number = _number(value, strict=strict)
    return OUT_OF_REACH if number is None else number
