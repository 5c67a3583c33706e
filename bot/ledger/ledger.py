"""The ledger's face: what happened, what was decided, what became of it. One method, one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection

from bot.actions import Remember
from bot.decision import Decision, Reviewed, State
from bot.ledger import cursors, files, inbox, people, queries, queue, retention
from bot.ledger.codec import moment
from bot.ledger.engine import Worker, file_of, in_memory, label
from bot.ledger.errors import LedgerError
from bot.ledger.inbox import Committed
from bot.ledger.lock import Lock
from bot.ledger.questions import Questions
from bot.ledger.queue import Job
from bot.ledger.tables import REVISIONS, metadata, version
from bot.model import Occurrence, Receipt, Ref
from bot.text import Document


class Ledger(Questions):
    """Every method raises LedgerError with a sentence for the operator when the database lets it down.

    Whoever is named as `person` is named by `Author.key`; times are aware and come back in UTC.
    """

    def __init__(self, worker: Worker, lock: Lock | None, path: Path | None) -> None:
        super().__init__(worker)
        self._lock = lock
        self._path = path

    @classmethod
    async def open(cls, url: str, *, read_only: bool = False, beside: bool = False) -> Self:
        """Opens a database whose schema is current; `sqlite://` makes a fresh one in memory.

        `read_only` works beside a running bot and takes no lock; so does `beside`, which may `remember`, and do nothing
        else that writes. Raises LedgerBusy when another process has it open,
        SchemaOld and SchemaNew when this program is not the one for it, and the other LedgerErrors.
        """
        path = file_of(url)
        if path is not None and not path.exists():
            files.require(None, label(url))
        lock = Lock.take(path) if path and not (read_only or beside) else None
        try:
            worker = Worker(url, read_only=read_only)
            ledger = cls(worker, lock, path)
            try:
                if in_memory(url):
                    await worker.write(_create)
                files.require(await worker.read(files.revision, worker.label), worker.label)
            except BaseException:
                await worker.close()
                raise
        except BaseException:
            if lock:
                lock.release()
            raise
        return ledger

    async def close(self) -> None:
        """Waits for what is under way, then lets go of the database."""
        await self._worker.close()
        if self._lock:
            self._lock.release()
            self._lock = None

    # The inbox

    async def known(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of the occurrence keys that were handled already."""
        return await self._worker.read(inbox.known, list(keys))

    async def admit(self, key: str, community: str, person: str | None) -> tuple[bool, str | None]:
        """Whether an occurrence is new, and one name for all accounts of the human who caused it."""
        return await self._worker.read(inbox.admit, key, community, person)

    async def commit(
        self,
        what: Occurrence,
        decisions: Sequence[tuple[Decision, Sequence[Reviewed]]],
        now: datetime,
        free: frozenset[str] = frozenset(),
    ) -> Committed | None:
        """Records an occurrence and everything decided about it in one transaction, and does the internal actions.

        None when somebody was faster: then nothing is recorded. For each account in `free` that has something to do
        now, the most urgent action is claimed in the same transaction, which spares a write to the disk before it is
        performed. Raises IllegalMove for an action that cannot begin in the state it was given, and Overtaken (nothing is
        recorded) where a memory that has to be fresh is there already.
        """
        # What nothing comes of is read again where a power cut takes it along: the cursor behind it goes with it.
        keep = self._worker.write if any(reviewed for _, reviewed in decisions) else self._worker.jot
        return await keep(inbox.commit, what, decisions, now, free)

    # Cursors and schedules

    async def cursor(self, name: str) -> str | None:
        """How far an account has read; None at first."""
        return await self._worker.read(cursors.token, name)

    async def save_cursor(self, name: str, token: str, now: datetime) -> None:
        """Keeps how far an account has read. All that was committed before is on the disk with it."""
        await self._worker.write(cursors.save, name, token, now)

    async def first_seen(self, name: str, now: datetime) -> datetime:
        """`now` the first time, and that same time ever after."""
        return moment(await self._worker.write(cursors.first_seen, f"seen:{name}", now))

    async def last_slots(self, prefix: str, limit: int = 5) -> list[str]:
        """Slots of the newest recorded ticks whose occurrence key starts with `prefix`, newest first."""
        return await self._worker.read(queries.last_slots, prefix, limit)

    # The outbox

    async def recover(self) -> int:
        """At start: what was being sent when the process ended is unknown now. Returns how many."""
        return await self._worker.jot(queue.recover)

    async def claim(self, account: str, now: datetime, limit: int = 1) -> list[Job]:
        """The most urgent actions that are due, marked as being sent before anything is done about them."""
        return await self._worker.write(queue.claim, account, now, limit)

    async def unknown(self, account: str) -> list[Job]:
        """Attempts whose outcome nobody knows, oldest first. Some may be taken back: answer for them all the same."""
        return await self._worker.read(queue.unknown, account)

    async def sent(
        self,
        job_id: int,
        receipt: Receipt,
        now: datetime,
        line: Document | None = None,
        report_to: tuple[str, str] | None = None,
    ) -> None:
        """It worked. `line` goes to the moderators' room `report_to` (account, place), in the same transaction.

        This and the other ends of an attempt need not outlast a power cut: the attempt is on the disk, and counts as cut off.
        """
        await self._worker.jot(queue.sent, job_id, receipt, now, line=line, report_to=report_to)

    async def again(self, job_id: int, not_before: datetime, error: str) -> None:
        """It certainly did not work, or repeating is harmless: try again from `not_before` on."""
        await self._worker.jot(queue.again, job_id, not_before, error)

    async def lost(self, job_id: int, error: str) -> None:
        """The attempt ended without an answer: unknown."""
        await self._worker.jot(queue.lost, job_id, error)

    async def failed(
        self,
        job_id: int,
        error: str,
        now: datetime,
        line: Document | None = None,
        report_to: tuple[str, str] | None = None,
    ) -> None:
        """It will never work. `line` and `report_to` as in `sent`."""
        await self._worker.jot(queue.failed, job_id, error, now, line=line, report_to=report_to)

    async def dropped(self, job_id: int, why: str) -> None:
        """It is not wanted any more."""
        await self._worker.jot(queue.dropped, job_id, why)

    async def next_due(self, account: str) -> datetime | None:
        """When the next pending action may go; the earliest time there is for one that may go at once."""
        return await self._worker.read(queue.next_due, account)

    async def result(self, decision_id: int, name: str) -> tuple[State, Receipt | None] | None:
        """What became of the action called `name` of the same decision."""
        return await self._worker.read(queue.result, decision_id, name)

    async def superseded(self, job_id: int) -> bool:
        """Whether lifting a ban or mute would be wrong by now: taken back already, or a newer one holds."""
        return await self._worker.read(queue.superseded, job_id)

    async def taken(self, account: str, since: datetime) -> frozenset[Ref]:
        """What this account's actions have made since then."""
        return await self._worker.read(queue.taken, account, since)

    # Keeping house

    async def prune(self, before: datetime) -> int:
        """Blanks what was said before then; returns how many. Keys stay, so nothing is handled twice; evidence, too."""
        pruned = await self._worker.write(retention.prune, before)
        if pruned:
            await self._worker.run(self._checkpoint)
        return pruned

    async def prune_evidence(self, before: datetime) -> int:
        """Blanks the evidence of decisions from before then, and what was told with it; returns how many."""
        return await self._worker.write(retention.prune_evidence, before)

    async def people(self, word: str) -> list[str]:
        """Keys of the people meant by a key, an id, or a handle."""
        return await self._worker.read(people.find, word)

    async def export(self, person: str) -> dict[str, Any]:
        """Everything about a person, by table."""
        return await self._worker.read(people.export, person)

    async def remember(self, community: str, plugin: str, acts: Sequence[Remember]) -> None:
        """Keeps in a plugin's memory what hangs on no occurrence; a running bot sees it at once."""
        await self._worker.write(inbox.remember, community, plugin, acts)

    async def forget(self, person: str) -> int:
        """Puts a pseudonym in the person's place everywhere and blanks their words; returns the rows changed.

        What still has to be done on them keeps its words and their id until it is done.
        """
        return await self._worker.write(people.forget, person)

    async def backup(self, path: Path) -> None:
        """A consistent copy, whole or not at all, while the bot runs. For SQLite files and memory only."""
        await self._worker.run(self._backup, path)

    async def failures(self, limit: int = 20) -> list[str]:
        """What handlers stumbled over, newest first: `plugin.handler: why`."""
        return await self._worker.read(queries.failures, limit)

    async def counts(self) -> dict[str, int]:
        """How many occurrences, decisions and cases there are, and actions in each state by its name."""
        return await self._worker.read(queries.counts)

    def _checkpoint(self) -> None:
        """Empties the write-ahead log."""
        if self._path is not None:
            with self._worker.engine.connect() as conn:
                self._driver(conn).execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _backup(self, path: Path) -> None:
        if self._worker.engine.dialect.name != "sqlite":
            raise LedgerError(f"{self._worker.label}: this database is backed up with its own tool, pg_dump")
        with self._worker.engine.connect() as conn:
            files.copy(self._driver(conn), path)

    @staticmethod
    def _driver(conn: Connection) -> sqlite3.Connection:
        driver = conn.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver


def _create(conn: Connection) -> None:
    """The schema straight from the tables, for databases in memory."""
    metadata.create_all(conn)
    conn.execute(version.insert().values(version_num=REVISIONS[-1]))
