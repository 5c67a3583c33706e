"""The settings as the rest of the bot gets them: what YAML means, what is built, and the laws of reading."""

from __future__ import annotations

import json
import pickle
from datetime import date, time, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from bot.api import Json, Plugin, Settings
from bot.core import core_plugin
from bot.model import Community, Place, PlaceKind, Platform
from bot.settings import Loaded, Problem, SettingsError, database_url, excerpt, load, loads
from bot.settings.load import CORE_WORDS
from bot.settings.models import LemmyAccount
from bot.settings.secret import Secret, Surroundings
from bot.settings.tree import read as read_tree
from tests.settings_plugins import ENVIRON, GOOD, PLUGINS, GreeterSettings, Rule, known


def read(text: str, folder: Path = Path("/etc/folkmoot"), environ: dict[str, str] = ENVIRON) -> Loaded:
    return loads(text, "config.yaml", PLUGINS.get, environ, folder=folder, known=known)


def refused(text: str, **around: Any) -> list[str]:
    """What is said about a configuration that cannot be used."""
    with pytest.raises(SettingsError) as caught:
        read(text, **around)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]


def greeter(line: str) -> GreeterSettings:
    """The settings of the plugin when `line` is what is set."""
    made = read(GOOD.replace("{at: 12:30}", f"{{{line}}}")).plugin_settings["freechat"]["greeter"]
    assert isinstance(made, GreeterSettings)
    return made


def database(line: str, environ: dict[str, str] | None = None) -> str:
    return read(
        GOOD.replace("keep_messages: 30d", line), environ=ENVIRON | (environ or {})
    ).configuration.storage.database


# What is built


def test_the_good_configuration_says_what_it_says() -> None:
    loaded = read(GOOD)
    lemmy = Place(Platform.LEMMY, "freechat", "freechat", PlaceKind.COMMUNITY, "freechat", "lemmy")
    lounge = Place(Platform.MEMORY, "lounge", "lounge", PlaceKind.ROOM, "freechat", "chat")
    modroom = Place(Platform.MEMORY, "modroom", "modroom", PlaceKind.ROOM, "freechat", "chat")
    letters = Place(Platform.LEMMY, "lemmy.private", "private", PlaceKind.PRIVATE, "freechat", "lemmy")
    whispers = Place(Platform.MEMORY, "chat.private", "private", PlaceKind.PRIVATE, "freechat", "chat")
    assert loaded.communities == {
        "freechat": Community(
            name="freechat",
            title="Freechat",
            zone="Europe/Berlin",
            language="en",
            places=(lemmy, lounge, modroom, letters, whispers),
            moderators_room="modroom",
            prefix="!",
        )
    }
    assert loaded.plugin_settings == {"freechat": {"greeter": GreeterSettings(at=time(12, 30))}}
    assert loaded.plugins == {"greeter": PLUGINS["greeter"]}
    assert loaded.path == Path("config.yaml")
    assert loaded.warnings == ()
    account = loaded.configuration.accounts["lemmy"]
    assert isinstance(account, LemmyAccount)
    assert account.password.reveal() == "hunter2"
    assert loaded.configuration.storage.keep_messages == timedelta(days=30)
    assert loaded.configuration.communities["freechat"].roles.trusted == ("ana@lemmy.example",)


def test_private_messages_belong_to_the_first_community_that_uses_the_account() -> None:
    second = """\
  second:
    title: Second
    places: {elsewhere: {account: chat, room: elsewhere}, forum: {account: chat, community: forum}}
    plugins: {echo: }
"""
    loaded = read(GOOD.replace("storage:", f"{second}storage:"))
    assert [place.alias for place in loaded.communities["second"].places] == ["elsewhere", "forum"]
    assert loaded.communities["second"].places[1].kind is PlaceKind.COMMUNITY
    assert loaded.communities["second"].moderators_room is None


def test_plugins_answer_in_the_order_of_the_file() -> None:
    loaded = read(GOOD.replace("greeter: {at: 12:30}", "echo:\n      greeter:"))
    assert list(loaded.plugin_settings["freechat"]) == ["echo", "greeter"]


