"""Trying rules out: on the past, on a file of messages, on many files at once; and from the command line."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.api import Author, Json, Message, Place, PlaceKind, Platform, Ref, Remember, Role
from bot.cli import rules as commands
from bot.ledger import Ledger
from bot.ledger.migrate import upgrade
from plugins.moderation.history import backtest
from plugins.moderation.ladder import DEFAULT, Deed, Ladder
from plugins.moderation.reader import read, read_files
from plugins.moderation.repeats import is_repeated
from plugins.moderation.rule import Fact, Field, Kind
from plugins.moderation.tally import tables
from plugins.moderation.trial import BadLine, trial
from tests.real_data import REAL_DATA

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOM = Place(Platform.MEMORY, "lounge", "!1", PlaceKind.ROOM, "moot", "bot")
DATA = REAL_DATA / "automod-dev"


def said(text: str, minutes: float = 0, *, by: str = "ana", **more: Any) -> Message:
    ref = Ref(Platform.MEMORY, "lounge", f"{by}-{minutes}")
    author = Author(Platform.MEMORY, by, by, **{k: more.pop(k) for k in ("role", "is_bot") if k in more})
    at = NOW + timedelta(minutes=minutes)
    return Message(ref=ref, place=ROOM, author=author, text=text, sent_at=at, root=ref, **more)


def test_a_backtest_counts_hits_people_samples_and_where_the_ladder_would_have_led():
    rules = read("name: Gambling\nbody: casino\nwarn: x\n---\nname: Cats\nbody: cats\naction: report").rules
    past = [
        said("casino", 0),
        said("casino", 0.5),  # the same incident
        said("CASINO!", 10),
        said("casino", 20),
        said("casino and cats", 21, by="bo"),
        said("casino", 22, by="mo", role=Role.MODERATOR),
        said("nothing", 23),
    ]
    result = backtest(rules, past, Ladder(DEFAULT), timedelta(days=30), timedelta(minutes=1))
    gambling, cats = result.hits["Gambling"], result.hits["Cats"]
    assert (result.messages, result.people) == (7, 2)
    assert (gambling.count, dict(gambling.people)) == (5, {"ana": 4, "bo": 1})
    assert (cats.count, cats.samples[0].words) == (1, "cats")
    assert result.steps == {Deed.WARN: 3, Deed.BAN: 1}
    assert (result.first, result.last) == (past[0].sent_at, past[-1].sent_at)


def test_a_backtest_counts_repetitions():
    rules = read("name: Spam\nbody: buy\nrepeat: {count: 3, within: 10m, same: any}\nstrikes: 1").rules
    past = [said("buy a", 0), said("hello", 1), said("buy b", 2), said("buy c", 3), said("buy d", 30)]
    assert backtest(rules, past, Ladder(DEFAULT), timedelta(days=30)).hits["Spam"].count == 1


@pytest.mark.parametrize(
    ("same", "texts", "repeated"),
    [
        ("text", ["Buy my book", "buy  MY book", "buy my b\u200book"], True),
        ("text", ["Buy my book", "Buy my hat", "Buy my book"], False),
        ("link", ["https://a.org/x now", "see https://a.org/x/", "HTTPS://A.org/x"], True),
        ("link", ["https://a.org/x", "no link", "https://a.org/x"], False),
        ("any", ["a", "b", "c"], True),
    ],
)
def test_what_counts_as_the_same(same: str, texts: list[str], repeated: bool):
    rule = read(f"repeat: {{count: 3, within: 10m, same: {same}}}\nstrikes: 1").rules[0]
    messages = [said(text, minutes) for minutes, text in enumerate(texts)]
    assert is_repeated(rule, messages[-1], messages, messages[-1].sent_at) is repeated
    assert is_repeated(rule, messages[-1], messages, NOW + timedelta(minutes=30)) is False


def test_a_line_may_say_everything_about_a_message():
    one = trial(
        '{"text": "b", "title": "t", "link": "https://a.org/x", "id": 7, "author": "ana", "account_age_days": 2, '
        '"at": "2026-01-01T00:00:00", "reports": 3, "edited": true, "place": "hall"}',
        1,
        NOW,
    )
    assert (one.id, one.subject.kind, one.subject.place) == ("7", Kind.LINK, "hall")
    assert one.subject.texts[Field.DOMAIN] == ("a.org",)
    facts = one.subject.facts
    assert (facts[Fact.ACCOUNT_AGE], facts[Fact.REPORTS], facts[Fact.EDITED]) == (172_800, 3, 1)
    assert trial('{"text": "x", "kind": "submission"}', 4, NOW).subject.kind is Kind.TEXT
    assert trial('{"text": "x"}', 4, NOW).id == "4"
    assert trial('{"text": "x", "account_age_days": 1e400}', 4, NOW).subject.facts[Fact.ACCOUNT_AGE] > 0
    assert trial('{"text": "x"}', 4, NOW).subject.kind is Kind.COMMENT


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "no JSON"),
        ("[]", "the line: input should be"),
        ('{"author": "ana"}', "text is missing"),
        ('{"text": 5}', "text: input should be a valid string"),
        ('{"text": "x", "at": "soon"}', "at: "),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_a_line_that_is_no_message_is_refused_with_a_sentence(line: str, sentence: str):
    with pytest.raises(BadLine) as refusal:
        trial(line, 1, NOW)
    assert sentence in str(refusal.value)


def test_tables_quote_no_rule():
    found = read("body (regex): ['(secret', b]\naction: remove\n---\nbodi: secret\naction: remove")
    shown = tables([("/x/ana__rules__a__b.yaml", found), ("plain.yaml", read(""))])
    assert "| ana/rules: a/b.yaml | 2 | 1 | 1 | 0 | 2 | 0 |" in shown
    assert "| **together** | **2** | **1** | **1** | **0** | | |" in shown
    assert "secret" not in shown


# -- the command line


def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
    app = typer.Typer()
    commands.register(app)
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, ["rules", *words], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text("name: No gambling\nbody+title: casino\naction: remove\nstrikes: 1\n")
    return path


def test_check_says_what_is_wrong_and_fails(tmp_path: Path, rules: Path):
    assert run("check", str(rules)) == (0, "1 rules, 1 loaded, 0 off.\n", "")
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "body: ''\naction: remove\n---\nbody: x\nauthor: {contributor_quality: low}\naction: remove\n"
    )
    status, out, _ = run("check", str(rules), str(bad), "--json")
    assert status == 1
    shown = json.loads(out)
    assert (shown["rules"], shown["loaded"], shown["off"]) == (3, 1, 2)
    assert [(p["file"], p["line"], p["rule"], p["key"], p["level"]) for p in shown["problems"]] == [
        (str(bad), 1, "rule 1", "body", "error"),
        (str(bad), 1, "rule 1", "body", "error"),
        (str(bad), 5, "rule 2", "contributor_quality", "off"),
    ]
    status, out, _ = run("check", str(bad))
    assert f"{bad}:1: error: rule 1: body: an empty text is found in everything" in out
    assert run("check", str(rules), "--table")[1].startswith("| file |")


def test_rules_that_are_only_off_do_not_fail_the_check(tmp_path: Path):
    path = tmp_path / "karma.yaml"
    path.write_text("body: x\nauthor: {contributor_quality: low}\naction: remove\n")
    assert run("check", str(path))[0] == 0


def test_try_rules_on_messages(rules: Path):
    lines = '{"text": "my casino", "id": "a"}\n{oops\n\n{"title": "hello"}\n'
    status, out, _ = run("test", str(rules), "--messages", "-", stdin=lines)
    assert status == 0
    assert out.splitlines() == [
        "a: No gambling (“casino” in the body) → remove, 1 strike; the ladder: warn",
        "line 2: this is no JSON (expecting property name enclosed in double quotes at character 2)",
        "4: no rule matches",
    ]
    _, out, _ = run("test", str(rules), "--messages", "-", "--json", stdin=lines)
    first, bad, none = (json.loads(line) for line in out.splitlines())
    assert first["matches"] == [
        {"rule": "No gambling", "line": 1, "version": first["matches"][0]["version"], "does": "remove, 1 strike",
         "field": "body", "span": [3, 9], "text": "casino", "view": "as written", "exempt": False, "guess": False}
    ]  # fmt: skip
    assert (first["acts"], first["step"]) == (["No gambling"], "warn")
    assert bad["line"] == 2
    assert none.pop("ms") >= 0
    assert none == {"line": 4, "id": "4", "matches": [], "acts": [], "step": None, "slow": []}


def test_messages_are_tried_in_their_threads_with_all_that_their_lines_tell(tmp_path: Path):
    path = tmp_path / "rules.yaml"
    path.write_text(
        "name: Ask\ntitle: '?'\nset_flair: Question\n---\n"
        "name: Curt\nparent_submission: {flair_text: Question}\nbody: no\naction: remove\n---\n"
        "name: Low\nauthor: {comment_karma: '< 0'}\naction: report\n---\n"
        "name: Word\nbody: cas\naction: remove\n---\n"
        "name: Sort\ntitle: sorted\nset_suggested_sort: new\n"
    )
    lines = [
        {"id": "p", "title": "Why?", "text": "", "author": "ana"},
        {"id": "c", "parent": "p", "text": "no", "author": "bo"},
        {"id": "k", "parent": "c", "text": "yes", "author": "cyn", "comment_karma": -3},
        {"id": "m", "text": "no", "kind": "comment", "role": "moderator", "parent": "p"},
        {"id": "g", "text": "ca$ and c4s"},
        {"id": "w", "parent": "p", "text": "no cas"},
        {"id": "s", "title": "sorted"},
    ]
    status, out, _ = run("test", str(path), "--messages", "-", stdin="\n".join(map(json.dumps, lines)))
    assert status == 0
    assert out.splitlines() == [
        "p: Ask (“?” in the title) → label",
        "c: Curt (“no” in the body) → remove",
        "k: Low → report",
        "m: Curt (“no” in the body) → nothing: moderators are exempt",
        "g: Word (“ca$” in the body) → a moderator decides, because words were guessed behind a disguise",
        "w: Curt (“no” in the body) → remove; Word (“cas” in the body) → nothing, because another rule acts first",
        "s: Sort (“sorted” in the title) → nothing that there is here",
    ]


def test_nothing_to_try_is_said(tmp_path: Path, rules: Path):
    status, _, err = run("test", str(rules), "--messages", str(tmp_path / "none.jsonl"))
    assert (status, "cannot be read (no such file or directory)" in err) == (1, True)
    status, _, err = run("test", str(tmp_path / "none.yaml"), "--messages", "-")
    assert (status, "no rule of this file can be used" in err) == (1, True)


CONFIG = """\
accounts: {memory: {platform: memory, url: "http://127.0.0.1:9"}}
communities:
  moot:
    title: The Moot
    places: {lounge: {account: memory, room: lounge}}
    plugins: {}
