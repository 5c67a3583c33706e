"""“for 2h in lounge”: how long something holds, and where. What is not clear is refused with a sentence, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.api import Community, Place, PlaceKind
from plugins.moderation.spans import parse_span

T = TypeVar("T")

#: What nobody means to last longer by a slip of the finger.
LONGEST = timedelta(days=30)


class Unclear(ValueError):
    """The words do not say enough; the message is a sentence for whoever typed them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`span` and `places` as far as they were given; `named` tells whether a place was."""

    span: timedelta | None
    places: tuple[Place, ...]
    named: bool = False


def read_terms(words: str, community: Community, here: Place) -> Terms:
    """The terms in `words`, said in `here`. Raises Unclear.

    Without a place it is here, or the community's only place when this is none where members meet.
    """
    span: timedelta | None = None
    named: str | None = None
    left = words.split()
    while left:
        word = left.pop(0)
        if word.lower() in {"for", "in"} and not left:
            raise Unclear(f"Something is missing behind “{word}”.")
        if word.lower() == "in":
            word = left.pop(0)
            named = _once(named, word, "place")
        elif word.lower() == "for":
            span = _once(span, _span(left.pop(0)), "time")
        elif re.match(r"\d", word):
            span = _once(span, _span(word), "time")
        elif any(place.alias == word for place in meeting_places(community)) or word == "everywhere":
            named = _once(named, word, "place")
        else:
            raise Unclear(f"I do not know what to do with “{word[:40]}”. {_form(community)}")
    return Terms(span, _places(named, community, here), named is not None)


def meeting_places(community: Community) -> tuple[Place, ...]:
    """Where members meet: rooms and communities, the moderators' room apart."""
    return community.of_kind(PlaceKind.ROOM) + community.of_kind(PlaceKind.COMMUNITY)


def _once(known: T | None, new: T, what: str) -> T:
    if known is not None:
        raise Unclear(f"There are two {what}s in it; one was expected.")
    return new


def _span(word: str) -> timedelta:
    try:
        span = parse_span(word)
    except ValueError:
        raise Unclear(f"“{word[:40]}” is no time; 10m, 2h or 1d was expected.") from None
    if not timedelta() < span <= LONGEST:
        raise Unclear("At most 30 days, and more than none.")
    return span


def _places(named: str | None, community: Community, here: Place) -> tuple[Place, ...]:
    there = meeting_places(community)
    if named == "everywhere":
        return there
    if named is not None:
        found = tuple(place for place in there if place.alias == named)
        if not found:
            raise Unclear(f"There is no place called “{named[:40]}”. {_form(community)}")
        return found
    if any(place.alias == here.alias for place in there):
        return (here,)
    if len(there) == 1:
        return there
    raise Unclear(f"Say where. {_form(community)}")


def _form(community: Community) -> str:
    names = ", ".join(place.alias for place in meeting_places(community))
    return f"Write “for 2h” for how long, and “in” with one of these for where: {names}, everywhere."
