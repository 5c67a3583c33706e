"""Spans of time as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.duration import Duration, parse, show


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0s", timedelta()),
        ("10m", timedelta(minutes=10)),
        ("2H", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("1h 30m", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        (" 2 d ", timedelta(days=2)),
        ("1 week", timedelta(weeks=1)),
        ("2 hours 5 min", timedelta(minutes=125)),
        ("90secs", timedelta(seconds=90)),
        ("3 Days", timedelta(days=3)),
    ],
)
def test_parse(text: str, span: timedelta) -> None:
    assert parse(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "soon", "10", "m", "1.5h", "-1h", "1h and more", "1y", "1234567d", "h1", "3 spams", "1 month"],
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="a duration such as 10m, 2h, 3d or 1w was expected"):
        parse(text)


def test_what_cannot_be_counted() -> None:
    with pytest.raises(ValueError, match="longer than can be counted"):
        parse("999999w" * 200)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "0s"),
        (timedelta(milliseconds=900), "0s"),
        (timedelta(minutes=90), "1h 30m"),
        (timedelta(weeks=2), "2w"),
        (timedelta(days=10), "10d"),
        (timedelta(days=1, hours=6, minutes=5), "1d 6h"),
        (timedelta(days=1, seconds=5), "1d 5s"),
    ],
)
def test_show(span: timedelta, text: str) -> None:
    assert show(span) == text


@given(st.integers(0, 10**9))
def test_what_is_shown_reads_back_rounded_down(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    back = parse(show(span))
    assert back <= span
    # At most two units are shown, so less than one of the second unit is lost; and what was read shows the same.
    assert span - back <= span / 24
    assert show(back) == show(span)


def test_in_settings_it_is_written_and_read_as_text() -> None:
    class Model(BaseModel):
        late_by: Duration = timedelta(hours=3)

    model = Model.model_validate({"late_by": "1h 30m"})
    assert model.late_by == timedelta(minutes=90)
    assert model.model_dump() == {"late_by": "1h 30m"}
    assert Model.model_validate({"late_by": timedelta(hours=1)}).late_by == timedelta(hours=1)
    with pytest.raises(ValidationError, match="a duration such as 10m"):
        Model.model_validate({"late_by": "soon"})