storage: {database: "sqlite:///%s"}
"""


def test_backtest_reads_what_was_really_said(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch):
    config, database = tmp_path / "config.yaml", tmp_path / "folkmoot.db"
    config.write_text(CONFIG % database)
    asyncio.run(_fill(database))
    arguments = ("backtest", str(rules), "--place", "lounge", "--since", "36500d", "-c", str(config))
    status, out, err = run(*arguments)
    assert (status, err) == (0, "")
    assert out.splitlines()[:2] == ["2 messages, 1 people hit.", "No gambling: 1 hits, 1 people"]
    assert "    ana 1" in out
    assert "The ladder would have led to: 1 × warn" in out
    shown = json.loads(run(*arguments, "--json")[1])
    assert (shown["messages"], shown["rules"][0]["samples"][0]["text"]) == (2, "casino")
    status, _, err = run("backtest", str(rules), "--place", "hall", "-c", str(config))
    assert (status, err.startswith("there is no place 'hall'")) == (1, True)
    assert run("backtest", str(rules), "--place", "lounge", "--since", "soon", "-c", str(config))[0] == 1


def test_a_backtest_of_all_places_is_remembered_for_the_drift_watch(
    tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
):
    config, database = tmp_path / "config.yaml", tmp_path / "folkmoot.db"
    places = "{lounge: {account: memory, room: lounge}, hall: {account: memory, room: hall}}"
    text = (CONFIG % database).replace("{lounge: {account: memory, room: lounge}}", places)
    config.write_text(text)
    asyncio.run(_fill(database))

    def known() -> dict[str, Json]:
        return asyncio.run(_remembered(database))

    status, out, err = run(
        "backtest", str(rules), "--place", "lounge", "--since", "30000d", "-c", str(config)
    )
    assert (status, "2 messages" in out, "The drift watch is not told" in err) == (0, True, True)
    assert known() == {}
    # Beside a running bot, too: it has the database open.
    bot = asyncio.run(_held_open(database, "backtest", str(rules), "--since", "30000d", "-c", str(config)))
    assert (bot[0], bot[2]) == (0, "")
    assert known() == {
        f"backtest/{rule.version}": {"hits": 1, "hours": 720_000.0} for rule in read_files([rules]).rules
    }


async def _remembered(database: Path) -> dict[str, Json]:
    ledger = await Ledger.open(f"sqlite:///{database}", read_only=True)
    try:
        return await ledger.recall_all("moot", "moderation", "backtest/")
    finally:
        await ledger.close()


async def _held_open(database: Path, *arguments: str) -> tuple[int, str, str]:
    """Runs a command while the bot has the database."""
    ledger = await Ledger.open(f"sqlite:///{database}")
    try:
        return await asyncio.to_thread(run, *arguments)
    finally:
        await ledger.close()


def test_what_is_in_force_is_written_down(tmp_path: Path):
    config, database, page = tmp_path / "config.yaml", tmp_path / "folkmoot.db", tmp_path / "rules.yaml"
    text = "# Ours\nname: A\nbody: a\naction: report\n---\nname: B\nbody: b # and c\naction: report\n"
    page.write_text(text, encoding="utf-8")
    config.write_text(
        (CONFIG % database).replace("plugins: {}", "plugins: {moderation: {rules: [rules.yaml]}}")
    )
    asyncio.run(_fill(database))
    assert run("export", "-c", str(config)) == (0, text, "")
    asyncio.run(_switch(database, read_files([page]).rules[0].version))
    out = tmp_path / "out.yaml"
    assert run("export", str(out), "-c", str(config))[0] == 0
    assert out.read_text(encoding="utf-8") == text.replace("report\n---", "report\nmode: enforce\n---")
    status, _, err = run("export", str(out), "-c", str(config))
    assert (status, "cannot be written (file exists)" in err) == (1, True)
    status, _, err = run("export", "--community", "hall", "-c", str(config))
    assert (status, err) == (1, "there is no community 'hall': moot\n")


async def _switch(database: Path, version: str) -> None:
    ledger = await Ledger.open(f"sqlite:///{database}", beside=True)
    switch = Remember(key="rules/mode/a", value={"mode": "enforce", "version": version})
    await ledger.remember("moot", "moderation", [switch])
    await ledger.close()


async def _fill(database: Path) -> None:
    await asyncio.to_thread(upgrade, f"sqlite:///{database}")
    ledger = await Ledger.open(f"sqlite:///{database}")
    for message in (said("casino"), said("hello", 1)):
        await ledger.commit(message, [], message.sent_at)
    await ledger.close()


@pytest.mark.skipif(not DATA.exists(), reason="the real AutoModerator files are not on this machine")
def test_real_files_load_without_a_crash_and_every_problem_has_a_line():
    loaded = 0
    for path in sorted(DATA.iterdir()):
        found = read(path.read_text("utf-8"), path.name)
        assert len(found.rules) <= found.count
        assert all(p.line >= 1 and p.message for p in found.problems)
        assert found.off == 0 or any(p.level != "warning" for p in found.problems), (
            "nothing is off without a word"
        )
        loaded += len(found.rules)
    assert loaded > 100
