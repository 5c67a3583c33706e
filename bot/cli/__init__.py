"""The command line: one module a command, each with a `register(app)`.

Every module imports what it needs when its command runs, so that `folkmoot summarize` does not pay for the bot.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

#: In the order of `folkmoot --help`.
_MODULES = ("run", "demo", "init", "check", "rules", "summarize", "prompts", "data", "health")


def build() -> typer.Typer:
    """The whole command tree."""
    app = typer.Typer(
        name="folkmoot",
        help="A self-hosted assistant for a community that meets on Lemmy and in Matrix rooms.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in _MODULES:
        import_module(f"bot.cli.{name}").register(app)
    return app


def run() -> int:
    """Runs the command that `sys.argv` names; the exit status."""
    try:
        build()(standalone_mode=True)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 0
