"""From an entry and a day to what is said and done. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.api import (
    Action,
    Community,
    Document,
    Link,
    Made,
    Pin,
    Place,
    Post,
    Prose,
    Ref,
    blanks,
    document,
    line,
    titled,
)
from plugins.scheduled_posts.entry import Entry


@dataclass(frozen=True, slots=True)
class Last:
    """The entry's post before this one, as it stands now; what is not known is None."""

    ref: Ref | None = None
    link: str | None = None
    comments: int | None = None


def place_of(entry: Entry, community: Community) -> Place | str:
    """Where it goes, or a sentence about what is missing."""
    if entry.place is None:
        return community.front or "the community has neither a Lemmy community nor a room to post in"
    known = ", ".join(place.alias for place in community.places)
    missing = (
        f"scheduled_posts.posts.{entry.name}.place: there is no place {entry.place!r}; known are {known}"
    )
    return community.place(entry.place) or missing


def title_of(entry: Entry, community: Community, day: date, number: int, last: Last = Last()) -> str:
    """The title with its blanks filled in; as it was written where a value is missing."""
    filled = blanks.fill(entry.title, _facts(entry, community, day, number, last))
    return " ".join((filled or entry.title).split())


def actions(
    entry: Entry, community: Community, place: Place, *, day: date, number: int, last: Last, pins: bool
) -> tuple[Action, ...]:
    """Post, pin, unpin the one before or this one later, announce. `pins` is whether the account can pin there."""
    title = title_of(entry, community, day, number, last)
    facts = _facts(entry, community, day, number, last)
    markup = {k: v if v is None or k == "last.link" else blanks.escape(v) for k, v in facts.items()}
    body = blanks.fill(entry.text, markup)
    made = Made(f"post:{entry.name}")
    post = titled(place, title, *([Prose(body)] if body else []), name=made.made, nsfw=entry.nsfw)
    said = [
        Post(place=r, text=_announced(title, made)) for r in community.rooms(entry.announce_in, but=place)
    ]
    return (post, *(_pins(entry, community, made, day, last) if pins and entry.pin else ()), *said)


def reminder(entry: Entry, community: Community, place: Place, left: str, link: Link) -> list[Action]:
    """The lines in the rooms before an event, and below its post where it lives in a room itself."""
    said = document(line(f"In {left}: ", link, f" ({entry.when.at:%H:%M} {community.zone})."))
    rooms = community.rooms(entry.announce_in, but=place) or (place.alias,)
    return [Post(place=room, text=said) for room in rooms]


def _announced(title: str, made: Made) -> Document:
    return document(line(Link(title, made)))


def _pins(entry: Entry, community: Community, made: Made, day: date, last: Last) -> list[Action]:
    zone = ZoneInfo(community.zone)
    done: list[Action] = [Pin(ref=made)]
    if entry.unpin is not None:
        done.append(Pin(ref=made, on=False, not_before=entry.posted(day, zone) + entry.unpin))
    elif entry.event:
        done.append(Pin(ref=made, on=False, not_before=entry.begins(day, zone)))
    elif last.ref is not None:
        done.append(Pin(ref=last.ref, on=False))
    return done


def _facts(
    entry: Entry, community: Community, day: date, number: int, last: Last
) -> Mapping[str, str | None]:
    return {
        **blanks.calendar(day, community.language),
        "time": f"{entry.when.at:%H:%M}",
        "number": str(number),
        "community": community.title,
        "last.link": last.link,
        "last.comments": None if last.comments is None else str(last.comments),
    }
