"""Reading pools: what people write, and what they are told when it cannot be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.daily_prompts import pool
from plugins.daily_prompts.days import On, Season, parse_on, parse_season
from plugins.daily_prompts.settings import STARTER


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def said(read: pool.Pool, folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in read.problems]


def test_yaml_of_titles_and_mappings(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "p.yaml",
        "- What made you smile?\n"
        "- title: no\n  text: |\n    12:30 is a time,\n    and this a second line.\n  on: friday\n"
        "- title: A winter thing\n  season: 12-01..02-28\n"
        "- title: A song\n  theme: music\n",
    )
    read = pool.read(file)
    assert read.problems == ()
    assert [(p.title, p.text, p.on, p.season, p.theme) for p in read.prompts] == [
        ("What made you smile?", "", None, None, None),
        ("no", "12:30 is a time,\nand this a second line.", On(weekday=4), None, None),
        ("A winter thing", "", None, Season((12, 1), (2, 28)), None),
        ("A song", "", None, None, "music"),
    ]


def test_yaml_under_a_key(tmp_path: Path) -> None:
    assert len(pool.read(write(tmp_path, "p.yml", "prompts:\n  - a\n  - b\n")).prompts) == 2


def test_markdown_headings(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "p.md",
        "# Our prompts\n\nThis is for the editors.\n\n## First\n\nSome *text*.\n\n```\n## no heading\n```\n\n"
        "## Second ##\non: 2026-12-24\ntheme: music\n\n### Detail\n\nMore.\n",
    )
    read = pool.read(file)
    assert read.problems == ()
    assert [(p.title, p.text, p.on, p.theme) for p in read.prompts] == [
        ("First", "Some *text*.\n\n```\n## no heading\n```", None, None),
        ("Second", "### Detail\n\nMore.", On(once=date(2026, 12, 24)), "music"),
    ]


def test_a_folder_holds_one_prompt_a_file(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "# Bee\n\nBuzz.\n")
    write(tmp_path, "a.md", "\ufeff# Ant\n")
    write(tmp_path, "c.yaml", "- Cat\n")
    write(tmp_path, "notes.txt", "not a prompt")
    assert [p.title for p in pool.read(tmp_path).prompts] == ["Ant", "Bee", "Cat"]


@pytest.mark.parametrize(
    ("name", "text", "sentences"),
    [
        ("p.yaml", "- a\n- title: b\n  txt: c\n", ["p.yaml:2: txt: is not known here; title, text, on, season, theme are (did you mean text?)"]),
        ("p.yaml", "- a\n- title: [b]\n", ["p.yaml:2: title: takes one value only"]),
        ("p.yaml", "- a\n- [b]\n", ["p.yaml:2: a title, or title: and text:, was expected, not a list"]),
        ("p.yaml", "- a\n- text: b\n", ["p.yaml:2: the prompt has no title; write what people should talk about"]),
        ("p.yaml", "- a\n-\n", ["p.yaml:2: the prompt has no title; write what people should talk about"]),
        ("p.yaml", "- A  b\n- a b\n", ["p.yaml:2: the same prompt as at p.yaml:1; take one of them out"]),
        ("p.yaml", "just words\n", ["p.yaml:1: a list of prompts was expected, each line beginning with -"]),
        ("p.yaml", "- 'open\n", ["p.yaml:2: not valid YAML: found unexpected end of stream"]),
        ("p.yaml", "- {title: a, on: fryday}\n", ["p.yaml:1: on: a weekday (friday), a date (2026-12-24) or a date of every year (12-24) was expected, not 'fryday' (did you mean friday?)"]),
        ("p.yaml", "- {title: a, on: 2026-02-30}\n", ["p.yaml:1: on: 2026-02-30 is not a day of the calendar"]),
        ("p.yaml", "- {title: a, season: 13-01..14-01}\n", ["p.yaml:1: season: 13-01 is not a day of the year (month-day was expected)"]),
        ("p.yaml", "- {title: a, season: decembre}\n", ["p.yaml:1: season: a month (december) or a day of the year (12-01) was expected, not 'decembre' (did you mean december?)"]),
        ("p.yaml", "- {title: a, season: may..june..july}\n", ["p.yaml:1: season: a season has a first and a last day, such as 12-01..01-06, not 'may..june..july'"]),
        ("p.yaml", "- Today is {{wekday}}\n", ["p.yaml:1: {{wekday}} is not a name that can be filled in; did you mean {{weekday}}?"]),
        ("p.yaml", "- It is {{prompt}}\n", ["p.yaml:1: {{prompt}} stands for the prompt itself; it belongs into the title and text settings"]),
        ("p.yaml", "- " + "x" * 190 + "\n", ["p.yaml:1: the title has 190 characters, at most 180 fit; shorten it and put the rest under text:"]),
        ("p.md", "no heading here\n", ["p.md:1: no heading; write each prompt as ## Title, its text below"]),
        ("p.md", "## One\n\n## Two\non: someday\n", ["p.md:3: on: a weekday (friday), a date (2026-12-24) or a date of every year (12-24) was expected, not 'someday' (did you mean sunday?)"]),
    ],
)  # fmt: skip
def test_each_problem_has_its_line(tmp_path: Path, name: str, text: str, sentences: list[str]) -> None:
    assert said(pool.read(write(tmp_path, name, text)), tmp_path) == sentences


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    assert said(pool.read(tmp_path / "no.yaml"), tmp_path) == [
        "no.yaml: the pool cannot be read: No such file or directory"
    ]
    assert said(pool.read(tmp_path), tmp_path.parent) == [
        f"{tmp_path.name}: the folder holds no .md or .yaml file; put prompts there"
    ]
    (tmp_path / "latin.md").write_bytes("## Käse\n".encode("latin-1"))
    assert said(pool.read(tmp_path), tmp_path) == [
        "latin.md: not UTF-8 text (byte 4); save the file as UTF-8"
    ]
    for depths in ("[" * 5000, "{" * 3000 + "a" + "}" * 3000, "- " * 3000):
        assert said(pool.read(write(tmp_path, "deep.yaml", depths)), tmp_path) == [
            "deep.yaml: lists within lists within lists: a plain list of prompts was expected"
        ]
    (tmp_path / "large.yaml").write_bytes(b"- a\n" * 1_000_001)
    assert said(pool.read(tmp_path / "large.yaml"), tmp_path) == [
        "large.yaml: the file is larger than 4 MB; a pool of prompts was expected"
    ]


def test_empty_files_give_empty_pools(tmp_path: Path) -> None:
    for name in ("a.yaml", "a.md"):
        assert pool.read(write(tmp_path, name, "\n")) == pool.Pool((), ())


def test_a_prompt_keeps_its_id_when_only_its_dress_changes() -> None:
    assert pool.identity("What's  new?", "A") == pool.identity("what's new?", "a\n")
    assert pool.identity("What's new?", "A") != pool.identity("What's new?", "B")


@given(st.text(max_size=300))
def test_no_file_breaks_the_reader(text: str) -> None:
    for entries in (pool._yaml, pool._markdown):
        read = pool._understand(entries(text, "p"))
        assert all(p.title for p in read.prompts)


@pytest.mark.parametrize(
    ("typed", "day", "within"),
    [
        ("friday", date(2026, 3, 6), True),
        ("Fri", date(2026, 3, 5), False),
        ("2026-12-24", date(2026, 12, 24), True),
        ("2026-12-24", date(2027, 12, 24), False),
        ("12-24", date(2027, 12, 24), True),
        ("2-29", date(2028, 2, 29), True),
    ],
)
def test_days(typed: str, day: date, within: bool) -> None:
    assert (day in parse_on(typed)) is within


@pytest.mark.parametrize(
    ("typed", "day", "within"),
    [
        ("december", date(2026, 12, 31), True),
        ("june..august", date(2026, 7, 1), True),
        ("jun – aug", date(2026, 9, 1), False),
        ("12-01 to 01-06", date(2026, 1, 6), True),
        ("12-01..01-06", date(2026, 1, 7), False),
        ("nov..february", date(2026, 2, 28), True),
    ],
)
def test_seasons(typed: str, day: date, within: bool) -> None:
    assert (day in parse_season(typed)) is within


def test_the_starter_pool_is_in_order() -> None:
    read = pool.read(STARTER)
    assert read.problems == ()
    assert len(read.prompts) >= 40
