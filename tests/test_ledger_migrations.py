"""Migrations: they build what the tables say, in one transaction, after a copy was put aside."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from bot.decision import MOVES
from bot.ledger import Ledger, LedgerError, LedgerReadOnly, upgrade
from bot.ledger.migrate import SCRIPTS, _from_child, is_current, migrate
from bot.ledger.tables import REVISIONS, metadata
from tests.ledger_stories import happened, said

NEXT = f'''
"""One more column."""
import sqlalchemy as sa
from alembic import op
revision = "later"
down_revision = "{REVISIONS[-1]}"

def upgrade():
    op.add_column("memory", sa.Column("mood", sa.Text()))
    {{and_then}}
'''


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The migrations as a later release will have them."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "later_mood.py").write_text(NEXT.format(and_then=""))
    return scripts


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def columns(path: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(path)) as conn:
        return {row[1] for row in conn.execute(f"PRAGMA table_info({table})")}


def test_migrations_and_tables_agree(tmp_path: Path):
    migrated, fresh = tmp_path / "migrated.db", tmp_path / "fresh.db"
    migrate(url(migrated))
    one, other = create_engine(url(migrated)), create_engine(url(fresh))
    metadata.create_all(other)
    try:
        with one.connect() as conn:
            context = MigrationContext.configure(
                conn, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, metadata) == []
        assert shape(one) == shape(other)
    finally:
        one.dispose()
        other.dispose()


def shape(engine) -> dict[str, object]:
    """Everything that SQLite tells about the tables, without alembic's own."""
    looked = inspect(engine)
    return {
        name: (
            {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in looked.get_columns(name)
            },
            looked.get_pk_constraint(name),
            sorted(looked.get_foreign_keys(name), key=str),
            sorted(looked.get_unique_constraints(name), key=str),
            sorted(
                (
                    (index["name"], index["column_names"], index["unique"])
                    for index in looked.get_indexes(name)
                ),
                key=str,
            ),
        )
        for name in looked.get_table_names()
        if name != "alembic_version"
    }


def test_the_list_of_revisions_is_complete():
    config_free = ScriptDirectory(str(SCRIPTS))
    assert tuple(reversed([script.revision for script in config_free.walk_revisions()])) == REVISIONS


def test_the_drawing_of_the_states_is_the_table():
    """docs/ledger.md draws `MOVES`; an arrow more or less fails here."""
    text = (Path(__file__).parent.parent / "docs" / "ledger.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", text, re.MULTILINE))
    assert drawn == {(str(before), str(after)) for before, then in MOVES.items() for after in then}


async def test_a_new_ledger_is_made_by_a_child_process(tmp_path: Path):
    path = tmp_path / "data" / "folkmoot.db"
    assert not is_current(url(path))
    upgrade(url(path))
    assert is_current(url(path))
    assert path.stat().st_mode & 0o077 == 0, "it will be full of people's words"
    assert [found.name for found in path.parent.glob("*.before*")] == []
    stamp = path.stat().st_mtime_ns
    upgrade(url(path))
    assert path.stat().st_mtime_ns == stamp
    ledger = await Ledger.open(url(path))
    await happened(ledger, said("hello"))
    await ledger.close()


def test_the_bot_does_not_carry_alembic():
    script = "import sys, bot.ledger; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def test_an_old_ledger_is_copied_aside_before_it_is_migrated(tmp_path: Path, later: Path):
    path = tmp_path / "folkmoot.db"
    migrate(url(path))
    ledger = await Ledger.open(url(path))
    await happened(ledger, said("hello"))
    await ledger.close()
    kept = migrate(url(path), later)
    assert kept == str(tmp_path / "folkmoot.db.before-later")
    assert "mood" in columns(path, "memory")
    assert "mood" not in columns(Path(kept), "memory")
    for each in (path, Path(kept)):
        with closing(sqlite3.connect(each)) as conn:
            assert conn.execute("SELECT count(*) FROM occurrence").fetchone() == (1,)
    assert migrate(url(path), later) is None


def test_a_migration_that_breaks_off_leaves_everything_as_it_was(tmp_path: Path, later: Path):
    path = tmp_path / "folkmoot.db"
    migrate(url(path))
    script = later / "versions" / "later_mood.py"
    script.write_text(NEXT.format(and_then='op.execute("INSERT INTO nowhere VALUES (1)")'))
    with pytest.raises(LedgerError, match="no such table: nowhere"):
        migrate(url(path), later)
    assert "mood" not in columns(path, "memory")
    assert is_current(url(path))
    script.write_text(NEXT.format(and_then=""))
    migrate(url(path), later)
    assert "mood" in columns(path, "memory")


def test_nothing_is_migrated_under_a_running_bot(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    path.touch()
    script = f"""
import pathlib, sys
from bot.ledger.lock import Lock
lock = Lock.take(pathlib.Path({str(path)!r}))
print("held", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LedgerError, match=f"already in use by process {holder.pid}"):
            upgrade(url(path))
        assert holder.stdin is not None
        holder.stdin.close()
    upgrade(url(path))


def test_memory_needs_no_migration():
    upgrade("sqlite://")


def test_the_childs_last_words_are_told():
    told = _from_child('noise\n{"error": "LedgerReadOnly", "sentence": "no"}', "x")
    assert (type(told), str(told)) == (LedgerReadOnly, "no")
    for words in (
        "",
        "Traceback: boom",
        '{"error": "Popen", "sentence": "x"}',
        '{"error": "NoSuch", "sentence": "x"}',
        "[]",
    ):
        told = _from_child(words, "folkmoot.db")
        assert type(told) is LedgerError
        assert str(told).startswith("folkmoot.db: the migration stopped")


def test_the_child_takes_an_address_from_a_person_too(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    command = [sys.executable, "-m", "bot.ledger.migrate", url(path)]
    assert subprocess.run(command, check=False).returncode == 0
    assert is_current(url(path))
    path.write_text("not a database" * 100)
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 1
    assert "LedgerCorrupt" in done.stderr
