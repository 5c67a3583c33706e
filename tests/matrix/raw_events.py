"""Raw events and rooms for tests, as a homeserver would send them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.model import Place, PlaceKind, Platform
from bot.platforms.matrix.events import Event
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.matrix.shapes import Eyes

BOT = "@folkmoot:example.org"
ANA = "@ana:example.org"
MIA = "@mia:example.org"  # moderator
OLA = "@ola:example.org"  # creator

LOUNGE = Place(Platform.MATRIX, "lounge", "!lounge:example.org", PlaceKind.ROOM, "cats", "matrix")
PRIVATE = Place(Platform.MATRIX, "matrix.private", "matrix.private", PlaceKind.PRIVATE, "cats", "matrix")
TALK = "!talk:example.org"

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
STAMP = int(NOON.timestamp() * 1000)


def event(content: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A message of Ana's in the lounge; `fields` replaces or adds what is outside of the content."""
    return {
        "event_id": "$said",
        "room_id": LOUNGE.native,
        "sender": ANA,
        "type": "m.room.message",
        "origin_server_ts": STAMP,
        "content": {"msgtype": "m.text", "body": "hello"} if content is None else content,
    } | fields


def parsed(content: dict[str, Any] | None = None, **fields: Any) -> Event:
    found = Event.of(event(content, **fields))
    assert found is not None
    return found


def text(body: str, html: str | None = None, **more: Any) -> dict[str, Any]:
    formatted = {} if html is None else {"format": "org.matrix.custom.html", "formatted_body": html}
    return {"msgtype": "m.text", "body": body} | formatted | more


def edit(of: str, new: dict[str, Any], fallback: str = "* edited") -> dict[str, Any]:
    return {
        "msgtype": "m.text",
        "body": fallback,
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": of},
    }


def levels(**users: int) -> dict[str, Any]:
    return {
        "users": {MIA: 50, BOT: 100} | {f"@{name}:example.org": level for name, level in users.items()},
        "users_default": 0,
        "events": {"m.room.power_levels": 100},
    }


def town(version: str = "11") -> Rooms:
    """The lounge, which Ola created, Mia moderates and Ana visits; and a private room of the bot and Ana."""
    rooms = Rooms("matrix", PRIVATE)
    rooms.place(LOUNGE.native, LOUNGE)
    lounge = rooms.joined(LOUNGE.native)
    users = levels() if version == "12" else levels(ola=100)
    for kind, key, sender, content in (
        ("m.room.create", "", OLA, {"room_version": version}),
        ("m.room.power_levels", "", OLA, users),
        *(("m.room.member", who, who, {"membership": "join"}) for who in (BOT, ANA, MIA, OLA)),
    ):
        lounge.take(event(content, type=kind, state_key=key, sender=sender))
    talk = rooms.joined(TALK)
    talk.size = 2
    rooms.sort(talk)
    talk.take(event({"room_version": version}, type="m.room.create", state_key="", sender=BOT))
    return rooms


def lounge(rooms: Rooms) -> Room:
    room = rooms.get(LOUNGE.native)
    assert room is not None
    return room


def talk(rooms: Rooms) -> Room:
    room = rooms.get(TALK)
    assert room is not None
    return room


def eyes(rooms: Rooms, **more: Any) -> Eyes:
    return Eyes("matrix", BOT, rooms, name="Folkmoot", **more)


#: Any JSON, with what our code looks for among its keys and values.
WORDS = st.sampled_from(
    [
        "body",
        "formatted_body",
        "msgtype",
        "m.text",
        "m.notice",
        "m.relates_to",
        "rel_type",
        "m.replace",
        "m.thread",
        "m.annotation",
        "event_id",
        "key",
        "m.new_content",
        "m.in_reply_to",
        "is_falling_back",
        "user_ids",
        "m.mentions",
        "room",
        "membership",
        "join",
        "ban",
        "leave",
        "users",
        "users_default",
        "events",
        "redacts",
        "reason",
        "prev_content",
        "unsigned",
        "m.relations",
        "latest_event",
        "content",
        "sender",
        "type",
        "state_key",
        "origin_server_ts",
        "$x",
        "@a:b",
        "!r:s",
        "mimetype",
        "text/html",
        "filename",
        "org.matrix.msc1767.text",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)
KINDS = st.sampled_from(
    [
        "m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.room.power_levels", "m.sticker", "m.poll.start", "x",
    ]
)  # fmt: skip

#: Events that pass as such on the outside, with anything inside.
RAW = st.fixed_dictionaries(
    {
        "event_id": st.just("$said") | JSON,
        "sender": st.sampled_from([ANA, MIA, BOT]) | JSON,
        "type": KINDS | JSON,
        "origin_server_ts": st.just(STAMP) | JSON,
        "content": JSON | st.dictionaries(WORDS, JSON, max_size=6),
    },
    optional={"state_key": JSON | st.sampled_from(["", ANA, BOT]), "redacts": JSON, "unsigned": JSON},
)
