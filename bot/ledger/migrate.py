"""Brings the database to the newest schema, in a child process so that Alembic does not stay in the bot's memory.

The child holds the lock, copies an SQLite file aside before it changes anything, and migrates in one transaction: an
interrupted migration leaves the database as it was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.ledger import errors
from bot.ledger.engine import build, file_of, in_memory, label
from bot.ledger.errors import LedgerError, LedgerReadOnly, SchemaOld, translate
from bot.ledger.files import copy, require, revision
from bot.ledger.lock import Lock

#: The address travels in the environment: an argument would show a password to everybody on the machine.
_VARIABLE = "FOLKMOOT_MIGRATE"

SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(url: str) -> None:
    """Migrates the database if it needs it; does nothing where it is current. Raises LedgerError."""
    if in_memory(url) or is_current(url):
        return
    child = subprocess.run(
        [sys.executable, "-m", "bot.ledger.migrate"],
        env={**os.environ, _VARIABLE: url},
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode:
        raise _from_child(child.stderr, label(url))


def is_current(url: str) -> bool:
    """Whether the schema is the newest. Raises LedgerError, SchemaNew among them."""
    path = file_of(url)
    if path is not None and not path.exists():
        return False
    engine = build(url, read_only=True)
    try:
        with engine.connect() as conn:
            require(revision(conn, label(url)), label(url))
    except SchemaOld:
        return False
    except DBAPIError as error:
        raise translate(error.orig, label(url)) from error
    finally:
        engine.dispose()
    return True


def migrate(url: str, scripts: Path = SCRIPTS) -> str | None:
    """Does it in this process, with the scripts of that directory. Returns the path of the copy made before, if any.

    Raises LedgerError.
    """
    # Imported here: the bot itself imports this module for `upgrade`, and must not carry Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    known = ScriptDirectory.from_config(config)
    revisions = tuple(reversed([script.revision for script in known.walk_revisions()]))
    path, where = file_of(url), label(url)
    if path:
        _prepare(path.parent)
    lock = Lock.take(path) if path else None
    if path:
        path.touch(0o600)  # it will be full of people's words
    engine = build(url)
    try:
        with engine.connect().execution_options(writes=True) as conn, conn.begin():
            found = revision(conn, where)
        try:
            require(found, where, revisions)
            return None
        except SchemaOld:
            pass
        kept = None
        if path and found is not None:
            kept = path.with_name(f"{path.name}.before-{revisions[-1]}")
            with engine.connect() as conn:
                driver = conn.connection.driver_connection
                assert driver is not None  # connected just now
                copy(driver, kept)
        with engine.connect().execution_options(writes=True) as conn, conn.begin():
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
        return str(kept) if kept else None
    except DBAPIError as error:
        raise translate(error.orig, where) from error
    finally:
        engine.dispose()
        if lock:
            lock.release()


def _prepare(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerReadOnly(
            f"{directory}: this directory for the database cannot be made ({error.strerror}); make it, or name another"
        ) from None


def _from_child(said: str, where: str) -> LedgerError:
    """The child's error, made again here."""
    try:
        told = json.loads(said.splitlines()[-1])
        return getattr(errors, told["error"])(told["sentence"])  # type: ignore[no-any-return]  # one of ours
    except (IndexError, ValueError, KeyError, TypeError, AttributeError):
        return LedgerError(f"{where}: the migration stopped: {said.strip()[-500:] or 'it said nothing'}")


def main() -> int:
    """For the child: 0 when done, 1 with the error as one line of JSON on standard error."""
    try:
        migrate(sys.argv[1] if len(sys.argv) > 1 else os.environ[_VARIABLE])
    except LedgerError as error:
        print(json.dumps({"error": type(error).__name__, "sentence": str(error)}), file=sys.stderr)  # noqa: T201 - how it speaks
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
