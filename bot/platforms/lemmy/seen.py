"""What the adapter has read already, and how far back it has to look.

Lemmy has no stream of events, and what other servers send arrives late, below newer things. So each poll reads a
window of time again and hands on what is new in it. The window begins some hours before the newest thing known; after
a restart that time comes from the cursor, and the ledger drops what it knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.platforms.lemmy.shapes import Item


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is when the bot began to read here: nothing older is ever judged. `newest` is by place alias.

    `count` makes each cursor differ from the one before.
    """

    since: datetime
    newest: Mapping[str, datetime] = field(default_factory=dict)
    count: int = 0

    def __str__(self) -> str:
        newest = {alias: at.isoformat() for alias, at in sorted(self.newest.items())}
        return json.dumps({"since": self.since.isoformat(), "newest": newest, "count": self.count})

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The inverse of `str`; None for anything else."""
        try:
            raw = json.loads(text)
            newest = {str(alias): _time(at) for alias, at in raw["newest"].items()}
            return cls(_time(raw["since"]), newest, int(raw["count"]))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return None

    def start(self, alias: str, back: timedelta) -> datetime:
        """Where the window of a place begins: `back` before the newest thing known there, never before `since`."""
        known = self.newest.get(alias)
        return self.since if known is None else max(self.since, known - back)

    def moved(self, alias: str, at: datetime | None) -> Cursor:
        """The cursor after something said `at` was read."""
        known = self.newest.get(alias)
        if at is None or at < self.since or (known is not None and at <= known):
            return self
        return replace(self, newest={**self.newest, alias: at})


@dataclass(frozen=True, slots=True)
class Mark:
    """What is kept of a thing that was read: enough to notice an edit, a deletion, and that its author undid that.

    `at` tells when to forget it.
    """

    at: datetime
    content: int
    gone: bool
    place: str = ""
    deleted: bool = False


class Seen:
    """Marks of what was read. What a poll read counts only once its batch is known to be stored."""

    def __init__(self) -> None:
        self._settled: dict[str, Mark] = {}
        self._fresh: dict[str, Mark] = {}

    def get(self, key: str) -> Mark | None:
        return self._fresh.get(key) or self._settled.get(key)

    def note(self, item: Item) -> Mark | None:
        """Marks an item; returns the mark that it had. What is gone keeps the content that it was last read with."""
        key, before = item.message.ref.id, self.get(item.message.ref.id)
        gone = item.message.gone
        content = before.content if gone and before else hash(item.content)
        self._fresh[key] = Mark(
            item.message.sent_at,
            content,
            gone,
            item.message.place.alias,
            deleted=item.deleted and not item.removed,
        )
        return before

    def mark(self, key: str, mark: Mark) -> None:
        self._fresh[key] = mark

    def of(self, place: str, kind: str, since: datetime) -> dict[str, Mark]:
        """Marks of what is there, was said in a place since then, and has a key that begins with `kind`."""
        return {
            key: mark
            for key, mark in {**self._settled, **self._fresh}.items()
            if mark.place == place and key.startswith(kind) and mark.at >= since and not mark.gone
        }

    def first(self, key: str, now: datetime) -> bool:
        """Whether a thing without content (a report, a line of a log) is met for the first time.

        Its mark lives as long as it is met again.
        """
        new = self.get(key) is None
        self._fresh[key] = Mark(now, 0, gone=False)
        return new

    def settle(self) -> None:
        """What was read last is stored."""
        self._settled.update(self._fresh)
        self._fresh.clear()

    def forget(self) -> None:
        """What was read last was not stored: it will be handed on again."""
        self._fresh.clear()

    def clear(self) -> None:
        """Nothing is known any more."""
        self._fresh.clear()
        self._settled.clear()

    def prune(self, before: datetime) -> None:
        """Drops marks of things older than any window."""
        self._settled = {key: mark for key, mark in self._settled.items() if mark.at >= before}

    def __len__(self) -> int:
        return len(self._settled) + len(self._fresh)


def _time(text: str) -> datetime:
    """Raises ValueError for what is no time with a zone."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    return value.astimezone(UTC)
