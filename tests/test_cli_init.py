"""`folkmoot init`: from nothing to a configuration that `check` accepts."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from bot.cli import check, init
from bot.cli.asking import Refused
from bot.cli.init import Answers, write
from bot.cli.instance import Instance
from bot.settings import load
from bot.settings.models import LemmyAccount, MatrixAccount
from bot.settings.plugins import available, find

FLAGS = [
    "--url",
    "lemmy.example",
    "--username",
    "folkmoot",
    "--community",
    "free_chat",
    "--zone",
    "Europe/Berlin",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOLKMOOT_LEMMY_PASSWORD", raising=False)
    return tmp_path


def folkmoot(*arguments: str, typed: str = "", password: str | None = None) -> Result:
    app = typer.Typer()
    check.register(app)
    init.register(app)
    env = {"FOLKMOOT_LEMMY_PASSWORD": password} if password else {}
    return CliRunner(env=env).invoke(app, arguments, input=typed)


def test_flags_alone_write_a_configuration_that_check_accepts(folder: Path) -> None:
    result = folkmoot("init", *FLAGS, "--no-input", password="hunter2")
    assert result.exit_code == 0, result.output
    assert (
        "Wrote config.yaml, and the password to secrets/lemmy-password (only you can read it)."
        in result.output
    )
    assert "folkmoot check --online " in result.output
    assert "hunter2" not in result.output
    assert "hunter2" not in (folder / "config.yaml").read_text(encoding="utf-8")

    secret = folder / "secrets" / "lemmy-password"
    assert secret.read_text(encoding="utf-8") == "hunter2\n"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700

    checked = folkmoot("check")
    assert checked.exit_code == 0, checked.output
    assert "config.yaml is fine." in checked.output

    loaded = load(folder / "config.yaml", find, {})
    assert set(loaded.plugin_settings["free_chat"]) <= set(available())
    community = loaded.communities["free_chat"]
    assert (community.title, community.zone, community.language) == ("Free chat", "Europe/Berlin", "en")
    account = loaded.configuration.accounts["lemmy"]
    assert isinstance(account, LemmyAccount)
    assert (account.url, account.username) == ("https://lemmy.example", "folkmoot")
    assert account.password.reveal() == "hunter2"


def test_questions_are_asked_again_until_the_answer_is_right(folder: Path) -> None:
    answers = [
        "on lemmy",
        "lemmy",
        "https://lemmy.example/c/free",
        "lemmy.example",
        "folkmoot",
        "   ",
        "hunter2",
        "free chat",
        "!free_chat@lemmy.world",
        "",
        "Berln",
        "Europe/Paris",
        "fr",
        "y",
    ]
    result = folkmoot("init", typed="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "found 'on lemmy', expected lemmy, matrix, or both" in result.output
    assert "found more than the server's name in the address" in result.output
    assert "found no password, expected one line of text" in result.output
    assert "expected a community such as freechat or freechat@lemmy.example" in result.output
    assert "expected a time zone such as Europe/Berlin or UTC" in result.output
    assert "hunter2" not in result.output
    loaded = load(folder / "config.yaml", find, {})
    assert loaded.communities["free_chat"].places[0].native == "free_chat@lemmy.world"
    assert loaded.communities["free_chat"].zone == "Europe/Paris"
    assert loaded.communities["free_chat"].language == "fr"
    assert loaded.configuration.communities["free_chat"].limits.dry_run


def test_a_matrix_room_comes_along(folder: Path) -> None:
    answers = [
        "y",
        "folkmoot",
        "@folkmoot:example.org",
        "",
        "hunter3",
        "lounge",
        "#lounge:example.org",
        "!mods:example.org",
        "n",
    ]
    result = folkmoot(
        "init",
        *FLAGS,
        "--title",
        "Free chat",
        "--language",
        "en",
        typed="\n".join(answers) + "\n",
        password="hunter2",
    )
    assert result.exit_code == 0, result.output
    assert "expected a Matrix id such as @folkmoot:example.org" in result.output
    assert "expected the room's id (!abc…) or its address" in result.output
    assert "2. On https://example.org, invite @folkmoot:example.org into the rooms" in result.output
    assert "hunter3" not in result.output
    loaded = load(folder / "config.yaml", find, {})
    account = loaded.configuration.accounts["matrix"]
    assert isinstance(account, MatrixAccount)
    assert (account.url, account.user) == ("https://example.org", "@folkmoot:example.org")
    community = loaded.communities["free_chat"]
    assert {p.alias: p.native for p in community.places if p.account == "matrix"} == {
        "lounge": "#lounge:example.org",
        "modroom": "!mods:example.org",
        "matrix.private": "private",
    }
    assert community.moderators_room == "modroom"
    assert stat.S_IMODE((folder / "secrets" / "matrix-password").stat().st_mode) == 0o600


def test_matrix_flags_come_together_or_not_at_all(folder: Path) -> None:
    some = [*FLAGS, "--no-input", "--matrix-user", "@folkmoot:example.org"]
    result = folkmoot("init", *some, password="hunter2")
    assert result.exit_code == 2
    assert "found no --matrix-url, --room, --matrix-password, expected them together" in result.output
    assert list(folder.iterdir()) == []
    rest = ["--matrix-url", "example.org", "--matrix-password", "hunter3", "--room", "#freechat:example.org"]
    result = folkmoot("init", *some, *rest, password="hunter2")
    assert result.exit_code == 0, result.output
    loaded = load(folder / "config.yaml", find, {})
    assert loaded.communities["free_chat"].moderators_room is None


def test_without_questions_what_is_missing_is_named(folder: Path) -> None:
    result = folkmoot("init", "--no-input", "--url", "lemmy.example")
    assert result.exit_code == 2
    assert result.output == (
        "folkmoot init: found no --username, --password, --community, expected them together with --no-input\n"
    )
    assert list(folder.iterdir()) == []


def test_a_wrong_flag_is_told_and_nothing_is_written(folder: Path) -> None:
    result = folkmoot("init", *FLAGS, "--language", "??", "--no-input", password="hunter2")
    assert result.exit_code == 2
    assert (
        result.output
        == "folkmoot init: --language: found '??', expected a language such as en, de or pt-BR\n"
    )
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("there", ["config.yaml", "secrets/lemmy-password"])
def test_nothing_is_overwritten_unless_forced(folder: Path, there: str) -> None:
    (folder / "secrets").mkdir()
    (folder / there).write_text("mine", encoding="utf-8")
    result = folkmoot("init", *FLAGS, "--no-input", password="hunter2")
    assert result.exit_code == 2
    assert result.output == (
        f"folkmoot init: {there} is there already, and nothing was changed; --force overwrites it, "
        "-c names another file\n"
    )
    assert (folder / there).read_text(encoding="utf-8") == "mine"
    forced = folkmoot("init", *FLAGS, "--no-input", "--force", password="hunter2")
    assert forced.exit_code == 0, forced.output
    assert (folder / there).read_text(encoding="utf-8") != "mine"
    assert stat.S_IMODE((folder / "secrets" / "lemmy-password").stat().st_mode) == 0o600


def test_another_file_in_another_folder(folder: Path) -> None:
    result = folkmoot("init", *FLAGS, "--no-input", "-c", "deep/er/moot.yaml", password="hunter2")
    assert result.exit_code == 0, result.output
    assert "folkmoot run -c deep/er/moot.yaml" in result.output
    assert folkmoot("check", "-c", "deep/er/moot.yaml").exit_code == 0


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    result = folkmoot("init", *FLAGS, "--no-input", "-c", "file/moot.yaml", password="hunter2")
    assert result.exit_code == 2
    assert result.output == "folkmoot init: file/secrets cannot be written: Not a directory\n"


def answers(*, community: str = "freechat", title: str = "Freechat", zone: str = "UTC") -> Answers:
    lemmy = Instance("https://lemmy.example", "folkmoot", "hunter2", community)
    return Answers(title=title, zone=zone, language="en", dry_run=False, lemmy=lemmy)


def test_a_community_that_meets_on_matrix_only(folder: Path) -> None:
    answers = [
        "Matrix",
        "@folkmoot:example.org",
        "https://matrix.example.org",
        "hunter3",
        "#free-chat:example.org",
        "#mods:example.org",
        "",
        "UTC",
        "",
        "n",
    ]
    result = folkmoot("init", typed="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "Lemmy server" not in result.output
    assert "and the password to secrets/matrix-password (only you can read it)." in result.output
    assert "1. On https://matrix.example.org, invite @folkmoot:example.org into the rooms" in result.output
    assert "2. folkmoot check --online" in result.output
    assert not (folder / "secrets" / "lemmy-password").exists()
    checked = folkmoot("check")
    assert checked.exit_code == 0, checked.output
    loaded = load(folder / "config.yaml", find, {})
    assert list(loaded.configuration.accounts) == ["matrix"]
    community = loaded.communities["free-chat"]
    assert (community.title, community.moderators_room) == ("Free chat", "modroom")
    assert {p.alias: p.native for p in community.places} == {
        "lounge": "#free-chat:example.org",
        "modroom": "#mods:example.org",
        "matrix.private": "private",
    }
    assert "moderation" in loaded.plugin_settings["free-chat"]


def test_a_community_on_both_from_one_conversation(folder: Path) -> None:
    answers = [
        "both",
        "lemmy.example",
        "folkmoot",
        "hunter2",
        "lounge",
        "@folkmoot:example.org",
        "",
        "hunter3",
        "!abc:example.org",
        "",
        "The Lounge",
        "UTC",
        "de",
        "n",
    ]
    result = folkmoot("init", typed="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    both = "and the passwords to secrets/lemmy-password and secrets/matrix-password (only you can read them)."
    assert both in result.output
    assert folkmoot("check").exit_code == 0
    community = load(folder / "config.yaml", find, {}).communities["lounge"]
    assert {p.alias for p in community.places} == {"lounge", "room", "lemmy.private", "matrix.private"}
    assert (community.title, community.language, community.moderators_room) == ("The Lounge", "de", None)


def test_matrix_only_by_flags_alone(folder: Path) -> None:
    flags = [
        "--matrix-url",
        "example.org",
        "--matrix-user",
        "@folkmoot:example.org",
        "--room",
        "!abc:example.org",
    ]
    result = folkmoot("init", *flags, "--matrix-password", "hunter3", "--no-input", "--zone", "UTC")
    assert result.exit_code == 0, result.output
    assert folkmoot("check").exit_code == 0
    assert load(folder / "config.yaml", find, {}).communities["community"].title == "Community"


def test_nothing_at_all_by_flags_says_what_is_expected(folder: Path) -> None:
    result = folkmoot("init", "--no-input", password="hunter2")
    assert result.exit_code == 2
    assert (
        "expected --url, --username, --password and --community for Lemmy, or --matrix-url" in result.output
    )
    assert list(folder.iterdir()) == []


def test_a_file_of_the_other_side_is_in_nobodys_way(folder: Path) -> None:
    (folder / "secrets").mkdir()
    (folder / "secrets" / "matrix-password").write_text("mine", encoding="utf-8")
    assert folkmoot("init", *FLAGS, "--no-input", password="hunter2").exit_code == 0
    assert (folder / "secrets" / "matrix-password").read_text(encoding="utf-8") == "mine"


def test_answers_that_make_no_configuration_are_refused(folder: Path) -> None:
    with pytest.raises(Refused, match="expected a time zone"):
        write(folder / "config.yaml", answers(zone="Moon"))
    assert not (folder / "config.yaml").exists()


@given(
    title=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60).filter(
        lambda title: title.strip() and title.isprintable()  # others are refused with a sentence
    ),
    community=st.from_regex(r"\w{1,20}(@[a-z]{1,9}\.example)?", fullmatch=True),
)
@settings(max_examples=15, deadline=None)
def test_any_answers_come_back_from_the_file(
    title: str, community: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    config = tmp_path_factory.mktemp("init") / "config.yaml"
    write(config, answers(title=title, community=community))
    (loaded,) = load(config, find, {}).communities.values()
    assert loaded.title == title.strip()
    assert loaded.places[0].native == community
