"""Lemmy's buckets, counted on our side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.lemmy.pacing import DEFAULTS, Bucket, Kind, Need, Pace, Window

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_six_posts_in_ten_minutes_and_the_seventh_waits_for_its_share():
    bucket = Bucket(6, timedelta(minutes=10))
    assert [bucket.take(NOON) for _ in range(6)] == [timedelta()] * 6
    assert bucket.take(NOON) == timedelta(seconds=100)
    assert bucket.take(NOON + timedelta(seconds=40)) == timedelta(seconds=60)
    assert bucket.take(NOON + timedelta(seconds=100)) == timedelta()


def test_reading_leaves_a_share_to_acting():
    pace = Pace({Kind.MESSAGE: (10, 60)})
    took = [pace.take(Kind.MESSAGE, NOON, Need.READ) for _ in range(9)]
    assert took == [timedelta()] * 8 + [timedelta(seconds=6)]
    assert [pace.take(Kind.MESSAGE, NOON) for _ in range(3)] == [timedelta()] * 2 + [timedelta(seconds=6)]


def test_reading_is_possible_even_where_there_is_only_one_call_at_a_time():
    pace = Pace({Kind.SEARCH: (1, 60)})
    assert pace.take(Kind.SEARCH, NOON, Need.READ) == timedelta()
    assert pace.take(Kind.SEARCH, NOON, Need.READ) == timedelta(seconds=60)


def test_what_the_bot_says_leaves_the_last_call_to_moderating():
    pace = Pace()
    said = [pace.take(Kind.COMMENT, NOON, Need.SPEAK) for _ in range(6)]
    assert said == [timedelta()] * 5 + [timedelta(seconds=100)]
    assert pace.take(Kind.COMMENT, NOON, Need.MODERATE) == timedelta()


def test_kinds_do_not_share_a_bucket():
    pace = Pace({Kind.POST: (1, 600)})
    assert pace.take(Kind.POST, NOON) == timedelta()
    assert pace.take(Kind.POST, NOON) == timedelta(minutes=10)
    assert pace.take(Kind.COMMENT, NOON) == timedelta()


def test_when_the_server_says_that_it_is_too_much_the_bucket_is_empty():
    pace = Pace({Kind.POST: (6, 600)})
    pace.drain(Kind.POST, NOON)
    assert pace.take(Kind.POST, NOON) == timedelta(seconds=100)


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing():
    bucket = Bucket(2, timedelta(seconds=10))
    bucket.take(NOON)
    bucket.take(NOON)
    assert bucket.take(NOON - timedelta(hours=1)) == timedelta(seconds=5)
    assert bucket.take(NOON - timedelta(hours=1) + 5 * SECOND) == timedelta()


def test_the_servers_own_limits_are_taken_over_and_what_was_spent_stays_spent():
    pace = Pace()
    assert pace.take(Kind.POST, NOON) == timedelta()
    pace.adopt({"post": 2, "post_per_second": 60}, NOON)
    assert pace.take(Kind.POST, NOON) == timedelta()
    assert pace.take(Kind.POST, NOON) == timedelta(seconds=30)


@pytest.mark.parametrize(
    "limits",
    [
        None,
        [],
        {},
        {"post": 0, "post_per_second": 60},
        {"post": "6", "post_per_second": 60},
        {"post": 3},
        {"post": True, "post_per_second": True},
        {"post": -1, "post_per_second": 10**30},
    ],
)
def test_limits_that_make_no_sense_change_nothing(limits):
    pace = Pace()
    pace.adopt(limits, NOON)
    size, seconds = DEFAULTS[Kind.POST]
    took = [pace.take(Kind.POST, NOON) for _ in range(size + 1)]
    assert took == [timedelta()] * size + [timedelta(seconds=seconds / size)]


@given(
    size=st.integers(1, 50),
    seconds=st.integers(1, 3600),
    steps=st.lists(st.floats(0, 120), min_size=1, max_size=80),
)
def test_never_more_than_the_bucket_and_what_ran_in_since(size, seconds, steps):
    bucket = Bucket(size, timedelta(seconds=seconds))
    now, taken = NOON, 0
    for step in steps:
        now += timedelta(seconds=step)
        taken += not bucket.take(now)
    assert taken <= size + size * ((now - NOON) / timedelta(seconds=seconds)) + 1e-6


@given(size=st.integers(1, 50), seconds=st.integers(1, 3600), extra=st.integers(0, 20))
def test_after_the_wait_that_it_names_a_token_is_there(size, seconds, extra):
    bucket = Bucket(size, timedelta(seconds=seconds))
    for _ in range(size + extra):
        bucket.take(NOON)
    wait = bucket.take(NOON)
    assert wait > timedelta()
    assert bucket.take(NOON + wait + timedelta(microseconds=1)) == timedelta()


def test_in_fixed_windows_nothing_comes_back_before_a_whole_one_has_passed():
    """Wherever the server's window begins: a bucket that refills continuously would let twice as many through."""
    window = Window(2, 60 * SECOND)
    assert [window.take(NOON), window.take(NOON + 30 * SECOND)] == [timedelta()] * 2
    assert window.take(NOON + 40 * SECOND) == 20 * SECOND
    assert window.take(NOON + 60 * SECOND) == timedelta()
    assert window.take(NOON + 61 * SECOND) == 29 * SECOND


def test_a_servers_no_closes_a_window_for_a_while():
    window = Window(6, 600 * SECOND)
    window.drain(NOON)
    assert window.take(NOON) == 100 * SECOND
    assert window.take(NOON + 100 * SECOND) == timedelta()


def test_newer_servers_name_their_limits_otherwise_and_count_in_windows():
    pace = Pace()
    pace.take(Kind.POST, NOON)
    pace.adopt({"post_max_requests": 2, "post_interval_seconds": 60}, NOON)
    assert pace.take(Kind.POST, NOON) == timedelta()
    assert pace.take(Kind.POST, NOON + 10 * SECOND) == 50 * SECOND


@given(
    size=st.integers(1, 20),
    seconds=st.integers(1, 600),
    steps=st.lists(st.floats(0, 60), min_size=1, max_size=80),
    begun=st.floats(0, 600),
)
def test_no_window_of_the_server_ever_holds_too_many(size, seconds, steps, begun):
    window, span = Window(size, timedelta(seconds=seconds)), timedelta(seconds=seconds)
    now, taken = NOON, []
    for step in steps:
        now += timedelta(seconds=step)
        if not window.take(now):
            taken.append(now)
    start = NOON + timedelta(seconds=begun)
    assert sum(start <= at < start + span for at in taken) <= size


def test_how_often_reading_may_be_done_if_it_is_to_use_a_share():
    pace = Pace({Kind.MESSAGE: (180, 60)})
    assert pace.lasting(5, 0.5) == timedelta(seconds=10 / 3)
