"""`folkmoot export`, `forget`, `backup` and `restore`, as an operator types them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.cli.data import register
from bot.ledger import Ledger
from bot.ledger.migrate import migrate
from bot.ledger.tables import REVISIONS
from bot.model import Author, Platform
from tests.ledger_stories import ANA, BEN, HOUR, NOON, ban, deliver, happened, said, unban, warn


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose ledger holds a warning for Ana and two people called Kim."""
    path = tmp_path / "config.yaml"
    path.write_text("storage:\n  database: sqlite:///folkmoot.db\n")

    async def live() -> None:
        ledger = await Ledger.open(url(path))
        rude = said("secret words")
        await happened(ledger, rude, warn(rude))
        for number, name in enumerate(["one", "two"], start=5):
            await happened(ledger, said("hi", Author(Platform.MATRIX, f"@{name}:example.org", "Kim"), number))
        await deliver(ledger)
        await ledger.close()

    migrate(url(path))
    asyncio.run(live())
    return path


def url(config: Path) -> str:
    return f"sqlite:///{config.with_name('folkmoot.db')}"


def run(*words: object, typed: str = "") -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


def test_export_prints_json(config: Path):
    result = run("export", ANA.id, "-c", config)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["person"] == ANA.key
    assert "secret words" in result.stdout
    assert f"about {ANA.key}" in result.stderr


def test_forget_asks_first(config: Path):
    result = run("forget", "Ana", "--config", config, typed="n\n")
    assert result.exit_code == 1
    assert f"Forget {ANA.key}" in result.output
    assert "cannot be undone" in result.output
    assert "secret words" in run("export", ANA.key, "-c", config).stdout
    result = run("forget", "Ana", "--config", config, typed="y\n")
    assert result.exit_code == 0, result.output
    assert f"forgotten: {ANA.key}" in result.stdout
    result = run("export", ANA.key, "-c", config)
    assert result.exit_code == 1
    assert "nobody called" in result.stderr


def test_forget_says_what_is_still_needed(config: Path):
    async def banned() -> None:
        ledger = await Ledger.open(url(config))
        await happened(ledger, said("x", BEN, 9), ban(BEN), unban(BEN, at=NOON + HOUR))
        await deliver(ledger)
        await ledger.close()

    asyncio.run(banned())
    result = run("forget", BEN.id, "--yes", "-c", config)
    assert result.exit_code == 0, result.output
    assert "kept until then: 1; run this again" in result.stdout


def test_a_name_that_two_people_have_is_not_guessed(config: Path):
    result = run("forget", "Kim", "--yes", "-c", config)
    assert result.exit_code == 1
    assert "matrix:@one:example.org, matrix:@two:example.org" in result.stderr


def test_backup_while_the_bot_runs_and_restore_when_it_does_not(config: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"

    async def beside_the_bot() -> tuple[Result, Result, Result]:
        bot = await Ledger.open(url(config))
        try:
            return (
                await asyncio.to_thread(run, "backup", copy, "-c", config),
                await asyncio.to_thread(run, "forget", ANA.key, "--yes", "-c", config),
                await asyncio.to_thread(run, "restore", copy, "-c", config),
            )
        finally:
            await bot.close()

    saved, refused, kept_out = asyncio.run(beside_the_bot())
    assert saved.exit_code == 0, saved.output
    assert "bytes" in saved.stdout
    for result in (refused, kept_out):
        assert result.exit_code == 1
        assert "already in use by process" in result.stderr

    assert run("forget", ANA.key, "--yes", "-c", config).exit_code == 0
    result = run("restore", copy, "--check", "-c", config)
    assert (result.exit_code, result.stdout) == (0, f"{copy}: whole, at revision {REVISIONS[-1]}\n")
    assert run("export", ANA.key, "-c", config).exit_code == 1, "looking changes nothing"
    result = run("restore", copy, "-c", config)
    assert result.exit_code == 0, result.output
    assert "what was there before is kept as" in result.stdout
    assert "secret words" in run("export", ANA.key, "-c", config).stdout


def test_what_is_wrong_is_one_sentence(config: Path, tmp_path: Path):
    missing = tmp_path / "nothing.yaml"
    broken = tmp_path / "broken.db"
    broken.write_text("no database " * 500)
    elsewhere = tmp_path / "memory.yaml"
    elsewhere.write_text("storage:\n  database: 'sqlite://'\n")
    empty = tmp_path / "empty.yaml"
    empty.write_text("storage:\n  database: sqlite:///other.db\n")
    for words, sentence in (
        (("export", "ana", "-c", missing), "there is no such file"),
        (("restore", broken, "-c", config), "damaged or no database"),
        (("restore", tmp_path / "no.db", "--check"), "no such file"),
        (("export", "ana", "-c", empty), "has no tables yet"),
        (("export", "nobody", "-c", config), "nobody called nobody"),
        (("backup", tmp_path / "no" / "copy.db", "-c", config), "choose another place"),
    ):
        result = run(*words)
        assert result.exit_code == 1, words
        assert sentence in result.stderr, words
        assert "Traceback" not in result.output
    copy = tmp_path / "copy.db"
    assert run("backup", copy, "-c", config).exit_code == 0
    result = run("restore", copy, "-c", elsewhere)
    assert result.exit_code == 1
    assert "no SQLite file" in result.stderr
