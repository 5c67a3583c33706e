"""One poll of a Matrix account: what the server tells, in order and without gaps, as occurrences.

Everything is read as raw JSON and piece by piece: what makes no sense is passed over and hides nothing else. Power is as
it is now, not as it was when something was said, so that somebody who lost it has none. Reading is at least once; the
ledger knows what was handled.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.platforms.matrix import raw
from bot.platforms.matrix.answer import Answer, Before, Part, entered, entry, own, said_after, shut_out
from bot.platforms.matrix.cipher import Cipher
from bot.platforms.matrix.cursor import Cursor, Gap
from bot.platforms.matrix.doors import Doors, removed
from bot.platforms.matrix.receipts import Receipts
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.rooms import TOMBSTONE, Room, Rooms
from bot.platforms.matrix.scribe import Round, Scribe
from bot.platforms.matrix.shapes import Eyes
from bot.platforms.matrix.stream import Stream
from bot.platforms.protocol import Batch, PlatformError, Refused, SignedOut, Unreachable

log = logging.getLogger(__name__)

#: What the server answers when it does not know (any more) the place in the stream that we come from.
_LOST = frozenset({"M_UNKNOWN", "M_INVALID_PARAM", "M_UNKNOWN_POS", "M_NOT_FOUND"})

#: A server that answers at once with nothing is asked ever less often.
_IDLE = timedelta(seconds=1)
_LONGEST_IDLE = timedelta(seconds=30)


class Reader:
    """Reads for one account."""

    def __init__(
        self,
        stream: Stream,
        rooms: Rooms,
        eyes: Eyes,
        doors: Doors,
        recent: Recent,
        receipts: Receipts,
        cipher: Cipher,
        clock: Clock,
    ) -> None:
        self._stream = stream
        self._rooms = rooms
        self._eyes = eyes
        self._doors = doors
        self._scribe = Scribe(rooms, eyes, recent, clock)
        self._receipts = receipts
        self._cipher = cipher
        self._clock = clock
        self._warm = asyncio.Event()  # every room's state is known
        self._given = ""  # the cursor that we gave out last
        self._under_way: set[int] = set()  # batches that are not stored yet
        self._count = 0
        self._idle = timedelta()

    async def poll(self, cursor: str | None, wait: timedelta) -> Batch:
        """What happened since `cursor`, waiting at most `wait`. Raises PlatformError; then nothing counts as read."""
        await self._between(cursor)
        here = Cursor.parse(cursor) if cursor is not None else None
        if here is None:
            if cursor is not None:
                account = self._eyes.account
                log.warning(
                    "%s: the stored cursor %.80r is none of ours: reading from now on", account, cursor
                )
            return self._batch(await self._begin(None), cursor)
        if here.gaps or self._doors.due(here.invites) or not self._warm.is_set():
            wait = timedelta()
        started = asyncio.get_running_loop().time()
        try:
            source = await self._stream.sync(here.since, wait, full=not self._warm.is_set())
        except Refused as refusal:
            if refusal.code not in _LOST:
                raise
            log.warning("%s: the server lost our place in the stream: %s", self._eyes.account, refusal)
            return self._batch(await self._begin(here), cursor)
        answer = Answer.of(source)
        await self._cipher.feed(source)
        doing = await self._take(answer, here)
        quick = asyncio.get_running_loop().time() - started < wait.total_seconds() / 2
        self._idle = min(max(self._idle * 2, _IDLE), _LONGEST_IDLE) if quick and answer.quiet else timedelta()
        return replace(self._batch(doing, cursor), again=self._idle)

    async def warm(self) -> None:
        """Waits until the rooms are known: after a start, the first answer to a poll tells them. Raises Unreachable."""
        try:
            await asyncio.wait_for(self._warm.wait(), 30)  # seconds; then it is tried later
        except TimeoutError:
            raise Unreachable(f"{self._eyes.account}: the server has not told its rooms yet") from None

    async def close(self) -> None:
        await self._receipts.close()

    # From the server's answer to occurrences

    async def _begin(self, lost: Cursor | None) -> Round:
        """How things stand, without their history; after `lost`, also what was said since as far as it can be told."""
        source = await self._stream.sync("", timedelta())
        answer = Answer.of(source)
        await self._cipher.feed(source)
        doing = Round(Cursor(answer.next_batch, self._now()))
        for ident, part in answer.joined.items():
            room = self._rooms.joined(ident)
            before = self._scribe.learn(room, part)
            if lost is not None:
                await self._scribe.read(room, said_after(part.events, lost.at), doing, before)
        if lost is not None:
            at = datetime.fromtimestamp(lost.at / 1000, UTC)
            text = (
                "The homeserver no longer knew where I had stopped reading; perhaps it was restored from a backup."
                f" I may have missed messages since {at:%Y-%m-%d %H:%M} UTC."
            )
            doing.happened.append(self._doors.told(None, text, f"lost:{lost.since}"))
        await self._invitations(answer, doing)
        self._warm.set()
        return doing

    async def _take(self, answer: Answer, here: Cursor) -> Round:
        """What an answer to `/sync` tells, and one more page of each gap."""
        at = here.at if answer.next_batch == here.since else self._now()
        doing = Round(replace(here, since=answer.next_batch, at=at))
        learned = {
            ident: self._scribe.learn(self._rooms.joined(ident), part)
            for ident, part in answer.joined.items()
        }
        self._warm.set()
        for ident, event in self._cipher.late():
            if (known := self._rooms.get(ident)) is not None:
                await self._scribe.read(known, [event], doing, {})
        waiting = dict(answer.joined)
        while waiting:
            # Rooms that were replaced come first: what is said in their successors belongs to the same place.
            ident = next(filter(self._replaced, waiting), None) or next(iter(waiting))
            room = self._rooms.joined(ident)
            await self._joined(room, waiting.pop(ident), here, doing, learned[ident])
            await self._follow(room, doing)
        for ident, part in answer.left.items():
            await self._left(ident, part, doing)
        await self._invitations(answer, doing)
        for ident, gap in list(doing.here.gaps.items()):
            if ident in here.gaps:  # a new one waits for the next poll, so that no poll grows without bound
                await self._catch_up(ident, gap, doing)
        return doing

    async def _joined(self, room: Room, part: Part, here: Cursor, doing: Round, before: Before) -> None:
        """What was said in a room; where something was left out, all of it is to be read from where we were."""
        events = part.events
        arrival = entered(events, self._eyes.user, before)
        if arrival is not None:
            events = events[arrival + 1 :]
            doing.here = doing.here.gap(room.id, None)
        elif room.id in doing.here.gaps:
            return  # it comes with the rest of the gap
        elif part.limited and not room.lists:
            doing.here = doing.here.gap(room.id, Gap(here.since, entry(part, self._eyes.user, here.at)))
            return
        await self._scribe.read(room, events, doing, before)

    async def _left(self, ident: str, part: Part, doing: Round) -> None:
        """The last that was said in a room before we left it, and who made us."""
        place = self._rooms.configured(ident)
        if self._rooms.get(ident) is None and place is None:
            return  # an invitation that was taken back
        room = self._rooms.joined(ident)
        await self._scribe.read(room, part.events, doing, self._scribe.learn(room, part))
        doing.here = doing.here.gap(ident, None)
        self._rooms.left(ident)
        mine = [event for event in own(part.state + part.events, self._eyes.user) if shut_out(event)]
        if mine and place is not None and mine[-1].get("sender") != self._eyes.user:
            text = removed(mine[-1], place)
            log.warning("place %s: %s", place.alias, text)
            doing.happened.append(
                self._doors.told(place, text, f"removed:{raw.text(mine[-1].get('event_id'))}")
            )

    async def _catch_up(self, ident: str, gap: Gap, doing: Round) -> None:
        """Reads one page of what the server left out."""
        room = self._rooms.get(ident)
        doing.here = doing.here.gap(ident, None)
        if room is None:
            return
        try:
            page = await self._stream.page(ident, gap.token)
        except Refused as refusal:
            log.warning("room %s: what the server left out cannot be read: %s", room.label, refusal)
            text = f"I may have missed messages in {room.place.alias}: the server does not give them ({refusal})."
            doing.happened.append(self._doors.told(room.place, text, f"gap:{ident}:{gap.token}"))
            return
        for event in page.members:
            room.acquaint(event)
        events, after = page.events, gap.after
        arrival = entered(events, self._eyes.user, {})
        if arrival is not None:
            events, after = events[arrival + 1 :], ""
        elif after:
            events = []
        if page.end:
            doing.here = doing.here.gap(ident, Gap(page.end, after))
        await self._scribe.read(room, events, doing, {})

    # Rooms that come and go

    async def _follow(self, room: Room, doing: Round) -> None:
        if self._replaced(room.id):
            doing.happened += await self._doors.follow(room)

    def _replaced(self, ident: str) -> bool:
        room = self._rooms.get(ident)
        return bool(room and self._rooms.configured(ident) and room.state(TOMBSTONE))

    async def _invitations(self, answer: Answer, doing: Round) -> None:
        invites = dict(doing.here.invites)
        for ident, stripped in answer.invited.items():
            invitation = self._doors.invited(ident, stripped)
            if invitation is not None and await self._doors.welcome(invitation):
                invites[ident] = invitation.inviter
            elif invitation is not None:
                doing.happened += self._doors.stranger(invitation)
        left, told = await self._doors.accept(invites)
        doing.here = replace(doing.here, invites=left)
        doing.happened += told
        for room in self._rooms:  # what could not be followed before
            await self._follow(room, doing)

    # Between two polls

    async def _between(self, cursor: str | None) -> None:
        """What there is to do once everything that was read is stored: receipts and keys."""
        if cursor != self._given:
            self._under_way.clear()  # whoever reads started anew: what was under way is lost to it
        self._receipts.start()
        if self._under_way:
            return
        try:
            await self._cipher.maintain()
        except SignedOut:
            raise
        except PlatformError as error:
            log.warning("%s: keys could not be exchanged: %s", self._eyes.account, error)

    def _batch(self, doing: Round, cursor: str | None) -> Batch:
        text = self._given = str(doing.here)
        self._count = number = self._count + 1
        self._under_way.add(number)

        def stored() -> None:
            self._under_way.discard(number)
            self._receipts.note(doing.newest)

        return Batch(tuple(doing.happened), None if text == cursor else text, timedelta(), stored)

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
