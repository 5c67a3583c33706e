"""What can go wrong with the ledger, each a sentence for the operator."""

from __future__ import annotations

import sqlite3


class LedgerError(Exception):
    """Something is wrong with the database; the message says what, where, and what to do about it."""


class LedgerFull(LedgerError):
    """No space left. Nothing was written; the ledger works again as soon as there is space."""


class LedgerReadOnly(LedgerError):
    """The disk, the directory or the file may not be written to."""


class LedgerBusy(LedgerError):
    """Another process has the database open."""


class LedgerCorrupt(LedgerError):
    """The file is damaged, or is no database of ours."""


class SchemaOld(LedgerError):
    """The tables are older than this program, or missing: migrate first."""


class SchemaNew(LedgerError):
    """The tables were written by a newer program: this one keeps its hands off."""


class IllegalMove(LedgerError):
    """An action was to change its state in a way that `decision.MOVES` does not allow: a bug in the caller."""


class Overtaken(LedgerError):
    """A decision rests on a memory that another one has changed since: nothing was written, decide again."""


def translate(error: BaseException | None, where: str) -> LedgerError:
    """The sentence for an error of the database driver; `where` names the database.

    SQLite's own error names are used, see https://www.sqlite.org/rescode.html; other drivers speak for themselves.
    """
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith("SQLITE_FULL"):
        return LedgerFull(
            f"{where}: the disk is full; nothing was written. Make room; the bot goes on by itself"
        )
    if name.startswith("SQLITE_READONLY"):
        return LedgerReadOnly(f"{where}: the file or its disk is read-only; make both writable for the bot")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LedgerBusy(f"{where}: another program keeps the database locked; close it and try again")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or isinstance(error, UnicodeDecodeError):
        return LedgerCorrupt(f"{where}: the file is damaged or no database ({error}); restore a backup")
    if name.startswith("SQLITE_CANTOPEN"):
        return LedgerReadOnly(
            f"{where}: the database cannot be opened; does the directory exist, and may the bot write there?"
        )
    if name.startswith("SQLITE_IOERR"):
        return LedgerError(
            f"{where}: the disk does not read or write as it should ({error}); look at the disk"
        )
    if isinstance(error, sqlite3.Error):
        return LedgerError(f"{where}: {error}")
    return LedgerError(f"{where}: the database answered: {str(error).strip()}")
