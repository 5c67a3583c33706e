"""What moderation did in a month, in numbers and without names. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.api import Ban, Case, Json, Kick, Lockdown, Mute, Remove, State, Warn

#: In these states something was never done to anybody.
_NEVER = frozenset({State.HELD, State.DROPPED, State.SIMULATED, State.FAILED})

_SINGULAR = {
    "warnings": "1 warning",
    "removals": "1 removal",
    "mutes": "1 mute",
    "kicks": "1 kick",
    "bans for a time": "1 ban for a time",
    "bans for good": "1 ban for good",
    "lock-downs": "1 lock-down",
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """`given` counts cases by what they did; `undone` those that were taken back, wholly or in part."""

    given: Mapping[str, int]
    people: int
    by_bot: int
    by_moderators: int
    undone: int
    appeals: int
    granted: int
    denied: int


def numbers(cases: Sequence[Case], appeals: Iterable[Json], first: datetime, last: datetime) -> Numbers:
    """Of the cases and appeals from `first` until before `last`."""
    real = [case for case in cases if first <= case.at < last and _done(case)]
    given = Counter(kind for case in real for kind in _done(case))
    asked = [
        one
        for one in appeals
        if isinstance(one, dict) and first <= datetime.fromisoformat(str(one["at"])) < last
    ]
    verdicts = Counter(str(one.get("decided") or "open").partition(" ")[0] for one in asked)
    return Numbers(
        given={kind: given[kind] for kind in _SINGULAR},
        people=len({case.person.key for case in real if case.person}),
        by_bot=sum(case.by is None for case in real),
        by_moderators=sum(case.by is not None for case in real),
        undone=sum(any(s.state is State.UNDONE for s in case.actions if s.action.sanction) for case in real),
        appeals=len(asked),
        granted=verdicts["granted"],
        denied=verdicts["denied"],
    )


def _done(case: Case) -> set[str]:
    """The kinds of things that a case did to somebody, whether or not they still stand."""
    return {kind for s in case.actions if s.state not in _NEVER and (kind := _kind(s.action)) is not None}


def _kind(act: object) -> str | None:
    match act:
        case Warn():
            return "warnings"
        case Remove():
            return "removals"
        case Mute():
            return "mutes"
        case Kick():
            return "kicks"
        case Ban(until=None):
            return "bans for good"
        case Ban():
            return "bans for a time"
        case Lockdown():
            return "lock-downs"
        case _:
            return None


def sentences(found: Numbers) -> list[str]:
    """The numbers in words."""
    kinds = [
        _SINGULAR[kind] if count == 1 else f"{count} {kind}" for kind, count in found.given.items() if count
    ]
    if not kinds:
        said = ["Nobody was warned, removed or banned."]
    else:
        people = {0: "", 1: "That was about 1 person. "}.get(
            found.people, f"That was about {found.people} people. "
        )
        said = [
            f"{', '.join(kinds)}.",
            f"{people}Cases decided by the rules: {found.by_bot}, by moderators: {found.by_moderators}.",
            f"Taken back, wholly or in part: {found.undone}.",
        ]
    waiting = found.appeals - found.granted - found.denied
    if found.appeals:
        said.append(
            f"Appeals: {found.appeals}, of which granted {found.granted}, denied {found.denied}, open {waiting}."
        )
    return said


def month_of(text: str) -> date:
    """The first day of `2026-03`. Raises ValueError."""
    return date.fromisoformat(f"{text.strip()}-01")


def bounds(month: date, zone: str) -> tuple[datetime, datetime]:
    """When a month begins and ends in a community's zone."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    place = ZoneInfo(zone)
    return datetime.combine(month, time(), place), datetime.combine(following, time(), place)
