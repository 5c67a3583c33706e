"""Which ticks are due at `now`: pure arithmetic over local dates, so that a clock change cannot double or drop a day.

A daily tick is named by its local date, an interval's tick by the instant at which the interval began. What has been
done is the ledger's knowledge; nothing here remembers anything.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.dates import local_instant
from bot.handler import Settings
from bot.model import Community, Tick
from bot.plugin import Schedule, Slot

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due(
    schedule: Schedule,
    settings: Settings,
    community: Community,
    now: datetime,
    since: datetime,
    done: Callable[[str], bool] | Container[str],
) -> Tick | None:
    """The tick of `schedule` that is due at `now` and not among the slots `done`; None when there is none.

    Only the newest slot is ever due: an older one that was not done is superseded by it. Nothing at or before `since`,
    when the schedule was first seen, is due. `missed` is set when the tick comes more than `late_by` too late.
    """
    slot = _newest(schedule, settings, community, now)
    if slot is None:
        return None
    name, instant = slot
    known = done(name) if callable(done) else name in done
    if known or instant <= since:
        return None
    return Tick(
        community=community.name,
        plugin=schedule.plugin,
        handler=schedule.handler,
        slot=name,
        due=instant,
        at=now,
        missed=now - instant > schedule.late_by(settings),
    )


def due_slots(
    schedule: Schedule,
    slots: Iterable[Slot],
    community: Community,
    now: datetime,
    seen: Mapping[str, datetime],
    done: Container[str],
) -> list[Tick]:
    """The ticks of a timetable that are due at `now`, oldest first.

    `seen` is when each series was first seen, `done` the keys of the slots that were handled.
    """
    come = {
        slot.key: slot
        for slot in slots
        if (slot.since or seen[slot.series]) < slot.at <= now and slot.key not in done
    }
    return [
        Tick(
            community=community.name,
            plugin=schedule.plugin,
            handler=schedule.handler,
            slot=slot.key,
            due=slot.at,
            at=now,
        )
        for slot in sorted(come.values(), key=lambda slot: slot.at)
    ]


def next_due(schedule: Schedule, settings: Settings, community: Community, now: datetime) -> datetime | None:
    """The first instant after `now`, in UTC, at which `schedule` comes due; None when it is switched off."""
    if schedule.at is not None:
        at = schedule.at(settings)
        if at is None:
            return None
        zone = ZoneInfo(community.zone)
        today = now.astimezone(zone).date()
        # From yesterday: a time in a gap at midnight lands on the date after its own.
        instants = (local_instant(today + days * _DAY, at, zone) for days in range(-1, 3))
        return next(instant for instant in instants if instant > now)
    interval = _interval(schedule, settings)
    return _start(now, interval) + interval if interval else None


def _newest(
    schedule: Schedule, settings: Settings, community: Community, now: datetime
) -> tuple[str, datetime] | None:
    """The name and the instant of the newest slot that has come."""
    if schedule.at is not None:
        at = schedule.at(settings)
        return None if at is None else _newest_day(at, ZoneInfo(community.zone), now)
    interval = _interval(schedule, settings)
    if interval is None:
        return None
    start = _start(now, interval)
    # Not the interval's bare number: after a change from 60 to 61 minutes the numbers of a year ago would come again.
    return start.isoformat(), start


def _newest_day(at: time, zone: ZoneInfo, now: datetime) -> tuple[str, datetime] | None:
    today = now.astimezone(zone).date()
    # Two days back, since a removed day (Samoa in 2011) or a gap at midnight moves an instant to a later date.
    days = (today - back * _DAY for back in range(3))
    slots = ((day.isoformat(), local_instant(day, at, zone)) for day in days)
    return next(((name, instant) for name, instant in slots if instant <= now), None)


def _interval(schedule: Schedule, settings: Settings) -> timedelta | None:
    """The interval, or None where it is switched off; no length at all is off, too."""
    interval = schedule.every(settings) if schedule.every is not None else None
    return interval if interval is not None and interval > timedelta() else None


def _start(now: datetime, interval: timedelta) -> datetime:
    """When the interval began in which `now` lies; intervals are counted from 1970."""
    return _EPOCH + (now - _EPOCH) // interval * interval
