"""One thread, one connection, synchronous SQL; an async face for everybody else.

Measured against an asyncio driver this is faster, smaller and free of its traps: a single writer that says
`BEGIN IMMEDIATE` loses no update, and a cancelled task leaves no half-used connection behind (docs/ledger.md).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, StatementError

from bot.ledger.errors import LedgerError, translate

P = ParamSpec("P")
T = TypeVar("T")

#: cache_size is in KiB when negative.
PRAGMAS = ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON", "cache_size=-2000")

#: Every writer on PostgreSQL takes this lock first: what BEGIN IMMEDIATE is to SQLite. The number is arbitrary.
_WRITER = "SELECT pg_advisory_xact_lock(4607183)"

#: How a transaction ends, by the option `lasting`: on the disk, or in the operating system's hands. Both databases write
#: one log from front to back, so a power cut takes away the last transactions, never one from among them; and a lasting
#: one makes all before it last. (SQLite: "PRAGMA synchronous", WAL mode; PostgreSQL: "Asynchronous Commit".)
_LASTING = {
    ("sqlite", True): "PRAGMA synchronous=FULL",
    ("sqlite", False): "PRAGMA synchronous=NORMAL",
    ("postgresql", False): "SET LOCAL synchronous_commit=off",
}


def file_of(url: str) -> Path | None:
    """The SQLite file behind `url`; None for a database in memory or on a server. Raises LedgerError for no URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError(
            "the database's address cannot be read; expected is one like sqlite:///folkmoot.db"
        ) from None
    inside = parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}
    return None if inside else Path(str(parsed.database))


def in_memory(url: str) -> bool:
    return file_of(url) is None and make_url(url).get_backend_name() == "sqlite"


def label(url: str) -> str:
    """How to call the database in a sentence: its file, or its address without the password."""
    path = file_of(url)
    return str(path) if path else make_url(url).render_as_string(hide_password=True)


def build(url: str, *, read_only: bool = False) -> Engine:
    """An engine with one connection. It connects on first use, so use it in the thread that will own it."""
    path = file_of(url)
    try:
        if make_url(url).get_backend_name() != "sqlite":
            return _hook(create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True))
    except NoSuchModuleError:
        raise LedgerError(f"{label(url)}: only sqlite:// and postgresql:// are known") from None
    except ModuleNotFoundError as error:
        raise LedgerError(
            f"{label(url)}: this database needs the Python package {error.name}; install psycopg[binary]"
        ) from None
    target = ":memory:" if path is None else f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            target, uri=path is not None, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in PRAGMAS:
                # Changing the journal writes; a reader takes it as it is.
                if not (read_only and pragma.startswith("journal_mode")):
                    connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return _hook(create_engine("sqlite://", creator=connect, poolclass=StaticPool))


def _hook(engine: Engine) -> Engine:
    """Makes every transaction begin for real: pysqlite by itself would not, and would lose updates silently."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options, dialect = connection.get_execution_options(), connection.dialect.name
        writes = options.get("writes", False)
        lasting = _LASTING.get((dialect, options.get("lasting", True))) if writes else None
        if dialect == "sqlite":
            if lasting:
                connection.exec_driver_sql(lasting)  # within a transaction it would change nothing
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        elif writes:
            connection.exec_driver_sql(_WRITER)
            if lasting:
                connection.exec_driver_sql(lasting)

    return engine


class Worker:
    """Runs functions one after the other in the thread that owns the connection."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.label = label(url)
        self.engine = build(url, read_only=read_only)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._closed = False

    async def run(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(*args, **kwargs)` in the ledger's thread. Errors of the database come out as LedgerErrors.

        Cancelling the caller does not stop a function that has started: a transaction ends as a whole.
        """

        def call() -> T:
            try:
                return fn(*args, **kwargs)
            except DBAPIError as error:
                raise translate(error.orig, self.label) from error
            except (
                StatementError
            ) as error:  # a value that cannot be stored: the caller's mistake, not the database's
                raise (error.orig or error) from None
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise translate(error, self.label) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(connection, *args, **kwargs)` over one snapshot."""
        return await self.run(lambda: self._within(lambda conn: fn(conn, *args, **kwargs), writes=False))

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`fn(connection, *args, **kwargs)` in one transaction: all of it is on the disk, or none."""
        return await self.run(lambda: self._within(lambda conn: fn(conn, *args, **kwargs), writes=True))

    async def jot(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write`, but does not wait for the disk: our own death loses nothing of it, a power cut may.

        For what is found again where it came from, or looked up at the next start. The next `write` makes it last.
        """
        return await self.run(
            lambda: self._within(lambda conn: fn(conn, *args, **kwargs), writes=True, lasting=False)
        )

    def _within(self, fn: Callable[[Connection], T], *, writes: bool, lasting: bool = True) -> T:
        with (
            self.engine.connect() as connection,
            connection.execution_options(writes=writes, lasting=lasting).begin(),
        ):
            return fn(connection)

    async def close(self) -> None:
        """Waits for what is under way. Closing twice is fine."""
        if not self._closed:
            self._closed = True
            with suppress(LedgerError):
                await self.run(self.engine.dispose)
            self._thread.shutdown(wait=True)
