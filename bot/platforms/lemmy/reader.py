"""One poll of a Lemmy account: the communities' posts, comments and moderation log, the inbox, and the reports."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.model import Edited, Occurrence, Place, Removed, Resolved
from bot.platforms.lemmy import shapes
from bot.platforms.lemmy.api import PAGE_SIZE, PAGES, Api
from bot.platforms.lemmy.chronicle import Chronicle
from bot.platforms.lemmy.desk import Desk
from bot.platforms.lemmy.errors import MISSING
from bot.platforms.lemmy.inbox import Inbox
from bot.platforms.lemmy.listing import SWEEP_PAGES, Listing
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.seen import Cursor, Seen
from bot.platforms.lemmy.shapes import Home, Item, Row
from bot.platforms.lemmy.vanished import Vanished
from bot.platforms.protocol import Batch, Refused

log = logging.getLogger(__name__)

#: How far before the newest thing known each poll looks, and each sweep; how often there is a sweep.
LOOK_BACK = timedelta(hours=2)
SWEEP_BACK = timedelta(hours=24)
SWEEP_EVERY = timedelta(minutes=5)

#: Version 4 cuts a page of comments between two of the very same time and gives the second one nowhere. Pages of another
#: size are cut elsewhere.
SWEEP_SIZE = PAGE_SIZE - 7

#: How often a community's list of moderators is read again, and its moderation log at most.
STAFF_EVERY = timedelta(hours=1)
LOG_EVERY = timedelta(seconds=15)

#: The next poll comes after this, in a busy community and in a quiet one; each quiet poll waits this much longer.
BUSY = timedelta(seconds=5)
QUIET = timedelta(seconds=60)
GROWTH = 1.5

#: Polling uses at most this share of what the server allows.
SHARE = 0.4


class Reader:
    """Remembers what was read."""

    def __init__(
        self,
        api: Api,
        home: Home,
        people: People,
        clock: Clock,
        *,
        look_back: timedelta,
        sweep_back: timedelta,
    ) -> None:
        self._api = api
        self._home = home
        self._people = people
        self._clock = clock
        self._look_back = look_back
        self._sweep_back = max(sweep_back, look_back)
        self._cursor = Cursor(since=clock.now())
        self._seen = Seen()
        self._listing = Listing(people, self._seen)
        self._inbox = Inbox(api, home, self._listing)
        self._vanished = Vanished(api, home, self._seen, clock)
        self._desk = Desk(api, home, self._seen, clock)
        self._chronicle = Chronicle(api, home, self._seen, clock)
        self._resumed: Cursor | None = None
        self._swept: datetime | None = None
        self._logged: datetime | None = None
        self._mustered = clock.now()
        self._missed: set[str] = set()
        self._again = BUSY

    @property
    def skipped(self) -> int:
        """How many rows made no sense."""
        return self._listing.skipped + self._desk.skipped + self._chronicle.skipped

    async def poll(self, cursor: str | None) -> Batch:
        """Everything that happened since `cursor`, oldest first. Raises PlatformError; then nothing counts as read."""
        calls = self._api.client.calls
        known = await self._begin(cursor)
        try:
            batch = await self._read(known=known)
        except BaseException:
            self._forget()
            raise
        cost = self._api.client.pace.lasting(self._api.client.calls - calls, SHARE)
        return replace(batch, again=max(batch.again, cost))

    async def _begin(self, cursor: str | None) -> bool:
        """Compares the cursor with the one we gave out last: were those occurrences taken? False for none of ours."""
        if cursor is not None and cursor == str(self._cursor):
            self._seen.settle()
            await self._inbox.mark_read()
            return True
        # A new process, or one that could not store what it took: read from the cursor on (again). Marks of what was
        # taken since may be of things that the ledger does not hold.
        stored = Cursor.parse(cursor) if cursor is not None else None
        if cursor is not None and stored is None:
            log.warning(
                "%s: the stored cursor %.80r is none of ours: reading from now on", self._home.account, cursor
            )
        self._cursor = stored or Cursor(since=self._cursor.since)
        self._resumed = stored or self._resumed
        self._swept = self._logged = None
        self._seen.clear()
        self._forget()
        return stored is not None

    def _forget(self) -> None:
        """What was read last was not handed on: it will be new again."""
        self._seen.forget()
        self._inbox.forget()
        self._desk.forget()

    async def _read(self, *, known: bool) -> Batch:
        now = self._clock.now()
        sweep = self._swept is None or now - self._swept >= SWEEP_EVERY
        after = self._cursor
        # First, because it needs a living token: with a dead one, Lemmy answers every other read as if to a stranger.
        news = await self._api.news()
        await self._muster(now)
        found: list[Occurrence] = []
        for community, place in self._home.places.items():
            try:
                items, purged = await self._community(community, place, sweep=sweep)
            except Refused as refusal:
                if refusal.code not in MISSING:
                    raise
                self._lost(place)
                continue
            found += purged
            found += [event for item in items for event in self._happened(item, now)]
            after = after.moved(place.alias, shapes.newest(items, now))
        if sweep:
            self._desk.look_again()
        since = self._cursor.since
        reports = await self._desk.read(news, since, max(since, now - self._sweep_back))
        closed = any(isinstance(report, Resolved) for report in reports)
        if sweep or closed or self._logged is None or now - self._logged >= LOG_EVERY:
            for community, place in self._home.places.items():
                found += await self._chronicle.read(community, self._start(place.alias, sweep=sweep))
            self._logged = now
        # A removal closes the reports as well, and tells more: who did it, and why.
        removed = {event.ref for event in found if isinstance(event, Removed)}
        found += [r for r in reports if not (isinstance(r, Resolved) and r.ref in removed)]
        start = self._start(self._home.private.alias, sweep=sweep)
        inbox = await self._inbox.read(news, start, sweep=sweep)
        found += [event for item in inbox for event in self._happened(item, now)]
        private = [item for item in inbox if item.message.place == self._home.private]
        after = after.moved(self._home.private.alias, shapes.newest(private, now))
        if sweep:
            self._seen.prune(now - 2 * self._sweep_back)
            self._swept = now
        return self._batch(found, after, known=known)

    def _batch(self, found: list[Occurrence], after: Cursor, *, known: bool) -> Batch:
        # Who has no cursor of ours yet gets one even when nothing happened: it pins down what is history.
        self._again = BUSY if found else min(self._again * GROWTH, QUIET)
        if not found and after == self._cursor and known:
            self._seen.settle()
            return Batch((), None, self._again)
        self._cursor = replace(after, count=after.count + 1)
        return Batch(tuple(sorted(found, key=lambda event: event.at)), str(self._cursor), self._again)

    async def _community(self, ident: int, place: Place, *, sweep: bool) -> tuple[list[Item], list[Removed]]:
        start = self._start(place.alias, sweep=sweep)
        again = sweep and self._swept is not None
        size = SWEEP_SIZE if again else PAGE_SIZE
        most = SWEEP_PAGES if again else PAGES
        posts, comments = (partial(f, ident, size=size) for f in (self._api.posts, self._api.comments))
        since = partial(self._listing.since, start=start, sweep=sweep, most=most)
        listed = await since(posts, self._post)
        vanished, purged = await self._vanished.look(place, listed.items, listed.floor)
        said = await since(comments, self._comment)
        return [*listed.items, *vanished, *said.items], purged

    def _post(self, row: Row) -> Item:
        return shapes.post(row, self._home)

    def _comment(self, row: Row) -> Item:
        return shapes.comment(row, self._home)

    async def _muster(self, now: datetime) -> None:
        """Once an hour, who moderates; and whether the communities are still there."""
        if now - self._mustered < STAFF_EVERY:
            return
        self._mustered = now
        for number, place in self._home.places.items():
            try:
                self._people.appoint(number, await self._api.community(place.native))
            except Refused as refusal:
                if refusal.code not in MISSING:
                    raise
                self._missed.discard(place.alias)
                self._lost(place)

    def _lost(self, place: Place) -> None:
        """A community that is not there any more keeps nobody from reading the others."""
        if place.alias not in self._missed:
            self._missed.add(place.alias)
            log.error(
                "place %s: the community %s is gone from %s; take the place out of the configuration, or ask the"
                " server's administrators",
                place.alias,
                place.native,
                self._api.client.url,
                extra={"code": "lemmy.community_gone"},
            )

    def _happened(self, item: Item, now: datetime) -> Iterable[Occurrence]:
        """What an item means beside what was known of it. Removals by moderators come from the moderation log."""
        message = item.message
        if message.sent_at < self._cursor.since:
            return
        before = self._seen.note(item)
        if item.person == self._home.person:
            return
        if before is None:
            if message.gone:
                return
            yield message
            if message.edited_at and self._known_before(item):
                yield Edited(message, message.edited_at)
        elif item.deleted and not before.gone:
            yield Removed(message.ref, message.place, None, "", now)
        elif not message.gone and before.content != hash(item.content):
            yield Edited(message, message.edited_at or now)
        elif not message.gone and before.deleted:
            # As if it were edited: it may say what was dealt with while it was not there.
            yield Edited(message, now)

    def _known_before(self, item: Item) -> bool:
        """Whether a former process has probably handed it on: then an edit since would otherwise go unseen."""
        newest = self._resumed.newest.get(item.message.place.alias) if self._resumed else None
        return newest is not None and item.message.sent_at <= newest

    def _start(self, alias: str, *, sweep: bool) -> datetime:
        """Where the window of a place begins.

        The first poll of a process looks as far back as its cursor demands, but no further: its ledger knows the rest. Later
        ones never look back further than a sweep, for older marks are not kept.
        """
        if self._swept is None:
            return self._cursor.start(alias, self._look_back)
        start = self._cursor.start(alias, self._sweep_back if sweep else self._look_back)
        return max(start, self._clock.now() - self._sweep_back)
