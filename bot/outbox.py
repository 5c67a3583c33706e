"""The only place where anything is done to the world: claim, perform, keep the receipt.

Every attempt is on record before it is made (`sending`), so a crash leaves a trace. At the next start such an action
is *unknown*: what may be repeated freely is repeated; what creates something is looked for first, once the platform
had time to finish (`Adapter.settle`). See the table of states in `bot.decision.MOVES`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.actions import Ban, External, Kick, Post, Reopen, Report, Retry, Unban, Unmute
from bot.clock import Clock
from bot.decision import State
from bot.describe import describe
from bot.ledger import Committed, Job, Ledger, LedgerError
from bot.model import Receipt, Ref
from bot.platforms.protocol import Adapter, Busy, PlatformError, SignedOut, Unclear, Unreachable
from bot.text import Document, Made, document, made_in, resolve

log = logging.getLogger(__name__)

#: After this many attempts that failed for no good reason, a human is asked.
ATTEMPTS = 20
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=5)
_LONGEST_BUSY = timedelta(minutes=15)
#: A platform looks a little further back than an attempt, and what it finds there may be what another action made.
_CLOCKS_DIFFER = timedelta(hours=1)

#: Where a community's moderators read: (account, place), or None.
Rooms = Callable[[str], tuple[str, str] | None]


class Outbox:
    """Delivers what the ledger holds as pending, one action at a time for each account, most urgent first."""

    def __init__(self, ledger: Ledger, adapters: Mapping[str, Adapter], clock: Clock, rooms: Rooms) -> None:
        self._ledger = ledger
        self._adapters = adapters
        self._clock = clock
        self._rooms = rooms
        self._places = {alias: adapter for adapter in adapters.values() for alias in adapter.places}
        self._wake = {account: asyncio.Event() for account in adapters}
        self._free: set[str] = set()
        self._rests: dict[str, datetime] = {}  # accounts that the platform asked to be silent, and until when
        self._handed: dict[str, deque[Job]] = {account: deque() for account in adapters}
        self._signed_out: set[str] = set()

    @property
    def signed_out(self) -> frozenset[str]:
        """Accounts whose token died: nothing is delivered for them until they are signed in again."""
        return frozenset(self._signed_out)

    @property
    def free(self) -> frozenset[str]:
        """Accounts whose worker waits for something to do: what is committed may be claimed for them at once."""
        return frozenset(self._free)

    def take(self, committed: Committed) -> None:
        """Sets the workers going that have something to do; what was claimed for them with the commit comes first."""
        for job in committed.jobs:
            self._handed[job.account].append(job)
        self.wake(committed.accounts)

    def wake(self, accounts: frozenset[str] | None = None) -> None:
        """Tells the workers that something new waits; without `accounts`, all of them."""
        for account, event in self._wake.items():
            if accounts is None or account in accounts:
                self._free.discard(account)
                event.set()

    async def run(self, account: str) -> None:
        """Delivers for `account` until cancelled. A cancelled attempt is left on record as unknown."""
        event = self._wake[account]
        while True:
            event.clear()
            try:
                await self.drain(account)
                due = await self._ledger.next_due(account)
            except LedgerError as error:
                # Nothing is done that cannot be put on record. What was under way is looked up afterwards.
                log.error("%s: %s", account, error, extra={"code": "ledger.lost"})  # noqa: TRY400 - no trace needed
                await self._until_the_ledger_is_back()
                continue
            if due is not None:
                due = max(due, self._rests.get(account, due))
            # At most half a minute, so that a clock that jumps is noticed.
            wait = 30.0 if due is None else min(30.0, max(0.05, (due - self._clock.now()).total_seconds()))
            await self._idle(account, wait)

    async def _idle(self, account: str, wait: float) -> None:
        """Waits until there is something to do for `account`, at most so many seconds."""
        if self._may_act(account) and not self._wake[account].is_set():
            self._free.add(account)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake[account].wait()
        self._free.discard(account)

    async def _until_the_ledger_is_back(self) -> None:
        for handed in self._handed.values():
            handed.clear()  # they are on record as being sent: they count as cut off, like any other
        while True:
            await asyncio.sleep(_FIRST_WAIT.total_seconds())
            try:
                await self._ledger.recover()
            except LedgerError:
                continue
            return

    async def drain(self, account: str) -> int:
        """Performs all that is due for `account` now; how many attempts that took."""
        attempts = await self._deliver_handed(account) + await self._settle_unknown(account)
        while self._may_act(account):
            jobs = await self._ledger.claim(account, self._clock.now(), limit=1)
            if not jobs:
                break
            for job in jobs:
                await self._deliver(job)
                attempts += 1
        if attempts:
            self.wake()  # a sibling for another account may have waited for this
        return attempts

    def _may_act(self, account: str) -> bool:
        """Whether the platform would let the account do anything. What waits for that goes by urgency, not by turn."""
        rests = self._rests.get(account)
        return account not in self._signed_out and (rests is None or self._clock.now() >= rests)

    async def _deliver_handed(self, account: str) -> int:
        """Performs what was claimed for `account` when it was committed; how many attempts that took."""
        attempts = 0
        while handed := self._handed[account]:
            await self._deliver(handed.popleft())
            attempts += 1
        return attempts

    async def _settle_unknown(self, account: str) -> int:
        """Finds out what became of attempts that were cut off; how many could be settled."""
        adapter = self._adapters[account]
        settled = 0
        for job in await self._ledger.unknown(account):
            since = job.attempted_at or self._clock.now()
            # What may be repeated freely need not wait until the platform has surely finished the first attempt.
            if job.action.retry is Retry.KEYED and self._clock.now() < since + adapter.settle:
                continue
            if job.attempts >= ATTEMPTS:
                await self._give_up(job, "nobody knows whether it worked, after many tries")
            elif not await self._look(adapter, job, since):
                continue
            settled += 1
        return settled

    async def _look(self, adapter: Adapter, job: Job, since: datetime) -> bool:
        """Asks the platform whether a cut-off attempt worked, and files the answer; False when it gives none."""
        try:
            taken = await self._ledger.taken(job.account, since - _CLOCKS_DIFFER)
            receipt = await adapter.find(await self._ready(job), job.key, since, taken)
        except _BasisMissing as error:
            await self._give_up(job, str(error))
        except PlatformError as error:
            log.warning(
                "cannot look whether %s worked: %s",
                describe(job.action),
                error,
                extra={"code": "outbox.look"},
            )
            return False
        else:
            if receipt is None:
                # At once after a crash, but not in a loop against a platform that keeps cutting us off.
                pause = _backoff(job.attempts) if job.attempts > 1 else timedelta()
                await self._ledger.again(job.id, self._clock.now() + pause, "the last attempt did not arrive")
            else:
                await self._ledger.sent(job.id, receipt, self._clock.now())
        return True

    async def _deliver(self, job: Job) -> None:
        """One attempt, and what follows from how it went."""
        lift = isinstance(job.action, Unban | Unmute | Reopen) and job.action.not_before is not None
        if lift and await self._ledger.superseded(job.id):
            await self._ledger.dropped(job.id, "a newer decision stands")
            return
        try:
            action = await self._ready(job)
            receipt = await self._adapters[job.account].perform(action, job.key)
        except (PlatformError, _BasisMissing) as error:
            await self._went_wrong(job, error)
        except Exception:
            # A fault of ours: whether the platform did it is unknown, and looking is the safe answer.
            log.exception("performing %s raised", describe(job.action), extra={"code": "outbox.fault"})
            await self._ledger.lost(job.id, "an error on our side")
        else:
            await self._ledger.sent(job.id, receipt, self._clock.now())
            log.info("%s: done: %s", job.account, describe(action), extra={"code": "outbox.sent"})

    async def _went_wrong(self, job: Job, error: Exception) -> None:
        """Files an attempt that failed: to be repeated, to be looked into, or given up."""
        now = self._clock.now()
        match error:
            case Busy(after=after, whole=whole):
                wait = min(after or _backoff(job.attempts), _LONGEST_BUSY)
                if whole:
                    self._rests[job.account] = now + wait
                await self._ledger.again(job.id, now + wait, str(error))
            case Unreachable():
                await self._ledger.again(job.id, now + _backoff(job.attempts), str(error))
            case SignedOut():
                self._signed_out.add(job.account)
                await self._ledger.again(job.id, now, str(error))
                log.error("%s: %s", job.account, error, extra={"code": "account.signed_out"})
            case Unclear():
                await self._ledger.lost(job.id, str(error))
            case _:
                await self._give_up(job, str(error))

    async def _give_up(self, job: Job, reason: str) -> None:
        """Marks the action failed and tells the moderators, unless it was itself only told to them."""
        room = self._rooms(job.community)
        line = _failure(job, reason) if room and job.place != room[1] else None
        await self._ledger.failed(job.id, reason, self._clock.now(), line=line, report_to=room)
        log.warning(
            "%s: gave up: %s: %s", job.account, describe(job.action), reason, extra={"code": "outbox.failed"}
        )
        self.wake()

    async def _ready(self, job: Job) -> External:
        """The action with every `Made` replaced by what it stands for and its documents resolved."""
        made: dict[Made, Receipt] = {}
        for basis in made_in(job.action):
            state, receipt = await self._ledger.result(job.decision_id, basis.made) or (State.DROPPED, None)
            if receipt is None or state not in {State.SENT, State.UNDONE}:
                raise _BasisMissing(f"what it builds on (“{basis.made}”) was not done")
            made[basis] = receipt

        def url(target: Ref | Made) -> str | None:
            if isinstance(target, Made):
                receipt = made[target]
                return receipt.url or (url(receipt.ref) if receipt.ref else None)
            adapter = self._places.get(target.place)
            return adapter.url(target) if adapter else None

        changes: dict[str, Any] = {}
        for field in ("to", "ref"):
            value = getattr(job.action, field, None)
            if isinstance(value, Made):
                changes[field] = made[value].ref
        text = getattr(job.action, "text", None)
        if isinstance(text, Document):
            changes["text"] = resolve(text, case=job.case, links=url)
        if isinstance(job.action, Report) and job.place:
            # To a platform, telling the moderators is a message in their room.
            return Post(place=job.place, text=changes["text"])
        if isinstance(job.action, Ban | Kick) and job.case is not None:
            # Whoever is shut out can read nothing else there: the number is what they appeal with.
            changes["reason"] = (
                f"{job.action.reason} — case #{job.case}; to appeal, write to me: appeal #{job.case}"
            )
        return replace(job.action, **changes)


class _BasisMissing(Exception):
    """An action points at the result of a sibling that never came to be."""


def _backoff(attempts: int) -> timedelta:
    """5 s, doubling, at most 5 min."""
    return min(_FIRST_WAIT * float(2 ** min(max(attempts - 1, 0), 10)), _LONGEST_WAIT)


def _failure(job: Job, reason: str) -> Document:
    case = f"Case #{job.case}: " if job.case is not None else ""
    return document(f"{case}I could not {describe(job.action)}: {reason}.")
