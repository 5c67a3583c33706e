"""`folkmoot prompts preview`: the calendar, from scratch and beside a ledger, and what it says when it cannot."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from bot.cli import prompts
from bot.ledger import Ledger, upgrade
from bot.settings import Loaded, loads
from bot.settings.plugins import find
from bot.testing import Moot
from plugins.daily_prompts.pool import identity
from plugins.scheduled_posts import memory as keep
from plugins.scheduled_posts.agenda import agenda
from plugins.scheduled_posts.settings import ScheduleSettings, configured

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
PLACES = """
    places:
      freechat: {account: m, community: freechat}
"""
HEAD = """
accounts: {m: {platform: memory, url: "http://127.0.0.1:9"}}
storage: {database: "sqlite:///moot.db"}
communities:
"""


def config(plugins: str, *, zone: str = "Europe/Berlin") -> str:
    return f"{HEAD}  moot:\n    title: The Moot\n    zone: {zone}{PLACES}    plugins: {plugins}\n"


def invoke(*words: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    prompts.register(app)
    return CliRunner().invoke(app, ["prompts", "preview", *words])


def shown(
    loaded: Loaded, kept: dict[str, Any], days: int, plugin: str = "daily_prompts", now: datetime = NOW
) -> list[str]:
    """The rows of the report. `kept` is what that plugin remembers."""
    out = StringIO()
    for part in prompts.report(loaded, "moot", {plugin: kept}, now, days):
        Console(file=out, width=150).print(part)
    rows = [row.replace("┃", "│") for row in out.getvalue().splitlines() if row.strip("┏┓┡┩└┘━─┳╇┴ ")]
    rows = [row for row in rows if not row.startswith(("┏", "┡", "└"))]
    return [" | ".join(cell.strip() for cell in row.strip("│ ").split("│")) for row in rows]


def read(text: str) -> Loaded:
    return loads(text, "config.yaml", find, {})


def test_the_calendar_shows_dates_times_prompts_and_the_clock_change() -> None:
    loaded = read(config('{daily_prompts: {pool: [Tea, {title: Milk, on: monday}], at: "02:30"}}'))
    assert shown(loaded, {}, 4) == [
        "Prompts of The Moot (Europe/Berlin)",
        "date | day | local | UTC | prompt | notes",
        "2026-03-28 | Sat | 02:30 | 01:30 | Tea",
        "2026-03-29 | Sun | 03:30 | 01:30 | Tea | the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00",
        "2026-03-30 | Mon | 02:30 | 00:30 | Milk",
        "2026-03-31 | Tue | 02:30 | 00:30 | Tea",
        "2 prompts in the pool, 0 of them used before.",
        "Next clock change: the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00.",
    ]


def test_what_was_used_suggested_and_paused_counts() -> None:
    loaded = read(config("{daily_prompts: {pool: [Tea, Milk, {title: Fri, on: friday}]}}", zone="Asia/Tokyo"))
    first = shown(loaded, {}, 1)[2].split(" | ")[4]
    used = {"prompt": identity(first, ""), "group": "all", "round": 1, "number": 1, "title": first}
    idea = {
        "platform": "memory",
        "author": "a",
        "name": "a",
        "message": "memory:x:1",
        "text": "Idea",
        "approved": 1,
    }
    kept = {"used:2026-03-26": used, "suggestion:4": idea, "pause": {"until": "2026-03-29"}}
    other = {"Tea": "Milk", "Milk": "Tea"}[first]
    assert shown(loaded, kept, 5)[2:] == [
        "2026-03-28 | Sat | 09:00 | 00:00 | – | paused",
        "2026-03-29 | Sun | 09:00 | 00:00 | Idea | suggestion 4",
        f"2026-03-30 | Mon | 09:00 | 00:00 | {other}",
        f"2026-03-31 | Tue | 09:00 | 00:00 | {first} | every prompt was used: a new round",
        f"2026-04-01 | Wed | 09:00 | 00:00 | {other}",
        "3 prompts in the pool, 1 of them used before.",
        "The prompts are paused until 2026-03-29.",
        "Asia/Tokyo has no clock changes ahead.",
    ]


def test_days_without_a_prompt_and_days_that_are_others_in_utc() -> None:
    loaded = read(
        config('{daily_prompts: {pool: [{title: Hi, on: monday}], at: "20:00"}}', zone="America/New_York")
    )
    rows = shown(loaded, {"pause": {"until": None}}, 1)
    assert rows[2] == "2026-03-27 | Fri | 20:00 | 00:00 +1 | – | paused"
    assert "The prompts are paused until somebody resumes them." in rows
    assert (
        shown(loaded, {}, 1)[2] == "2026-03-27 | Fri | 20:00 | 00:00 +1 | – | the pool has none for this day"
    )


TIMETABLE = """{scheduled_posts: {posts: {
    talk: {when: "sunday 02:30", title: "Free talk {{number}}", pin: true},
    club: {when: "2026-04-04 19:30", title: "Book club on {{date}}", ahead: 7d},
    late: {when: "2026-06-01 10:00", title: "Not this month"}}}}"""


def test_scheduled_posts_are_shown_with_what_is_left_out_and_what_the_chat_entered() -> None:
    walk = {"when": "2026-03-30 23:30", "title": "A walk", "text": "", "pin": False, "unpin": None, "ahead": 0, "remind": [],
            "created": "2026-03-20T10:00:00+00:00"}  # fmt: skip
    kept = {
        "added:1": walk,
        "skip:talk/2026-04-05": True,
        "posted:talk/2026-03-22": {"number": 8, "on": "2026-03-22"},
    }
    assert shown(read(config(TIMETABLE)), kept, 20, "scheduled_posts") == [
        "Scheduled posts of The Moot (Europe/Berlin)",
        "date | day | local | UTC | name | post | notes",
        "2026-03-28 | Sat | 18:30 | 17:30 | club | Book club on 4 April 2026 | begins 2026-04-04 19:30",
        "2026-03-29 | Sun | 03:30 | 01:30 | talk | Free talk 9 | pinned",
        "2026-03-30 | Mon | 23:30 | 21:30 | 1 | A walk",
        "2026-04-05 | Sun | 02:30 | 00:30 | talk | Free talk 10 | left out",
        "2026-04-12 | Sun | 02:30 | 00:30 | talk | Free talk 10 | pinned",
        "Next clock change: the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00.",
    ]


def test_an_empty_timetable_says_so_beside_the_prompts() -> None:
    rows = shown(read(config("{daily_prompts: {pool: [Tea]}, scheduled_posts: {}}")), {}, 2)
    assert rows[2:] == [
        "2026-03-28 | Sat | 09:00 | 08:00 | Tea",
        "2026-03-29 | Sun | 09:00 | 07:00 | Tea | the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00",
        "1 prompt in the pool, 0 of them used before.",
        "No scheduled post in the next 2 days.",
        "Next clock change: the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00.",
    ]


async def test_what_the_preview_shows_is_what_comes() -> None:
    """The bot itself, over three weeks with a clock change."""
    posts = {
        "talk": {"when": "sunday 02:30", "title": "Free talk {{number}}"},
        "club": {"when": "2026-04-04 19:30", "title": "Book club", "ahead": "7d"},
        "month": {"when": "last day 20:00", "title": "The month"},
    }
    async with Moot(plugins={"scheduled_posts": {"posts": posts}}, zone="Europe/Berlin", now=NOW) as moot:
        community = moot.loaded.communities["moot"]
        settings = ScheduleSettings.model_validate({"posts": posts})
        foreseen = agenda(configured(settings), community, keep.read({}), NOW, 20)
        came = []
        for _ in range(20 * 24):
            await moot.advance(hours=1)
            titles = [
                row.partition("“")[2].partition("”")[0]
                for row in moot.transcript().splitlines()
                if "bot posts “" in row
            ]
            came += [(title, moot.clock.now()) for title in titles]
    assert [title for title, _ in came] == [one.title for one in foreseen]
    for (_, at), one in zip(came, foreseen, strict=True):
        assert timedelta() <= at - one.at < timedelta(hours=1)


def test_the_command_without_a_database(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(config("{daily_prompts: {pool: [Tea]}}"))
    result = invoke("-c", str(file), "--days", "3")
    assert result.exit_code == 0, result.output
    assert result.output.count("Tea") == 3


def test_the_command_reads_what_was_used_beside_the_running_bot(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(config("{daily_prompts: {pool: [Tea, Milk]}}"))
    url = loads(file.read_text(), str(file), find, {}, folder=tmp_path).configuration.storage.database
    upgrade(url)

    async def beside() -> None:
        ledger = await Ledger.open(url)
        try:
            result = await asyncio.to_thread(invoke, "-c", str(file), "--days", "2")
        finally:
            await ledger.close()
        assert result.exit_code == 0, result.output
        assert "2 prompts in the pool, 0 of them used before." in result.output

    asyncio.run(beside())


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        (config("{crossposts: {}}"), [], "no community in FILE uses the plugin daily_prompts or scheduled_posts; add it under its plugins:"),
        (config("{daily_prompts: {}}"), ["--community", "mot"], "there is no community 'mot' in FILE; there are moot"),
        (config("{crossposts: {}}"), ["--community", "moot"], "the community 'moot' does not use the plugin daily_prompts or scheduled_posts; add it under its plugins:"),
        (config("{daily_prompts: {pool: no-such.yaml}}"), [], "communities.moot.plugins.daily_prompts.pool: FOLDER/no-such.yaml: the pool cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_said(tmp_path: Path, text: str, words: list[str], sentence: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    result = invoke("-c", str(file), *words)
    assert result.exit_code == 1
    assert sentence.replace("FILE", str(file)).replace("FOLDER", str(tmp_path)) in result.stderr
