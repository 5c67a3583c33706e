"""The preview and the clock: one prompt for each local date in every zone, and no surprises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Author, Platform, Ref
from bot.dates import local_instant
from plugins.daily_prompts import agenda as calendar
from plugins.daily_prompts.memory import Memory, Pause, Suggestion
from plugins.daily_prompts.pool import Prompt, identity

BERLIN = ZoneInfo("Europe/Berlin")
POOL = tuple(Prompt(identity(f"p{n}", ""), f"p{n}") for n in range(9))


def coming(start: date, days: int, memory: Memory, pool: tuple[Prompt, ...] = POOL) -> list[calendar.Entry]:
    return list(
        calendar.agenda(
            start, days, at=time(9), zone=BERLIN, pool=pool, memory=memory, seed="moot", themes={}
        )
    )


def suggestion(number: int, text: str, approved: int | None) -> Suggestion:
    ana = Author(Platform.MEMORY, "ana", "ana")
    return Suggestion(number, text, ana, Ref(Platform.MEMORY, "lounge", str(number)), approved)


@given(past=st.integers(0, 40), days=st.integers(1, 40), size=st.integers(1, 9))
def test_the_preview_is_what_comes(past: int, days: int, size: int) -> None:
    pool, memory, start = POOL[:size], Memory(), date(2026, 3, 2)
    for entry in coming(start, past, memory, pool):
        assert entry.choice
        memory = calendar.after(memory, entry.day, entry.choice)
    begin = start + timedelta(days=past)
    foreseen = [entry.choice and entry.choice.prompt.title for entry in coming(begin, days, memory, pool)]
    came = []
    for n in range(days):
        day = begin + timedelta(days=n)
        choice = calendar.upcoming(day, pool, memory, seed="moot", themes={})
        assert choice
        came.append(choice.prompt.title)
        memory = calendar.after(memory, day, choice)
    assert foreseen == came


def test_the_preview_uses_up_suggestions_and_respects_a_pause() -> None:
    memory = Memory(
        suggestions=(suggestion(1, "later", 2), suggestion(2, "sooner", 1), suggestion(3, "waits", None)),
        pause=Pause(date(2026, 3, 4)),
    )
    entries = coming(date(2026, 3, 2), 4, memory)
    assert [entry.paused for entry in entries] == [True, True, False, False]
    assert [entry.choice.prompt.title for entry in entries if entry.choice] == ["sooner", "later"]


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 2), time(9), "2026-03-02 08:00"),
        (date(2026, 3, 29), time(2, 30), "2026-03-29 01:30"),  # the gap: 02:30 becomes 03:30
        (date(2026, 10, 25), time(2, 30), "2026-10-25 00:30"),  # twice: the first time counts
    ],
)
def test_times_that_a_clock_change_leaves_out_or_repeats(day: date, at: time, utc: str) -> None:
    assert f"{local_instant(day, at, BERLIN):%Y-%m-%d %H:%M}" == utc


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_in_every_zone_each_day_has_its_instant_and_they_come_in_order(zone: str, at: time) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
    instants = [local_instant(day, at, ZoneInfo(zone)) for day in days]
    assert all(a < b for a, b in pairwise(instants))
    # A time in a gap at midnight lands on the next date; there is no other way to miss the own one.
    strays = [d for d, i in zip(days, instants, strict=True) if i.astimezone(ZoneInfo(zone)).date() != d]
    assert len(strays) <= 1


@pytest.mark.parametrize(
    ("zone", "sentences"),
    [
        (
            "Europe/Berlin",
            [
                "the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00",
                "the clocks go back by 1 h on Sunday 25 October 2026, 03:00 → 02:00",
            ],
        ),
        (
            "Australia/Lord_Howe",
            [
                "the clocks go back by 0.5 h on Sunday 5 April 2026, 02:00 → 01:30",
                "the clocks go forward by 0.5 h on Sunday 4 October 2026, 02:00 → 02:30",
            ],
        ),
        ("UTC", []),
    ],
)
def test_clock_changes_of_a_year(zone: str, sentences: list[str]) -> None:
    start = datetime(2026, 1, 1, 12, 0, 0, 123, tzinfo=UTC)
    changes = calendar.clock_changes(start, start + timedelta(days=365), ZoneInfo(zone))
    assert [change.sentence(ZoneInfo(zone)) for change in changes] == sentences


def test_no_clock_change_ahead() -> None:
    assert calendar.next_clock_change(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("Asia/Tokyo")) is None


@pytest.mark.parametrize(
    ("now", "posted", "day"),
    [
        ("2026-03-02T07:00", False, "2026-03-02"),  # 08:00 in Berlin: today's is still to come
        ("2026-03-02T08:00", False, "2026-03-03"),  # its time has come: it was posted, or left out
        ("2026-03-02T07:00", True, "2026-03-03"),  # came already, by hand
        ("2026-03-01T23:30", False, "2026-03-02"),  # half past midnight in Berlin
    ],
)
def test_the_next_day_that_may_bring_a_prompt(now: str, posted: bool, day: str) -> None:
    memory = Memory()
    if posted:
        choice = calendar.upcoming(date(2026, 3, 2), POOL, memory, seed="moot", themes={})
        assert choice
        memory = calendar.after(memory, date(2026, 3, 2), choice)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = calendar.coming(at, at=time(9), zone=BERLIN, memory=memory)
    assert found.isoformat() == day


def test_numbers_go_on_after_the_newest() -> None:
    memory = Memory()
    assert calendar.next_number(memory) == 1
    choice = calendar.upcoming(date(2026, 3, 2), POOL, memory, seed="moot", themes={})
    assert choice
    memory = calendar.after(memory, date(2026, 3, 2), choice)
    newest = replace(memory.used[-1], number=41)
    assert calendar.next_number(replace(memory, used=(newest,))) == 42
