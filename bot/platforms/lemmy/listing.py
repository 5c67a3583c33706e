"""Reads lists that stand newest first: what is new in a window of time, however it is spread over pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import PAGES, Fetch, pages
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.seen import Seen
from bot.platforms.lemmy.shapes import Item, Row

#: After so many pages, what is known already ends a sweep as well. The first poll reads as many as the server gives.
SWEEP_PAGES = 20

Read = Callable[[Row], Item]


@dataclass(frozen=True, slots=True)
class Span:
    """Items, and since when there are no others than these."""

    items: list[Item]
    floor: datetime


class Listing:
    """Turns rows into items; `skipped` counts those that made no sense."""

    def __init__(self, people: People, seen: Seen) -> None:
        self._people = people
        self._seen = seen
        self.skipped = 0

    def harvest(self, rows: list[Any], read: Read) -> list[Item]:
        items, skipped = fields.harvest(rows, read)
        self.skipped += skipped
        for item in items:
            self._people.met(item.message.author.id, item.person)
        return items

    async def since(
        self, fetch: Fetch, read: Read, start: datetime, *, sweep: bool, most: int = PAGES
    ) -> Span:
        """What a list holds since `start`.

        Pinned things stand above all others, so they do not tell where the window ends. Between sweeps, a page of which
        everything is known ends it, too; in a sweep, such a page does so behind the first `most`.
        """
        found: list[Item] = []
        lowest, count, over = start, 0, True
        async for page in pages(fetch):
            count += 1
            items = self.harvest(page.rows, read)
            found += [item for item in items if item.message.sent_at >= start]
            loose = [item for item in items if not item.pinned]
            lowest = min((item.message.sent_at for item in loose), default=lowest)
            over = page.after is None or (bool(loose) and all(i.message.sent_at < start for i in loose))
            known = bool(loose) and all(self._seen.get(item.message.ref.id) for item in loose)
            if over or (known and (not sweep or count >= most)):
                break
        floor = start if over else max(lowest, start)
        return Span(list({item.message.ref: item for item in reversed(found)}.values()), floor)