def test_json_is_yaml() -> None:
    wanted = yaml.safe_load(GOOD.replace("12:30", "'12:30'"))
    wanted["communities"]["freechat"]["title"] = "Moot 🌳"
    loaded = read(json.dumps(wanted))
    assert loaded.communities["freechat"].title == "Moot 🌳"


def test_sections_that_hold_nothing_are_empty() -> None:
    text = (
        GOOD.replace("{keep_messages: 30d}", "")
        .replace("{level: info}", "")
        .replace("[ana@lemmy.example]", "")
    )
    configuration = read(text.replace("limits: {bans_per_hour: 5}", "limits:")).configuration
    assert configuration.storage.keep_messages == timedelta(days=30)
    assert configuration.log.level == "info"
    assert configuration.communities["freechat"].roles.trusted == ()
    assert configuration.communities["freechat"].limits.bans_per_hour == 5


def test_an_alias_stands_for_what_it_names() -> None:
    text = GOOD.replace("greeter: {at: 12:30}", "greeter: {names: &some {ana: 1}, words: [a]}")
    second = "  second:\n    title: B\n    places: {b: {account: chat, room: b}}\n    plugins: {greeter: {names: *some}}\n"
    loaded = read(text.replace("storage:", f"{second}storage:"))
    assert loaded.plugin_settings["second"]["greeter"] == GreeterSettings(names={"ana": 1})


def test_the_words_of_the_core_are_those_that_no_plugin_may_take() -> None:
    declared = [word for command in core_plugin(None).commands for word in command.words]  # type: ignore[arg-type]  # declared only
    assert sorted(declared) == sorted(CORE_WORDS)


# What people mean (the traps of YAML)


@pytest.mark.parametrize("typed", ["12:30", "'12:30'", '"12:30"', "12:30:00"])
def test_half_past_twelve_is_a_time(typed: str) -> None:
    assert greeter(f"at: {typed}").at == time(12, 30)


def test_half_past_nine_and_half_past_twelve_are_read_alike() -> None:
    assert greeter("at: 09:30").at == time(9, 30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("no", False), ("off", False), ("false", False), ("yes", True), ("On", True), ("'yes'", True)],
)
def test_yes_and_no_are_yes_and_no(typed: str, meant: bool) -> None:
    assert greeter(f"loud: {typed}").loud is meant


def test_no_is_a_word_where_a_word_is_wanted() -> None:
    assert greeter("words: [no, on, 12:30, 017, ~x, 1e3, 2026-01-01, 0x10, Null!]").words == (
        *("no", "on", "12:30", "017", "~x", "1e3", "2026-01-01", "0x10", "Null!"),
    )
    assert read(GOOD.replace("language: en", "language: no")).communities["freechat"].language == "no"


@pytest.mark.parametrize("typed", ["017", "17", "'17'", "+17"])
def test_seventeen_is_seventeen(typed: str) -> None:
    assert greeter(f"count: {typed}").count == 17


def test_other_values_are_what_they_look_like() -> None:
    made = greeter(
        "share: .25, wait: 1h 30m, holidays: [2026-12-24], rules: [{word: a, times: 2}], limit: 3, what: {word: b}"
    )
    assert made.share == 0.25
    assert made.wait == timedelta(minutes=90)
    assert made.holidays == [date(2026, 12, 24)]
    assert made.rules == [Rule(word="a", times=2)]
    assert made.limit == 3
    assert made.what == Rule(word="b")


@pytest.mark.parametrize("typed", ["~", "null", "NULL", ""])
def test_nothing_is_nothing(typed: str) -> None:
    assert greeter(f"guests: {typed}").guests is None
    assert greeter('words: ["", "~", "null"]').words == ("", "~", "null")


@pytest.mark.parametrize("depth", [51, 1_000, 100_000])
def test_deep_nesting_is_refused_and_not_followed(depth: int) -> None:
    assert refused("a: " + "[" * depth) == ["config.yaml:1:53: found more than 50 levels, expected fewer"]
    blocks = "".join(f"{' ' * level}a:\n" for level in range(min(depth, 1_000)))
    assert refused(blocks) == ["config.yaml:51:51: found more than 50 levels, expected fewer"]


