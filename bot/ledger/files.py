"""The database as a file: its schema's revision, a safe copy of it, and putting a copy back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, inspect, select

from bot.ledger.errors import LedgerCorrupt, LedgerError, SchemaNew, SchemaOld, translate
from bot.ledger.lock import Lock
from bot.ledger.tables import REVISIONS, version


def revision(conn: Connection, where: str) -> str | None:
    """The schema's revision; None for an empty database. Raises LedgerCorrupt for somebody else's database."""
    names = set(inspect(conn).get_table_names())
    if version.name in names:
        return conn.scalar(select(version.c.version_num))
    if names:
        raise LedgerCorrupt(
            f"{where}: this is a database of another program (it has the table {min(names)}); give Folkmoot one of its own"
        )
    return None


def require(found: str | None, where: str, revisions: tuple[str, ...] = REVISIONS) -> None:
    """Raises SchemaNew or SchemaOld unless `found` is the newest of `revisions`."""
    if found is not None and found not in revisions:
        raise SchemaNew(
            f"{where}: the database was written by a newer Folkmoot (revision {found}); this one knows {revisions[-1]}. "
            "Install the newer one again, or restore a backup from before"
        )
    if found != revisions[-1]:
        what = "has no tables yet" if found is None else f"is at revision {found}"
        raise SchemaOld(
            f"{where}: the database {what}; it has to be brought to {revisions[-1]} before it is used"
        )


def copy(source: sqlite3.Connection, target: Path) -> None:
    """A consistent copy through SQLite's online backup, checked, then moved into place: never half a file.

    Raises LedgerError. See https://www.sqlite.org/backup.html.
    """
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it is full of people's words
        with closing(sqlite3.connect(part, isolation_level=None)) as copied:
            source.backup(copied)
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
            _intact(copied, part)
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except sqlite3.Error as error:
        raise translate(error, str(target)) from error
    except OSError as error:
        raise LedgerError(
            f"{target}: cannot be written ({error.strerror}); choose another place for it"
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def check(backup: Path) -> str:
    """The revision of a backup. Raises LedgerError when it is missing, damaged, somebody else's, or too new."""
    with _opened(backup) as conn:
        _intact(conn, backup)
        tables = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {version.name, "occurrence", "action"} <= tables:
            raise LedgerCorrupt(
                f"{backup}: this is no backup of Folkmoot; give the file that `backup` has written"
            )
        found = str(next(conn.execute("SELECT version_num FROM alembic_version"), ("none",))[0])
    if found not in REVISIONS:
        require(found, str(backup))
    return found


def restore(backup: Path, database: Path) -> Path | None:
    """Puts a backup in the place of `database`; returns where the old one is kept, None when there was none.

    Raises LedgerError; LedgerBusy when the bot is running.
    """
    check(backup)
    lock = Lock.take(database)
    try:
        kept = None
        if database.exists():
            kept = database.with_name(database.name + ".before-restore")
            with suppress(LedgerError), _opened(database) as old:  # a damaged one is kept as it is, below
                copy(old, kept)
            if not kept.exists():
                kept.write_bytes(database.read_bytes())
        with _opened(backup) as source:
            fresh = database.with_name(database.name + ".restored")
            copy(source, fresh)
        for companion in ("-wal", "-shm"):  # they belong to the old one
            database.with_name(database.name + companion).unlink(missing_ok=True)
        fresh.replace(database)
        _sync(database.parent)
        return kept
    except OSError as error:
        raise LedgerError(f"{database}: cannot be replaced ({error.strerror}); nothing was changed") from None
    finally:
        lock.release()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A database that is only read."""
    if not path.is_file():
        raise LedgerError(f"{path}: there is no such file; give the path of a backup")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            yield conn
    except sqlite3.Error as error:
        raise translate(error, str(path)) from error


def _intact(conn: sqlite3.Connection, path: Path) -> None:
    first = next(conn.execute("PRAGMA quick_check(1)"))[0]
    if first != "ok":
        raise LedgerCorrupt(f"{path}: the file is damaged ({first}); use another backup")


def _sync(path: Path) -> None:
    """Makes sure that a file, or a directory's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
