"""Taking strikes back: what falls with them, what stays, and that nothing is ever lifted that still stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.api import (
    Action,
    Author,
    Ban,
    Case,
    Mute,
    Note,
    Platform,
    State,
    Stored,
    Unban,
    Unmute,
    Warn,
    document,
)
from plugins.moderation.ladder import DEFAULT, Deed, Ladder, Step
from plugins.moderation.recompute import recompute, spare_others
from plugins.moderation.rule import FOREVER

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANA = Author(Platform.MEMORY, "ana", "ana")
LADDER = Ladder(DEFAULT)


def warn(points: int = 1, *, lasts: timedelta = DAY * 30, at: datetime = NOW) -> Warn:
    return Warn(
        place="lounge",
        person=ANA,
        about=None,
        rule="r",
        text=document("x"),
        points=points,
        expires_at=at + lasts,
    )


def ban(until: datetime | None, name: str | None = "ladder:lounge") -> Ban:
    return Ban(name=name, place="lounge", person=ANA, reason="x", until=until)


def case(number: int, *actions: Action, at: datetime = NOW, state: State = State.SENT) -> Case:
    stored = tuple(Stored(id=number * 10 + n, action=a, state=state) for n, a in enumerate(actions))
    return Case(
        number=number, community="moot", at=at, cause="", plugin="moderation", handler="", because="", rule=None,
        evidence=None, person=ANA, by=None, about=None, actions=stored,
    )  # fmt: skip


def test_a_ban_is_lifted_when_a_strike_that_led_to_it_is_taken_back():
    cases = [case(1, warn()), case(2, warn()), case(3, warn(), ban(NOW + DAY))]
    lifted = recompute(cases, {1}, LADDER, NOW)
    assert [(one.case.number, one.actions) for one in lifted] == [
        (
            3,
            (
                Unban(
                    place="lounge", person=ANA, reason="the strike that led to it was taken back", undoes=31
                ),
            ),
        )
    ]


def test_a_longer_ban_is_shortened_to_what_the_remaining_strikes_deserve():
    cases = [case(n, warn()) for n in (1, 2, 3)] + [case(4, warn(), ban(NOW + DAY * 7))]
    lifted = recompute(cases, {2}, LADDER, NOW + timedelta(hours=1))
    (act,) = lifted[0].actions
    assert isinstance(act, Unban)
    assert (act.not_before, act.undoes) == (NOW + DAY, None)
    # A day later the shorter ban would be over already.
    (act,) = recompute(cases, {2}, LADDER, NOW + DAY * 2)[0].actions
    assert (act.not_before, act.undoes) == (None, 41)


def test_a_mute_is_lifted_like_a_ban():
    ladder = Ladder([Step(1, Deed.WARN), Step(2, Deed.MUTE, DAY)])
    muted = Mute(name="ladder:lounge", place="lounge", person=ANA, reason="x", until=NOW + DAY)
    (act,) = recompute([case(1, warn()), case(2, warn(), muted)], {1}, ladder, NOW)[0].actions
    assert isinstance(act, Unmute)


def test_what_still_stands_on_enough_strikes_stays():
    forever = Ladder([Step(1, Deed.WARN), Step(2, Deed.BAN, FOREVER)])
    cases = [case(1, warn()), case(2, warn()), case(3, warn(), ban(None))]
    assert recompute(cases, {1}, forever, NOW) == []
    assert recompute([case(1, warn(), ban(NOW + DAY))], {1}, LADDER, NOW) == []


def test_direct_bans_past_bans_and_undone_ones_stay_as_they_are():
    direct = [case(1, warn()), case(2, warn()), case(3, warn(), ban(NOW + DAY, "by hand:lounge"))]
    assert recompute(direct, {1}, LADDER, NOW) == []
    past = [case(1, warn()), case(2, warn()), case(3, warn(), ban(NOW + DAY))]
    assert recompute(past, {1}, LADDER, NOW + DAY) == []
    undone = [case(1, warn()), case(2, warn()), case(3, warn(), ban(NOW + DAY), state=State.UNDONE)]
    assert recompute(undone, {1}, LADDER, NOW) == []


def test_strikes_that_had_expired_by_then_never_counted():
    old = NOW - DAY * 40
    cases = [case(1, warn(at=old), at=old), case(2, warn()), case(3, warn()), case(4, warn(), ban(NOW + DAY))]
    assert recompute(cases, {1}, LADDER, NOW) == []
    assert recompute(cases, {2}, LADDER, NOW) != []


def test_lifting_spares_what_another_case_still_asks_for():
    by_hand = case(2, ban(NOW + DAY * 7, "by hand:lounge"))
    undo = case(1, warn(), ban(NOW + DAY)).undo()
    assert spare_others(undo, [case(1, warn(), ban(NOW + DAY)), by_hand], NOW)[0] == Note(
        text="taken back, but another sanction stands", undoes=11
    )
    assert isinstance(spare_others(undo, [case(1, warn(), ban(NOW + DAY))], NOW)[0], Unban)
    assert isinstance(spare_others(undo, [by_hand], NOW + DAY * 8)[0], Unban)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=6), st.data())
def test_taking_more_back_never_leaves_more_standing(points: list[int], data: st.DataObject):
    """Each case climbs the ladder by its points; then some are taken back, or those and more."""
    cases: list[Case] = []
    total = 0
    for number, count in enumerate(points, start=1):
        total += count
        step = LADDER.at(total)
        span = step.span if step else None
        acts: list[Action] = [warn(count)]
        if span:
            acts.append(ban(NOW + span))
        cases.append(case(number, *acts))
    numbers = range(1, len(cases) + 1)
    some = data.draw(st.frozensets(st.sampled_from(numbers)))
    more = some | data.draw(st.frozensets(st.sampled_from(numbers)))

    def lifted(void: frozenset[int]) -> set[int]:
        return void | {one.case.number for one in recompute(cases, void, LADDER, NOW)}

    assert lifted(some) <= lifted(more)
    assert lifted(frozenset()) == frozenset()
    assert lifted(frozenset(numbers)) >= {c.number for c in cases if len(c.actions) > 1}
