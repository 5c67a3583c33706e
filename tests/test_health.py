"""`folkmoot health` and the life of `folkmoot run`: a sign of life, a stop that is told, a reload."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.health import judge
from bot.demo.stage import Stage

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ({"at": "2026-03-02T08:59:30+00:00"}, ""),
        ({"at": "2026-03-02T08:50:00+00:00"}, "no sign of life since 2026-03-02 08:50 UTC"),
        (
            {"at": "2026-03-02T08:59:30+00:00", "signed_out": ["lemmy"]},
            "signed out: lemmy; sign in again and restart",
        ),
        ({"at": "yesterday"}, "cannot read"),
        ([], "cannot read"),
    ],
)
def test_the_verdict(tmp_path: Path, written: object, verdict: str) -> None:
    path = tmp_path / "heartbeat.json"
    path.write_text(json.dumps(written))
    said = judge(path, NOW)
    assert said.startswith(verdict) if verdict else said == ""


def test_a_bot_that_was_never_started(tmp_path: Path) -> None:
    assert judge(tmp_path / "heartbeat.json", NOW).startswith("not running: ")


@pytest.mark.slow
@pytest.mark.loopback
@pytest.mark.enable_socket
async def test_run_serves_is_well_and_stops_when_told(tmp_path: Path) -> None:
    """The real process on the embedded community: it answers, `health` is content, SIGHUP and SIGTERM are obeyed."""
    async with Stage(tmp_path, outside=True) as stage:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "-c", str(tmp_path / "config.yaml"),
            env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=tmp_path,
        )  # fmt: skip

        async def until(words: str) -> None:
            async with asyncio.timeout(60):
                while not any(words in entry for entry in stage.chat.transcript):
                    await asyncio.sleep(0.05)

        stage.chat.say("lounge", "ana", "!help")
        await until("bot → ana: Core")
        health = [sys.executable, "-m", "bot", "health", "-c", str(tmp_path / "config.yaml")]
        well = subprocess.run(health, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (well.returncode, well.stdout) == (0, "well\n")
        (tmp_path / "rules.yaml").write_text("name: [")
        bot.send_signal(signal.SIGHUP)
        await until("The new configuration has mistakes, so the old one stays in force")
        bot.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(bot.wait(), 20) == 0
