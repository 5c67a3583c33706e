"""An answer to `/sync`, taken apart: pure, and whatever is of the wrong type counts as missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.events import MEMBER
from bot.platforms.protocol import Unreachable

Json = dict[str, Any]
#: The content that a change of state replaced, by the id of the changing event.
Before = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of one room: its `state` before the `events`. `limited` means that events between were left out."""

    events: list[Json]
    state: list[Json]
    limited: bool
    summary: object

    @classmethod
    def of(cls, source: object) -> Part:
        part = raw.mapping(source)
        timeline, state = raw.mapping(part.get("timeline")), raw.mapping(part.get("state"))
        return cls(
            events=list(raw.objects(timeline.get("events"))),
            state=list(raw.objects(state.get("events"))),
            limited=timeline.get("limited") is True,
            summary=part.get("summary"),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The rooms that we are in, that we left, and that we are invited to; `quiet` when it tells nothing at all."""

    next_batch: str
    joined: dict[str, Part]
    left: dict[str, Part]
    invited: dict[str, object]
    quiet: bool

    @classmethod
    def of(cls, source: Json) -> Answer:
        """Raises Unreachable when it does not say where the stream goes on."""
        token = source.get("next_batch")
        if not isinstance(token, str) or not token:
            raise Unreachable("the server's answer to /sync does not say where the stream goes on")
        rooms = raw.mapping(source.get("rooms"))
        joined, left, invited = (raw.mapping(rooms.get(key)) for key in ("join", "leave", "invite"))
        return cls(
            next_batch=token,
            joined={ident: Part.of(part) for ident, part in joined.items()},
            left={ident: Part.of(part) for ident, part in left.items()},
            invited={ident: raw.mapping(part).get("invite_state") for ident, part in invited.items()},
            quiet=not (joined or left or invited or raw.mapping(source.get("to_device")).get("events")),
        )


def own(events: list[Json], user: str) -> list[Json]:
    """The events about the membership of `user`."""
    return [e for e in events if e.get("type") == MEMBER and e.get("state_key") == user]


def membership(event: Json) -> str:
    return raw.text(raw.mapping(event.get("content")).get("membership"))


def shut_out(event: Json) -> bool:
    """Whether this change of membership put out somebody who was in; lifting a ban does not."""
    old = raw.mapping(raw.mapping(event.get("unsigned")).get("prev_content")).get("membership")
    return membership(event) == "ban" or (membership(event) == "leave" and old != "ban")


def entered(events: list[Json], user: str, before: Before) -> int | None:
    """Where in `events` the person came into the room, the last time; None when they did not.

    A change of name looks like another join, except for what it replaced.
    """
    found = None
    for index, event in enumerate(events):
        if own([event], user) and membership(event) == "join":
            old = raw.mapping(raw.mapping(event.get("unsigned")).get("prev_content")).get("membership")
            known = before.get(raw.text(event.get("event_id")), {}).get("membership")
            if old != "join" and known != "join":
                found = index
    return found


def entry(part: Part, user: str, since: int) -> str:
    """The id of the event, among the room's state, with which the person came in after `since` (ms); else empty."""
    mine = own(part.state, user)
    if entered(mine, user, {}) is None or (raw.integer(mine[-1].get("origin_server_ts")) or 0) < since:
        return ""
    return raw.text(mine[-1].get("event_id"))


def said_after(events: list[Json], moment: int) -> list[Json]:
    """Those that claim to be from after `moment` (ms since 1970)."""
    return [event for event in events if (raw.integer(event.get("origin_server_ts")) or 0) > moment]
