"""The account's inbox: private messages, answers to the bot, and mentions of it."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api, News, Notice, pages
from bot.platforms.lemmy.listing import Listing
from bot.platforms.lemmy.shapes import Home, Item, Row
from bot.platforms.protocol import PlatformError

log = logging.getLogger(__name__)

#: Pages of unread notices that are read in one poll; the next one goes on with what is unread then.
NOTICE_PAGES = 20


#: Each costs a call, so a flood of mentions is cleared away over several polls.
MARKED_AT_ONCE = 20


class Inbox:
    """Remembers which notices are to be marked as read once what they told of is stored."""

    def __init__(self, api: Api, home: Home, listing: Listing) -> None:
        self._api = api
        self._home = home
        self._listing = listing
        self._unread: dict[Notice, None] = {}

    async def read(self, news: News, start: datetime, *, sweep: bool) -> list[Item]:
        """Private messages since `start`, and unread answers and mentions in our communities, however late."""
        found: list[Item] = []
        if news.private or sweep:
            span = await self._listing.since(self._api.private_messages, self._private, start, sweep=sweep)
            found += span.items
        if news.notices:
            async for page in pages(self._api.notices, NOTICE_PAGES):
                self._note(page.rows)
                rows = [row for row in page.rows if self._speaks(row)]
                items = self._listing.harvest(rows, self._said)
                found += [item for item in items if item.message.place.community]
        return found

    async def mark_read(self) -> None:
        """Empties the account's inbox of what was handled, some at a time. A courtesy: nothing depends on it."""
        for notice in list(self._unread)[:MARKED_AT_ONCE]:
            del self._unread[notice]
            try:
                await self._api.mark_read(notice)
            except PlatformError as error:
                log.info("%s: a notice could not be marked as read: %s", self._home.account, error)
                return

    def forget(self) -> None:
        """What was read last was not stored."""
        self._unread.clear()

    def _private(self, row: Row) -> Item:
        item = shapes.private(row, self._home)
        self._note([row])
        return item

    def _said(self, row: Row) -> Item:
        return (shapes.post if fields.text(row, "type_") == "post" else shapes.comment)(row, self._home)

    def _speaks(self, row: object) -> bool:
        """Whether a notice is about something said; on 1.0, moderators' acts stand in the same list."""
        kind = fields.text(row, "type_") if isinstance(row, dict) else ""
        if kind == "mod_action" and isinstance(row, dict):
            entry = fields.maybe(row, "modlog")
            log.warning(
                "%s: a moderator acted on the bot's account or what it said: %s (%s)",
                self._home.account,
                fields.text(entry, "kind") or "unknown",
                fields.text(entry, "reason")[:200] or "no reason given",
                extra={"code": "lemmy.moderated"},
            )
        return kind not in {"mod_action", "private_message"}

    def _note(self, rows: list[Row]) -> None:
        found, _ = fields.harvest(rows, lambda row: self._api.notice(row, self._home.person))
        self._unread |= dict.fromkeys(notice for notice in found if notice)
