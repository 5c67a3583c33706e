"""The laws of DESIGN section 4: who may import whom. Each broken law names the file and the line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Each boundary library, and the only places that may import it.
BOUNDARIES = {
    "sqlalchemy": ("bot.ledger",),
    "alembic": ("bot.ledger",),
    "apscheduler": ("bot.clock",),
    "httpx": ("bot.platforms",),
    "nio": ("bot.platforms.matrix",),
    "vodozemac": ("bot.platforms.matrix.encryption",),
    "Crypto": ("bot.platforms.matrix.encryption",),
    "peewee": ("bot.platforms.matrix.encryption",),
    "yarl": ("bot.platforms.matrix",),
    "aiohttp": ("bot.demo", "bot.platforms.matrix"),
    "prompt_toolkit": ("bot.demo",),
    "yaml": ("bot.settings", "plugins"),
    "typer": ("bot.cli",),
}

#: Libraries without input and output of their own, which plugins may use.
PURE = {"pydantic", "yaml", "regex", "re2", "markdown_it", "snowballstemmer", "typing_extensions"}

#: From the ground up. A module may import from its own layer or from one below.
LAYERS = (
    ("bot.duration", "bot.dates", "bot.model", "bot.py"),
    ("bot.blanks",),
    ("bot.text",),
    ("bot.actions",),
    ("bot.decision", "bot.markup"),
    ("bot.handler", "bot.fuse"),
    ("bot.plugin",),
    ("bot.api",),
    # Pure, and the boundaries. They know no plugins and nothing above them.
    (
        "bot.describe",
        "bot.commands",
        "bot.due",
        "bot.guard",
        "bot.linked",
        "bot.arguments",
        "bot.needs",
        "bot.prefixes",
        "bot.router",
        "bot.clock",
        "bot.settings",
        "bot.ledger",
        "bot.platforms",
    ),
    ("bot.context", "bot.outbox", "bot.core", "bot.reader", "bot.served", "bot.ticks", "bot.turns"),
    ("bot.pipeline",),
    ("bot.app", "bot.connect"),
    ("bot.testing", "bot.demo"),
    ("bot.cli",),
    ("bot.__main__",),
)

#: Within one layer, these do not know each other.
STRANGERS = (
    "bot.settings",
    "bot.ledger",
    "bot.clock",
    "bot.platforms.lemmy",
    "bot.platforms.memory",
    "bot.platforms.matrix",
)

#: Pure modules decide from facts: no clock, no files, no network, no tasks.
PURE_MODULES = (
    "bot.model",
    "bot.text",
    "bot.actions",
    "bot.decision",
    "bot.describe",
    "bot.commands",
    "bot.guard",
    "bot.linked",
    "bot.needs",
    "bot.prefixes",
    "bot.due",
    "bot.blanks",
    "bot.dates",
    "bot.markup",
)
IMPURE = {"asyncio", "os", "socket", "subprocess", "time", "threading", "random", "logging"}


def modules() -> dict[str, Path]:
    """Every module of the project by its dotted name."""
    found = {}
    for package in ("bot", "plugins"):
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[tuple[str, int]]:
    """(what, line) for every import in a module, those inside functions included."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: relative import; write the whole name"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in MODULES else str(node.module)), node.lineno


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def layer(name: str) -> int:
    best = [
        (len(prefix), level) for level, group in enumerate(LAYERS) for prefix in group if inside(name, prefix)
    ]
    assert best, f"{name} stands in no layer: name it in LAYERS, and in docs/architecture.md"
    return max(best)[1]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_boundary_libraries_are_imported_in_one_place(name: str) -> None:
    for what, line in imports(name):
        top = what.split(".")[0]
        if top in BOUNDARIES:
            allowed = BOUNDARIES[top]
            assert any(inside(name, home) for home in allowed), (
                f"{name}:{line}: {top} is imported in {allowed} only"
            )


@pytest.mark.parametrize("name", sorted(n for n in MODULES if inside(n, "plugins") and n != "plugins"))
def test_plugins_know_only_the_api(name: str) -> None:
    own = ".".join(name.split(".")[:2])
    for what, line in imports(name):
        top = what.split(".")[0]
        fine = (
            what == "bot.api"
            or inside(what, own)
            or top in PURE
            or (
                top in sys.stdlib_module_names
                and top not in {"socket", "subprocess", "urllib.request", "http"}
            )
        )
        assert fine, (
            f"{name}:{line}: a plugin imports bot.api, its own package, and pure libraries; not {what}"
        )


@pytest.mark.parametrize("name", sorted(n for n in MODULES if inside(n, "bot") and n != "bot"))
def test_imports_go_down(name: str) -> None:
    for what, line in imports(name):
        if inside(what, "plugins"):
            assert inside(name, "bot.cli") or inside(name, "bot.demo"), (
                f"{name}:{line}: the core knows no plugin by name"
            )
        elif inside(what, "bot") and what != "bot":
            assert layer(what) <= layer(name), f"{name}:{line}: {what} is above {name}"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_strangers_stay_strangers(name: str) -> None:
    mine = next((s for s in STRANGERS if inside(name, s)), None)
    for what, line in imports(name):
        other = next((s for s in STRANGERS if inside(what, s)), None)
        strange = mine and other and other not in {mine, "bot.clock"}
        assert not strange, f"{name}:{line}: {mine} does not know {other}"


@pytest.mark.parametrize("name", sorted(n for n in MODULES if any(inside(n, p) for p in PURE_MODULES)))
def test_pure_modules_have_no_effects(name: str) -> None:
    for what, line in imports(name):
        assert what.split(".")[0] not in IMPURE, f"{name}:{line}: {what} has effects; {name} only decides"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_state_in_modules(name: str) -> None:
    """Module-level names are constants (upper case), types, functions, tables of the ledger, or the plugin object."""
    if name == "bot.ledger.tables" or inside(name, "bot.ledger.migrations"):
        return  # SQLAlchemy's tables are declared as module-level names everywhere
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for node in tree.body:
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign) and isinstance(value, ast.List | ast.Dict | ast.Set | ast.Call):
            for target in node.targets:
                names = [target] if isinstance(target, ast.Name) else getattr(target, "elts", [])
                for one in names:
                    word = getattr(one, "id", "")
                    fine = word.lstrip("_").isupper() or word in {
                        "plugin",
                        "log",
                        "__all__",
                        "revision",
                        "down_revision",
                    }
                    typed = isinstance(value, ast.Call) and getattr(value.func, "id", "") in {
                        "TypeVar",
                        "TypeAliasType",
                        "ParamSpec",
                        "NewType",
                    }
                    assert fine or typed or word[:1].isupper(), (
                        f"{name}:{node.lineno}: {word} is state in a module"
                    )


def test_files_stay_small() -> None:
    """Past some 300 lines a module is asking to be split."""
    long = {
        name: lines
        for name, path in MODULES.items()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 330
    }
    assert long == {}, f"split by noun: {long}"


def test_plugins_are_not_imported_by_name_in_the_core() -> None:
    app = {what for what, _ in imports("bot.app")}
    assert not any(inside(what, "plugins") for what in app)
