"""Single values of the rule language: yes and no, numbers, comparisons, spans of time."""

from __future__ import annotations

import re
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
    sign, number, unit = found[1] or "=", int(found[2]), found[3].lower()
    word = unit.removesuffix("s") if unit else "day"
    if word not in _UNITS:
        raise BadValue(f"{unit!r} is no unit of time; there are {', '.join(f'{name}s' for name in _UNITS)}")
    match sign:
        case "<" | ">":
            return Comparison("<" if sign == "<" else ">", number * _UNITS[word])
        case "=" | "==":
            return Comparison("=", number * _UNITS[word])
        case _:
            raise BadValue(f"AutoModerator has no {sign}; write {sign[0]} and the next number")


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
