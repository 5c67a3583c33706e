"""What no decent homeserver sends, read all the same: nothing dies, nothing hides, nothing is lost."""

from __future__ import annotations

import asyncio
import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import FakeClock
from bot.model import Joined, Message, Noticed, Role
from bot.platforms.matrix import Credentials, MatrixAdapter
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.client import Client
from bot.platforms.matrix.cursor import Cursor, Gap
from bot.platforms.matrix.doors import Doors
from bot.platforms.matrix.rooms import MEMBERS, Rooms
from bot.platforms.protocol import Busy, Refused, Unreachable
from tests.matrix.raw_events import ANA, BOT, LOUNGE, MIA, NOON, OLA, PRIVATE, STAMP, event, text
from tests.matrix.test_odd_servers import Script

ROOM = LOUNGE.native
SYNC = "GET v3/sync"


def member(user: str, membership: str = "join", **more: Any) -> dict[str, Any]:
    content = {"membership": membership, "displayname": user[1:4]}
    return event(content, type="m.room.member", state_key=user, sender=user, event_id=f"$m{user}") | more


def state(kind: str, content: Any, key: str = "", **more: Any) -> dict[str, Any]:
    return event(content, type=kind, state_key=key, event_id=f"$state-{kind}") | more


FURNITURE = [
    state("m.room.create", {"room_version": "11"}, sender=OLA),
    state("m.room.power_levels", {"users": {OLA: 100, MIA: 50, BOT: 50}}),
    member(BOT),
]


def synced(*events: Any, upto: str = "s2", limited: bool = False, room_state: Any = (), **more: Any) -> Any:
    """An answer to /sync with these events in the lounge."""
    timeline: dict[str, Any] = {"events": list(events)}
    if limited:
        timeline |= {"limited": True, "prev_batch": "p"}
    part = {"timeline": timeline, "state": {"events": list(room_state)}}
    return {"next_batch": upto, "rooms": {"join": {ROOM: part}} | more}


class Bench:
    """An adapter that has taken its first look at a lounge, before a server that says what the test wants."""

    def __init__(self, *answers: tuple[str, tuple[int, Any]], members: int = 5) -> None:
        self.clock = FakeClock(NOON)
        first = synced(upto="s1", room_state=FURNITURE)
        first["rooms"]["join"][ROOM]["summary"] = {"m.joined_member_count": members}
        self.script = Script(
            (SYNC, (200, first)),
            *answers,
            ("GET v3/account/whoami", (200, {"user_id": BOT, "device_id": "D"})),
            ("GET v3/joined_rooms", (200, {"joined_rooms": [ROOM]})),
            ("GET v3/profile/.*", (404, {"errcode": "M_NOT_FOUND"})),
            ("POST .*/receipt/.*", (200, {})),
            ("GET /_synapse/.*", (403, {"errcode": "M_FORBIDDEN"})),  # it is no administrator
        )
        places = {place.alias: place for place in (LOUNGE, PRIVATE)}
        credentials = Credentials(user=BOT, token=lambda: "secret")
        self.adapter = MatrixAdapter(
            "matrix", "https://matrix.example.org", credentials, places, self.clock, wire=self.script
        )
        self.cursor: str | None = None

    async def open(self) -> Bench:
        await self.adapter.open()
        assert await self.poll() == []
        return self

    async def poll(self, answer: Any = None, status: int = 200) -> list[Any]:
        if answer is not None:
            self.script.answers = ((SYNC, (status, answer)), *self.script.answers[1:])
        batch = await self.adapter.poll(self.cursor, timedelta(seconds=30))
        self.cursor = batch.cursor or self.cursor
        batch.stored()
        return list(batch.occurrences)

    def asked(self, pattern: str) -> int:
        return len(self.script.bodies(pattern))


RUBBISH: list[Any] = [
    None,
    "text",
    7,
    [],
    {},
    {"type": "m.room.message"},
    {"event_id": ["$x"]},
    {"type": 7, "state_key": []},
]
STRANGE: list[Any] = [
    *RUBBISH,
    event(event_id="$a", origin_server_ts="x"),
    event(event_id="$b", origin_server_ts=None),
    event(event_id="$c", sender=None),
    event(event_id=7),
    event(event_id="$d", content="none"),
    event(event_id="$e", unsigned="none"),
    state("m.room.power_levels", "none", event_id="$f"),
    state("m.room.create", {"room_version": "12", "additional_creators": [ANA]}, event_id="$g"),
    state("m.room.member", {"membership": {}}, ANA, event_id="$h"),
    state("m.room.tombstone", {"replacement_room": 7}, event_id="$i"),
    state("m.room.encryption", None, key=ANA, event_id="$j"),
]  # fmt: skip


async def test_one_event_that_makes_no_sense_hides_no_other() -> None:
    bench = await Bench().open()
    events = [
        thing for n, odd in enumerate(STRANGE) for thing in (odd, event(text(f"no. {n}"), event_id=f"$ok{n}"))
    ]
    heard = await bench.poll(synced(*events))
    texts = [o.text for o in heard if isinstance(o, Message) and o.text.startswith("no. ")]
    assert texts == [f"no. {n}" for n in range(len(STRANGE))]
    # A creation event comes once, and levels that are none give nobody any.
    assert {o.author.role for o in heard if isinstance(o, Message)} == {Role.EVERYONE}


