"""`config.example.yaml` and `docs/configuration.md`, made from the models and the plugins: `python -m bot.settings.example`.

Without `--write` it only says which of the two are stale, and exits 1 when one is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from bot.plugin import Plugin
from bot.settings.database import DatabaseUrl
from bot.settings.models import (
    CommunitySettings,
    Configuration,
    LemmyAccount,
    Limits,
    Log,
    MatrixAccount,
    MemoryAccount,
    PlaceSettings,
    Roles,
    Storage,
)
from bot.settings.plugins import available, find
from bot.settings.problems import either
from bot.settings.secret import Secret
from bot.settings.shape import fields, is_model, item, models_in, options
from bot.settings.write import comment, defaults, document, scalar, spaced

ROOT = Path(__file__).parent.parent.parent

_HEAD = """\
# Folkmoot's configuration, with every setting. Made by `python -m bot.settings.example --write`.
# Copy it to config.yaml and change what is yours, or let `folkmoot init` write a short one.
# `folkmoot check` names every mistake with its line. docs/configuration.md explains it all.

"""

_INTRODUCTION = """\
# Configuration

<!-- Made by `python -m bot.settings.example --write`: change the models or that module, not this page. -->

Folkmoot reads one YAML file, `config.yaml` beside it unless `-c FILE` names another. `folkmoot init` writes a first one,
`folkmoot check` names every mistake at once, as `file:line:column: key: what was found, what was expected`, and
[config.example.yaml](../config.example.yaml) shows every setting.

## How values are read

- A value means what its setting makes of it: `at: 12:30` is half past twelve with or without quotes, `no` is no, `017` is 17.
- Yes and no may be written `yes`, `no`, `true`, `false`, `on`, `off`. Durations are `30s`, `10m`, `2h`, `3d`, `1w` or `1h 30m`.
- A key without a value (or `~`, or `null`) is not set; for a mapping or a list it is an empty one.
- Text that starts with one of `# @ ! & * % [ {` stands in quotes: `prefix: "!"`.
- Refused are unknown keys, a key given twice, tabs, YAML tags (`!name`), merges (`<<`), more than 50 levels, and files
  larger than 1 MiB. Aliases (`*name`) work as long as the whole stays below 100,000 values.
- Relative paths start at the folder of the configuration.

## Secrets

A password never stands in this file, which moderators may read. Write where it is instead:

- `env:NAME`: the environment variable `NAME`;
- `file:secrets/lemmy-password`: a file that holds only the secret and that only the bot's user can read (`chmod 600`).
  Files below `/run/secrets` (containers) and `$CREDENTIALS_DIRECTORY` (systemd) may have any mode, since only the
  service sees those folders.

Messages, logs and `folkmoot check` never show a secret.
"""

_SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The whole file", Configuration),
    ("accounts: a Lemmy account", LemmyAccount),
    ("accounts: a Matrix account", MatrixAccount),
    ("accounts: the demo's chat room", MemoryAccount),
    ("communities", CommunitySettings),
    ("communities: places", PlaceSettings),
    ("communities: roles", Roles),
    ("communities: limits", Limits),
    ("storage", Storage),
    ("log", Log),
)


def example(plugins: Iterable[Plugin[Any]]) -> str:
    """A whole configuration that is right as soon as its secrets exist."""
    given = {name: field.examples[0] for name, field in fields(Configuration).items() if field.examples}
    rows = document(Configuration, given, whole=True)
    # The settings of plugins have models of their own, so they take the place of the empty mapping.
    blank = rows.index("    plugins: {}")
    inner: list[str] = []
    for plugin in plugins:
        inner += [*comment(plugin.about, 3), f"      {plugin.name}:"]
        inner += document(plugin.settings, {}, whole=True, depth=4)
    rows[blank : blank + 1] = ["    plugins:", *inner] if inner else ["    plugins: {}"]
    return _HEAD + spaced(rows)


def reference(plugins: Iterable[Plugin[Any]]) -> str:
    """The page that explains every key."""
    rows = [_INTRODUCTION]
    for title, model in _SECTIONS:
        rows += [f"## {title}", "", *_table(model), ""]
    rows += ["## Plugins", "", "Each is switched on by its name under a community's `plugins`.", ""]
    for plugin in plugins:
        rows += [f"### {plugin.name}", "", plugin.about, "", *_tables(plugin.settings), ""]
    return "\n".join(rows).rstrip() + "\n"


def _tables(model: type[BaseModel]) -> list[str]:
    """The table of a model, and those of the models inside it."""
    rows, seen, waiting = _table(model), {model}, [model]
    while waiting:
        for name, field in fields(waiting.pop(0)).items():
            for inner in models_in(field.annotation):
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
                    rows += ["", f"`{name}`: {' '.join((inner.__doc__ or '').split())}", "", *_table(inner)]
    return rows


def _table(model: type[BaseModel]) -> list[str]:
    if not model.model_fields:
        return ["No settings."]
    rows = ["| key | value | default | what it is |", "|---|---|---|---|"]
    usual = defaults(model)
    for name, field in fields(model).items():
        default = "required" if field.is_required() else _default(usual.get(name))
        what = " ".join((field.description or "").split()).replace("|", "\\|")
        rows.append(f"| `{name}` | {words(field.annotation)} | {default} | {what} |")
    return rows


def _default(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, dict | list):
        return "see below" if value else "none"
    shown = scalar(value).replace("|", "\\|")
    return f"`{shown}`" if len(shown) <= 60 else "see the example"


_KINDS: tuple[tuple[type, str], ...] = (
    (Secret, "secret"),
    (DatabaseUrl, "address"),
    (Path, "file"),
    (bool, "yes or no"),
    (int, "whole number"),
    (float, "number"),
    (Decimal, "number"),
    (timedelta, "duration"),
    (datetime, "date and time"),
    (date, "date"),
    (time, "time"),
    (str, "text"),
)


def words(kind: Any) -> str:
    """The type of a setting, for people."""
    names = list(dict.fromkeys(_word(option) for option in options(kind)))
    return either(names) if names else "anything"


def _word(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return either([f"`{word}`" for word in get_args(kind)])
    if get_origin(kind) is dict or is_model(kind):
        return "mapping"
    if item(kind) is not None:
        return f"list of {words(item(kind))}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return either([f"`{member.value}`" for member in kind])
    return next(
        (word for base, word in _KINDS if isinstance(kind, type) and issubclass(kind, base)), "anything"
    )


def files(plugins: Sequence[Plugin[Any]]) -> dict[Path, str]:
    """What each generated file should hold, by its path from the project's root."""
    return {
        Path("config.example.yaml"): example(plugins),
        Path("docs/configuration.md"): reference(plugins),
    }


def installed() -> list[Plugin[Any]]:
    """All plugins that are there."""
    return [plugin for plugin in map(find, available()) if plugin is not None]


def stale(root: Path, plugins: Sequence[Plugin[Any]]) -> list[Path]:
    """The generated files below `root` that are missing or differ from what they should hold."""
    return [
        path
        for path, wanted in files(plugins).items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != wanted
    ]


def main(arguments: Sequence[str], root: Path, plugins: Sequence[Plugin[Any]]) -> int:
    """Writes the files (`--write`) or names the stale ones; the exit status."""
    old = stale(root, plugins)
    if "--write" in arguments:
        for path in old:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(files(plugins)[path], encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")
        return 0
    for path in old:
        sys.stdout.write(f"{path} is stale; run: python -m bot.settings.example --write\n")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], ROOT, installed()))
