"""Lemmy's buckets, counted on our side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.lemmy.pacing import DEFAULTS, Bucket, Kind, Pace

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
    took = [pace.take(Kind.MESSAGE, NOON, reading=True) for _ in range(9)]
    assert took == [timedelta()] * 8 + [timedelta(seconds=6)]
    assert [pace.take(Kind.MESSAGE, NOON) for _ in range(3)] == [timedelta()] * 2 + [timedelta(seconds=6)]


def test_reading_is_possible_even_where_there_is_only_one_call_at_a_time():
    pace = Pace({Kind.SEARCH: (1, 60)})
    assert pace.take(Kind.SEARCH, NOON, reading=True) == timedelta()
    assert pace.take(Kind.SEARCH, NOON, reading=True) == timedelta(seconds=60)


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
    pace.adopt({"post": 2, "post_per_second": 60})
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
    pace.adopt(limits)
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
