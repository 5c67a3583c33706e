"""The ladder: a few warnings, then a ban; and more strikes are never lighter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Author, Platform, Strike
from bot.markup import plain
from plugins.moderation import notice
from plugins.moderation.ladder import DEFAULT, Deed, Ladder, LadderError, Ruling, Step, Taken, live_points
from plugins.moderation.rule import FOREVER

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(seconds=60)


def strike(days_ago: float, points: int = 1, *, lasts: float | None = 30) -> Strike:
    at = NOW - DAY * days_ago
    return Strike(1, at, points, None if lasts is None else at + DAY * lasts, "be kind")


def test_a_few_warnings_then_a_day_then_a_week_then_a_human_decides():
    ladder = Ladder(DEFAULT)
    seen = [ladder.decide([strike(n + 1) for n in range(before)], 1, NOW).step for before in range(6)]
    assert [(step.do, step.span) for step in seen if step] == [
        (Deed.WARN, None),
        (Deed.WARN, None),
        (Deed.BAN, DAY),
        (Deed.BAN, DAY * 7),
        (Deed.PROPOSE_BAN, None),
        (Deed.PROPOSE_BAN, None),
    ]


def test_expired_strikes_do_not_count():
    ruling = Ladder(DEFAULT).decide([strike(40), strike(31), strike(2)], 1, NOW)
    assert (ruling.total, ruling.step) == (2, DEFAULT[1])
    assert ruling.then == DEFAULT[2]


def test_strikes_without_expiry_count_for_ever():
    assert live_points([strike(4000, lasts=None)], NOW) == 1


def test_a_second_offence_within_the_cooldown_is_the_same_incident():
    just_now = Strike(1, NOW - timedelta(seconds=59), 1, NOW + DAY, "x")
    ruling = Ladder(DEFAULT).decide([just_now], 1, NOW, cooldown=MINUTE)
    assert (ruling.same_incident, ruling.points, ruling.total, ruling.step) == (True, 0, 1, None)
    later = Ladder(DEFAULT).decide([just_now], 1, NOW + timedelta(seconds=1), cooldown=MINUTE)
    assert (later.same_incident, later.total) == (False, 2)


def test_a_severe_offence_jumps_to_the_first_ban_even_within_the_cooldown():
    just_now = Strike(1, NOW, 1, None, "x")
    assert Ladder(DEFAULT).decide([just_now], 1, NOW, severe=True, cooldown=MINUTE).step == DEFAULT[2]
    assert Ladder(DEFAULT).decide([strike(1)] * 4, 1, NOW, severe=True).step == DEFAULT[4]
    assert Ladder([Step(1, Deed.WARN)]).decide([], 1, NOW, severe=True).step == Step(1, Deed.WARN)


def test_a_reminder_without_points_takes_no_step():
    ruling = Ladder(DEFAULT).decide([strike(1)], 0, NOW)
    assert (ruling.step, ruling.total, ruling.same_incident) == (None, 1, False)


def test_below_the_first_step_nothing_happens_yet():
    ladder = Ladder([Step(3, Deed.BAN, DAY)])
    assert ladder.decide([], 1, NOW).step is None
    assert ladder.decide([], 1, NOW).then == Step(3, Deed.BAN, DAY)


def test_a_step_taken_in_an_earlier_round_is_not_taken_again():
    ladder, before = Ladder(DEFAULT), [Taken(NOW - DAY * 60, DEFAULT[2])]
    first = ladder.decide([], 1, NOW, taken=before)
    assert (first.step, first.raised) == (DEFAULT[0], False), "a round begins with a warning"
    second = ladder.decide([strike(1)], 1, NOW, taken=before)
    assert second.then == Step(3, Deed.BAN, DAY * 7), "and says what really comes next"
    third = ladder.decide([strike(2), strike(1)], 1, NOW, taken=before)
    assert (third.step, third.raised, third.then) == (DEFAULT[3], True, DEFAULT[4])
    assert ladder.decide([], 1, NOW, severe=True, taken=before).step == DEFAULT[3]


def test_a_step_of_the_same_round_may_be_taken_again():
    ladder = Ladder([Step(1, Deed.WARN), Step(2, Deed.MUTE, DAY), Step(9, Deed.PROPOSE_BAN)])
    now_again = ladder.decide(
        [strike(3), strike(2)], 1, NOW, taken=[Taken(NOW - DAY * 2, Step(1, Deed.MUTE, DAY))]
    )
    assert (now_again.step, now_again.raised) == (ladder.steps[1], False)


def test_above_the_highest_step_there_is_only_that():
    top = Ladder([Step(1, Deed.WARN), Step(2, Deed.BAN, DAY)])
    again = top.decide([strike(1)], 1, NOW, taken=[Taken(NOW - DAY * 60, Step(1, Deed.BAN, DAY))])
    assert (again.step, again.raised) == (top.steps[1], False)


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([], "has no steps"),
        ([Step(0, Deed.WARN)], "can never be reached"),
        ([Step(1, Deed.BAN)], "for how long"),
        ([Step(1, Deed.MUTE)], "for how long"),
        ([Step(1, Deed.WARN, DAY)], "means nothing"),
        ([Step(2, Deed.WARN), Step(2, Deed.BAN, DAY)], "steps go up"),
        ([Step(1, Deed.BAN, DAY), Step(2, Deed.WARN)], "lighter"),
        ([Step(1, Deed.BAN, DAY * 7), Step(2, Deed.BAN, DAY)], "lighter"),
        ([Step(1, Deed.BAN, FOREVER), Step(2, Deed.PROPOSE_BAN)], "lighter"),
    ],
)
def test_a_ladder_that_cannot_climb_is_refused(steps: list[Step], sentence: str):
    with pytest.raises(LadderError, match=sentence):
        Ladder(steps)


strikes = st.lists(
    st.builds(strike, st.floats(0.01, 90), st.integers(0, 5), lasts=st.one_of(st.none(), st.floats(0.1, 90))),
    max_size=8,
)


takings = st.lists(
    st.builds(Taken, st.floats(0, 180).map(lambda days: NOW - DAY * days), st.sampled_from(DEFAULT[2:4])),
    max_size=3,
)


@given(strikes, st.integers(1, 4), takings, takings)
def test_more_steps_taken_are_never_lighter(
    before: list[Strike], points: int, fewer: list[Taken], extra: list[Taken]
):
    light, heavy = (
        Ladder(DEFAULT).decide(before, points, NOW, taken=given_before).step
        for given_before in (fewer, fewer + extra)
    )
    assert light is None or (heavy is not None and heavy.weight >= light.weight)


@given(strikes, strikes, st.integers(1, 4), st.booleans())
def test_more_strikes_are_never_lighter(fewer: list[Strike], extra: list[Strike], points: int, severe: bool):
    ladder = Ladder(DEFAULT)

    def weight(given_strikes: list[Strike]) -> tuple[int, timedelta]:
        step = ladder.decide(given_strikes, points, NOW, severe=severe).step
        return step.weight if step else (-1, timedelta())

    assert weight([*fewer, *extra]) >= weight(fewer)


@given(strikes, st.integers(1, 4), st.integers(0, 4))
def test_more_points_are_never_lighter(before: list[Strike], points: int, more: int):
    ladder = Ladder(DEFAULT)
    light, heavy = (ladder.decide(before, p, NOW).step for p in (points, points + more))
    assert light is None or (heavy is not None and heavy.weight >= light.weight)


@pytest.mark.parametrize(
    ("ruling", "sentences"),
    [
        (Ruling(2, 2, Step(2, Deed.WARN), None), ["This is 2 strikes.", "!appeal"]),
        (Ruling(1, 5, Step(5, Deed.PROPOSE_BAN), None), ["you have 5", "moderators to decide now"]),
        (Ruling(1, 3, Step(3, Deed.BAN, FOREVER), None), ["That is enough for a ban for good."]),
        (Ruling(1, 1, None, Step(2, Deed.MUTE, FOREVER)), ["With 1 more comes a mute for good."]),
        (Ruling(0, 0, None, None), ["Our", "!appeal"]),
    ],
)
def test_what_a_warning_says(ruling: Ruling, sentences: list[str]):
    person = Author(Platform.MEMORY, "ana", "ana")
    shown = plain(
        notice.warning(person, rule="Our rule", quoted=None, text=None, ruling=ruling, expires_at=None)
    )
    for sentence in sentences:
        assert sentence in shown


def test_peoples_words_cannot_format_in_an_operators_text():
    filled = notice.fill(
        "{{author}} [x]({{permalink}}) {{other}}", {"author": "*a*@b", "permalink": "h://x)(y z"}
    )
    assert filled.markdown == "\\*a\\*\\@b [x](h://xyz) {{other}}"
