"""One poll of a Lemmy account: the communities' posts, comments and moderation log, the inbox, and the reports."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.model import Edited, Occurrence, Place, Removed, Reported
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.errors import NO_MODERATOR
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.seen import Cursor, Seen
from bot.platforms.lemmy.shapes import Home, Item
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.v3 import PAGE_SIZE, PAGES, V3
from bot.platforms.protocol import Batch, PlatformError, Refused

log = logging.getLogger(__name__)

#: How far before the newest thing known each poll looks, and each sweep; how often there is a sweep.
LOOK_BACK = timedelta(hours=2)
SWEEP_BACK = timedelta(hours=24)
SWEEP_EVERY = timedelta(minutes=5)

#: A sweep reads at most so many pages of a list; the first poll reads as many as the server gives.
SWEEP_PAGES = 20

#: The next poll comes after this, in a busy community and in a quiet one; each quiet poll waits this much longer.
BUSY = timedelta(seconds=5)
QUIET = timedelta(seconds=60)
GROWTH = 1.5

Fetch = Callable[[int], Awaitable[dict[str, Any]]]
Read = Callable[[shapes.Row], Item]


class Reader:
    """Remembers what was read; `skipped` counts rows that made no sense."""

    def __init__(
        self,
        api: V3,
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
        self._resumed: Cursor | None = None
        self._swept: datetime | None = None
        self._again = BUSY
        self._unread: list[Callable[[], Awaitable[object]]] = []
        self.skipped = 0

    async def poll(self, cursor: str | None) -> Batch:
        """Everything that happened since `cursor`, oldest first. Raises PlatformError; then nothing counts as read."""
        known = await self._begin(cursor)
        try:
            return await self._read(known=known)
        except BaseException:
            self._seen.forget()
            self._unread.clear()
            raise

    async def _begin(self, cursor: str | None) -> bool:
        """Compares the cursor with the one we gave out last: were those occurrences stored? False for none of ours."""
        if cursor is not None and cursor == str(self._cursor):
            self._seen.settle()
            await self._mark_read()
            return True
        # A new process, or one whose last batch was not stored: read from the cursor on (again).
        stored = Cursor.parse(cursor) if cursor is not None else None
        if cursor is not None and stored is None:
            log.warning(
                "%s: the stored cursor %.80r is none of ours: reading from now on", self._home.account, cursor
            )
        self._cursor = stored or Cursor(since=self._cursor.since)
        self._resumed = self._resumed or stored
        self._swept = None
        self._seen.forget()
        self._unread.clear()
        return stored is not None

    async def _read(self, *, known: bool) -> Batch:
        now = self._clock.now()
        sweep = self._swept is None or now - self._swept >= SWEEP_EVERY
        after = self._cursor
        # First, because it needs a living token: with a dead one, Lemmy answers every other read as if to a stranger.
        unread = await self._api.unread_count()
        found: list[Occurrence] = []
        for community, place in self._home.places.items():
            items, removed = await self._community(community, place, sweep=sweep)
            found += [event for item in items for event in self._happened(item, now)]
            found += removed
            after = after.moved(place.alias, shapes.newest(items, now))
        inbox = await self._inbox(unread, sweep=sweep)
        found += [event for item in inbox for event in self._happened(item, now)]
        private = [item for item in inbox if item.message.place == self._home.private]
        after = after.moved(self._home.private.alias, shapes.newest(private, now))
        found += await self._reports(sweep=sweep)
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

    # What is read

    async def _community(self, ident: int, place: Place, *, sweep: bool) -> tuple[list[Item], list[Removed]]:
        start = self._start(place.alias, sweep=sweep)
        posts = await self._recent(
            lambda page: self._api.posts(ident, page), "posts", self._post, start, sweep=sweep
        )
        comments = await self._recent(
            lambda page: self._api.comments(ident, page), "comments", self._comment, start, sweep=sweep
        )
        return posts + comments, await self._removals(ident, start)

    async def _recent(
        self, fetch: Fetch, key: str, read: Read, start: datetime, *, sweep: bool
    ) -> list[Item]:
        """What a list, newest first, holds since `start`.

        Pinned things stand above all others, so they do not tell where the window ends. Between sweeps, a page of which
        everything is known ends it, too.
        """
        found: list[Item] = []
        pages = SWEEP_PAGES if sweep and self._swept is not None else PAGES
        for page in range(1, pages + 1):
            rows = fields.rows(await fetch(page), key)
            items = self._harvest(rows, read)
            found += [item for item in items if item.message.sent_at >= start]
            loose = [item for item in items if not item.pinned]
            over = loose and all(item.message.sent_at < start for item in loose)
            known = loose and all(self._seen.get(item.message.ref.id) for item in loose)
            if len(rows) < PAGE_SIZE or over or (known and not sweep):
                break
        return list({item.message.ref: item for item in reversed(found)}.values())

    async def _removals(self, community: int, start: datetime) -> list[Removed]:
        """What moderators removed, from the moderation log: listings do not show removed posts at all."""
        found: list[Removed] = []
        for page in range(1, SWEEP_PAGES + 1):
            answer = await self._api.modlog(community, page)
            lists = [fields.rows(answer, key) for key in ("removed_posts", "removed_comments")]
            lines, skipped = fields.harvest(
                [row for rows in lists for row in rows], lambda row: shapes.removal(row, self._home)
            )
            self.skipped += skipped
            recent = [line for line in lines if line and line[0].at >= start]
            found += [removed for removed, moderator in recent if moderator != self._home.person]
            if not recent or all(len(rows) < PAGE_SIZE for rows in lists):
                break
        now = self._clock.now()
        return [r for r in found if self._seen.first(f"{r.ref.id}@{r.at.isoformat()}", now)]

    async def _inbox(self, unread: dict[str, Any], *, sweep: bool) -> list[Item]:
        """Private messages since the window began, and unread replies and mentions in our communities, however late."""
        found: list[Item] = []
        if sweep or fields.number(unread, "private_messages"):
            start = self._start(self._home.private.alias, sweep=sweep)
            messages = await self._recent(
                self._api.private_messages,
                "private_messages",
                self._private,
                start,
                sweep=sweep,
            )
            found += messages
            self._unread += [
                partial(self._api.read_private_message, Target.of(item.message.ref).number)
                for item in messages
                if fields.number(unread, "private_messages") and item.person != self._home.person
            ]
        for count, fetch, key, kind, read in (
            ("replies", self._api.replies, "replies", "comment_reply", self._api.read_reply),
            ("mentions", self._api.mentions, "mentions", "person_mention", self._api.read_mention),
        ):
            if fields.number(unread, count):
                rows = fields.rows(await fetch(1), key)
                items = self._harvest(rows, self._comment)
                found += [item for item in items if item.message.place.community]
                notices, _ = fields.harvest(rows, partial(_notice, kind))
                self._unread += [partial(read, ident) for ident in notices]
        return found

    async def _reports(self, *, sweep: bool) -> list[Reported]:
        """Unresolved reports about our communities; none where the account moderates nothing."""
        try:
            found = await self._open_reports(sweep=sweep)
        except Refused as refusal:
            if refusal.code not in NO_MODERATOR:
                raise
            return []
        now = self._clock.now()
        return [
            report
            for report in found
            if report.place.community and report.at >= self._cursor.since and self._seen.first(report.id, now)
        ]

    async def _open_reports(self, *, sweep: bool) -> list[Reported]:
        count = await self._api.report_count()
        found: list[Reported] = []
        for kind, fetch in (("post", self._api.post_reports), ("comment", self._api.comment_reports)):
            if not (sweep or fields.number(count, f"{kind}_reports")):
                continue
            for page in range(1, PAGES + 1):
                rows = fields.rows(await fetch(page), f"{kind}_reports")
                reports, skipped = fields.harvest(rows, lambda row: shapes.report(row, self._home))
                self.skipped += skipped
                found += reports
                if len(rows) < PAGE_SIZE:
                    break
        return found

    # What it means

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

    def _harvest(self, rows: list[Any], read: Read) -> list[Item]:
        items, skipped = fields.harvest(rows, read)
        self.skipped += skipped
        for item in items:
            self._people.met(item.message.author.id, item.person)
        return items

    def _post(self, row: shapes.Row) -> Item:
        return shapes.post(row, self._home)

    def _comment(self, row: shapes.Row) -> Item:
        return shapes.comment(row, self._home)

    def _private(self, row: shapes.Row) -> Item:
        return shapes.private(row, self._home)

    async def _mark_read(self) -> None:
        """Empties the account's inbox of what was handled. A courtesy: nothing depends on it."""
        done, self._unread = self._unread, []
        for read in done:
            try:
                await read()
            except PlatformError as error:
                log.info("%s: a notice could not be marked as read: %s", self._home.account, error)
                return


def _notice(kind: str, row: shapes.Row) -> int:
    """The id of a reply's or mention's notice."""
    return fields.ident(fields.part(row, kind))
