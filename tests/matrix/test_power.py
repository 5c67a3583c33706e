"""Power levels: what the rules of each room version say, and that no rubbish gives anybody power."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Role
from bot.platforms.matrix.power import CREATOR, OUT_OF_REACH, Powers, version
from bot.platforms.matrix.raw import LARGEST

OLA, MIA, ANA = "@ola:example.org", "@mia:example.org", "@ana:example.org"
VERSIONS = [*map(str, range(1, 13))]


def create(number: str | None = "12", *more: str, creator: str = OLA) -> dict[str, Any]:
    content: dict[str, Any] = {} if number is None else {"room_version": number}
    if number is not None and int(number) < 11:
        content["creator"] = creator
    if more:
        content["additional_creators"] = list(more)
    return {"sender": creator, "content": content}


def powers(number: str | None, levels: dict[str, Any] | None, *more: str) -> Powers:
    return Powers.of(create(number, *more), levels)


@pytest.mark.parametrize("number", [None, *VERSIONS])
def test_without_levels_the_creator_alone_stands_above(number: str | None) -> None:
    room = powers(number, None)
    assert room.level(OLA) == (CREATOR if number == "12" else 100)
    assert room.level(ANA) == 0
    assert (room.role(OLA), room.role(ANA)) == (Role.OWNER, Role.EVERYONE)
    assert (room.ban, room.kick, room.redact, room.invite) == (50, 50, 50, 0)
    assert (room.sends("m.room.message"), room.sets("m.room.topic")) == (0, 0)


@pytest.mark.parametrize("number", VERSIONS)
def test_with_levels_what_they_leave_out_has_the_specified_defaults(number: str) -> None:
    room = powers(number, {"users": {MIA: 50}})
    assert room.level(OLA) == (CREATOR if number == "12" else 0)
    assert (room.level(MIA), room.level(ANA)) == (50, 0)
    assert (room.ban, room.kick, room.redact, room.invite) == (50, 50, 50, 0)
    assert (room.sends("m.room.message"), room.sets("m.room.topic")) == (0, 50)
    assert room.sets("m.room.power_levels") == 50


def test_from_version_12_on_creators_stand_above_and_additional_ones_too() -> None:
    room = powers("12", {"users": {MIA: LARGEST}}, MIA, "rubbish", ANA)
    assert [room.level(who) for who in (OLA, MIA, ANA)] == [CREATOR] * 3
    assert room.creators == {OLA, MIA, ANA}
    older = powers("11", {"users": {MIA: 50}}, ANA)
    assert older.level(ANA) == 0


def test_who_may_ban_kick_and_redact_is_a_moderator_and_who_sets_levels_an_owner() -> None:
    levels = {"users": {OLA: 100, MIA: 50, ANA: 40}, "events": {"m.room.power_levels": 100}, "redact": 30}
    room = powers("11", levels)
    assert [room.role(who) for who in (OLA, MIA, ANA)] == [Role.OWNER, Role.MODERATOR, Role.EVERYONE]


def test_what_everybody_may_do_makes_nobody_a_moderator() -> None:
    free = {"ban": 0, "kick": 0, "redact": 0, "state_default": 0, "users": {MIA: 1}}
    room = powers("11", free)
    assert room.role(ANA) is Role.EVERYONE
    assert room.role(MIA) is Role.OWNER
    everybody = powers("11", {"users_default": 100})
    assert everybody.role(ANA) is Role.EVERYONE


@pytest.mark.parametrize(
    ("told", "number"),
    [("12", 12), ("13", 13), ("1", 1), ("org.example.12", 0), ("012", 0), ("", 0), (12, 0), (None, 0), (["12"], 0), ("1" * 50, 0)],
)  # fmt: skip
def test_a_version_is_a_number_or_unknown(told: object, number: int) -> None:
    assert version({"room_version": told}) == number
    assert version({}) == 1


@pytest.mark.parametrize("number", VERSIONS)
def test_levels_in_quotes_count_in_old_versions_only(number: str) -> None:
    room = powers(number, {"users": {MIA: "50", ANA: " +7 "}, "ban": "40"})
    old = int(number) < 10
    assert (room.level(MIA), room.level(ANA)) == ((50, 7) if old else (0, 0))
    assert room.ban == (40 if old else OUT_OF_REACH)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(["50", "100", "1e3", "٥٠", "0x64"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
rubbish = json.filter(lambda value: isinstance(value, bool) or not isinstance(value, int))
keys = st.sampled_from(["users_default", "ban", "kick", "redact", "invite", "events_default", "state_default", "events", "users", "notifications"])  # fmt: skip


@given(st.sampled_from(VERSIONS), st.dictionaries(keys, json), json, json)
def test_whatever_a_room_holds_can_be_read(
    number: str, levels: dict[str, Any], content: Any, sender: Any
) -> None:
    for event in (create(number), {"content": content, "sender": sender}, {}):
        room = Powers.of(event, levels)
        for who in (OLA, MIA, ANA):
            assert isinstance(room.role(who), Role)
            assert room.level(who) <= CREATOR
        assert room.level(ANA) < CREATOR or ANA in room.creators


@given(st.sampled_from(["10", "11", "12"]), rubbish, st.integers(-100, 100))
def test_a_level_that_is_rubbish_gives_no_power(number: str, value: Any, default: int) -> None:
    room = powers(number, {"users": {MIA: value}, "users_default": default})
    assert room.level(MIA) <= 0
    assert room.role(MIA) is Role.EVERYONE


@given(
    st.sampled_from(["10", "11", "12"]),
    st.sampled_from(["ban", "kick", "redact"]),
    rubbish,
    st.integers(0, LARGEST - 1),
)
def test_an_act_whose_level_is_rubbish_is_out_of_reach(number: str, act: str, value: Any, level: int) -> None:
    room = powers(number, {"users": {MIA: level}, act: value})
    assert getattr(room, act) == OUT_OF_REACH
    assert room.role(MIA) is Role.EVERYONE


@given(st.sampled_from(VERSIONS), st.dictionaries(st.sampled_from([MIA, ANA]), st.integers(-(2**53), 2**53)), st.integers(-100, 100))  # fmt: skip
def test_who_is_taken_out_has_nothing_left(number: str, users: dict[str, int], default: int) -> None:
    """The trap of libraries that merge the old levels with the new."""
    before = powers(number, {"users": users | {MIA: 100}, "users_default": default})
    after = powers(number, {"users": {who: level for who, level in users.items() if who != MIA}, "users_default": default})  # fmt: skip
    assert before.level(MIA) == 100
    assert after.level(MIA) == default
