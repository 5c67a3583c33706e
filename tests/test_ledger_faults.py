"""What can go wrong with a database: each fault is one clear sentence, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.ledger import (
    Ledger,
    LedgerBusy,
    LedgerCorrupt,
    LedgerError,
    LedgerFull,
    LedgerReadOnly,
    SchemaNew,
    SchemaOld,
    files,
    upgrade,
)
from bot.ledger.errors import translate
from bot.ledger.migrate import migrate
from bot.ledger.tables import REVISIONS
from tests.ledger_stories import ANA, HOUR, NOON, happened, report, said, warn


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "folkmoot.db"
    migrate(url(path))
    return path


def url(path: Path) -> str:
    return f"sqlite:///{path}"


async def fill(path: Path) -> None:
    ledger = await Ledger.open(url(path))
    rude = said("fools")
    await happened(ledger, rude, warn(rude))
    await ledger.close()


async def test_a_second_process_is_told_who_has_it(database: Path):
    script = f"""
import asyncio
from bot.ledger import Ledger
async def hold():
    await Ledger.open({url(database)!r})
    print("open", flush=True)
    await asyncio.sleep(60)
asyncio.run(hold())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            with pytest.raises(
                LedgerBusy, match=rf"already in use by process {other.pid} on \S+; stop that one"
            ):
                await Ledger.open(url(database))
            beside = await Ledger.open(url(database), read_only=True)
            assert (await beside.counts())["occurrences"] == 0
            await beside.close()
        finally:
            other.kill()
    ledger = await Ledger.open(url(database))
    await ledger.close()


async def test_the_same_process_does_not_open_it_twice(database: Path):
    ledger = await Ledger.open(url(database))
    with pytest.raises(LedgerBusy, match=f"process {os.getpid()}"):
        await Ledger.open(url(database))
    with pytest.raises(LedgerBusy):
        files.restore(database, database)
    await ledger.close()
    await ledger.close()
    again = await Ledger.open(url(database))
    await again.close()


async def test_a_reader_changes_nothing(database: Path):
    await fill(database)
    reader = await Ledger.open(url(database), read_only=True)
    assert len(await reader.strikes("moot", ANA.key)) == 1
    with pytest.raises(LedgerReadOnly, match="read-only"):
        await happened(reader, said("x", number=2))
    await reader.close()


@contextmanager
def powerless() -> Iterator[None]:
    """As a user without rights: root may write where nobody may."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def sealed(database: Path) -> Iterator[Path]:
    """A copy of the database in a directory that nobody may write to, as on a read-only disk."""
    directory = Path(tempfile.mkdtemp())
    path = directory / "folkmoot.db"
    shutil.copy(database, path)
    path.chmod(0o444)
    directory.chmod(0o555)
    yield path
    directory.chmod(0o755)
    shutil.rmtree(directory)


async def test_a_read_only_disk_is_told_at_once(sealed: Path):
    with powerless():
        with pytest.raises(LedgerReadOnly, match="cannot be written"):
            await Ledger.open(url(sealed))
        with pytest.raises(LedgerReadOnly, match="cannot be written"):
            migrate(url(sealed.with_name("other.db")))
        with pytest.raises(LedgerReadOnly, match="cannot be made"):
            migrate(url(sealed.with_name("data") / "folkmoot.db"))
        with closing(sqlite3.connect(":memory:")) as empty, pytest.raises(LedgerError, match="another place"):
            files.copy(empty, sealed.with_name("backup.db"))


async def test_a_disk_that_becomes_read_only_loses_nothing(database: Path):
    ledger = await Ledger.open(url(database))
    await happened(ledger, said("before", number=1))
    await pragma(ledger, "query_only=ON")
    with pytest.raises(LedgerReadOnly, match="make both writable"):
        await happened(ledger, said("during", number=2))
    assert (await ledger.counts())["occurrences"] == 1
    await pragma(ledger, "query_only=OFF")
    await happened(ledger, said("during", number=2))
    await ledger.close()


async def test_a_full_disk_writes_nothing_and_goes_on_when_there_is_room(database: Path):
    """SQLite's own page limit raises the very error of a full disk."""
    ledger = await Ledger.open(url(database))
    await happened(ledger, said("before", number=1))
    await pragma(ledger, "max_page_count=1")  # SQLite takes it as: not a page more than now
    written = 1

    async def write_until_it_is_full() -> None:
        nonlocal written
        for number in range(2, 200):
            await happened(ledger, said("x" * 3000, number=number), report())
            written += 1

    with pytest.raises(LedgerFull, match="the disk is full; nothing was written"):
        await write_until_it_is_full()
    counts = await ledger.counts()
    assert counts["occurrences"] == written
    assert counts["decisions"] == written
    assert counts["pending"] == written - 1
    await pragma(ledger, "max_page_count=1000000")
    await happened(ledger, said("x" * 3000, number=written + 1), report())
    await ledger.close()
    assert files.check(database) == REVISIONS[-1]


async def pragma(ledger: Ledger, setting: str) -> None:
    """Reaches for the one connection that the ledger has."""

    def apply() -> None:
        with ledger._worker.engine.connect() as conn:
            Ledger._driver(conn).execute(f"PRAGMA {setting}").fetchall()

    await ledger._worker.run(apply)


async def test_a_ledger_of_a_newer_program_is_left_alone(database: Path):
    revise(database, "0099")
    before = database.read_bytes()
    sentence = r"written by a newer Folkmoot \(revision 0099\)"
    with pytest.raises(SchemaNew, match=sentence):
        await Ledger.open(url(database))
    with pytest.raises(SchemaNew, match=sentence):
        upgrade(url(database))
    with pytest.raises(SchemaNew, match=sentence):
        migrate(url(database))
    with pytest.raises(SchemaNew, match=sentence):
        files.check(database)
    assert database.read_bytes() == before


