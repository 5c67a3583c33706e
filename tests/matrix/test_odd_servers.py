"""What a Synapse on loopback never answers: blocked invitations, lost lists, histories that end oddly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import pytest

from bot import actions
from bot.clock import FakeClock
from bot.model import Author, Platform, Ref
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.client import Client
from bot.platforms.matrix.content import KEY, transaction
from bot.platforms.matrix.lookup import PAGES, Lookup
from bot.platforms.matrix.moderator import Moderator
from bot.platforms.matrix.private import Private
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.sender import Sender
from bot.platforms.matrix.wire import Answer
from bot.platforms.protocol import PlatformError, Refused, Unclear
from bot.text import document
from tests.matrix.raw_events import ANA, BOT, NOON, PRIVATE, STAMP, event, levels, town

MADE = "!made:example.org"
WHO = Author(Platform.MATRIX, ANA, ANA)
TELL = actions.Tell(place="lounge", person=WHO, text=document("psst"))

NOTHING = (404, {"errcode": "M_NOT_FOUND", "error": "none"})


class Script:
    """Answers each call by the first pattern (on `METHOD path`, decoded) that fits, and notes what was called."""

    def __init__(self, *answers: tuple[str, tuple[int, Any]]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []

    async def request(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], patience: float) -> Answer:  # fmt: skip
        _, below, rest = url.partition("/_matrix/client/")
        path = unquote((rest if below else f"/{url.split('/', 3)[3]}").partition("?")[0])
        self.calls.append((f"{method} {path}", json.loads(body) if body else None))
        for pattern, (status, answer) in self.answers:
            if re.fullmatch(pattern, f"{method} {path}"):
                return Answer(status, {}, json.dumps(answer).encode())
        pytest.fail(f"nobody thought of {method} {path}")

    async def close(self) -> None: ...

    def bodies(self, pattern: str) -> list[Any]:
        return [body for call, body in self.calls if re.fullmatch(pattern, call)]


class Bot:
    """The acting parts, with a script for a server."""

    def __init__(self, *answers: tuple[str, tuple[int, Any]], rooms: Rooms | None = None, encrypted: bool = False) -> None:  # fmt: skip
        self.script = Script(*answers)
        clock = FakeClock(NOON)
        client = Client("https://matrix.example.org", "matrix", clock, wire=self.script)
        client.token, client.user = "secret", BOT
        calls = Calls(client)
        known = rooms or Rooms("matrix", PRIVATE)
        private = Private(calls, known, PRIVATE, encrypted=encrypted)
        self.sender = Sender(calls, known, private, Recent(client), clock)
        self.moderator = Moderator(calls, known, clock)
        self.lookup = Lookup(calls, known, private, self.sender)


def newcomer(*answers: tuple[str, tuple[int, Any]]) -> list[tuple[str, tuple[int, Any]]]:
    """A server on which the bot has no private room yet; `answers` go first."""
    return [
        *answers,
        ("GET .*/account_data/m.direct", NOTHING),
        ("PUT .*/account_data/m.direct", (200, {})),
        ("GET v3/joined_rooms", (200, {"joined_rooms": []})),
        ("POST v3/createRoom", (200, {"room_id": MADE})),
        ("GET .*/state/m.room.member/.*", NOTHING),
        ("PUT .*/state/m.room.member/.*", (200, {"event_id": "$invited"})),
        ("PUT .*/send/.*", (200, {"event_id": "$sent"})),
    ]


# Private talks


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("M_INVITE_BLOCKED", "takes no invitations from the bot"),
        ("ORG.MATRIX.MSC4155.M_INVITE_BLOCKED", "takes no invitations from the bot"),
        ("M_FORBIDDEN", "takes no invitations from the bot"),
        ("M_NOT_FOUND", "is not known to their server"),
        ("M_UNKNOWN", "the server refused"),
    ],
)
async def test_who_cannot_be_invited_is_told_so_and_the_room_is_kept(code: str, sentence: str) -> None:
    refused = ("PUT .*/state/m.room.member/.*", (403, {"errcode": code, "error": "no"}))
    bot = Bot(
        *newcomer(
            refused,
            ("GET v3/rooms/!made:example.org/state/m.room.create/", (200, {"org.folkmoot.private": ANA})),
        )
    )
    with pytest.raises(Refused, match=sentence) as caught:
        await bot.sender.perform(TELL, "a")
    assert caught.value.code == code
    bot.script.answers = (("GET v3/joined_rooms", (200, {"joined_rooms": [MADE]})), *bot.script.answers)
    with pytest.raises(Refused):
        await bot.sender.perform(TELL, "a")
    assert len(bot.script.bodies("POST v3/createRoom")) == 1


async def test_a_private_room_is_encrypted_where_the_bot_can() -> None:
    for encrypted in (False, True):
        bot = Bot(*newcomer(), encrypted=encrypted)
        await bot.sender.perform(TELL, "a")
        (options,) = bot.script.bodies("POST v3/createRoom")
        assert "invite" not in options  # a refused invitation would leave a room that nobody knows of
        assert [state["type"] for state in options["initial_state"]] == (
            ["m.room.encryption"] if encrypted else []
        )
        (invitation,) = bot.script.bodies("PUT .*/state/m.room.member/@ana:example.org")
        assert invitation == {"membership": "invite", "is_direct": True}


async def test_a_list_of_talks_that_cannot_be_kept_stops_nothing() -> None:
    bot = Bot(*newcomer(("PUT .*/account_data/m.direct", (403, {"errcode": "M_FORBIDDEN"}))))
    receipt = await bot.sender.perform(TELL, "a")
    assert receipt.ref == Ref(Platform.MATRIX, "matrix.private", f"{MADE}/$sent")


@pytest.mark.parametrize(
    "listed", [[], {ANA: "x"}, {ANA: [5, None, "!gone:example.org"]}, {"@max:example.org": ["!x:y"]}]
)
async def test_whatever_stands_in_the_list_of_talks(listed: Any) -> None:
    answer = (200, listed) if isinstance(listed, dict) else NOTHING
    bot = Bot(*newcomer(("GET .*/account_data/m.direct", answer)))
    await bot.sender.perform(TELL, "a")
    (kept,) = bot.script.bodies("PUT .*/account_data/m.direct")
    assert MADE in kept[ANA]
    assert kept.keys() >= (listed.keys() if isinstance(listed, dict) else set())


async def test_a_room_whose_id_the_server_does_not_tell_may_exist() -> None:
    bot = Bot(*newcomer(("POST v3/createRoom", (200, {"room_id": 7}))))
    with pytest.raises(Unclear):
        await bot.sender.perform(TELL, "a")


async def test_the_bot_does_not_talk_to_itself() -> None:
    myself = Author(Platform.MATRIX, BOT, BOT)
    with pytest.raises(Refused, match="an id such as"):
        await Bot().sender.perform(actions.Tell(place="lounge", person=myself, text=document("psst")), "a")


# Looking back


def own(ident: str, at: int = STAMP, **fields: Any) -> dict[str, Any]:
    return event(fields.pop("content", {}), event_id=ident, sender=BOT, origin_server_ts=at, **fields)


POST = actions.Post(place="lounge", text=document("Hello"))


async def find(*pages: dict[str, Any]) -> tuple[Ref | None, Bot]:
    """What `find` says about a post when the server gives these pages of our own events, one call each."""
    bot = Bot(rooms=town())
    left = list(pages)

    async def request(method: str, url: str, *_: Any) -> Answer:
        bot.script.calls.append((url, None))
        return Answer(200, {}, json.dumps(left.pop(0) if len(left) > 1 else left[0]).encode())

    bot.script.request = request  # type: ignore[method-assign]
    found = await bot.lookup.find(POST, "key", NOON, frozenset())
    return (found.ref if found else None), bot


async def test_an_encrypted_message_is_known_by_the_servers_note_of_the_transaction() -> None:
    sent = own("$sent", type="m.room.encrypted", unsigned={"transaction_id": transaction("key")})
    ref, _ = await find({"chunk": [own("$other"), sent]})
    assert ref == Ref(Platform.MATRIX, "lounge", "$sent")


async def test_nobody_elses_key_counts_and_broken_events_are_passed_over() -> None:
    forged = event({KEY: transaction("key")}, event_id="$forged")
    ref, _ = await find({"chunk": [forged, 5, None, {"event_id": "x"}, {KEY: transaction("key")}]})
    assert ref is None


async def test_looking_back_goes_on_over_empty_pages_and_ends() -> None:
    sent = own("$sent", content={KEY: transaction("key")})
    ref, _ = await find({"chunk": [], "end": "a"}, {"chunk": [], "end": "b"}, {"chunk": [sent]})
    assert ref == Ref(Platform.MATRIX, "lounge", "$sent")
    ref, bot = await find({"chunk": [own("$x")], "end": "for ever"})
    assert ref is None
    assert len(bot.script.calls) == PAGES
    ref, _ = await find({"chunk": [own("$old", at=STAMP - 3_600_000), sent]})
    assert ref is None  # what is older than the attempt ends the search
    assert (await find({"chunk": "odd"}))[0] is None


# Power levels


@pytest.mark.parametrize("stored", [{"users": "odd"}, {"users": [1]}, {"events_default": "x"}, {}])
async def test_an_odd_record_of_former_levels_does_no_harm(stored: dict[str, Any]) -> None:
    bot = Bot(
        ("GET .*/state/m.room.power_levels/", (200, levels(ana=-1) | {"events": {}})),
        ("GET .*/account_data/org.folkmoot.levels", (200, stored)),
        ("PUT .*", (200, {"event_id": "$set"})),
        rooms=town(),
    )  # fmt: skip
    await bot.moderator.perform(actions.Unmute(place="lounge", person=WHO, reason=""), "k")
    (changed,) = bot.script.bodies("PUT .*/state/m.room.power_levels/")
    assert ANA not in changed["users"]


async def test_who_has_no_level_where_everybody_is_silent_is_given_the_one_that_speaking_takes() -> None:
    silent = levels() | {"users_default": -10, "events": {}}
    bot = Bot(
        ("GET .*/state/m.room.power_levels/", (200, silent)),
        ("GET .*/account_data/org.folkmoot.levels", NOTHING),
        ("PUT .*", (200, {"event_id": "$set"})),
        rooms=town(),
    )
    await bot.moderator.perform(actions.Unmute(place="lounge", person=WHO, reason=""), "k")
    (changed,) = bot.script.bodies("PUT .*/state/m.room.power_levels/")
    assert changed["users"][ANA] == 0


async def test_a_room_without_power_levels_is_left_alone() -> None:
    bot = Bot(("GET .*/state/m.room.power_levels/", NOTHING), rooms=town())
    with pytest.raises(Refused, match="has no power levels"):
        await bot.moderator.perform(actions.Mute(place="lounge", person=WHO, reason=""), "k")


async def test_what_others_pinned_oddly_is_tidied_not_kept() -> None:
    bot = Bot(
        ("GET .*/state/m.room.pinned_events/", (200, {"pinned": [5, None, "$theirs", "x"]})),
        ("PUT .*", (200, {"event_id": "$set"})),
        rooms=town(),
    )
    await bot.moderator.perform(actions.Pin(ref=Ref(Platform.MATRIX, "lounge", "$ours")), "k")
    assert bot.script.bodies("PUT .*/state/m.room.pinned_events/") == [{"pinned": ["$theirs", "$ours"]}]


# Trouble is passed on as what it is


@pytest.mark.parametrize(
    "action",
    [
        POST,
        actions.React(ref=Ref(Platform.MATRIX, "lounge", "$x"), symbol="✅"),
        actions.Delete(ref=Ref(Platform.MATRIX, "lounge", "$x")),
        actions.Warn(
            place="lounge",
            person=WHO,
            about=Ref(Platform.MATRIX, "lounge", "$x"),
            rule="r",
            text=document("x"),
        ),
    ],
)
async def test_a_server_in_trouble(action: Any) -> None:
    bot = Bot((".*", (500, {"errcode": "M_UNKNOWN"})), rooms=town())
    with pytest.raises(PlatformError) as caught:
        await bot.sender.perform(action, "k")
    assert not isinstance(caught.value, Refused)


@pytest.mark.parametrize(
    "action",
    [
        POST,
        actions.React(ref=Ref(Platform.MATRIX, "lounge", "$x"), symbol="✅"),
        actions.Delete(ref=Ref(Platform.MATRIX, "lounge", "$x")),
    ],
)
async def test_a_policy_server_that_says_no_is_the_last_word(action: Any) -> None:
    bot = Bot((".*", (403, {"errcode": "M_FORBIDDEN", "error": "rejected by policy"})), rooms=town())
    with pytest.raises(Refused, match="rejected by policy"):
        await bot.sender.perform(action, "k")


async def test_what_a_room_without_us_is_asked_for() -> None:
    name = Ref(Platform.MATRIX, "matrix.private", f"{MADE}/$x")
    bot = Bot(rooms=town())
    with pytest.raises(Refused, match="not in that room"):
        await bot.moderator.perform(actions.Pin(ref=name), "k")
    with pytest.raises(Refused, match="in a private room"):
        await bot.moderator.perform(actions.Remove(ref=name, person=WHO, reason=""), "k")