GOOD = synced(
    event(text("hello")), member(ANA), room_state=FURNITURE, invite={"!i:x": {}}, leave={"!l:x": {}}
)


def paths(value: Any) -> list[list[Any]]:
    """Every place in some JSON, as the keys that lead there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in inner for found in ([key], *([key, *rest] for rest in paths(item)))]


@given(st.sampled_from(paths(GOOD)), st.sampled_from(RUBBISH))
@settings(max_examples=150)
def test_an_answer_of_any_shape_is_read_or_refused(path: list[Any], rubbish: Any) -> None:
    """Any part of a good answer is replaced by rubbish: the rest is read, or the poll fails as one that may be repeated."""
    answer = copy.deepcopy(GOOD)
    target = answer
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = rubbish

    async def read() -> None:
        bench = await Bench().open()
        try:
            await bench.poll(answer)
        except Unreachable:
            assert path == ["next_batch"]

    asyncio.run(read())


async def test_a_gap_is_read_forwards_in_pages_and_only_once() -> None:
    pages = {
        "s1": {"chunk": [event(text("one"), event_id="$1"), None, "x"], "end": "t1", "state": [member(ANA)]},
        "t1": {
            "chunk": [event(text("two"), event_id="$2"), member(ANA, "leave", event_id="$3")],
            "end": "t2",
        },
        "t2": {"chunk": [], "end": "t2"},
    }
    bench = await Bench(("GET v3/rooms/.*/messages", (200, pages["s1"]))).open()
    assert await bench.poll(synced(event(text("three"), event_id="$4"), limited=True)) == []
    texts = []
    for start, page in pages.items():
        bench.script.answers = [
            (pattern, (status, page if pattern.endswith("/messages") else answer))
            for pattern, (status, answer) in bench.script.answers
        ]
        parsed = Cursor.parse(bench.cursor or "")
        assert parsed is not None
        assert parsed.gaps == {ROOM: Gap(start)}
        quiet = (
            {"next_batch": "s2"} if start == "s1" else synced(event(text("live"), event_id="$5"), upto="s3")
        )
        texts += [o.text for o in await bench.poll(quiet) if isinstance(o, Message)]
    # What is live meanwhile is part of the same stretch: it comes with the pages, so that nothing comes out of order.
    assert texts == ["one", "two"]
    assert '"gaps"' not in (bench.cursor or "")
    assert [o.text for o in await bench.poll(synced(event(text("later"), event_id="$6"), upto="s4"))] == [
        "later"
    ]


async def test_a_gap_that_the_server_keeps_to_itself_is_told() -> None:
    bench = await Bench(("GET v3/rooms/.*/messages", (403, {"errcode": "M_FORBIDDEN", "error": "no"}))).open()
    await bench.poll(synced(limited=True))
    [noticed] = await bench.poll({"next_batch": "s2"})
    assert isinstance(noticed, Noticed)
    assert noticed.text.startswith("I may have missed messages in lounge")
    assert await bench.poll({"next_batch": "s2"}) == []


async def test_joining_makes_old_messages_no_news_even_over_pages() -> None:
    joined = member(BOT, event_id="$in", origin_server_ts=STAMP + 10)
    page = {"chunk": [event(text("!ban me"), event_id="$old"), joined, event(text("new"), event_id="$new")]}
    bench = await Bench(("GET v3/rooms/.*/messages", (200, page))).open()
    answer = synced(
        event(text("newer"), event_id="$newer"), limited=True, room_state=[*FURNITURE[:2], joined]
    )
    assert await bench.poll(answer) == []
    assert [o.text for o in await bench.poll({"next_batch": "s2"})] == ["new"]


async def test_a_new_name_of_the_bot_is_no_new_arrival() -> None:
    renamed = member(BOT, event_id="$name", unsigned={"prev_content": {"membership": "join"}})
    bench = await Bench().open()
    heard = await bench.poll(
        synced(event(text("before"), event_id="$1"), renamed, event(text("after"), event_id="$2"))
    )
    assert [o.text for o in heard] == ["before", "after"]


async def test_a_member_who_comes_along_with_their_own_joining_has_joined() -> None:
    """Synapse sends the newest membership along with the state, also where it is among the events."""
    came = member(ANA)
    bench = await Bench().open()
    [joined] = await bench.poll(synced(came, room_state=[came]))
    assert isinstance(joined, Joined)
    assert joined.author.id == ANA


async def test_a_poll_that_fails_counts_as_not_read() -> None:
    bench = await Bench().open()
    with pytest.raises(Unreachable, match="HTTP 502"):
        await bench.poll("<html>", 502)
    with pytest.raises(Refused):
        await bench.poll({"errcode": "M_FORBIDDEN", "error": "guests not allowed"}, 403)
    assert [o.text for o in await bench.poll(synced(event(text("still here"))))] == ["still here"]


@pytest.mark.parametrize(
    "cursor", ["", "s1234", "[]", "{}", '{"since": 7}', '{"since":"","gaps":{"!a":["b","c"]}}', "{" * 5000]
)
async def test_a_cursor_that_is_none_of_ours_reads_from_now_on(cursor: str) -> None:
    bench = await Bench().open()
    bench.cursor = cursor
    assert await bench.poll(synced(event(text("history")), upto="s9")) == []
    assert '"since":"s9"' in bench.cursor


async def test_after_a_lost_place_what_is_newer_than_the_last_look_is_handled() -> None:
    bench = await Bench().open()
    bench.clock.advance(timedelta(hours=1))
    assert [o.text for o in await bench.poll(synced(event(text("one"))))] == ["one"]
    old = event(text("old"), event_id="$old")
    new = event(text("new"), event_id="$new", origin_server_ts=STAMP + 3_700_000)
    lost = (400, {"errcode": "M_UNKNOWN", "error": "Invalid stream token"})
    bench.script.answers = [
        (rf"{SYNC}", lost),
        *bench.script.answers[1:],
    ]
    real, fresh = bench.script.request, synced(old, new, upto="fresh")

    async def request(method: str, url: str, *rest: Any) -> Any:
        answer = await real(method, url, *rest)
        if "/v3/sync" in url and "since=" not in url:
            return type(answer)(200, {}, json.dumps(fresh).encode())
        return answer

    bench.script.request = request  # type: ignore[method-assign]
    message, noticed = await bench.poll()
    assert message.text == "new"
    assert "may have missed messages since 2026-05-01 13:00 UTC" in noticed.text


async def test_receipts_are_few_and_for_what_is_stored_only() -> None:
    bench = await Bench().open()
    for number in range(10):
        await bench.poll(synced(event(text("x"), event_id=f"${number}"), upto=f"t{number}"))
    bench.clock.advance(timedelta(seconds=6))
    await bench.poll({"next_batch": "end"})
    await bench.adapter.close()
    assert bench.asked("POST .*/receipt/m.read/.*") <= 2


async def test_a_server_that_slows_the_bot_down_is_told_of_once_a_day() -> None:
    slow = (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 5000})
    bench = await Bench(("PUT v3/rooms/.*/send/.*", slow)).open()

    async def chatter() -> list[Any]:
        for number in range(4):
            with pytest.raises(Busy) as busy:
                await bench.adapter._client.send(ROOM, "m.room.message", {}, str(number))
            assert busy.value.after == timedelta(seconds=5)
        return [*await bench.poll({"next_batch": "s1"}), *await bench.poll({"next_batch": "s1"})]

    [noticed] = await chatter()
    assert noticed.text.startswith("The homeserver slows me down")
    assert await chatter() == []
    bench.clock.advance(timedelta(days=1))
    assert len(await chatter()) == 1


def test_so_many_members_are_remembered_and_the_last_ones_are() -> None:
    room = Rooms("matrix", PRIVATE).joined(ROOM)
    for number in range(MEMBERS + 100):
        room.take(member(f"@m{number}:example.org"))
    assert room.membership("@m0:example.org") is None
    assert room.membership(f"@m{MEMBERS + 99}:example.org") == "join"


names = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.builds(Cursor, st.text(min_size=1, max_size=9).filter(lambda t: "\x00" not in t and t.isprintable()), st.integers(0, 2**50),
    st.dictionaries(names, st.builds(Gap, st.just("t1"), st.sampled_from(["", "$join"]))), st.dictionaries(names, st.just(ANA))))  # fmt: skip
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor


async def test_a_room_whose_server_is_away_is_tried_again_after_a_minute_and_no_sooner() -> None:
    talk, other = "!talk:far.example", "!other:far.example"
    away, back = (502, "<html>Bad gateway</html>"), (200, {"room_id": talk})
    script, clock = Script(("POST v3/join/.*", away)), FakeClock(NOON)
    client = Client("https://matrix.example.org", "matrix", clock, wire=script)
    client.user = BOT
    doors = Doors(Calls(client), Rooms("matrix", PRIVATE), PRIVATE, ["@*:far.example"], clock)
    assert doors.due([talk]), "what was never tried is due"
    assert not doors.due([]), "nothing is waiting"

    waiting, told = await doors.accept({talk: "@ana:far.example"})
    assert (waiting, told) == ({talk: "@ana:far.example"}, [])
    assert not doors.due([talk])
    assert doors.due([talk, other]), "another room need not wait for that one"
    clock.advance(timedelta(seconds=59))
    assert not doors.due([talk])
    assert await doors.accept(waiting) == (waiting, []), "it goes on waiting, and nobody is asked"
    assert len(script.calls) == 1

    clock.advance(timedelta(seconds=1))
    assert doors.due([talk])
    script.answers = (("POST v3/join/.*", back),)
    assert await doors.accept(waiting) == ({}, [])
