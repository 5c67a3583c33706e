"""Spans of time as people write them: `10m`, `2h`, `3d`, `1w`, `1h 30m`, `2 hours`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PART = re.compile(
    r"(\d{1,6})\s*(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:(?:ee)?ks?)?)(?![a-z])",
    re.IGNORECASE,
)
_WHOLE = re.compile(rf"(?:\s*{_PART.pattern})+\s*", re.IGNORECASE)


def parse(text: str) -> timedelta:
    """`1h 30m` as a timedelta. Raises ValueError with a sentence for people."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"a duration such as 10m, 2h, 3d or 1w was expected, not {text!r}")
    try:
        return sum(
            (timedelta(**{_UNITS[unit[0].lower()]: int(count)}) for count, unit in _PART.findall(text)),
            timedelta(),
        )
    except OverflowError:
        raise ValueError(f"{text!r} is longer than can be counted") from None


def show(span: timedelta) -> str:
    """The inverse of `parse`, in at most two units: `1d 6h`. Rounds down to whole seconds; zero is `0s`."""
    left = int(span.total_seconds())
    parts: list[str] = []
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        # Weeks only when they come out even: "10d" reads better than "1w 3d".
        if unit == "w" and left % size:
            continue
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def in_words(span: timedelta) -> str:
    """A span as people say it, in its largest unit, rounded down: `3 days`, `1 hour`, `a moment` below a minute."""
    minutes = max(0, int(abs(span).total_seconds()) // 60)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return "a moment"


def _coerce(value: object) -> object:
    return parse(value) if isinstance(value, str) else value


#: A duration in a settings model: written as `3d`, held as a timedelta.
Duration = Annotated[timedelta, BeforeValidator(_coerce), PlainSerializer(show)]
