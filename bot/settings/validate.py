"""A part of the tree into a model, and pydantic's complaints into sentences with a place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.settings.database import DatabaseUrl
from bot.settings.problems import Path, Problem, cut, either, near, show
from bot.settings.secret import Surroundings
from bot.settings.shape import fields, filled, models_at
from bot.settings.tree import Tree

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Complaint:
    """A problem with the value at `path`: a whole `sentence`, or what was `expected` instead of it."""

    path: Path
    expected: str = ""
    sentence: str = ""
    at_key: bool = False


def validate(model: type[M], tree: Tree, path: Path, around: Surroundings) -> tuple[M | None, list[Problem]]:
    """The value at `path` as a `model`, or None and every reason why not."""
    raw = filled(model, tree.at(*path))
    try:
        made = model.model_validate(raw, context=around)
    except ValidationError as error:
        complaints = _complaints(model, raw, error.errors(include_url=False))
        return None, [_place(tree, path, c) for c in complaints if (*path, *c.path) not in tree.unreadable]
    problems = [tree.problem((*path, *where), message) for where, message in _numbers_as_times(made, raw, ())]
    return (None, problems) if problems else (anchored(made, around.folder), [])


def _place(tree: Tree, base: Path, complaint: _Complaint) -> Problem:
    path = (*base, *complaint.path)
    value, sentence = tree.at(*path), complaint.sentence
    if not sentence:
        sentence = f"found {show(value)}, expected {complaint.expected}"
    if isinstance(value, str) and value != cut(value):
        sentence = sentence.replace(value, cut(value)).replace(repr(value)[1:-1], repr(cut(value))[1:-1])
    return tree.problem(path, " ".join(sentence.split()), at_key=complaint.at_key)


def _complaints(model: type[BaseModel], raw: Any, errors: list[ErrorDetails]) -> list[_Complaint]:
    """One complaint a place: the branches of a union that failed are told together."""
    told: dict[Path, list[_Complaint]] = {}
    for error in errors:
        complaint = _complaint(model, raw, error)
        told.setdefault(complaint.path, []).append(complaint)
    above = {path[:depth] for path in told for depth in range(len(path))}
    merged = []
    for path, group in told.items():
        if path in above and not any(complaint.sentence for complaint in group):
            continue  # another branch of the union fits better, and says what is wrong inside
        sentences = list(dict.fromkeys(c.sentence for c in group if c.sentence))
        wanted = list(dict.fromkeys(c.expected for c in group if c.expected))
        sentence = "; or ".join(
            [*sentences, *([f"expected {either(wanted)}"] if sentences and wanted else [])]
        )
        merged.append(
            _Complaint(path, either(wanted) if wanted else "", sentence, any(c.at_key for c in group))
        )
    return merged


def _complaint(model: type[BaseModel], raw: Any, error: ErrorDetails) -> _Complaint:
    kind, context = error["type"], error.get("ctx", {})
    path = _path(raw, error["loc"], missing=kind == "missing")
    match kind:
        case "missing":
            return _Complaint(path, sentence=_missing(model, raw, path))
        case "extra_forbidden":
            return _Complaint(path, sentence=_unknown(model, raw, path), at_key=True)
        case "secret":
            return _Complaint(path, sentence=context["sentence"], at_key=True)
        case "value_error" | "assertion_error":
            return _Complaint(path, sentence=str(context["error"]), at_key=error["loc"][-1:] == ("[key]",))
        case "union_tag_invalid":
            known = re.findall(r"'([^']*)'", context["expected_tags"])
            tag, word = context["discriminator"].strip("'"), str(context["tag"])
            return _Complaint((*path, tag), f"one of: {', '.join(known)}{near(word, known)}")
        case "union_tag_not_found":
            tag = context["discriminator"].strip("'")
            typo = near(tag, error["input"])
            return _Complaint(
                (*path, tag), sentence=f"nothing found{typo}, expected the {tag}: lemmy, matrix or memory"
            )
        case "literal_error" | "enum":
            known = re.findall(r"'([^']*)'", context["expected"])
            return _Complaint(path, f"{either(known)}{near(str(error['input']), known)}")
        case _:
            return _Complaint(path, _expected(kind, context, error["msg"]))


def _path(raw: Any, loc: Iterable[str | int], *, missing: bool) -> Path:
    """Where pydantic's `loc` is in the file: the names of union branches in it are left out."""
    path: list[str | int] = []
    steps = list(loc)
    for n, step in enumerate(steps):
        last = n == len(steps) - 1
        if isinstance(raw, Mapping) and step in raw:
            raw = raw[str(step)]
        elif isinstance(raw, list) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
        elif not (missing and last):
            continue
        path.append(step)
    return tuple(path)


