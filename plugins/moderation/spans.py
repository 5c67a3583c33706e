"""Spans of time in words, as settings and commands write them."""

from __future__ import annotations

from datetime import timedelta

from pydantic import TypeAdapter

from bot.api import Duration
from plugins.moderation.rule import FOREVER

_DURATION = TypeAdapter[timedelta](Duration)


def show_span(span: timedelta | None) -> str:
    """`1d 6h`; `for good` for a sanction without an end."""
    return "for good" if span is None or span == FOREVER else str(_DURATION.dump_python(span))


def parse_span(text: str) -> timedelta:
    """`30d`. Raises ValueError (pydantic's) when it is none."""
    return _DURATION.validate_python(text)
