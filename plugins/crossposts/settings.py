"""What can be set for cross-posts, and what must hold of it."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.api import Duration, Settings

#: `name@instance.example` or `instance.example`, as people write it.
NAME = re.compile(r"!?(?:[\w.-]+@)?(?:[\w-]+\.)+[\w-]+")


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Watch(BaseModel):
    """A community elsewhere, and what is looked for in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    community: str
    """Its name: name@instance.example."""
    topics: list[str]
    """Words or phrases; a post whose title or text holds one of them is told of."""


class CrosspostSettings(Settings):
    """Settings of the plugin `crossposts`."""

    announce_in: list[str] = Field(default_factory=list)
    """Rooms that get a line when a post of the community is discussed elsewhere. Left out: none, and the first room
    for the digest and for what is watched."""
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
    digest: Weekday | None = None
    """The day of the week on which the rooms hear what the community’s links started elsewhere. Left out: none."""
    digest_at: time = time(18, 0)
    """When on that day, in the community's time zone."""
    watch: list[Watch] = Field(default_factory=list)
    """Communities elsewhere that are watched for posts on your topics."""
    watch_every: Duration = timedelta(hours=1)
    """How often they are looked at."""
    watch_per_day: Annotated[int, Field(ge=0)] = 3
    """At most so many of their posts are told of within 24 hours."""
    watch_to: Literal["rooms", "moderators"] = "rooms"
    """`rooms`: a line in the rooms. `moderators`: a suggestion to them, which a ✅ turns into a cross-post."""
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
    for n, watch in enumerate(settings.watch):
        if "@" not in watch.community or not NAME.fullmatch(watch.community):
            found.append(
                (f"watch.{n}.community", f"name@instance.example was expected, not {watch.community!r}")
            )
        if not any(topic.strip() for topic in watch.topics):
            found.append((f"watch.{n}.topics", "at least one word was expected"))
    if settings.watch_every < timedelta(minutes=5):
        found.append(
            ("watch_every", "at least 5m was expected: every look costs the server a request per community")
        )
    if settings.recheck < timedelta(minutes=1):
        found.append(("recheck", "at least 1m was expected: every look costs the server a request per post"))
    if settings.follow < settings.recheck:
        found.append(
            ("follow", "a time longer than `recheck` was expected; with less, no post is looked at again")
        )
    return found
