"""`folkmoot check`, as an operator sees it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import check
from bot.cli.check import examine
from bot.clock import Clock
from bot.platforms.protocol import SignedOut, Unreachable
from bot.settings import Loaded

GOOD = """\
accounts:
  lemmy: {platform: lemmy, url: "https://lemmy.example", username: folkmoot, password: "env:PASSWORD"}
  chat: {platform: memory}
communities:
  freechat:
    title: Freechat
    places:
      freechat: {account: lemmy, community: freechat}
      lounge: {account: chat, room: lounge}
"""
ENVIRON = {"PASSWORD": "hunter2"}
NO_PLUGINS = (
    "5:3: communities.freechat.plugins: warning: found no plugins, expected at least one; "
    "without any the bot does nothing here\n"
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The good configuration, in the folder where we are."""
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(GOOD, encoding="utf-8")
    return Path("config.yaml")


def test_a_configuration_that_is_fine_is_told_with_what_is_in_it(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examine(config, ENVIRON) == 0
    assert capsys.readouterr().out == (
        f"config.yaml:{NO_PLUGINS}"
        "config.yaml is fine.\n"
        "  freechat: places freechat, lounge; plugins: no plugins\n"
    )


def test_each_mistake_is_one_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(GOOD.replace("title:", "titel:"), encoding="utf-8")
    assert examine(config, {}) == 1
    assert capsys.readouterr().out == (
        "config.yaml:2:78: accounts.lemmy.password: found no environment variable 'PASSWORD', "
        "expected the secret in it; set it before the start\n"
        f"config.yaml:{NO_PLUGINS}"
        "config.yaml:5:3: communities.freechat.title: nothing found, expected a value: the name that people read\n"
        "config.yaml:6:5: communities.freechat.titel: found an unknown key (did you mean 'title'?), expected one of: "
        "title, zone, language, prefix, moderators_room, places, roles, limits, plugins\n"
        "config.yaml: 3 mistakes\n"
    )


def test_a_terminal_shows_the_line_and_the_place(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    config.write_text(GOOD.replace("title: Freechat", "title: @Freechat"), encoding="utf-8")
    assert examine(config, ENVIRON) == 1
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert shown == (
        "config.yaml:6:12: found text that starts with a sign of YAML's own (@ ` % & * !), expected quotes around it\n"
        "        title: @Freechat\n"
        "               ^\n"
        "config.yaml: 1 mistake\n"
    )


def test_a_password_in_the_open_is_not_shown_on_a_terminal(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    config.write_text(GOOD.replace("env:PASSWORD", "hunter2").replace("https:", "https"), encoding="utf-8")
    assert examine(config, ENVIRON) == 1
    shown = capsys.readouterr().out
    assert "hunter2" not in shown
    assert "password: …" in shown


@pytest.mark.parametrize("terminal", ["1", ""])
def test_a_file_that_is_not_there(
    terminal: str, config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", terminal)
    config.unlink()
    assert examine(config, ENVIRON) == 1
    assert "config.yaml:1:1: there is no such file; `folkmoot init` writes one" in capsys.readouterr().out


def test_programs_get_one_object(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine(config, ENVIRON, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert [problem["level"] for problem in found["problems"]] == ["warning"]
    assert found["communities"] == {"freechat": {"places": ["freechat", "lounge"], "plugins": []}}

    config.write_text("a: [b", encoding="utf-8")
    assert examine(config, ENVIRON, as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == {
        "ok": False,
        "problems": [
            {
                "file": "config.yaml",
                "line": 1,
                "column": 4,
                "key": "",
                "message": "found a list that was opened with [ and not closed, expected , or ]",
                "level": "error",
            }
        ],
        "communities": {},
        "rights": [],
    }


class Account:
    """An adapter that answers as it is told to."""

    def __init__(self, account: str, opening: Exception | None = None, told: Sequence[str] = ()) -> None:
        self.account = account
        self.opening = opening
        self.told = list(told)
        self.closed = False

    async def open(self) -> None:
        if self.opening:
            raise self.opening

    async def check(self) -> list[str]:
        if self.told == ["silence"]:
            await asyncio.Event().wait()
        return self.told

    async def close(self) -> None:
        self.closed = True


def online(config: Path, *accounts: Account) -> int:
    def connect(loaded: Loaded, clock: Clock) -> Any:
        assert set(loaded.configuration.accounts) == {"lemmy", "chat"}
        assert clock.now().tzinfo is not None
        return accounts

    status = examine(config, ENVIRON, online=True, connect=connect)
    assert all(account.closed for account in accounts)
    return status


def test_online_everything_may_be_fine(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert online(config, Account("lemmy"), Account("chat")) == 0
    assert "config.yaml is fine." in capsys.readouterr().out


def test_online_each_account_is_told_at_its_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = SignedOut("lemmy.example refuses the password of folkmoot")
    rights = ["folkmoot is no moderator of lounge", "folkmoot may not pin there"]
    assert online(config, Account("lemmy", wrong), Account("chat", told=rights)) == 1
    assert capsys.readouterr().out == (
        f"config.yaml:{NO_PLUGINS}"
        "config.yaml:2:3: accounts.lemmy: lemmy.example refuses the password of folkmoot\n"
        "config.yaml:3:3: accounts.chat: folkmoot is no moderator of lounge\n"
        "config.yaml:3:3: accounts.chat: folkmoot may not pin there\n"
        "config.yaml: 3 mistakes\n"
    )


def test_online_one_silent_server_does_not_hold_up_the_rest(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "PATIENCE", 0.01)
    gone = Account("chat", Unreachable("nobody answers at 127.0.0.1:8536"))
    assert online(config, Account("lemmy", told=["silence"]), gone) == 1
    said = capsys.readouterr().out
    assert "accounts.lemmy: found no answer within 0.01 seconds, expected the server" in said
    assert "accounts.chat: nobody answers at 127.0.0.1:8536" in said


def test_the_command_line(config: Path) -> None:
    app = typer.Typer()
    check.register(app)
    app.command("other")(lambda: None)  # with a second command, typer keeps the names
    runner = CliRunner(env=ENVIRON)
    assert runner.invoke(app, ["check"]).exit_code == 0
    assert runner.invoke(app, ["check", "-c", "nowhere.yaml"]).exit_code == 1
    result: SimpleNamespace | Any = runner.invoke(app, ["check", "--json", "--config", "config.yaml"])
    assert json.loads(result.stdout)["ok"] is True
