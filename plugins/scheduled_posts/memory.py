"""What the plugin keeps: entries from the chat, what was posted, what is to be left out. Pure, both ways.

Keys: `added:<name>`, `added` (the last number given), `posted:<name>/<day>`, `skip:<name>/<day>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.api import Author, Json, Remember
from plugins.scheduled_posts.entry import Entry
from plugins.scheduled_posts.when import parse


@dataclass(frozen=True, slots=True)
class Posted:
    """The post of a day: its running number, and the local date on which it came, by hand perhaps."""

    number: int
    on: date


@dataclass(frozen=True, slots=True)
class Memory:
    """`added` are the chat's entries by name; `posted` and `skipped` are keyed by name and day."""

    added: Mapping[str, Entry]
    last_added: int
    posted: Mapping[tuple[str, date], Posted]
    skipped: frozenset[tuple[str, date]]

    def number(self, name: str) -> int:
        """The number of that entry's next post."""
        return max((was.number for (other, _), was in self.posted.items() if other == name), default=0) + 1


def read(recalled: Mapping[str, Json]) -> Memory:
    """The memory in what `recall_all()` answers. Entries that nobody could have written are passed over."""
    added: dict[str, Entry] = {}
    posted: dict[tuple[str, date], Posted] = {}
    skipped: set[tuple[str, date]] = set()
    for key, value in recalled.items():
        kind, _, rest = key.partition(":")
        name, _, day = rest.partition("/")
        try:
            match kind, value:
                case "added", dict():
                    added[name] = _entry(name, value)
                case "posted", dict():
                    was = Posted(int(str(value["number"])), date.fromisoformat(str(value["on"])))
                    posted[name, date.fromisoformat(day)] = was
                case "skip", _:
                    skipped.add((name, date.fromisoformat(day)))
        except (KeyError, TypeError, ValueError):
            continue
    last = recalled.get("added")
    return Memory(added, last if isinstance(last, int) else 0, posted, frozenset(skipped))


def _entry(name: str, value: Mapping[str, Any]) -> Entry:
    return Entry(
        name=name,
        when=parse(str(value["when"])),
        title=str(value["title"]),
        text=str(value["text"]),
        pin=bool(value["pin"]),
        unpin=timedelta(seconds=value["unpin"]) if value["unpin"] is not None else None,
        ahead=timedelta(seconds=value["ahead"]),
        remind=tuple(timedelta(seconds=span) for span in value["remind"]),
        created=datetime.fromisoformat(str(value["created"])),
    )


def add(entry: Entry, by: Author, *, fresh: bool = False) -> Remember:
    """Keeps an entry from the chat, `about` who gave it; `fresh` where the name has just been given."""
    assert entry.created is not None, "an entry from the chat has its time"
    value: dict[str, Json] = {
        "when": entry.when.written,
        "title": entry.title,
        "text": entry.text,
        "pin": entry.pin,
        "unpin": entry.unpin.total_seconds() if entry.unpin is not None else None,
        "ahead": entry.ahead.total_seconds(),
        "remind": [span.total_seconds() for span in entry.remind],
        "created": entry.created.isoformat(),
    }
    return Remember(key=f"added:{entry.name}", value=value, about=by.key, fresh=fresh)


def count(number: int) -> Remember:
    return Remember(key="added", value=number)


def drop(name: str) -> Remember:
    return Remember(key=f"added:{name}", value=None)


def posted(name: str, day: date, was: Posted) -> Remember:
    """That day's, so that it does not come twice: `fresh`, since a moderator may post it in the same instant."""
    return Remember(
        key=f"posted:{name}/{day}", value={"number": was.number, "on": was.on.isoformat()}, fresh=True
    )


def skip(name: str, day: date) -> Remember:
    return Remember(key=f"skip:{name}/{day}", value=True)


def outdated(memory: Memory, name: str, day: date) -> tuple[Remember, ...]:
    """Forgets what is of no use once that day's was posted: older days, but for the one that carries the number."""
    posts = sorted(d for other, d in memory.posted if other == name and d < day)[:-1]
    skips = sorted(d for other, d in memory.skipped if other == name and d < day)
    return (
        *(Remember(key=f"posted:{name}/{d}", value=None) for d in posts),
        *(Remember(key=f"skip:{name}/{d}", value=None) for d in skips),
    )
