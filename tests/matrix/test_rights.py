"""The sentences about missing rights, and the names of events, for every kind of room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Platform, Ref
from bot.platforms.matrix.power import Powers
from bot.platforms.matrix.refs import parts, ref
from bot.platforms.matrix.rights import explained, missing
from bot.platforms.protocol import Refused
from tests.matrix.raw_events import ANA, BOT, LOUNGE, MIA, OLA, TALK, lounge, talk, town


@pytest.mark.parametrize(
    ("levels", "person", "words"),
    [
        ({BOT: 100}, ANA, None),
        ({BOT: 50}, ANA, None),
        ({BOT: 49}, ANA, "needs the power level 50 and has 49"),
        ({BOT: 50, ANA: 50}, ANA, f"{ANA} has the power level 50 and the bot 50"),
        ({BOT: 50, ANA: 100}, ANA, "somebody above both"),
        ({}, None, "needs the power level 50 and has 0"),
    ],
)
def test_why_not(levels: dict[str, int], person: str | None, words: str | None) -> None:
    sentence = missing(Powers(users=levels), BOT, "ban somebody", 50, person)
    assert sentence is None if words is None else words in (sentence or "")


def test_creators_and_levels_out_of_reach() -> None:
    powers = Powers.of(
        {"sender": OLA, "content": {"room_version": "12"}}, {"users": {BOT: 100}, "ban": "very high"}
    )
    assert "nobody stands above who created it" in (missing(powers, BOT, "remove somebody", 50, OLA) or "")
    assert "let nobody ban somebody" in (missing(powers, BOT, "ban somebody", powers.ban, ANA) or "")


def test_only_a_forbidden_act_is_explained() -> None:
    room = lounge(town())
    other, forbidden = Refused("no such thing", "M_NOT_FOUND"), Refused("no", "M_FORBIDDEN")
    assert explained(other, room, MIA, "pin messages", 100) is other
    assert explained(forbidden, None, MIA, "pin messages", 100) is forbidden
    assert (
        explained(forbidden, room, BOT, "pin messages", 50) is forbidden
    )  # our levels say that it may: the server knows more
    told = explained(forbidden, room, MIA, "pin messages", 100)
    assert told.code == "M_FORBIDDEN"
    assert str(told) == (
        "!lounge:example.org: to pin messages, the bot needs the power level 100 and has 50; somebody of a higher level"
        " can give it in the room's settings, or at the bot's name in the list of members (M_FORBIDDEN)"
    )


EVENTS = st.from_regex(r"\$[A-Za-z0-9_+/-]{1,43}(:example\.org)?", fullmatch=True)


@given(EVENTS)
def test_names_of_events_there_and_back(event: str) -> None:
    rooms = town()
    assert parts(ref(lounge(rooms), event), rooms) == (LOUNGE.native, event)
    assert parts(ref(talk(rooms), event), rooms) == (TALK, event)
    for room in (lounge(rooms), talk(rooms)):
        assert Ref.parse(str(ref(room, event))) == ref(room, event)


@pytest.mark.parametrize("ident", ["said", "", "!talk:example.org", "$a b", "x/$said", "post/12"])
def test_what_names_no_event(ident: str) -> None:
    with pytest.raises(Refused):
        parts(Ref(Platform.MATRIX, "lounge", ident), town())
    with pytest.raises(Refused, match="not in that room"):
        parts(Ref(Platform.MATRIX, "elsewhere", "$said"), town())
