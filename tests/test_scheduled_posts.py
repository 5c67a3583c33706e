"""The timetable's pure parts: times as people write them, and when what of an entry is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dates import WEEKDAYS
from plugins.scheduled_posts.entry import Entry, read_slot
from plugins.scheduled_posts.settings import ScheduledPost, ScheduleSettings, problems
from plugins.scheduled_posts.when import parse, split

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("friday 18:00", ["01-02", "01-09", "01-16"]),
        ("Fridays 18:00", ["01-02", "01-09", "01-16"]),
        ("first monday 09:00", ["01-05", "02-02", "03-02"]),
        ("last fri 9:00", ["01-30", "02-27", "03-27"]),
        ("fourth sunday 00:00", ["01-25", "02-22", "03-22"]),
        ("day 1 09:00", ["01-01", "02-01", "03-01"]),
        ("last day 23:59", ["01-31", "02-28", "03-31"]),
        ("daily 07:00", ["01-01", "01-02", "01-03"]),
        ("12-24 18:00", ["12-24"]),
        ("2026-5-1  10:00", ["05-01"]),
        ("02-29 10:00", []),
    ],
)
def test_times_as_people_write_them(text: str, days: list[str]) -> None:
    when = parse(text)
    assert [f"{day:%m-%d}" for day in when.days(YEAR[0], YEAR[-1])][:3] == days
    assert [day for day in YEAR if day in when] == list(when.days(YEAR[0], YEAR[-1]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "friday",
        "18:00",
        "friday 24:00",
        "day 31 09:00",
        "fifth monday 09:00",
        "13-01 09:00",
        "2026-02-30 09:00",
        "friday 18:00 and more",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="a day and a time such as"):
        parse(text)


def test_a_slip_is_guessed() -> None:
    with pytest.raises(ValueError, match="did you mean friday"):
        parse("fridy 18:00")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_time_or_a_sentence(text: str) -> None:
    found = split(text)
    assert found is None or text.strip().endswith(found[1])


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    weekday=st.sampled_from(WEEKDAYS),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1)),  # noqa: DTZ001 - made aware below
)
def test_a_weekly_thread_comes_once_a_week_in_every_zone(
    zone: str, weekday: str, at: time, start: datetime
) -> None:
    entry = Entry(name="talk", when=parse(f"{weekday} {at:%H:%M}"), title="Talk")
    since, there = start.replace(tzinfo=UTC), ZoneInfo(zone)
    seen: dict[str, datetime] = {}
    for step in range(4 * 7 * 8):
        now = since + step * timedelta(hours=3)
        for slot in entry.slots(now, there):
            if slot.at > since:
                seen.setdefault(slot.key, now)
    days = [read_slot(key)[1] for key in seen]
    assert len(days) in {3, 4, 5}
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(days))
    assert {day.weekday() for day in days} == {WEEKDAYS.index(weekday)}


@pytest.mark.parametrize(
    ("post", "key", "sentence"),
    [
        ({"when": "someday 18:00"}, "posts.talk.when", "a day and a time such as"),
        ({"title": "{{nam}}"}, "posts.talk.title", "{{nam}} is not a name that can be filled in"),
        ({"title": " "}, "posts.talk.title", "a title was expected"),
        ({"text": "{{last.lnk}}"}, "posts.talk.text", "did you mean {{last.link}}?"),
        ({"unpin": timedelta(days=2)}, "posts.talk.unpin", "it is not pinned"),
        ({"ahead": timedelta(days=90)}, "posts.talk.ahead", "at most 60d"),
        ({"remind": [timedelta(hours=1)]}, "posts.talk.remind", "reminders are for events"),
        (
            {"ahead": timedelta(hours=2), "remind": [timedelta(hours=3)]},
            "posts.talk.remind",
            "shorter than `ahead`",
        ),
    ],
)
def test_mistakes_are_found_when_the_configuration_is_read(
    post: dict[str, object], key: str, sentence: str
) -> None:
    item = ScheduledPost.model_validate({"when": "friday 18:00", "title": "Talk", **post})
    ((where, said),) = problems(ScheduleSettings(posts={"talk": item}))
    assert where == key
    assert sentence in said


@pytest.mark.parametrize("name", ["Free Talk", "7", "a/b", ""])
def test_names_are_short_and_plain(name: str) -> None:
    item = ScheduledPost(when="friday 18:00", title="Talk")
    assert "a short name" in problems(ScheduleSettings(posts={name: item}))[0][1]
