"""What can be set for summaries, and what must hold of it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import Field

from bot.api import Duration, Settings


class SummarySettings(Settings):
    """Settings of the plugin `summaries`."""

    automatic: bool = True
    """Whether long threads get a digest without being asked for one; the commands answer all the same."""
    after_comments: Annotated[int, Field(ge=5)] = 40
    """A thread gets its digest when it has so many comments."""
    growth: Annotated[float, Field(ge=1.1)] = 2.0
    """The digest is made anew, in the same comment, whenever the thread has grown by this factor."""
    places: list[str] = Field(default_factory=list)
    """Where digests come by themselves, by the places' names. Left out: in every Lemmy community, in no room."""
    words: Annotated[int, Field(ge=40, le=800)] = 240
    """About how many words a digest quotes."""
    min_comments: Annotated[int, Field(ge=2)] = 25
    """Shorter threads are quicker read than summarized, so nobody gets a digest of them."""
    long_from: Annotated[int, Field(ge=100)] = 1000
    """From so many comments on, a line says that the thread is being read, and that can be cancelled."""
    span: Duration = timedelta(hours=24)
    """How far back `!summary` looks in a room."""
    regular: Literal["never", "daily", "weekly"] = "never"
    """Whether a digest of everything said in a place is posted there each day or week."""
    regular_at: time = time(20)
    """When, in the community's time zone."""
    regular_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        "sunday"
    )
    """On which day the weekly one is posted."""
    regular_places: list[str] = Field(default_factory=list)
    """Where, by the places' names. Left out: in every Lemmy community."""


def problems(settings: SummarySettings) -> list[tuple[str, str]]:
    """(key, sentence) for everything that would go wrong later."""
    found = []
    if settings.after_comments < settings.min_comments:
        found.append(
            (
                "after_comments",
                f"at least min_comments ({settings.min_comments}) was expected: shorter threads get no digest",
            )
        )
    if not timedelta(minutes=5) <= settings.span <= timedelta(days=31):
        found.append(("span", "something between 5m and 31d was expected"))
    return found
