"""The example file and the reference are made from the models, complete, and up to date."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from bot.api import Duration, Plugin, Settings
from bot.settings import loads
from bot.settings.example import ROOT, example, installed, main, reference, stale, words
from bot.settings.models import Configuration
from bot.settings.plugins import available, find
from bot.settings.secret import Secret
from bot.settings.shape import fields, models_in, options
from bot.settings.tree import read
from bot.settings.write import comment, defaults, document, scalar
from tests.settings_plugins import PLUGINS

ENVIRON = {"FOLKMOOT_LEMMY_PASSWORD": "hunter2", "FOLKMOOT_MATRIX_PASSWORD": "hunter3"}


def test_the_files_in_the_project_are_up_to_date() -> None:
    assert stale(ROOT, installed()) == [], "run: python -m bot.settings.example --write"


def test_the_example_in_the_project_is_right() -> None:
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    loaded = loads(text, "config.example.yaml", find, ENVIRON, folder=ROOT)
    assert loaded.warnings == ()
    assert list(loaded.plugin_settings["freechat"]) == available()


def test_the_example_holds_every_setting_with_its_default() -> None:
    plugins = [PLUGINS["greeter"], PLUGINS["echo"]]
    text = example(plugins)
    loaded = loads(text, "example", PLUGINS.get, ENVIRON)
    assert loaded.warnings == ()
    for plugin in plugins:
        assert loaded.plugin_settings["freechat"][plugin.name] == plugin.settings()
        for name, field in fields(plugin.settings).items():
            assert f"{name}:" in text
            assert f"# {field.description}" in text


def test_an_example_without_plugins_is_an_example() -> None:
    assert "    plugins: {}\n" in example([])


def test_the_reference_explains_every_setting() -> None:
    text = reference([PLUGINS["greeter"], PLUGINS["echo"]])
    for model in (Configuration, PLUGINS["greeter"].settings):
        for name, field in fields(model).items():
            assert f"| `{name}` |" in text
            assert str(field.description) in text
    assert "| `at` | time | `09:00` | when to greet |" in text
    assert "| `wait` | duration | `10m` | how long to wait |" in text
    assert "| `limit` | whole number or `none` | `none` | how often at most |" in text
    assert "| `tone` | `warm` or `cool` | `warm` | how it sounds |" in text
    assert "| `rules` | list of mapping | none | when to greet |" in text
    assert "`rules`: When to greet." in text
    assert "### echo\n\nSays it again.\n\nNo settings." in text


def test_every_setting_of_every_model_is_described() -> None:
    seen: set[type[BaseModel]] = set()
    waiting = [Configuration, *(plugin.settings for plugin in installed())]
    while waiting:
        model = waiting.pop()
        seen.add(model)
        for name, field in fields(model).items():
            assert field.description, f"{model.__name__}.{name} needs a docstring"
            waiting += [inner for inner in models_in(field.annotation) if inner not in seen]


def test_stale_files_are_named_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plugins = [PLUGINS["greeter"]]
    assert main([], tmp_path, plugins) == 1
    assert capsys.readouterr().out == (
        "config.example.yaml is stale; run: python -m bot.settings.example --write\n"
        "docs/configuration.md is stale; run: python -m bot.settings.example --write\n"
    )
    assert main(["--write"], tmp_path, plugins) == 0
    assert capsys.readouterr().out == "wrote config.example.yaml\nwrote docs/configuration.md\n"
    assert main([], tmp_path, plugins) == 0
    assert capsys.readouterr().out == ""


# Writing


class Step(Settings):
    """One rung."""

    after: int
    """how many strikes"""
    act: str = "warn"
    """what happens"""


class Everything(Settings):
    """Fields that are hard to write."""

    needed: str = Field(examples=["for example"])
    """what has no default"""
    maybe: int | None = Field(default=None, examples=[3])
    """what is not set"""
    never: int | None = None
    """what is not set and has no example"""
    prose: str = "Two lines,\n\n  the last indented."
    """text of several lines"""
    odd: str = "trailing blank \nand a line"
    """text that must be quoted"""
    ladder: list[Step] = Field(default=[Step(after=1), Step(after=3, act="ban: for good")])
    """steps"""
    far: list[str] = Field(default=["a long member of a list " * 3, "another long member of a list " * 2])
    """a long list"""
    long: list[dict[str, str]] = Field(default=[{"first": "x" * 60, "second": "y" * 60}])
    """a long mapping in a list"""
    nested: dict[str, list[int] | dict[str, int]] = Field(default={"a": [], "b": {}, "c": [1]})
    """nests"""


def test_a_model_is_written_with_a_comment_above_each_key() -> None:
    assert document(Everything, {}, whole=True) == [
        "# what has no default",
        "needed: for example",
        "# what is not set",
        "# maybe: 3",
        "# what is not set and has no example",
        "# never:",
        "# text of several lines",
        "prose: |-",
        "  Two lines,",
        "",
        "    the last indented.",
        "# text that must be quoted",
        'odd: "trailing blank \\nand a line"',
        "# steps",
        "ladder:",
        "  - {after: 1, act: warn}",
        '  - {after: 3, act: "ban: for good"}',
        "# a long list",
        "far:",
        f'  - "{"a long member of a list " * 3}"',
        f'  - "{"another long member of a list " * 2}"',
        "# a long mapping in a list",
        "long:",
        f"  - first: {'x' * 60}",
        f"    second: {'y' * 60}",
        "# nests",
        "nested:",
        "  a: []",
        "  b: {}",
        "  c: [1]",
    ]


def test_what_is_written_is_read_as_the_same() -> None:
    text = "\n".join(document(Everything, {}, whole=True))
    tree, problems = read(text, "x")
    assert problems == []
    assert Everything.model_validate(tree.value) == Everything(needed="for example")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
@settings(deadline=None)
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    tree, problems = read(f"a: {scalar(text)}\nb: [{scalar(text)}, 1]\n", "x")
    assert problems == []
    assert tree.value == {"a": text, "b": [text, "1"]}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "yes"),
        (2, "2"),
        (0.5, "0.5"),
        ("12:30", "12:30"),
        ("no", '"no"'),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("#x", '"#x"'),
    ],
)
def test_values_are_quoted_only_where_they_must_be(value: object, written: str) -> None:
    assert scalar(value) == written


def test_long_comments_are_wrapped() -> None:
    rows = comment("word " * 50, 2)
    assert len(rows) == 3
    assert all(row.startswith("    # word") and len(row) <= 100 for row in rows)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Secret, "secret"),
        (bool, "yes or no"),
        (Duration, "duration"),
        (timedelta | None, "duration"),
        (tuple[str, ...], "list of text"),
        (list[int | str], "list of whole number or text"),
        (Literal["a", "b", "c"], "`a`, `b` or `c`"),
        (Colour, "`red` or `blue`"),
        (Annotated[Path | None, "x"], "file"),
        (object, "anything"),
        (None, "anything"),
    ],
)
def test_types_have_names_for_people(kind: object, said: str) -> None:
    assert words(kind) == said


def test_a_union_is_its_members() -> None:
    assert options(Annotated[int | None, "x"] | str) == [int, str]


def test_defaults_are_as_they_would_be_written() -> None:
    assert defaults(Step) == {"act": "warn"}
    plugin = Plugin("x", Everything, about="")
    assert "maybe" in defaults(plugin.settings)
