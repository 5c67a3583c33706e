"""`folkmoot health`: whether the running bot is well, for a container's health check or a monitor."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

#: The bot leaves a sign of life every 20 s.
_STALE = timedelta(minutes=2)


def register(app: typer.Typer) -> None:
    @app.command()
    def health(
        config: Annotated[Path, typer.Option("-c", "--config", help="the configuration file")] = Path(
            "config.yaml"
        ),
    ) -> None:
        """Say whether the bot that runs with this configuration is well; exit 1 when it is not."""
        from bot.app import heartbeat_path
        from bot.clock import SystemClock

        verdict = judge(heartbeat_path(config), SystemClock().now())
        typer.echo(verdict or "well")
        raise typer.Exit(1 if verdict else 0)


def judge(path: Path, now: datetime) -> str:
    """What is wrong according to the sign of life at `path`; empty when nothing is."""
    try:
        signs = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(signs["at"])
    except FileNotFoundError:
        return f"not running: {path} is not there"
    except (ValueError, KeyError, TypeError, OSError):
        return f"cannot read {path}"
    if now - at > _STALE:
        return f"no sign of life since {at:%Y-%m-%d %H:%M} UTC"
    if signs.get("signed_out"):
        return f"signed out: {', '.join(signs['signed_out'])}; sign in again and restart"
    return ""
