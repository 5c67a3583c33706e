"""Single values of the rule language: yes and no, numbers, comparisons, spans of time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from bot.api import Duration
from plugins.moderation.rule import FOREVER

_YES = frozenset({"true", "yes", "on", "y"})
_NO = frozenset({"false", "no", "off", "n"})
_DAY = 86_400
_UNITS = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 30 * _DAY,
    "year": 365 * _DAY,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS_OF_DAYS = {"weekday": 0b0011111, "weekend": 0b1100000}
_COMPARISON = re.compile(r"(==|=|<=|>=|<|>)?\s*(-?\d{1,12})\s*([a-z]*)", re.IGNORECASE)
_DURATION = TypeAdapter[timedelta](Duration)


class BadValue(Exception):
    """A value that is not what its key needs; the message says what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: Literal["<", ">", "="]
    value: float


def boolean(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise BadValue(f"true or false was expected, not {text!r}")


def whole(text: str, *, least: int | None = None) -> int:
    try:
        value = int(text)
    except ValueError:
        raise BadValue(f"a whole number was expected, not {text!r}") from None
    if least is not None and value < least:
        raise BadValue(f"a number of at least {least} was expected, not {value}")
    return value


def age(text: str) -> Comparison:
    """`< 30 days` as a comparison of seconds. A bare number counts days."""
    found = _COMPARISON.fullmatch(text.strip().strip("'\""))
    if not found:
        raise BadValue(f"a comparison such as `< 30 days` was expected, not {text!r}")
    amount, unit = int(found[2]), found[3].lower()
    word = unit.removesuffix("s") if unit else "day"
    if word not in _UNITS:
        raise BadValue(f"{unit!r} is no unit of time; there are {', '.join(f'{name}s' for name in _UNITS)}")
    return Comparison(_sign(found[1]), amount * _UNITS[word])


def number(text: str) -> Comparison:
    """`< 20` as a comparison of whole numbers; a bare number asks for exactly that one."""
    found = _COMPARISON.fullmatch(text.strip().strip("'\""))
    if not found or found[3]:
        raise BadValue(f"a comparison such as `< 20` was expected, not {text!r}")
    return Comparison(_sign(found[1]), int(found[2]))


def _sign(text: str | None) -> Literal["<", ">", "="]:
    match text or "=":
        case "<":
            return "<"
        case ">":
            return ">"
        case "=" | "==":
            return "="
        case other:
            raise BadValue(f"AutoModerator has no {other}; write {other[0]} and the next number")


def weekdays(texts: Iterable[str]) -> int:
    """`[saturday, sunday]`, `weekend` as a set of days: bit 0 is Monday."""
    days = 0
    for text in texts:
        word = text.strip().lower()
        found = _GROUPS_OF_DAYS.get(word) or next(
            (1 << n for n, day in enumerate(_DAYS) if len(word) >= 3 and day.startswith(word)), 0
        )
        if not found:
            raise BadValue(f"a day such as monday was expected, or weekday or weekend, not {text!r}")
        days |= found
    return days


def span(text: str) -> timedelta:
    """`7d`, as in all settings."""
    try:
        value = _DURATION.validate_python(text)
    except ValidationError:
        raise BadValue(f"a duration such as 10m, 2h, 3d or 1w was expected, not {text!r}") from None
    if value <= timedelta():
        raise BadValue("a duration above zero was expected")
    return value


def sentence_span(text: str) -> timedelta:
    """How long a sanction lasts: a span, or `forever`."""
    return FOREVER if text.lower() in {"forever", "permanent", "for good"} else span(text)
