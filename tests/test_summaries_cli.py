"""`folkmoot summarize`, as a person or a program uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.cli import summarize

THREAD = {
    "id": "t",
    "title": "Rents",
    "budget_words": 12,
    "thread": [
        {"id": 1, "parent": None, "author": "ana", "text": "Rents have doubled in the old town.", "score": 5},
        {
            "id": 2,
            "parent": 1,
            "author": "bo",
            "text": "> Rents have doubled\n\nThe *trams* made the rents rise.\nWhy?",
        },
    ],
}
LINE = json.dumps(THREAD)


def call(*words: str, text: str = "") -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)  # a command of its own keeps its name
    summarize.register(app)
    return CliRunner().invoke(app, ["summarize", *words], input=text)


def quoted(result: Result) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_sentences_as_json(tmp_path: Path) -> None:
    file = tmp_path / "thread.json"
    file.write_text(LINE, "utf-8")
    result = call(str(file), "--json")
    assert result.exit_code == 0
    assert quoted(result) == [
        {"text": "Rents have doubled in the old town.", "id": 1},
        {"text": "The *trams* made the rents rise.", "id": 2},
    ]
    assert quoted(call("-", "--json", "--words", "5", text=LINE)) == quoted(result)[:1]


def test_a_digest_for_people() -> None:
    result = call("-", text=LINE)
    assert result.stdout.startswith("2 comments by 2 people · extracts only, nobody's words changed, no AI\n")
    assert "\n  Rents have doubled in the old town. — ana\n" in result.stdout


def test_one_list_for_each_line() -> None:
    result = call("-", "--jsonl", text=f"{LINE}\n\n{{\n{LINE}\n")
    assert result.exit_code == 1
    assert [len(json.loads(line)) for line in result.stdout.splitlines()] == [2, 0, 2]
    assert result.stderr.startswith("line 3: no JSON at line 1, column 2")
    assert len(result.stderr.splitlines()) == 1
    assert call("-", "--jsonl", text=LINE).exit_code == 0
    assert call("-", "--jsonl", text="").stdout == ""


BAD = {
    ("no/such/file.json",): "no/such/file.json: cannot be read (No such file or directory)",
    (".",): ".: cannot be read (Is a directory)",
    ("a\0b",): "cannot be read",
    ("-",): "standard input: no JSON at line 1, column 1",
    ("https://lemmy.example/c/chat",): "a link to a Lemmy post was expected",
    ("http://127.0.0.1/post/1",): "127.0.0.1 is not an address of the public internet",
}


@pytest.mark.enable_socket
@pytest.mark.loopback
@pytest.mark.parametrize("words", BAD)
def test_what_cannot_be_summarized_gives_one_sentence(words: Sequence[str]) -> None:
    result = call(*words)
    assert result.exit_code == 1
    assert BAD[tuple(words)] in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_broken_characters_break_nothing() -> None:
    thread = {"thread": [{"id": "\ud800", "text": "Half an emoji \ud83d is what this sentence holds."}]}
    assert call("-", "--json", text=json.dumps(thread)).exit_code == 0
    assert call("-", text=json.dumps(thread)).exit_code == 0


def test_it_starts_without_the_bot() -> None:
    """Nothing of the bot's machinery is loaded to summarize a file."""
    code = (
        "import sys, plugins.summaries.digest, plugins.summaries.files, bot.cli.summarize\n"
        "print([m for m in ('pydantic', 'sqlalchemy', 'httpx', 'bot.api', 'aiohttp') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout.strip() == "[]"