def test_a_bomb_of_aliases_is_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (said,) = refused("\n".join(rows))
    assert said.endswith("found more than 100000 values or 50 levels once aliases (*name) are written out")


def test_thousands_of_mistakes_are_all_told() -> None:
    said = refused("".join(f"key{n}: v\n" for n in range(3_000)))
    assert len(said) == 3_002  # the accounts and the communities are missing, too
    assert said[-1].startswith("config.yaml:3000:1: key2999: found an unknown key")


def test_an_alias_of_itself_is_refused() -> None:
    (said,) = refused("a: &a {b: *a}")
    assert said.endswith("found more than 100000 values or 50 levels once aliases (*name) are written out")


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n", "~\n", "\ufeff"])
def test_an_empty_file_is_told_as_one(text: str) -> None:
    assert refused(text) == [
        "config.yaml:1:1: the file is empty, expected accounts and communities; `folkmoot init` writes a first one"
    ]


def test_a_large_text_is_no_configuration() -> None:
    assert refused("#" * (1024 * 1024 + 1)) == [
        "config.yaml:1:1: the file is larger than 1 MiB, expected a configuration"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "%YAML " + "9" * 5000,
            "found an escape or a number that is too large, expected a character that exists",
        ),
        (
            "%YAML 7.0\n---\na: b",
            "this is no YAML: found incompatible YAML document (version 1.* is required)",
        ),
        ("![\n-", 'found the YAML tag ![, expected a plain value; put text that starts with "!" in quotes'),
        ("a: [", "found the end of the file, expected a value"),
        ("a: ]", "found a sign of YAML's own, expected a value; put such text in quotes"),
        ("a: > b\n c", "found a sign of YAML's own, expected a value; put such text in quotes"),
    ],
)
def test_rarer_kinds_of_broken_yaml(text: str, said: str) -> None:
    (problem,) = refused(text)
    assert problem.startswith("config.yaml:1:")
    assert problem.endswith(said)


# Files


def test_a_file_is_read_with_paths_beside_it(tmp_path: Path) -> None:
    (tmp_path / "guests.txt").write_text("ana", encoding="utf-8")
    config = tmp_path / "config.yaml"
    text = GOOD.replace("{at: 12:30}", "{guests: guests.txt}").replace(
        "keep_messages: 30d", "database: sqlite:///x.db"
    )
    config.write_bytes(b"\xef\xbb\xbf" + text.encode())
    loaded = load(config, PLUGINS.get, ENVIRON, known=known)
    made = loaded.plugin_settings["freechat"]["greeter"]
    assert isinstance(made, GreeterSettings)
    assert made.guests == tmp_path / "guests.txt"
    assert loaded.configuration.storage.database == f"sqlite:///{tmp_path}/x.db"
    assert database_url(config, {}) == f"sqlite:///{tmp_path}/x.db"


def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    def said(path: Path) -> str:
        with pytest.raises(SettingsError) as caught:
            load(path, PLUGINS.get, ENVIRON)
        return str(caught.value).replace(str(tmp_path), "")

    nothing = "there is no such file; `folkmoot init` writes one, `-c FILE` names another"
    assert said(tmp_path / "nothing.yaml") == f"/nothing.yaml:1:1: {nothing}"
    assert said(tmp_path) == ":1:1: found a folder, expected a file; name the file in it"
    (tmp_path / "latin").write_bytes(b"a: 1\nb: caf\xe9\n")
    assert said(tmp_path / "latin") == (
        "/latin:2:7: found the byte 0xe9, expected UTF-8 text; save the file as UTF-8"
    )
    (tmp_path / "large").write_bytes(b"#" * 2_000_000)
    assert said(tmp_path / "large") == "/large:1:1: the file is larger than 1 MiB, expected a configuration"
    assert said(tmp_path / "large" / "x") == "/large/x:1:1: the file cannot be read: Not a directory"
    assert said(tmp_path / "\0") == "/\0:1:1: the file cannot be read: not a usable path"


