"""`folkmoot check`: every mistake of a configuration, each with its line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.platforms.protocol import Adapter
    from bot.settings import Loaded, Problem

    Connect = Callable[[Loaded, Clock], Sequence[Adapter]]

CONFIG = Path("config.yaml")
#: An account that has not answered after so many seconds is told as a problem.
PATIENCE = 30.0
#: Where somebody may have to look for their telephone first.
HUMAN_PATIENCE = 300.0


def register(app: typer.Typer) -> None:
    @app.command()
    def check(
        config: Annotated[Path, typer.Option("-c", "--config", help="the configuration file")] = CONFIG,
        online: Annotated[
            bool, typer.Option("--online", help="also sign in everywhere and look at the rights")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
    ) -> None:
        """Name every mistake in the configuration: file:line:column: key: what was found, what was expected."""
        raise typer.Exit(examine(config, os.environ, online=online, as_json=as_json))


def examine(
    config: Path,
    environ: Mapping[str, str],
    *,
    online: bool = False,
    as_json: bool = False,
    connect: Connect | None = None,
) -> int:
    """Prints what is wrong with `config`; the exit status, 1 when something is.

    `connect` makes the accounts' adapters, as `bot.connect.connect` does; without one it is that.
    """
    from bot.settings import SettingsError, load
    from bot.settings.plugins import find

    loaded: Loaded | None = None
    problems: Sequence[Problem]
    rights: list[str] = []
    try:
        loaded = load(config, find, environ)
        problems = loaded.warnings
        if online:
            found, rights = asyncio.run(_online(loaded, connect))
            problems = [*problems, *found]
    except SettingsError as error:
        problems = error.problems
    bad = any(problem.level == "error" for problem in problems)
    if as_json:
        told = {
            "ok": not bad,
            "problems": [asdict(problem) for problem in problems],
            "communities": _communities(loaded),
            "rights": rights,
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(config, problems, loaded, bad=bad)
        for line in rights:
            print(line)
    return int(bad)


def _communities(loaded: Loaded | None) -> dict[str, Any]:
    if loaded is None:
        return {}
    return {
        name: {"places": list(settings.places), "plugins": list(loaded.plugin_settings[name])}
        for name, settings in loaded.configuration.communities.items()
    }


def _tell(config: Path, problems: Sequence[Problem], loaded: Loaded | None, *, bad: bool) -> None:
    """One line a problem; on a terminal also the line of the file, with a caret under the place."""
    from rich.console import Console
    from rich.text import Text

    from bot.settings import excerpt

    console = Console(soft_wrap=True, highlight=False, emoji=False)
    text = _source(config) if console.is_terminal else ""
    for problem in problems:
        console.print(Text(str(problem), style="yellow" if problem.level == "warning" else "red"))
        shown = excerpt(text, problem) if text and problem.file == str(config) else ""
        if shown:
            console.print(Text(shown, style="dim"))
    if bad:
        mistakes = sum(problem.level == "error" for problem in problems)
        console.print(Text(f"{config}: {mistakes} mistake{'s' if mistakes != 1 else ''}"))
        return
    console.print(Text(f"{config} is fine.", style="green"))
    for name, parts in _communities(loaded).items():
        plugins = ", ".join(parts["plugins"]) or "no plugins"
        console.print(Text(f"  {name}: places {', '.join(parts['places'])}; plugins: {plugins}"))


def _source(config: Path) -> str:
    try:
        return config.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


async def _online(loaded: Loaded, connect: Connect | None) -> tuple[list[Problem], list[str]]:
    """What is wrong with each account after signing in, and what it may do where."""
    from bot.clock import SystemClock
    from bot.connect import connect as everywhere

    human = sys.stdin.isatty() and sys.stdout.isatty()
    reach = connect or partial(everywhere, ask=_code if human else None)
    found: list[Problem] = []
    rights: list[str] = []
    for adapter in reach(loaded, SystemClock()):
        path = ("accounts", adapter.account)
        wrong, able = await _ask(adapter, HUMAN_PATIENCE if human else PATIENCE)
        found += [loaded.tree.problem(path, told, at_key=True) for told in wrong]
        rights += able
    return found, rights


def _code(account: str) -> str:
    """A two-factor code; the token that it gives is kept, so that the bot does not need one."""
    return str(typer.prompt(f"{account}: the six digits of its two-factor log-in", err=True)).strip()


async def _ask(adapter: Adapter, patience: float) -> tuple[list[str], list[str]]:
    """What is wrong with one account, one sentence each, and what it may do where."""
    from bot.platforms.protocol import PlatformError, TellsRights

    try:
        async with asyncio.timeout(patience):
            await adapter.open()
            wrong = await adapter.check()
            return wrong, await adapter.rights() if isinstance(adapter, TellsRights) else []
    except PlatformError as error:
        return [str(error)], []
    except TimeoutError:
        return [
            f"found no answer within {patience:g} seconds, expected the server; is the address right?"
        ], []
    finally:
        await adapter.close()
