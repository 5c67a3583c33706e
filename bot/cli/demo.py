"""`folkmoot demo`: the embedded community, as a guided tour or as a chat room in the terminal; or on a Matrix homeserver."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

#: Where the demo on Matrix is at home: a test server that the visitor runs.
_ELSEWHERE = (
    "{url} is not on this machine. The demo makes ten accounts and two rooms and lets people insult each other there; "
    "if it is your own test server, say so with --elsewhere"
)
_HOW = (
    "how may the demo make accounts there? Give --registration-secret (Synapse's `registration_shared_secret`), "
    "or say --open-registration if the server lets anybody register"
)


def register(app: typer.Typer) -> None:
    @app.command()
    def demo(
        tour: Annotated[
            bool, typer.Option("--tour", help="play the scripted story to its end, and end with it")
        ] = False,
        matrix: Annotated[
            str | None,
            typer.Option(
                metavar="URL", help="play on a Matrix homeserver instead, where you can join with Element"
            ),
        ] = None,
        registration_secret: Annotated[
            str | None,
            typer.Option(
                envvar="FOLKMOOT_REGISTRATION_SECRET",
                show_envvar=True,
                help="that homeserver's registration_shared_secret; safer in the environment",
            ),
        ] = None,
        open_registration: Annotated[
            bool, typer.Option("--open-registration", help="that homeserver lets anybody register")
        ] = False,
        elsewhere: Annotated[
            bool, typer.Option("--elsewhere", help="allow a homeserver that is not on this machine")
        ] = False,
    ) -> None:
        """Show Folkmoot on a made-up community inside this machine; no account is needed."""
        attended = sys.stdin.isatty()
        if matrix is None:
            raise typer.Exit(show(tour=tour or not attended))
        url = _homeserver(matrix, elsewhere=elsewhere)
        secret = None if open_registration else registration_secret or _ask(attended=attended)
        raise typer.Exit(_on_matrix(url, secret, stay=attended and not tour))


def show(*, tour: bool) -> int:
    """Runs the demo; the exit status: 0 when it went as it should."""
    if tour:
        from bot.demo.tour import play

        return 0 if asyncio.run(play(_console())) else 1
    from bot.demo.lounge import visit

    asyncio.run(visit())
    return 0


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def _homeserver(url: str, *, elsewhere: bool) -> str:
    """The address, checked; raises typer.BadParameter with a sentence."""
    from bot.settings.values import check_address, is_loopback

    try:
        checked = check_address(url)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--matrix") from error
    if not elsewhere and not is_loopback(checked):
        raise typer.BadParameter(_ELSEWHERE.format(url=checked), param_hint="--matrix")
    return checked


def _ask(*, attended: bool) -> str | None:
    """The registration secret from whoever sits there; None where they leave it out, since anybody may register."""
    if not attended:
        raise typer.BadParameter(_HOW, param_hint="--matrix")
    words = "The server's registration_shared_secret (nothing, if anybody may register there)"
    secret: str = typer.prompt(words, default="", hide_input=True, show_default=False)
    return secret or None


def _on_matrix(url: str, secret: str | None, *, stay: bool) -> int:
    from bot.demo.matrix.visit import VisitError, visit

    try:
        return 0 if asyncio.run(visit(_console(), url, secret, stay=stay)) else 1
    except VisitError as error:
        print(f"folkmoot: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
