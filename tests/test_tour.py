"""The guided tour is a test of everything at once: it fails when anything that it shows did not happen."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bot.demo import picture
from bot.demo.tour import play

pytestmark = [pytest.mark.slow, pytest.mark.loopback, pytest.mark.enable_socket]

ROOT = Path(__file__).parent.parent


async def test_everything_that_the_tour_shows_happens() -> None:
    shown = io.StringIO()
    assert await play(Console(file=shown, width=120)), shown.getvalue()
    story = shown.getvalue()
    assert "✘" not in story
    for scene in (
        "A prompt to talk about",
        "Where else?",
        "A thread grows long",
        "Warn, then ban",
        "An appeal",
        "A new rule",
        "power cut",
    ):
        assert scene in story
    assert story.count("kill -9") == 2


async def test_the_picture_in_the_readme_is_what_the_tour_shows() -> None:
    drawn = picture.words(picture.PICTURE.read_text(encoding="utf-8"))
    assert drawn == picture.words(await picture.draw()), "python -m bot.demo.picture --write makes it anew"


def test_without_a_configuration_run_plays_the_tour(tmp_path: Path) -> None:
    """What `make run` does on a fresh machine without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "There is no config.yaml yet" in done.stdout
    assert "each exactly once" in done.stdout
