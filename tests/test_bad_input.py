"""What goes wrong at the start: one clear sentence for each thing, a non-zero status, no trace of Python."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.ledger import upgrade
from bot.ledger.lock import Lock

ROOT = Path(__file__).parent.parent

CONFIG = """\
accounts:
  chat: {platform: memory, url: "http://127.0.0.1:9"}
communities:
  freechat:
    title: Freechat
    zone: Europe/Berlin
    moderators_room: modroom
    places:
      lounge: {account: chat, room: lounge}
      modroom: {account: chat, room: modroom}
    plugins:
      moderation: {rules: [rules.yaml]}
storage: {database: "sqlite:///folkmoot.db"}
"""
RULES = "name: No insults\nbody: [numbskull]\nwarn: Please.\n"


def start(folder: Path, *, config: str = CONFIG, rules: str = RULES) -> str:
    """What `folkmoot run` says on standard error before it gives up."""
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", "-c", "config.yaml"], cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("config", "rules", "said"),
    [
        ("communities: [", RULES, "config.yaml:1:15: found the end of the file, expected a value"),
        (CONFIG.replace("moderators_room: modroom", "moderators_room: attic"), RULES,
         "config.yaml:7:22: communities.freechat.moderators_room: found 'attic', expected one of the community's places"),
        (CONFIG.replace("zone: Europe/Berlin", "zone: Europe/Berlim"), RULES, "(did you mean 'Europe/Berlin'?)"),
        (CONFIG.replace("plugins:", "plugin:"), RULES, "config.yaml:11:5: communities.freechat.plugin:"),
        (CONFIG, "name: Empty\n", "rules.yaml:1: Empty: has no condition, so it would match everything"),
        (CONFIG, 'name: All\nbody (regex): ".*"\naction: remove\n', "“.*” is found in everything"),
        (CONFIG, 'name: Odd\nbody (regex): "(("\naction: remove\n', "“((” is no regular expression"),
        (CONFIG, RULES, "folkmoot: the chat server at http://127.0.0.1:9 cannot be reached"),
    ],
    ids=["broken yaml", "no such place", "no such zone", "unknown key", "empty rule", "matches everything", "bad pattern", "nobody answers"],
)  # fmt: skip
def test_mistakes_are_named_and_nothing_starts(tmp_path: Path, config: str, rules: str, said: str) -> None:
    assert said in start(tmp_path, config=config, rules=rules)


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    with sqlite3.connect(tmp_path / "folkmoot.db") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()
    assert "the database was written by a newer Folkmoot (revision 9999)" in start(tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "folkmoot.db").write_text("notes of the last assembly, which are no database at all")
    assert "the file is damaged or no database" in start(tmp_path)


def test_a_second_process_on_the_same_database(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    lock = Lock.take(tmp_path / "folkmoot.db")
    try:
        assert f"already in use by process {os.getpid()}" in start(tmp_path)
    finally:
        lock.release()
