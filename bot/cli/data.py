"""`folkmoot export`, `forget`, `backup` and `restore`: people's rights to their data, and safety."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from bot.ledger import Ledger

T = TypeVar("T")

_Config = Annotated[Path, typer.Option("-c", "--config", help="the configuration file")]
_Person = Annotated[
    str,
    typer.Argument(
        help="a handle (ana@lemmy.example), an id (@ana:example.org), or a key (matrix:@ana:example.org)"
    ),
]
CONFIG = Path("config.yaml")


def register(app: typer.Typer) -> None:
    @app.command()
    def export(person: _Person, config: _Config = CONFIG) -> None:
        """Print everything that is kept about a person, as JSON."""
        with _sentences():
            key, found = _work(config, _export(person), read_only=True)
            print(json.dumps(found, ensure_ascii=False, indent=2))
            print(
                f"{sum(len(rows) for rows in found.values() if isinstance(rows, list))} rows about {key}",
                file=sys.stderr,
            )

    @app.command()
    def forget(
        person: _Person,
        config: _Config = CONFIG,
        yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    ) -> None:
        """Take a person out of the ledger for good: their words, their id, and their strikes."""
        with _sentences():
            key, rows = _work(config, _found(person), read_only=True)
            if not yes:
                typer.confirm(f"Forget {key} ({rows} rows)? This cannot be undone", abort=True)
            changed, left = _work(config, _forget(key))
            print(f"forgotten: {key}, in {changed} rows")
            if left:
                print(
                    f"actions still to be carried out (a ban to be lifted, say), and kept until then: {left}; "
                    "run this again once that is done"
                )

    @app.command()
    def backup(
        file: Annotated[Path, typer.Argument(help="where to put it")], config: _Config = CONFIG
    ) -> None:
        """Write a consistent copy of the ledger, also while the bot runs."""
        with _sentences():
            _work(config, lambda ledger: ledger.backup(file), read_only=True)
            print(
                f"{file}: {file.stat().st_size:,} bytes; “folkmoot restore {file} --check” looks whether it is whole"
            )

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="what `folkmoot backup` has written")],
        config: _Config = CONFIG,
        check: Annotated[bool, typer.Option("--check", help="only look whether the file is whole")] = False,
    ) -> None:
        """Put a backup in the place of the ledger; the bot must not run meanwhile."""
        from bot.ledger import files

        with _sentences():
            if check:
                print(f"{file}: whole, at revision {files.check(file)}")
                return
            kept = files.restore(file, _database(config))
            print(f"restored from {file}" + (f"; what was there before is kept as {kept}" if kept else ""))


def _export(person: str) -> Callable[[Ledger], Awaitable[tuple[str, dict[str, object]]]]:
    async def work(ledger: Ledger) -> tuple[str, dict[str, object]]:
        key = await _one(ledger, person)
        return key, await ledger.export(key)

    return work


def _found(person: str) -> Callable[[Ledger], Awaitable[tuple[str, int]]]:
    async def work(ledger: Ledger) -> tuple[str, int]:
        key = await _one(ledger, person)
        return key, await _count(ledger, key)

    return work


def _forget(key: str) -> Callable[[Ledger], Awaitable[tuple[int, int]]]:
    async def work(ledger: Ledger) -> tuple[int, int]:
        return await ledger.forget(key), len((await ledger.export(key))["action"])

    return work


async def _count(ledger: Ledger, key: str) -> int:
    found = await ledger.export(key)
    return sum(len(rows) for rows in found.values() if isinstance(rows, list))


async def _one(ledger: Ledger, word: str) -> str:
    """The one person meant. Raises _Unclear when there is none, or more than one."""
    keys = await ledger.people(word)
    if not keys:
        raise _Unclear(f"nobody called {word} is in the ledger; try their full id, such as @ana:example.org")
    if len(keys) > 1:
        raise _Unclear(f"{word} may be any of these; say which: {', '.join(keys)}")
    return keys[0]


class _Unclear(Exception):
    """The words on the command line do not say enough."""


def _work(config: Path, work: Callable[[Ledger], Awaitable[T]], *, read_only: bool = False) -> T:
    """`work` done with the configured ledger, which is opened for it. Reading goes on beside a running bot."""
    from bot.ledger import Ledger
    from bot.settings import database_url

    async def opened() -> T:
        ledger = await Ledger.open(database_url(config, os.environ), read_only=read_only)
        try:
            return await work(ledger)
        finally:
            await ledger.close()

    return asyncio.run(opened())


def _database(config: Path) -> Path:
    """The SQLite file of a configuration. Raises _Unclear where there is none."""
    from bot.ledger.engine import file_of
    from bot.settings import database_url

    path = file_of(database_url(config, os.environ))
    if path is None:
        raise _Unclear(
            f"{config}: the ledger is no SQLite file; restore it with the tools of its own database"
        )
    return path


@contextmanager
def _sentences() -> Iterator[None]:
    """Expected errors end the command with their sentence and exit status 1."""
    from bot.ledger import LedgerError
    from bot.settings import SettingsError

    try:
        yield
    except SettingsError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        raise typer.Exit(1) from None
    except (LedgerError, _Unclear) as error:
        print(f"folkmoot: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
