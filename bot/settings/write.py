"""Writes a configuration with a comment above each key: what the models say about it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import BaseModel

from bot.settings.shape import fields, item, models_at

#: Comments and lists are wrapped here, in columns.
WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@:+ -]*")


def scalar(value: object) -> str:
    """One value as YAML, quoted where another reader than ours might take it for something else."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case _:
            text = str(value)
    harmless = _PLAIN.fullmatch(text) and not re.search(r": |:$| $", text)
    if harmless and text.lower() not in {"null", "yes", "no", "on", "off", "true", "false", "y", "n"}:
        return text
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).strip()


def defaults(model: type[BaseModel]) -> dict[str, Any]:
    """What each optional field holds when the file says nothing, as it would be written."""
    made = model.model_construct()
    unset = {name for name, field in model.model_fields.items() if field.is_required()}
    dumped: dict[str, Any] = made.model_dump(mode="json", by_alias=True, exclude=unset, warnings=False)
    return {name: _short_times(value) for name, value in dumped.items()}


def document(kind: Any, value: Mapping[str, Any], *, whole: bool = False, depth: int = 0) -> list[str]:
    """The lines of a mapping of type `kind`, with `value` in it.

    `whole` adds the fields that `value` leaves out with their defaults; those without a default stand as a comment.
    """
    models = models_at(kind, value, ())
    if not models:
        rows = []
        for name, inner in value.items():
            rows += _entry(item(kind), name, inner, whole, depth, named=True)
        return rows
    rows = []
    rest = defaults(models[0]) if whole else {}
    for name, field in fields(models[0]).items():
        examples = field.examples or [None]
        present = value.get(name, rest.get(name))
        if present is None and whole and field.is_required():
            present = examples[0]
        if present is not None:
            rows += comment(field.description or "", depth)
            rows += _entry(field.annotation, name, present, whole, depth)
        elif whole:
            rows += comment(field.description or "", depth)
            rows += [
                f"{'  ' * depth}# {row}" for row in _entry(field.annotation, name, examples[0], whole, 0)
            ]
    return rows


def spaced(rows: Sequence[str]) -> str:
    """The rows as a text, with an empty line before each comment at the left edge."""
    text = ""
    for n, row in enumerate(rows):
        text += "\n" if n and row.startswith("#") and not rows[n - 1].startswith("#") else ""
        text += f"{row}\n"
    return text


def comment(text: str, depth: int) -> list[str]:
    """`text` as comment lines."""
    start = "  " * depth + "# "
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent=start, subsequent_indent=start)


def _entry(kind: Any, name: str, value: Any, whole: bool, depth: int, *, named: bool = False) -> list[str]:
    """`name: value`. Small mappings fit on one line, unless each of their fields deserves its comment."""
    start = f"{'  ' * depth}{scalar(name)}:"
    if isinstance(value, Mapping):
        complete = not whole or all(
            name in value or left is None
            for model in models_at(kind, value, ())
            for name, left in defaults(model).items()
        )
        short = _flow(value)
        if not value and complete:
            return [f"{start} {{}}"]
        if short and complete and depth > 1 and (named or not whole) and len(start) + len(short) < WIDTH:
            return [f"{start} {short}"]
        inner = document(kind, value, whole=whole, depth=depth + 1)
        return [start, *inner] if inner else [f"{start} {{}}"]
    if isinstance(value, list):
        return _list(kind, start, value, depth)
    if isinstance(value, str) and "\n" in value and not re.search(r"^\s|[^\S\n]\n|[^\S\n ]|\s$", value):
        return [f"{start} |-", *(f"{'  ' * (depth + 1)}{row}".rstrip() for row in value.split("\n"))]
    return [f"{start} {scalar(value)}".rstrip()]


def _list(kind: Any, start: str, value: list[Any], depth: int) -> list[str]:
    short = _flow(value)
    if (
        short
        and len(start) + len(short) < WIDTH
        and not any(isinstance(part, Mapping | list) for part in value)
    ):
        return [f"{start} {short}"]
    rows = [start]
    for part in value:
        flow = _flow(part) if isinstance(part, Mapping | list) else scalar(part)
        if flow and len(flow) < WIDTH:
            rows.append(f"{'  ' * (depth + 1)}- {flow}")
            continue
        inner = document(item(kind), part, depth=depth + 2)
        rows += [f"{'  ' * (depth + 1)}- {inner[0].strip()}", *inner[1:]]
    return rows


def _flow(value: Any) -> str:
    """`value` on one line; empty when it holds mappings or lists of its own that are not empty."""
    if isinstance(value, Mapping):
        if any(isinstance(part, Mapping | list) and part for part in value.values()):
            return ""
        return "{" + ", ".join(f"{scalar(name)}: {_inline(part)}" for name, part in value.items()) + "}"
    if any(isinstance(part, Mapping | list) for part in value):
        return ""
    return "[" + ", ".join(_inline(part) for part in value) + "]"


def _inline(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    return scalar(value) or "~"


def _short_times(value: Any) -> Any:
    """`12:30:00` as `12:30`, and fields that hold nothing left out, all the way down."""
    match value:
        case str():
            return re.sub(r"^(\d\d:\d\d):00$", r"\1", value)
        case list():
            return [_short_times(part) for part in value]
        case dict():
            return {name: _short_times(part) for name, part in value.items() if part is not None}
        case _:
            return value