def test_the_database_is_found_in_a_configuration_with_other_mistakes(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("accounts: nonsense\nstorage: {database: 'env:DB'}\n", encoding="utf-8")
    assert database_url(config, {"DB": "postgresql://bot:pw@db/x"}) == "postgresql+psycopg://bot:pw@db/x"
    with pytest.raises(
        SettingsError, match=r"config.yaml:2:11: storage.database: found no environment variable 'DB'"
    ):
        database_url(config, {})
    config.write_text("accounts: nonsense\n", encoding="utf-8")
    assert database_url(config, {}) == f"sqlite:///{tmp_path}/data/folkmoot.db"


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("database: sqlite:///data/x.db", "sqlite:////etc/folkmoot/data/x.db"),
        ("database: sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("database: 'sqlite:///:memory:'", "sqlite://"),
        ("database: sqlite://", "sqlite://"),
        ("database: postgres://bot@db/x", "postgresql+psycopg://bot@db/x"),
        ("", "sqlite:////etc/folkmoot/data/folkmoot.db"),
    ],
)
def test_databases(line: str, url: str) -> None:
    assert database(line) == url


# Secrets


def test_a_secret_is_read_from_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n", encoding="utf-8")
    secret.chmod(0o600)
    account = read(
        GOOD.replace("env:LEMMY_PASSWORD", "file:password"), folder=tmp_path
    ).configuration.accounts["lemmy"]
    assert isinstance(account, LemmyAccount)
    assert account.password.reveal() == "hunter2"


def secret_problem(
    folder: Path, reference: str = "file:password", environ: dict[str, str] | None = None
) -> str:
    (said,) = refused(GOOD.replace("env:LEMMY_PASSWORD", reference), folder=folder, environ=environ or {})
    return said.removeprefix("config.yaml:6:5: accounts.lemmy.password: ").replace(str(folder), "…")


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n", encoding="utf-8")
    for mode in (0o640, 0o604, 0o660, 0o777):
        secret.chmod(mode)
        assert secret_problem(tmp_path) == (
            "found that others may read …/password, expected a file for the bot alone; run: chmod 600 …/password"
        )


