"""The documentation is true: its examples run, and nothing public is missing from it."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot import actions, api
from bot.cli import reference
from bot.plugin import Plugin
from bot.settings.plugins import available, find
from bot.testing import DefaultTests, Moot

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")


def fences(language: str, text: str = GUIDE) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def example(tmp_path: Path) -> Iterator[ModuleType]:
    """The plugin of docs/plugins.md as a module, for as long as the test runs."""
    file = tmp_path / "welcome.py"
    file.write_text(fences("python")[0], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("plugins.welcome", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["plugins.welcome"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["plugins.welcome"]


def test_the_example_is_one_short_file() -> None:
    assert len(fences("python")[0].splitlines()) <= 50


async def test_the_examples_test_passes(example: ModuleType) -> None:
    """The test in the guide, run as it stands there, with `Moot` finding the guide's plugin."""

    def found(name: str) -> Plugin | None:  # type: ignore[type-arg]
        return example.plugin if name == "welcome" else find(name)

    scope: dict[str, object] = {"__name__": "guide"}
    exec(compile(fences("python")[1], "docs/plugins.md", "exec"), scope)  # noqa: S102 - our own documentation
    scope["Moot"] = lambda **given: Moot(**given, find_plugin=found)
    await scope["test_people_are_greeted_once"]()  # type: ignore[operator]
    suite = scope["TestWelcome"]()  # type: ignore[operator]
    assert isinstance(suite, DefaultTests)
    suite.test_every_example_is_a_valid_call()
    suite.test_every_setting_is_described()
    await suite.test_it_survives_what_people_send()
    await suite.test_reading_everything_twice_changes_nothing()


def test_every_action_is_in_the_api_and_says_what_it_does() -> None:
    for name, kind in vars(actions).items():
        if isinstance(kind, type) and issubclass(kind, actions.Action) and kind is not actions.Action:
            assert name in api.__all__, f"{name} is missing from bot/api.py"


def test_the_api_lists_what_it_imports() -> None:
    assert sorted(api.__all__) == api.__all__
    assert all(hasattr(api, name) for name in api.__all__)


def test_the_reference_of_commands_is_not_stale() -> None:
    fresh = "python -m bot.cli.reference --write makes it anew"
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), fresh


@pytest.mark.parametrize("name", available())
def test_every_plugin_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda p: p.name
)
def test_links_in_the_documentation_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}, which is not there"


@pytest.mark.parametrize(
    "path",
    [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"],
    ids=lambda p: p.name,
)
def test_files_named_in_the_documentation_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:bot|plugins|tests|docs|benchmarks)/[\w./-]+\.(?:py|md|yaml))`", text):
        example = name == "plugins/welcome.py" or "<" in name
        assert example or (ROOT / name).exists(), f"{path.name} names {name}, which is not there"


def test_public_faces_have_docstrings() -> None:
    """Every module, and every public function and class of more than a few lines, says what it is."""
    bare: list[str] = []
    for package in ("bot", "plugins"):
        for path in sorted((ROOT / package).rglob("*.py")):
            # Migrations are one step each; the demo's server and scenes are named after Lemmy's calls and by their titles.
            if "migrations/versions" in path.as_posix() or "bot/demo/" in path.as_posix():
                continue
            source = path.read_text(encoding="utf-8")
            tree = ast.parse(source)
            where = path.relative_to(ROOT)
            if source.strip() and not ast.get_docstring(tree):
                bare.append(f"{where}: the module")
            for node in tree.body:
                public = isinstance(
                    node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
                ) and not node.name.startswith("_")
                long = public and (node.end_lineno or 0) - node.lineno > 8
                # Each command of the command line says what it does in the help of its own.
                told = where.parts[:2] == ("bot", "cli") and node.name == "register" if public else False
                if public and long and not told and not ast.get_docstring(node):
                    bare.append(f"{where}:{node.lineno}: {node.name}")
    assert bare == [], textwrap.dedent("\n".join(bare))