def revise(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def test_a_ledger_without_tables_has_to_be_migrated_first(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    with pytest.raises(SchemaOld, match="has no tables yet"):
        await Ledger.open(url(path))
    assert not path.exists(), "a wrong path leaves no empty file behind"
    path.touch()
    with pytest.raises(SchemaOld, match="has no tables yet"):
        await Ledger.open(url(path))


async def test_another_programs_database_is_refused(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE songs (name)")
    for use in (Ledger.open(url(path)), asyncio.to_thread(upgrade, url(path))):
        with pytest.raises(LedgerCorrupt, match=r"another program \(it has the table songs\)"):
            await use


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    path.write_text("these are my holiday notes\n" * 100)
    for use in (
        Ledger.open(url(path)),
        asyncio.to_thread(upgrade, url(path)),
        asyncio.to_thread(files.check, path),
    ):
        with pytest.raises(LedgerCorrupt, match="damaged or no database"):
            await use
    again = path.with_name("folkmoot.db.lock")
    assert not again.exists() or again.stat().st_size < 200


async def test_damage_is_told_as_damage_whenever_it_is_met(database: Path):
    await fill(database)
    size = database.stat().st_size
    with database.open("r+b") as file:  # the first page, with the schema, stays whole
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))

    async def use() -> None:
        ledger = await Ledger.open(url(database))
        try:
            await ledger.counts()
        finally:
            await ledger.close()

    with pytest.raises(LedgerCorrupt, match="restore a backup"):
        await use()
    with pytest.raises(LedgerCorrupt):
        files.check(database)


async def test_a_row_that_nobody_can_read_is_told_as_damage(database: Path):
    await fill(database)
    with closing(sqlite3.connect(database)) as conn:
        conn.execute("""UPDATE action SET body = '{"kind": "dance"}'""")
        conn.commit()
    ledger = await Ledger.open(url(database))
    with pytest.raises(LedgerCorrupt, match="unreadable"):
        await ledger.strikes("moot", ANA.key)
    await ledger.close()


ADDRESSES = [
    ("folkmoot.db", "cannot be read"),
    (
        "mysql://root@localhost/moot",
        "this database needs the Python package|only sqlite:// and postgresql://",
    ),
    ("cobol://x", "only sqlite:// and postgresql://"),
]


@pytest.mark.parametrize(("address", "sentence"), ADDRESSES)
async def test_an_address_that_cannot_be_used(address, sentence):
    with pytest.raises(LedgerError, match=sentence):
        await Ledger.open(address)


async def test_a_missing_directory_is_told(tmp_path: Path):
    with pytest.raises(SchemaOld, match="no tables yet"):
        await Ledger.open(url(tmp_path / "nowhere" / "folkmoot.db"))


CODES = [
    ("SQLITE_BUSY", LedgerBusy, "close it and try again"),
    ("SQLITE_LOCKED_SHAREDCACHE", LedgerBusy, "close it and try again"),
    ("SQLITE_CANTOPEN", LedgerReadOnly, "does the directory exist"),
    ("SQLITE_IOERR_WRITE", LedgerError, "look at the disk"),
    ("SQLITE_MISUSE", LedgerError, "oh no"),
]


@pytest.mark.parametrize(("code", "kind", "sentence"), CODES)
def test_each_code_has_its_sentence(code, kind, sentence):
    error = sqlite3.OperationalError("oh no")
    error.sqlite_errorname = code
    told = translate(error, "folkmoot.db")
    assert type(told) is kind
    assert str(told).startswith("folkmoot.db: ")
    assert sentence in str(told)


def test_another_drivers_error_speaks_for_itself():
    assert str(translate(RuntimeError("server closed the connection\n"), "pg")) == (
        "pg: the database answered: server closed the connection"
    )


async def test_a_backup_comes_back_and_the_old_one_is_kept(database: Path, tmp_path: Path):
    backup = tmp_path / "backup.db"
    await fill(database)
    ledger = await Ledger.open(url(database))
    await ledger.backup(backup)
    await happened(ledger, said("later", number=2), now=NOON + HOUR)
    await ledger.close()
    kept = files.restore(backup, database)
    assert kept is not None
    for path, occurrences in ((database, 1), (kept, 2)):
        ledger = await Ledger.open(url(path))
        assert (await ledger.counts())["occurrences"] == occurrences
        await ledger.close()


async def test_a_backup_replaces_a_damaged_ledger_and_a_missing_one(database: Path, tmp_path: Path):
    backup = tmp_path / "backup.db"
    ledger = await Ledger.open(url(database))
    await ledger.backup(backup)
    await ledger.close()
    database.write_bytes(b"\0" * 5000)
    kept = files.restore(backup, database)
    assert kept is not None
    assert kept.read_bytes() == b"\0" * 5000
    assert files.check(database) == REVISIONS[-1]
    assert files.restore(backup, tmp_path / "new.db") is None
    assert files.check(tmp_path / "new.db") == REVISIONS[-1]


def test_only_a_backup_of_ours_is_restored(database: Path, tmp_path: Path):
    before = database.read_bytes()
    songs = tmp_path / "songs.db"
    with closing(sqlite3.connect(songs)) as conn:
        conn.execute("CREATE TABLE songs (name)")
    with pytest.raises(LedgerCorrupt, match="no backup of Folkmoot"):
        files.restore(songs, database)
    with pytest.raises(LedgerError, match="no such file"):
        files.restore(tmp_path / "nothing.db", database)
    assert database.read_bytes() == before
