"""Finding plugins, and what is said about one that cannot be loaded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import SettingsError, loads
from bot.settings.plugins import available, find
from tests.settings_plugins import ENVIRON, GOOD

GREETING = '''\
from bot.api import Call, Context, Plugin, Settings


class NoSettings(Settings):
    """Nothing to set."""


plugin = Plugin("hello", NoSettings, about="Says hello.")


@plugin.command("hello", examples=["!hello"])
def hello(ctx: Context[NoSettings], call: Call) -> str:
    """Say hello."""
    return "Hello!"
'''

Package = Callable[..., str]


@pytest.fixture
def package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Package]:
    """Writes a package of plugins from `name=source` and answers its name; forgotten after the test."""
    name = f"plugins_of_{request.node.name.partition('[')[0]}"

    def write(**sources: str) -> str:
        (tmp_path / name).mkdir()
        for module, source in sources.items():
            (tmp_path / name / f"{module}.py").write_text(source, encoding="utf-8")
        return name

    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for loaded in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[loaded]


def refused(name: str, package: str) -> str:
    with pytest.raises(SettingsError) as caught:
        find(name, package)
    (problem,) = caught.value.problems
    assert problem.key == name
    return f"{Path(problem.file).name}:{problem.line}: {problem.message}"


def test_every_module_is_a_plugin_unless_its_name_starts_with_a_line(package: Package) -> None:
    plugins = package(hello=GREETING, _shared="x = 1", other="")
    assert available(plugins) == ["hello", "other"]
    assert available("no_such_package") == []
    found = find("hello", plugins)
    assert found is not None
    assert found.name == "hello"
    assert find("hello", plugins) is found


@pytest.mark.parametrize("name", ["nothing", "_shared", "../hello", "os", "hello.plugin", "", "hello "])
def test_what_is_no_plugin_is_not_found(package: Package, name: str) -> None:
    assert find(name, package(hello=GREETING, _shared="x = 1")) is None


def test_a_module_without_a_plugin_is_told(package: Package) -> None:
    plugins = package(empty="x = 1\n", text='plugin = "hello"\n')
    expected = "called `plugin` in this module, expected a bot.api.Plugin"
    assert refused("empty", plugins) == f"empty.py:1: found nothing {expected}"
    assert refused("text", plugins) == f"text.py:1: found a str {expected}"


def test_a_plugin_that_fails_when_it_is_loaded_is_told_with_its_line(package: Package) -> None:
    plugins = package(
        missing="import json\nimport no_such_library\n",
        broken="x = 1\ndef (:\n",
        raising="import _raising\n",
        silent=GREETING.replace('    """Say hello."""\n', ""),
        deep="import json\n\n\ndef f():\n    json.loads('{')\n\n\nf()\n",
    )
    remedy = "; mend this line or take it out of the configuration"
    assert refused("missing", plugins) == (
        "missing.py:2: the plugin missing cannot be loaded (ModuleNotFoundError: No module named 'no_such_library')"
        + remedy
    )
    assert refused("broken", plugins).startswith(
        "broken.py:2: the plugin broken cannot be loaded (SyntaxError: "
    )
    assert refused("raising", plugins).startswith("raising.py:1: the plugin raising cannot be loaded (Module")
    assert refused("silent", plugins) == (
        "silent.py:11: the plugin silent cannot be loaded (PluginError: plugin hello: hello needs a docstring; "
        "its first line is the help)" + remedy
    )
    assert refused("deep", plugins).startswith(
        "deep.py:5: the plugin deep cannot be loaded (JSONDecodeError: "
    )


def test_a_plugin_that_is_a_folder_is_told_with_the_file_that_fails(package: Package, tmp_path: Path) -> None:
    plugins = package()
    folder = tmp_path / plugins / "big"
    folder.mkdir()
    (folder / "__init__.py").write_text(f"from {plugins}.big.part import plugin\n", encoding="utf-8")
    (folder / "part.py").write_text("\n\n1 / 0\n", encoding="utf-8")
    assert refused("big", plugins).startswith(
        "part.py:3: the plugin big cannot be loaded (ZeroDivisionError: "
    )


def test_a_broken_plugin_is_one_problem_beside_the_others(package: Package) -> None:
    plugins = package(greeter="1 / 0\n")
    text = GOOD.replace("Europe/Berlin", "Moon").replace("storage:", SECOND + "storage:")
    with pytest.raises(SettingsError) as caught:
        loads(
            text, "config.yaml", lambda name: find(name, plugins), ENVIRON, known=lambda: available(plugins)
        )
    assert [(Path(p.file).name, p.line, p.key) for p in caught.value.problems] == [
        ("greeter.py", 1, "greeter"),
        ("config.yaml", 11, "communities.freechat.zone"),
        ("config.yaml", 26, "communities.second.plugins.nothing"),
    ]


SECOND = """\
  second:
    title: Second
    places: {elsewhere: {account: chat, room: elsewhere}}
    plugins: {greeter: , nothing: }
"""
