"""`folkmoot demo`: the embedded community, as a guided tour or as a chat room in the terminal."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def demo(
        tour: Annotated[
            bool, typer.Option("--tour", help="play the scripted tour to its end instead")
        ] = False,
    ) -> None:
        """Show Folkmoot on a made-up community inside this machine; no account is needed."""
        raise typer.Exit(show(tour=tour or not sys.stdin.isatty()))


def show(*, tour: bool) -> int:
    """Runs the demo; the exit status: 0 when it went as it should."""
    if tour:
        from rich.console import Console

        from bot.demo.tour import play

        return (
            0
            if asyncio.run(play(Console(highlight=False, width=None if sys.stdout.isatty() else 120)))
            else 1
        )
    from bot.demo.lounge import visit

    asyncio.run(visit())
    return 0
