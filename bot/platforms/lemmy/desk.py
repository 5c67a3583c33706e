"""Members' reports: which are new, and which a moderator has closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from bot.clock import Clock
from bot.model import Reported, Resolved
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import PAGES, Api, Fetch, News, pages
from bot.platforms.lemmy.seen import Seen
from bot.platforms.lemmy.shapes import Home, Row

#: How many pages of closed reports are searched for what became of those that are not open any more.
CLOSED_PAGES = 4

T = TypeVar("T")


class Desk:
    """Remembers which reports are open, so that it notices when one is not any more."""

    def __init__(self, api: Api, home: Home, seen: Seen, clock: Clock) -> None:
        self._api = api
        self._home = home
        self._seen = seen
        self._clock = clock
        self._open: dict[str, Reported] | None = None
        self._count: int | None = None
        self.skipped = 0

    async def read(self, news: News, since: datetime, start: datetime) -> list[Reported | Resolved]:
        """Reports made since `since` that were not seen, and those of our communities that were closed since `start`.

        Nothing where the account moderates nothing. Where the number of open ones is what it was, they are taken for the
        same, until `forget` is called.
        """
        if news.reports is None or (self._open is not None and news.reports == self._count):
            return []
        here = [r for r in await self._all(self._api.reports, self._report) if r.place.community]
        now = self._clock.now()
        fresh = [r for r in here if r.at >= since and self._seen.first(r.id, now)]
        before, self._open, self._count = self._open, {r.id: r for r in here}, news.reports
        return [*fresh, *await self._closed(before, self._open, start)]

    def look_again(self) -> None:
        """The next poll reads the open ones whatever their number: one may have come while another went."""
        self._count = None

    def forget(self) -> None:
        """What was read last was not stored."""
        self._open = self._count = None

    async def _closed(
        self, before: dict[str, Reported] | None, after: dict[str, Reported], start: datetime
    ) -> list[Resolved]:
        gone = [] if before is None else [report for key, report in before.items() if key not in after]
        if before is not None and not gone:
            return []
        closed = await self._all(
            lambda after: self._api.reports(after, resolved=True), self._resolved, CLOSED_PAGES
        )
        told = {done.id: done for done, _ in closed if done.place.community and done.at >= start}
        ours = {done.id for done, resolver in closed if resolver == self._home.person}
        for report in gone:
            # Purged with what it was about, or beyond the pages that were searched.
            unknown = Resolved(report.message.ref, report.place, None, report.id, self._clock.now())
            told.setdefault(report.id, unknown)
        now = self._clock.now()
        return [
            done
            for done in told.values()
            if done.id not in ours and self._seen.first(f"resolved {done.id}", now)
        ]

    async def _all(self, fetch: Fetch, read: Callable[[Row], T], most: int = PAGES) -> list[T]:
        found: list[T] = []
        async for page in pages(fetch, most):
            items, skipped = fields.harvest(page.rows, read)
            self.skipped += skipped
            found += items
        return found

    def _report(self, row: Row) -> Reported:
        return shapes.report(row, self._home)

    def _resolved(self, row: Row) -> tuple[Resolved, int | None]:
        return shapes.resolved(row, self._home, self._clock.now())