def _missing(model: type[BaseModel], raw: Any, path: Path) -> str:
    owners = models_at(model, raw, path[:-1])
    described = [f.description for owner in owners for name, f in fields(owner).items() if name == path[-1]]
    return ": ".join(["nothing found, expected a value", *filter(None, described[:1])])


def _unknown(model: type[BaseModel], raw: Any, path: Path) -> str:
    known = list(dict.fromkeys(name for owner in models_at(model, raw, path[:-1]) for name in fields(owner)))
    hint = near(str(path[-1]), known)
    return f"found an unknown key{hint}, expected one of: {', '.join(known)}"


_WORDS = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "yes or no",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a mapping of `key: value`",
    "mapping": "a mapping of `key: value`",
    "model": "a mapping of `key: value`",
    "time": "a time such as 12:30",
    "date": "a date such as 2026-12-24",
    "datetime": "a date and time such as 2026-12-24T12:30:00Z",
    "time_delta": "a duration such as 10m, 2h or 3d",
    "url": "a web address such as https://example.org",
    "path": "the path of a file",
}


#: Kinds of error that name a bound, by what is said of it.
_BOUNDS = {
    "greater_than": ("gt", "more than {}"),
    "greater_than_equal": ("ge", "at least {}"),
    "less_than": ("lt", "less than {}"),
    "less_than_equal": ("le", "at most {}"),
    "too_short": ("min_length", "at least {} in it"),
    "too_long": ("max_length", "at most {} in it"),
    "string_too_short": ("min_length", "a length of at least {}"),
    "string_too_long": ("max_length", "a length of at most {}"),
    "string_pattern_mismatch": ("pattern", "text of the form {}"),
}


def _expected(kind: str, context: Mapping[str, Any], message: str) -> str:
    """What was expected, from pydantic's kind of error."""
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return words.format(_bound(context[name]))
    stem = re.sub(
        r"_(type|parsing|parsing_size|from_float|from_date_parsing|from_datetime_parsing|from_datetime_inexact|attributes_type)$",
        "",
        kind,
    )
    if stem in _WORDS:
        return _WORDS[stem]
    said = re.sub(r"^(Input|Value) (should be|is not) ", "", message)
    return f"{said[:1].lower()}{said[1:]}"


def _bound(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbers_as_times(made: Any, raw: Any, path: Path) -> list[tuple[Path, str]]:
    """Bare numbers that became a time or a date: `at: 12.30` would be 12.3 seconds past midnight."""
    if (
        isinstance(made, time | date)
        and isinstance(raw, str)
        and re.fullmatch(r"\s*[-+]?\d+(\.\d*)?\s*", raw)
    ):
        kind = "time such as 12:30" if isinstance(made, time) else "date such as 2026-12-24"
        return [(path, f"found {show(raw)}, expected a {kind}")]
    pairs: list[tuple[str | int, Any, Any]] = []
    if isinstance(made, BaseModel) and isinstance(raw, dict):
        known = type(made).model_fields.items()
        pairs = [(key, getattr(made, name), raw.get(key)) for name, f in known for key in [f.alias or name]]
    elif isinstance(made, Mapping) and isinstance(raw, dict):
        pairs = [(key, value, raw[key]) for key, value in zip(raw, made.values(), strict=False)]
    elif isinstance(made, list | tuple) and isinstance(raw, list):
        pairs = [(n, value, text) for n, (value, text) in enumerate(zip(made, raw, strict=False))]
    return [found for step, value, text in pairs for found in _numbers_as_times(value, text, (*path, step))]


def anchored(value: Any, folder: FilePath) -> Any:
    """`value` with each relative file path in it taken from `folder`, where the configuration is."""
    match value:
        case FilePath():
            return folder / value
        case DatabaseUrl():
            return value.below(folder)
        case BaseModel():
            changed = {name: anchored(getattr(value, name), folder) for name in type(value).model_fields}
            return value.model_copy(update=changed)
        case dict():
            return {name: anchored(item, folder) for name, item in value.items()}
        case list():
            return [anchored(item, folder) for item in value]
        case tuple() if type(value) is tuple:
            return tuple(anchored(item, folder) for item in value)
        case _:
            return value
