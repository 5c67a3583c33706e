"""What can be set for policy lists, and what must hold of it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bot.api import Duration, Settings


class Mode(StrEnum):
    """Whether a list only shows whom it would hit, or bans them."""

    WATCH = "watch"
    ENFORCE = "enforce"


class PolicySettings(Settings):
    """Settings of the plugin `policy_lists`."""

    follow: list[str] = Field(default_factory=list)
    """The lists to follow: names of places with `policy:`. Left out: all of the community's."""
    mode: Mode = Mode.WATCH
    """`watch` only shows the moderators whom the lists would hit, `enforce` bans them."""
    at_most: Annotated[int, Field(ge=1)] = 5
    """A rule that would hit more people here than this is not followed; the moderators are told."""
    every: Duration = timedelta(minutes=5)
    """How often new rules are held against those who are here already. Who joins is looked at right away."""
    server_acl: bool = False
    """Also propose to shut the servers that a list names out of the rooms, with each room's own access list (`m.room.server_acl`);
    a moderator decides, since a wrong one ends a room for good."""
    publish_to: str | None = None
    """The list, a place with `policy:`, on which your own bans for good are published. Left out: none."""


def problems(settings: PolicySettings) -> list[tuple[str, str]]:
    """(key, sentence) for everything that would go wrong later."""
    if settings.every < timedelta(minutes=1):
        return [
            ("every", "at least 1m was expected: each look at new rules asks the server who is in every room")
        ]
    return []
