"""What can be set for scheduled posts, and what must hold of it."""

from __future__ import annotations

import re
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from bot.api import Duration, Settings, blanks
from plugins.scheduled_posts.entry import Entry
from plugins.scheduled_posts.when import parse

#: Every blank that a title or text may have.
NAMES = {
    **blanks.CALENDAR,
    "time": "the time of day, 18:00",
    "number": "how many of this entry there have been, this one included",
    "community": "the community's title",
    "last.link": "a link to the one before",
    "last.comments": "how many comments the one before has",
}
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
#: Reminders closer together than the clock ticks are no reminders.
_MINUTE = timedelta(minutes=1)
#: An event is not announced longer ahead than this.
LONGEST_AHEAD = timedelta(days=60)


class ScheduledPost(BaseModel):
    """One entry of the timetable."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    when: str
    """friday 18:00, daily 09:00, first monday 09:00, day 1 09:00, 12-24 18:00 (every year), 2026-12-24 18:00 (once)."""
    title: str
    """The post's title; names in double braces are filled in: `Free talk of {{date}}`."""
    text: str = ""
    """The post's text in Markdown. A line whose value is not known (the first one has no `last.link`) is left out."""
    place: str | None = None
    """Where it is posted. Left out: the first Lemmy community, or the first room where there is none."""
    pin: bool = False
    """Pin it and unpin the one before; an event stays pinned until it begins."""
    unpin: Duration | None = None
    """Unpin it so long after it was posted, whatever comes next."""
    nsfw: bool = False
    """Mark it as not safe for work."""
    ahead: Duration = timedelta()
    """For events: post it so long before its time. `{{date}}` and `{{time}}` are the event's."""
    remind: list[Duration] = Field(default_factory=list)
    """For events: lines in the rooms so long before its time, such as `[1d, 1h]`."""
    announce_in: list[str] | None = None
    """Rooms that get a line with the link. Left out: the first room. An empty list: none."""


class ScheduleSettings(Settings):
    """Settings of the plugin `scheduled_posts`."""

    posts: dict[str, ScheduledPost] = Field(default_factory=dict)
    """The timetable, by short names (`free-talk`) that moderators use in commands."""
    late_by: Duration = timedelta(hours=3)
    """What comes back only after a longer delay (the bot was down) is left out, and the moderators are told."""
    late_by_once: Duration = timedelta(hours=24)
    """The same for what comes once only: it is worth more patience."""


def configured(settings: ScheduleSettings) -> list[Entry]:
    """The entries of the configuration, which has been checked."""
    return [
        Entry(
            name=name,
            when=parse(post.when),
            title=post.title,
            text=post.text,
            place=post.place,
            pin=post.pin,
            unpin=post.unpin,
            nsfw=post.nsfw,
            ahead=post.ahead,
            remind=tuple(post.remind),
            announce_in=None if post.announce_in is None else tuple(post.announce_in),
        )
        for name, post in settings.posts.items()
    ]


def problems(settings: ScheduleSettings) -> list[tuple[str, str]]:
    """(key, sentence) for everything that would go wrong later."""
    return [
        (f"posts.{name}.{key}" if key else f"posts.{name}", sentence)
        for name, post in settings.posts.items()
        for key, sentence in _of(name, post)
    ]


def _of(name: str, post: ScheduledPost) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if not NAME.fullmatch(name) or name.isdecimal():
        found.append(
            (
                "",
                f"a short name in small letters, digits and dashes was expected, such as free-talk, not {name!r}",
            )
        )
    try:
        parse(post.when)
    except ValueError as error:
        found.append(("when", str(error)))
    for key in ("title", "text"):
        found += [(key, sentence) for sentence in blanks.problems(getattr(post, key), NAMES)]
    if not post.title.strip():
        found.append(("title", "a title was expected"))
    if post.unpin is not None and not post.pin:
        found.append(("unpin", "it is not pinned: `pin: true` was expected beside it"))
    if not timedelta() <= post.ahead <= LONGEST_AHEAD:
        found.append(("ahead", "at most 60d was expected"))
    if post.remind and not post.ahead:
        found.append(
            ("remind", "reminders are for events: `ahead: 3d` was expected beside it, or something like it")
        )
    if any(not _MINUTE <= span < max(post.ahead, _MINUTE) for span in post.remind) and post.ahead:
        found.append(("remind", "times of at least 1m and shorter than `ahead` were expected"))
    return found
