"""`folkmoot rules export`: the rules in force as one file, with what moderators changed by chat."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.rules import PLUGIN, CannotTry

if TYPE_CHECKING:
    from bot.settings import Loaded


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="where to write it; left out, it is printed")
    ] = None,
    community: Annotated[
        str, typer.Option(help="its name in the configuration, where there are several")
    ] = "",
    config: Annotated[Path, typer.Option("-c", "--config", help="the configuration file")] = Path(
        "config.yaml"
    ),
) -> None:
    """Write down the rules in force, with what was changed by chat: comments and order stay, and the file can be used again."""
    from bot.ledger import LedgerError
    from bot.settings import SettingsError, load
    from bot.settings.plugins import find

    try:
        loaded = load(config, find, os.environ)
        text = asyncio.run(_exported(loaded, _named(loaded, community)))
        if file is None:
            print(text, end="")
        else:
            _write(file, text)
    except (CannotTry, LedgerError, SettingsError) as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None


def _write(file: Path, text: str) -> None:
    """Raises CannotTry; what is there already is never overwritten."""
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except OSError as problem:
        raise CannotTry(f"{file}: cannot be written ({(problem.strerror or str(problem)).lower()})") from None


def _named(loaded: Loaded, name: str) -> str:
    known = ", ".join(loaded.communities)
    if not name and len(loaded.communities) == 1:
        return next(iter(loaded.communities))
    if name not in loaded.communities:
        said = f"there is no community {name!r}" if name else "there are several communities; say --community"
        raise CannotTry(f"{said}: {known}")
    return name


async def _exported(loaded: Loaded, community: str) -> str:
    """Reads the ledger beside a running bot."""
    from bot.ledger import Ledger
    from plugins.moderation.export import exported
    from plugins.moderation.rulebook import MEMORY
    from plugins.moderation.settings import ModerationSettings

    settings = loaded.plugin_settings[community].get(PLUGIN)
    if not isinstance(settings, ModerationSettings):
        raise CannotTry(f"{community} does not use the plugin {PLUGIN}, so there are no rules")
    ledger = await Ledger.open(loaded.configuration.storage.database, read_only=True)
    try:
        memory = await ledger.recall_all(community, PLUGIN, MEMORY)
    finally:
        await ledger.close()
    return exported(settings.ruleset, settings.rulebook.in_force(memory))