def test_folders_that_only_the_service_sees_may_have_any_mode(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n", encoding="utf-8")
    secret.chmod(0o444)
    text = GOOD.replace("env:LEMMY_PASSWORD", "file:password")
    assert read(text, folder=tmp_path, environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_a_secret_file_that_holds_no_secret_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    for content, said in (
        (b"\n", "found …/password empty or larger than 64 KiB, expected only the secret"),
        (b"x" * 70_000, "found …/password empty or larger than 64 KiB, expected only the secret"),
        (b"\xff", "found bytes that are no UTF-8 text in …/password, expected only the secret"),
    ):
        secret.write_bytes(content)
        secret.chmod(0o600)
        assert secret_problem(tmp_path) == said
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    assert secret_problem(tmp_path, "file:folder") == (
        "found that …/folder is no file, expected a file that holds only the secret"
    )
    assert secret_problem(tmp_path, "file:password/x") == (
        "found that …/password/x cannot be read (Not a directory), expected a file that holds only the secret"
    )
    assert secret_problem(tmp_path, f"file:{'x' * 5000}").endswith(
        "cannot be read (File name too long), expected a file that holds only the secret"
    )


@given(secret=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=8).filter(str.strip))
@settings(deadline=None)
def test_a_secret_shows_itself_nowhere(secret: str) -> None:
    marked = f"s3cr3t-{secret}"
    loaded = read(
        GOOD.replace("keep_messages: 30d", "database: env:DB"),
        environ={"LEMMY_PASSWORD": marked, "DB": f"postgresql://bot:{marked}@db/x"},
    )
    account = loaded.configuration.accounts["lemmy"]
    assert isinstance(account, LemmyAccount)
    shown = [
        repr(loaded),
        str(loaded.configuration),
        loaded.configuration.model_dump_json(),
        str(loaded.configuration.model_dump()),
        f"{account.password} {account.password!r}",
        repr(loaded.configuration.storage),
    ]
    assert not any("s3cr3t" in text for text in shown)
    assert account.password.reveal() == marked
    assert account.password == account.model_copy(deep=True).password
    assert len({account.password, account.password}) == 1
    assert account.password != marked


@given(
    st.sampled_from(["{}", "'{}'", '"{}"', "[{}]", "{{a: {}}}", "\n      {}", "\n      - {}"]),
    st.sampled_from(["password", "pasword", "token", "Password"]),
    st.sampled_from(
        ["url: https://lemmy.example", "url: 'https://lemmy.example", "url: [", "url: a: b", "url: 3"]
    ),
)
@settings(deadline=None)
def test_a_password_in_the_open_is_never_repeated(how: str, key: str, url: str) -> None:
    text = GOOD.replace("password: env:LEMMY_PASSWORD", f"{key}: {how.format('hunter2')}")
    text = text.replace("url: https://lemmy.example", url)
    with pytest.raises(SettingsError) as caught:
        read(text, environ={})
    for problem in caught.value.problems:
        assert "hunter2" not in str(problem)
        assert "hunter2" not in excerpt(text, problem)


# The line with a caret


def test_the_place_is_shown_under_its_line() -> None:
    text = GOOD.replace("Europe/Berlin", "Europe/Berln")
    with pytest.raises(SettingsError) as caught:
        read(text)
    assert excerpt(text, caught.value.problems[0]) == "        zone: Europe/Berln\n" + " " * 14 + "^"


def test_an_excerpt_hides_secrets_and_stays_short() -> None:
    here = Problem("c", 1, 1, "", "")
    assert excerpt("", here) == ""
    assert excerpt("a: 1", Problem("c", 7, 1, "", "")) == ""
    assert excerpt("{url: x, password: hunter2, a: b", here) == "    {url: x, password: …\n    ^"
    assert excerpt("password:\n  hunter2", Problem("c", 2, 3, "", "")) == "    …\n     ^"
    assert excerpt("\x1b[31mred", here) == "     [31mred\n    ^"
    long = excerpt("x" * 5000, Problem("c", 1, 2500, "", ""))
    assert [len(row) for row in long.split("\n")] == [124, 64]


# The laws


PIECES = st.sampled_from(
    [
        *"{}[]:,-?!&*#|>'\"%@`\\\n\t ~=<.0a",
        "\n  ",
        "\n    ",
        "- ",
        ": ",
        "&a ",
        "*a",
        "!!str ",
        "---",
        "...",
        "\\U0011",
        "<<: ",
        "\r",
        "\x85",
        "\u2028",
        "\ufeff",
        "\0",
        "|2-\n",
        "env:X",
        "accounts",
        "communities",
        "plugins",
        "greeter",
    ]
)
NONSENSE = st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join)
SPOILT = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 30), NONSENSE).map(
    lambda cut: GOOD[: cut[0]] + cut[2] + GOOD[cut[0] + cut[1] :]
)


@given(NONSENSE | SPOILT)
@settings(max_examples=400, deadline=None)
def test_whatever_stands_in_the_file_is_a_configuration_or_a_list_of_problems(text: str) -> None:
    try:
        loaded = read(text)
    except SettingsError as error:
        problems = error.problems
        assert any(problem.level == "error" for problem in problems)
        assert list(problems) == sorted(problems, key=lambda p: (p.line, p.column, p.key))
    else:
        problems = loaded.warnings
        assert all(problem.level == "warning" for problem in problems)
    alone = len(problems) == 1  # broken YAML is told alone, everything else by its key
    lines = len(text.splitlines()) + 1
    for problem in problems:
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert problem.key or alone or "as a key" in problem.message or "merge" in problem.message
        assert len(str(problem).splitlines()) == 1
        excerpt(text, problem)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(GreeterSettings.model_fields)), VALUES)
@settings(max_examples=300, deadline=None)
def test_every_value_of_a_plugin_is_taken_or_told_at_its_line(field: str, value: object) -> None:
    block = yaml.safe_dump({field: value}, allow_unicode=True, default_flow_style=True, width=10**6).strip()
    text = GOOD.replace("{at: 12:30}", block)
    try:
        read(text)
    except SettingsError as error:
        for problem in error.problems:
            assert problem.line >= 22
            assert problem.key == "" or problem.key.startswith("communities.freechat.plugins.greeter")


