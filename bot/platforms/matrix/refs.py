"""What the ledger calls an event: `$event` in a configured room, `!room/$event` in a private one (there are many)."""

from __future__ import annotations

from bot.model import Platform, Ref
from bot.platforms.matrix.events import is_event, is_room
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.protocol import Refused


def ref(room: Room, event: str) -> Ref:
    """The name of an event in `room`."""
    return Ref(Platform.MATRIX, room.place.alias, f"{room.id}/{event}" if room.private else event)


def parts(name: Ref, rooms: Rooms) -> tuple[str, str]:
    """(room id, event id). Raises Refused for what names no event, and where the bot is not in the room."""
    room, slash, event = name.id.partition("/$")
    if slash and is_room(room):
        event = f"${event}"
    else:
        room, event = joined(name.place, rooms).id, name.id
    if not is_event(event):
        raise Refused(f"{name}: an event's id looks like $abc, or !room/$abc in private", "bad_ref")
    return room, event


def joined(alias: str, rooms: Rooms) -> Room:
    """The room of a configured place. Raises Refused where the bot is not in it."""
    room = rooms.by_alias(alias)
    if room is None:
        raise Refused(f"{alias}: the bot is not in that room; invite it there", "no_place")
    return room
