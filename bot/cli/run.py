"""`folkmoot run`: serve the communities of a configuration until told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Loaded

CONFIG = Path("config.yaml")


def register(app: typer.Typer) -> None:
    @app.command()
    def run(
        config: Annotated[Path, typer.Option("-c", "--config", help="the configuration file")] = CONFIG,
    ) -> None:
        """Run the bot; without a configuration, show the demo."""
        if not config.exists() and config == CONFIG:
            from bot.cli.demo import show

            typer.echo(
                "There is no config.yaml yet, so here is the demo. “folkmoot init” writes a config.yaml.\n"
            )
            raise typer.Exit(show(tour=not sys.stdin.isatty()))
        raise typer.Exit(serve(config))


def serve(config: Path) -> int:
    """Runs the bot in the foreground; the exit status, 0 after SIGTERM or SIGINT."""
    from bot.ledger import LedgerError
    from bot.ledger.migrate import upgrade
    from bot.platforms.protocol import PlatformError
    from bot.plugin import PluginError
    from bot.settings import SettingsError, load
    from bot.settings.plugins import find

    try:
        loaded = load(config, find, os.environ)
        logging.basicConfig(
            level=loaded.configuration.log.level.upper(),
            format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
        )
        upgrade(loaded.configuration.storage.database)
        asyncio.run(_serve(loaded))
    except SettingsError as error:
        count = "one mistake" if len(error.problems) == 1 else f"{len(error.problems)} mistakes"
        print(f"{count} in {config}; nothing was started:", file=sys.stderr)
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    except (LedgerError, PlatformError, PluginError) as error:
        print(f"folkmoot: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(loaded: Loaded) -> None:
    from bot.app import App
    from bot.clock import SystemClock
    from bot.connect import connect
    from bot.ledger import Ledger

    clock = SystemClock()
    ledger = await Ledger.open(loaded.configuration.storage.database)
    app = App(loaded, ledger, connect(loaded, clock), clock)
    try:
        await app.open()
        await _until_stopped(app)
    finally:
        await app.close()


async def _until_stopped(app: App) -> None:
    """Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again."""
    loop = asyncio.get_running_loop()
    serving = asyncio.create_task(app.run())
    reloads: set[asyncio.Task[bool]] = set()

    def reload() -> None:
        task = asyncio.create_task(app.reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    loop.add_signal_handler(signal.SIGHUP, reload)
    logging.getLogger("bot").info("at your service", extra={"code": "app.ready"})
    try:
        await serving
    except asyncio.CancelledError:
        logging.getLogger("bot").info("stopped", extra={"code": "app.stopped"})
