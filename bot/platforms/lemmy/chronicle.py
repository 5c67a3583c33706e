"""What moderators did, from the moderation log: listings do not show removed posts at all, nor who was banned."""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.model import Removed, Restored, Sanctioned
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import Api, pages
from bot.platforms.lemmy.modlog import Line, line
from bot.platforms.lemmy.seen import Seen
from bot.platforms.lemmy.shapes import Home


class Chronicle:
    """Reads the log of each community; what the account itself did is no news."""

    def __init__(self, api: Api, home: Home, seen: Seen, clock: Clock) -> None:
        self._api = api
        self._home = home
        self._seen = seen
        self._clock = clock
        self.skipped = 0

    async def read(self, community: int, start: datetime) -> list[Removed | Restored | Sanctioned]:
        """Lines since `start` that were not seen, oldest first."""
        found: list[Line] = []
        async for page in pages(lambda after: self._api.modlog(community, after)):
            lines, skipped = fields.harvest(page.rows, lambda row: line(row, self._home))
            self.skipped += skipped
            recent = [entry for entry in lines if entry.at >= start]
            found += recent
            # The log grows at its top only: below what is known, everything is.
            if all(self._seen.get(entry.id) for entry in recent):
                break
        now = self._clock.now()
        new = [entry for entry in reversed(found) if self._seen.first(entry.id, now)]
        meanings = [entry.meaning for entry in new if entry.moderator != self._home.person]
        return [meaning for meaning in meanings if meaning is not None]
