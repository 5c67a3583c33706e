"""What each mistake in a configuration is told as: the cases stand in settings_broken.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import SettingsError, loads
from tests.settings_plugins import ENVIRON, GOOD, PLUGINS, known

TABLE = Path(__file__).with_name("settings_broken.txt").read_text(encoding="utf-8")


def cases() -> Iterator[tuple[str, str, list[str]]]:
    """Each case as its name, the broken configuration, and what is to be said about it."""
    for block in TABLE.split("\n== ")[1:]:
        name, *rows = block.strip("\n").split("\n")
        old, new, said = ([row[2:] for row in rows if row.startswith(sign)] for sign in "-+>")
        assert len(old) + len(new) + len(said) == len(rows), f"{name}: a line starts with another sign"
        before, after = characters("\n".join(old)), characters("\n".join(new))
        assert before in GOOD, f"{name}: the good configuration holds no {before!r}"
        yield name, GOOD.replace(before, after, 1) if old else f"{after}\n", said


def characters(text: str) -> str:
    text = text.replace("‹tab›", "\t").replace("‹bell›", "\a")
    return re.sub(r"‹(\d+) (\w+)›", lambda found: found[2] * int(found[1]), text)


CASES = list(cases())


def problems(text: str) -> list[str]:
    """All problems of a configuration, warnings included."""
    environ = {**ENVIRON, "EMPTY": " "}
    try:
        loaded = loads(text, "config.yaml", PLUGINS.get, environ, folder=Path("/etc/folkmoot"), known=known)
        found = loaded.warnings
    except SettingsError as error:
        found = error.problems
    return [str(problem) for problem in found]


@pytest.mark.parametrize(("text", "said"), [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_a_mistake_is_told_with_its_place_and_its_remedy(text: str, said: list[str]) -> None:
    assert said
    assert problems(text) == [f"config.yaml:{line}" for line in said]


def test_there_are_many_cases_and_each_has_a_name_of_its_own() -> None:
    names = [name for name, _, _ in CASES]
    assert len(names) > 100
    assert len(set(names)) == len(names)


def test_without_a_mistake_nothing_is_said() -> None:
    assert problems(GOOD) == []


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("Europe/Berlin", "Berlin").replace("title:", "titel:").replace("12:30", "noon")
    assert [problem.partition(": found")[0] for problem in problems(text)] == [
        "config.yaml:9:3: communities.freechat.title: nothing found, expected a value: the name that people read",
        "config.yaml:10:5: communities.freechat.titel",
        "config.yaml:11:11: communities.freechat.zone",
        "config.yaml:22:21: communities.freechat.plugins.greeter.at",
    ]