def test_a_secret_does_not_travel_in_an_error() -> None:
    with pytest.raises(SettingsError) as caught:
        read(GOOD.replace("platform: lemmy", "platform: lemy"))
    assert b"hunter2" not in pickle.dumps([str(p) for p in caught.value.problems])
    assert caught.value.__cause__ is None


# Finding the place


def test_a_plugin_names_the_key_that_it_complains_about() -> None:
    tree, _ = read_tree("a: {b: [x, {c: 1}], 'd.e': 2}\n", "x")
    assert tree.locate(("a",), "b[1].c") == ("a", "b", 1, "c")
    assert tree.locate(("a",), "b.1.c") == ("a", "b", 1, "c")
    assert tree.locate(("a",), "d.e") == ("a", "d.e")
    assert tree.locate(("a",), "b[7].c") == ("a", "b")
    assert tree.locate(("a",), "nothing") == ("a",)
    assert tree.locate(("a",), "") == ("a",)
    assert tree.locate(("gone",), "b") == ("gone",)
    assert str(tree.problem(("a", "gone", "c"), "!")) == "x:1:1: a.gone.c: !"
    assert tree.at("a", "b", 5) is None
    assert tree.at("a", "b", "c") is None


class Odd(Settings):
    """Fields of kinds that the messages have no words of their own for."""

    address: IPv4Address = IPv4Address("127.0.0.1")
    """an address"""
    anything: Json = None
    """whatever"""
    either: Left | Right | None = None
    """one of two models without a mark"""
    spelled: int = Field(default=1, alias="by-the-way")
    """a key that is no name in Python"""


class Left(Settings):
    """One."""

    left: int
    """the left one"""


class Right(Settings):
    """The other."""

    right: int
    """the right one"""


Odd.model_rebuild()


def odd(line: str) -> Settings | list[str]:
    """The settings, or what is said about them."""
    plugin = Plugin("odd", Odd, about="Odd.")
    text = GOOD.replace("greeter: {at: 12:30}", f"odd: {{{line}}}")
    try:
        loaded = loads(text, "c", lambda _: plugin, ENVIRON)
    except SettingsError as error:
        return [
            f"{p.key.removeprefix('communities.freechat.plugins.odd')}: {p.message}" for p in error.problems
        ]
    return loaded.plugin_settings["freechat"]["odd"]


def test_kinds_without_words_of_their_own_are_told_in_those_of_the_library() -> None:
    assert odd("address: 1.2.3") == [".address: found '1.2.3', expected a valid IPv4 address"]


def test_free_values_stay_as_they_were_typed() -> None:
    assert odd("anything: {a: [1, no, ~]}") == Odd(anything={"a": ["1", "no", None]})


def test_models_without_a_mark_are_told_together() -> None:
    assert odd("either: {right: 1}") == Odd(either=Right(right=1))
    assert odd("either: {middle: 1}") == [
        ".either.left: nothing found, expected a value: the left one",
        ".either.right: nothing found, expected a value: the right one",
        ".either.middle: found an unknown key, expected one of: left, right",
    ]


def test_a_key_may_have_another_name_than_its_field() -> None:
    assert odd("by-the-way: 3") == Odd(**{"by-the-way": 3})
    assert odd("by-the-way: x") == [".by-the-way: found 'x', expected a whole number"]
    assert odd("spelled: 3") == [
        ".spelled: found an unknown key, expected one of: address, anything, either, by-the-way"
    ]


def test_surroundings_and_secrets_keep_quiet() -> None:
    assert "hunter2" not in repr(Surroundings({"A": "hunter2"}, Path()))
    account = LemmyAccount(
        platform="lemmy", url="https://lemmy.example", username="a", password=Secret("hunter2")
    )
    assert account.password.reveal() == "hunter2"
    with pytest.raises(ValueError, match="no environment variable"):
        LemmyAccount.model_validate(account.model_dump() | {"password": "env:HOME"})
