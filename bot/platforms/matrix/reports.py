"""What members report to their homeserver, where this account may read it: only administrators of a Synapse may.

(Source: Synapse's admin API, "Show reported events". Matrix itself has no call for reading reports, and none for
closing them.) Reports are looked at beside the stream; the ledger drops those that it knows.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.model import PlaceKind, Reported
from bot.platforms.matrix import raw, shapes
from bot.platforms.matrix.client import Client, Query
from bot.platforms.matrix.cursor import Cursor
from bot.platforms.matrix.events import Event, is_event, is_user
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.shapes import Eyes
from bot.platforms.protocol import Batch, PlatformError, Refused, SignedOut

log = logging.getLogger(__name__)

PATH = "/_synapse/admin/v1/event_reports"

#: How often the server is asked.
EVERY = timedelta(minutes=1)

#: So many reports are read at once, the newest first, and so many pages of them at most.
PAGE, PAGES = 100, 5

_LONGEST_REASON = 1_000


class Reports:
    """Reads for one account."""

    def __init__(self, client: Client, rooms: Rooms, eyes: Eyes, recent: Recent, clock: Clock) -> None:
        self._client = client
        self._rooms = rooms
        self._eyes = eyes
        self._recent = recent
        self._clock = clock
        self._allowed = True  # until the server says otherwise
        self._asked: datetime | None = None
        self._since: datetime | None = None  # what was reported before is history
        self._newest = 0  # the number of the last report that was told

    async def added(self, batch: Batch, cursor: str | None) -> Batch:
        """`batch` with what was reported since the last look; at first, since `cursor` was read.

        That reports cannot be had is no reason not to read on. Raises SignedOut.
        """
        now = self._clock.now()
        if not self._allowed or (self._asked is not None and now < self._asked + EVERY):
            return batch
        self._asked = now
        self._since = self._since or _read_at(cursor) or now
        try:
            rows = await self._rows(self._since)
            told = [one for row in rows if (one := await self._reported(row)) is not None]
        except SignedOut:
            raise
        except Refused as refusal:
            self._allowed = False
            log.debug("%s: the server's reports are not for us: %s", self._client.account, refusal)
            return batch
        except PlatformError as error:
            log.info("%s: the server's reports cannot be read now: %s", self._client.account, error)
            return batch
        self._newest = max([self._newest, *(_number(row) for row in rows)])
        return replace(batch, occurrences=(*batch.occurrences, *told))

    async def _rows(self, since: datetime) -> list[dict[str, Any]]:
        """The reports that were not told yet, oldest first."""
        found: list[dict[str, Any]] = []
        for page in range(PAGES):
            query: Query = {"dir": "b", "from": page * PAGE, "limit": PAGE}
            answer = await self._client.call("GET", PATH, query=query)
            rows = [
                row
                for row in raw.objects(answer.get("event_reports"))
                if _number(row) > self._newest and (_moment(row.get("received_ts")) or since) > since
            ]
            found += rows
            if len(rows) < PAGE:
                break
        return sorted(found, key=_number)

    async def _reported(self, row: dict[str, Any]) -> Reported | None:
        """The report as an occurrence; None where it is not for us: of another room, our own, about no message."""
        place = self._rooms.configured(raw.text(row.get("room_id")))
        room = self._rooms.get(raw.text(row.get("room_id")))
        event, reporter, at = row.get("event_id"), row.get("user_id"), _moment(row.get("received_ts"))
        if place is None or room is None or place.kind is not PlaceKind.ROOM or at is None:
            return None
        if not is_event(event) or not is_user(reporter) or reporter == self._client.user:
            return None
        found = Event.of(await self._recent.fetch(room.id, str(event)))
        message = shapes.message(found, room, self._eyes) if found else None
        if message is None:
            return None
        reason = raw.text(row.get("reason"))[:_LONGEST_REASON]
        who = self._eyes.author(str(reporter), room)
        return Reported(message, who, reason, f"synapse/{_number(row)}", at)


def _read_at(cursor: str | None) -> datetime | None:
    """When the stream was read up to `cursor`; None where that is not known."""
    here = Cursor.parse(cursor) if cursor is not None else None
    return _moment(here.at) if here and here.at else None


def _number(row: dict[str, Any]) -> int:
    return raw.integer(row.get("id")) or 0


def _moment(value: object) -> datetime | None:
    milliseconds = raw.integer(value)
    if milliseconds is None or not 0 <= milliseconds < 253402300800000:  # the year 10000
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
