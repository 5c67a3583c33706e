"""What can be set for cross-posts, and what must hold of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bot.api import Duration, Settings

#: `name@instance.example` or `instance.example`, as people write it.
NAME = re.compile(r"!?(?:[\w.-]+@)?(?:[\w-]+\.)+[\w-]+")


class CrosspostSettings(Settings):
    """Settings of the plugin `crossposts`."""

    announce_in: list[str] = Field(default_factory=list)
    """Rooms that get a line when a post of the community is discussed elsewhere. Left out: none."""
    recheck: Duration = timedelta(minutes=30)
    """How often posts are looked at again, to notice later discussions and to keep the counts right."""
    follow: Duration = timedelta(days=3)
    """For how long after a post that is done."""
    minimum_comments: Annotated[int, Field(ge=0)] = 1
    """Discussions with fewer comments are not shown."""
    per_day: Annotated[int, Field(ge=0)] = 20
    """At most so many posts get a comment within 24 hours; the command answers all the same."""
    muted: list[str] = Field(default_factory=list)
    """Communities (name@instance.example) and instances (instance.example) that are never shown."""
    tracking_keys: list[str] = Field(default_factory=list)
    """More keys of a link's query that only track, such as `source`; `-ref` takes one out of the built-in list."""


def problems(settings: CrosspostSettings) -> list[tuple[str, str]]:
    """(key, sentence) for everything that would go wrong later."""
    found = [
        (f"muted.{n}", f"name@instance.example or instance.example was expected, not {name!r}")
        for n, name in enumerate(settings.muted)
        if not NAME.fullmatch(name)
    ]
    found += [
        (f"tracking_keys.{n}", f"the bare name of a key was expected, such as source, not {key!r}")
        for n, key in enumerate(settings.tracking_keys)
        if not re.fullmatch(r"-?[\w.\[\]-]+\*?", key)
    ]
    if settings.recheck < timedelta(minutes=1):
        found.append(("recheck", "at least 1m was expected: every look costs the server a request per post"))
    if settings.follow < settings.recheck:
        found.append(
            ("follow", "a time longer than `recheck` was expected; with less, no post is looked at again")
        )
    return found
