"""When a schedule comes due: once a local date, whatever the clocks of the world do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dates import local_instant
from bot.due import due, due_slots, next_due
from bot.handler import Settings
from bot.model import Community, Tick
from bot.plugin import Schedule, Slot

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NEVER_DONE: frozenset[str] = frozenset()
ZONES = sorted(available_timezones())
BERLIN = ZoneInfo("Europe/Berlin")
#: Zones whose clocks change at midnight, by half an hour, near a date line, in winter, or hardly ever.
CURIOUS = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "America/Nuuk",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "Asia/Kathmandu",
)


class Nothing(Settings):
    """No settings."""


def community(zone: str = "Europe/Berlin") -> Community:
    return Community(name="chat", title="Chat", zone=zone, language="en", places=())


def daily(at: time | None, late_by: timedelta = timedelta(hours=3)) -> Schedule:
    return Schedule(
        plugin="prompts",
        handler="post",
        func=lambda: None,
        timeout=timedelta(seconds=10),
        at=lambda _: at,
        late_by=lambda _: late_by,
    )


def every(interval: timedelta | None) -> Schedule:
    return Schedule(
        plugin="digest",
        handler="look",
        func=lambda: None,
        timeout=timedelta(seconds=10),
        every=lambda _: interval,
        late_by=lambda _: timedelta.max,
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ask(
    schedule: Schedule,
    now: datetime,
    *,
    zone: str = "Europe/Berlin",
    since: datetime = LONG_AGO,
    done: Iterable[str] = (),
) -> Tick | None:
    return due(schedule, Nothing(), community(zone), now, since, frozenset(done))


# A local time as an instant


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        ("Europe/Berlin", "2026-01-15", "09:00", "2026-01-15T08:00"),
        ("Europe/Berlin", "2026-07-15", "09:00", "2026-07-15T07:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30"),  # left out: 03:30 summer time
        ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00"),  # the very moment of the change
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),  # twice: the first one
        ("Europe/Berlin", "2026-03-29", "00:00", "2026-03-28T23:00"),
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00"),  # midnight left out: 01:00
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45"),  # a gap of half an hour
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T19:00"),  # a whole date left out
        ("Pacific/Apia", "2011-12-31", "09:00", "2011-12-30T19:00"),
        ("America/Nuuk", "2026-03-28", "23:30", "2026-03-29T01:30"),  # the gap ends on the next date
    ],
)
def test_local_instants(zone: str, day: str, at: str, instant: str) -> None:
    got = local_instant(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert got == utc(instant)
    assert got.tzinfo is UTC


def test_the_fold_of_the_time_given_does_not_matter() -> None:
    day = date(2026, 10, 25)
    assert local_instant(day, time(2, 30, fold=1), BERLIN) == local_instant(day, time(2, 30), BERLIN)


# Daily


def test_a_day_of_a_daily_schedule() -> None:
    nine = daily(time(9))
    assert ask(nine, utc("2026-01-15T07:59:59"), done={"2026-01-14"}) is None
    assert ask(nine, utc("2026-01-15T08:00"), done={"2026-01-14"}) == Tick(
        community="chat",
        plugin="prompts",
        handler="post",
        slot="2026-01-15",
        due=utc("2026-01-15T08:00"),
        at=utc("2026-01-15T08:00"),
    )
    assert ask(nine, utc("2026-01-15T08:00:20"), done={"2026-01-14", "2026-01-15"}) is None


@pytest.mark.parametrize(
    ("now", "missed"),
    [("2026-01-15T10:59", False), ("2026-01-15T11:00", False), ("2026-01-15T11:00:01", True)],
)
def test_too_late_is_missed(now: str, missed: bool) -> None:
    tick = ask(daily(time(9)), utc(now))
    assert tick is not None
    assert (tick.slot, tick.missed) == ("2026-01-15", missed)


def test_after_days_of_downtime_only_the_newest_day_is_due() -> None:
    tick = ask(daily(time(9)), utc("2026-01-15T08:30"), done={"2026-01-10"})
    assert tick is not None
    assert (tick.slot, tick.missed) == ("2026-01-15", False)
    # Before nine, yesterday's is the newest: recorded as missed, so that today's prompt is not doubled.
    tick = ask(daily(time(9)), utc("2026-01-15T07:30"), done={"2026-01-10"})
    assert tick is not None
    assert (tick.slot, tick.missed) == ("2026-01-14", True)


def test_an_older_day_is_superseded_for_good() -> None:
    assert ask(daily(time(9)), utc("2026-01-15T08:30"), done={"2026-01-15"}) is None


def test_nothing_from_before_the_schedule_was_there_is_due() -> None:
    nine = daily(time(9))
    assert ask(nine, utc("2026-01-15T08:30"), since=utc("2026-01-15T08:10")) is None
    assert ask(nine, utc("2026-01-15T08:30"), since=utc("2026-01-15T08:00")) is None
    assert ask(nine, utc("2026-01-15T08:30"), since=utc("2026-01-15T07:59")) is not None


def test_switched_off() -> None:
    for schedule in (daily(None), every(None), every(timedelta()), every(timedelta(hours=-1))):
        assert ask(schedule, utc("2026-01-15T08:30")) is None
        assert next_due(schedule, Nothing(), community(), utc("2026-01-15T08:30")) is None


def test_done_may_be_a_question() -> None:
    asked: list[str] = []

    def done(slot: str) -> bool:
        asked.append(slot)
        return True

    assert due(daily(time(9)), Nothing(), community(), utc("2026-01-15T08:30"), LONG_AGO, done) is None
    assert asked == ["2026-01-15"]


def test_samoas_missing_friday_runs_once_together_with_saturday() -> None:
    nine = daily(time(9))
    now = utc("2011-12-30T19:00")
    tick = ask(nine, now, zone="Pacific/Apia", done={"2011-12-29"})
    assert tick is not None
    assert tick.slot == "2011-12-31"
    assert ask(nine, now, zone="Pacific/Apia", done={"2011-12-29", "2011-12-31"}) is None


# Intervals


def test_an_interval_is_due_once_and_only_the_newest() -> None:
    hourly = every(timedelta(hours=1))
    first = ask(hourly, utc("2026-01-15T08:30"))
    assert first is not None
    assert (first.slot, first.due) == ("2026-01-15T08:00:00+00:00", utc("2026-01-15T08:00"))
    assert not first.missed
    assert ask(hourly, utc("2026-01-15T08:59:59"), done={first.slot}) is None
    later = ask(hourly, utc("2026-01-15T13:10"), done={first.slot})
    assert later is not None
    assert later.due == utc("2026-01-15T13:00")
    assert ask(hourly, utc("2026-01-15T08:30"), since=utc("2026-01-15T08:00")) is None


def test_a_changed_interval_never_meets_a_slot_of_the_old_one_at_another_time() -> None:
    now = utc("2026-01-15T08:30")
    year = (now - step * timedelta(hours=1) for step in range(365 * 24))
    used = {tick.slot for then in year if (tick := ask(every(timedelta(hours=1)), then))}
    assert ask(every(timedelta(minutes=61)), now, done=used) is not None


# Timetables


def test_of_a_timetable_everything_that_came_is_due_oldest_first_and_once() -> None:
    schedule = Schedule(
        plugin="posts", handler="post", func=lambda: None, timeout=timedelta(seconds=10), times=lambda *_: ()
    )
    now, seen = utc("2026-01-15T08:30"), {"talk": utc("2026-01-10T00:00"), "new": utc("2026-01-15T08:00")}
    slots = [
        Slot("talk", "b", utc("2026-01-15T08:00")),
        Slot("talk", "a", utc("2026-01-14T08:00")),
        Slot("talk", "done", utc("2026-01-13T08:00")),
        Slot("talk", "later", utc("2026-01-15T09:00")),
        Slot("new", "before it was there", utc("2026-01-15T07:00")),
        Slot("new", "asked for", utc("2026-01-15T07:30"), since=utc("2026-01-15T07:00")),
    ]
    ticks = due_slots(schedule, slots, community(), now, seen, {"talk/done"})
    assert [tick.slot for tick in ticks] == ["talk/a", "new/asked for", "talk/b"]
    assert not any(tick.missed for tick in ticks)


def test_next_due() -> None:
    nine, here = daily(time(9)), community()
    assert next_due(nine, Nothing(), here, utc("2026-01-15T07:59")) == utc("2026-01-15T08:00")
    assert next_due(nine, Nothing(), here, utc("2026-01-15T08:00")) == utc("2026-01-16T08:00")
    assert next_due(nine, Nothing(), here, utc("2026-03-28T08:00")) == utc("2026-03-29T07:00")
    nuuk = community("America/Nuuk")
    assert next_due(daily(time(23, 30)), Nothing(), nuuk, utc("2026-03-29T01:10")) == utc("2026-03-29T01:30")
    hourly = every(timedelta(hours=1))
    assert next_due(hourly, Nothing(), here, utc("2026-01-15T08:00")) == utc("2026-01-15T09:00")


# Laws


@pytest.mark.parametrize("at", [time(0), time(2, 30), time(23, 45)], ids=str)
def test_every_zone_has_one_instant_a_date_one_after_the_other(at: time) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
    for name in ZONES:
        zone = ZoneInfo(name)
        instants = [local_instant(day, at, zone) for day in days]
        for day, instant in zip(days, instants, strict=True):
            local = instant.astimezone(zone)
            # Either the very time asked for, or right after a gap.
            assert local.replace(tzinfo=None) - datetime.combine(day, at) in {
                timedelta(),
                timedelta(minutes=30),
                timedelta(hours=1),
                timedelta(hours=2),
            }, (name, day)
        assert all(
            timedelta(hours=20) < later - earlier < timedelta(hours=28)
            for earlier, later in pairwise(instants)
        )


def simulate(schedule: Schedule, zone: str, moments: Iterable[datetime], since: datetime) -> list[Tick]:
    """What fires when somebody asks at each of `moments` and remembers what was done."""
    done: set[str] = set()
    fired: list[Tick] = []
    for now in moments:
        tick = ask(schedule, now, zone=zone, since=since, done=done)
        if tick is not None:
            assert (
                next_due(schedule, Nothing(), community(zone), tick.due - timedelta(microseconds=1))
                == tick.due
            )
            done.add(tick.slot)
            fired.append(tick)
    return fired


def clocks() -> list[str]:
    """One zone for each way in which the clocks of 2026 go, among all the zones there are."""
    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + n * timedelta(days=1) for n in range(366)]
    ways: dict[object, str] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
        changes = [noon for noon, (a, b) in zip(noons, pairwise(offsets), strict=False) if a != b]
        steps = (noon + n * timedelta(minutes=30) for noon in changes for n in range(49))
        ways.setdefault((offsets[0], *(step.astimezone(zone).utcoffset() for step in steps), *changes), name)
    return sorted(ways.values())


@pytest.mark.parametrize("at", [time(0), time(2, 30)], ids=str)
def test_a_year_of_ticks_gives_every_date_once_whatever_the_zone(at: time) -> None:
    """The bot is away now and then: it starts late by hours, or has been down over the time."""
    first, days = utc("2026-01-01T00:00"), 366
    # Never twice the same hour of the day, at most five hours apart.
    spans = [timedelta(hours=5, minutes=-7 * (n % 31)) for n in range(days * 24)]
    moments = [first]
    while moments[-1] < first + timedelta(days=days):
        moments.append(moments[-1] + spans[len(moments)])
    zones = clocks()
    assert len(zones) > 50
    for zone in zones:
        fired = simulate(daily(at, timedelta(hours=6)), zone, moments, first)
        dates = [date.fromisoformat(tick.slot) for tick in fired]
        whole = [dates[0] + n * timedelta(days=1) for n in range(len(dates))]
        assert dates == whole, zone
        assert len(dates) in {days - 1, days, days + 1}, zone
        assert not any(tick.missed for tick in fired), zone


@given(
    zone=st.sampled_from(CURIOUS) | st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)) | st.sampled_from([time(0), time(2, 30)]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)),  # noqa: DTZ001 - made aware below
    step=st.timedeltas(timedelta(minutes=10), timedelta(hours=5)),
)
def test_ticking_gives_every_date_once_and_in_order(
    zone: str, at: time, start: datetime, step: timedelta
) -> None:
    since = start.replace(tzinfo=UTC)
    moments = [since + n * step for n in range(int(timedelta(days=6) / step))]
    fired = simulate(daily(at, timedelta(hours=6)), zone, moments, since)
    days = [date.fromisoformat(tick.slot) for tick in fired]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    assert len(days) in {5, 6, 7}
    assert not any(tick.missed for tick in fired)
    assert all(tick.due <= tick.at < tick.due + step + timedelta(seconds=1) for tick in fired)


@pytest.mark.parametrize("zone", CURIOUS)
@pytest.mark.parametrize("change", ["2026-03-28T12:00", "2026-10-24T12:00"])
def test_ticking_every_half_minute_over_a_clock_change(zone: str, change: str) -> None:
    since = utc(change)
    moments = [since + n * timedelta(seconds=30) for n in range(2 * 24 * 120)]
    fired = simulate(daily(time(2, 30)), zone, moments, since)
    assert len(fired) == len({tick.slot for tick in fired}) == 2
    assert all(tick.at - tick.due < timedelta(seconds=30) for tick in fired)


@given(
    zone=st.sampled_from(CURIOUS),
    at=st.times(),
    jumps=st.lists(st.timedeltas(timedelta(hours=-30), timedelta(hours=30)), max_size=40),
)
def test_a_clock_that_jumps_about_never_doubles_a_date(zone: str, at: time, jumps: list[timedelta]) -> None:
    now = utc("2026-10-24T12:00")
    since, moments = now, [now]
    for jump in jumps:
        now += jump
        moments.append(now)
    slots = [tick.slot for tick in simulate(daily(at), zone, moments, since)]
    assert len(slots) == len(set(slots))


@given(
    minutes=st.integers(1, 3000),
    jumps=st.lists(st.timedeltas(timedelta(hours=-30), timedelta(hours=30)), max_size=40),
)
def test_intervals_never_double_either_and_nothing_is_early(minutes: int, jumps: list[timedelta]) -> None:
    now = utc("2026-10-24T12:00")
    since, moments = now, [now]
    for jump in jumps:
        now += jump
        moments.append(now)
    fired = simulate(every(timedelta(minutes=minutes)), "Europe/Berlin", moments, since)
    assert len({tick.slot for tick in fired}) == len(fired)
    assert all(since < tick.due <= tick.at < tick.due + timedelta(minutes=minutes) for tick in fired)
