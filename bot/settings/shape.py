"""What a model expects at a path: for messages, the reference and the example file."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from bot.settings.problems import Path


def options(kind: Any) -> list[Any]:
    """The members of a union, without None and annotations; any other type alone."""
    if isinstance(kind, TypeAliasType):
        return options(kind.__value__)
    if get_origin(kind) is Annotated:
        return options(get_args(kind)[0])
    if get_origin(kind) in {typing.Union, types.UnionType}:
        return [option for member in get_args(kind) for option in options(member)]
    return [] if kind is type(None) else [kind]


def is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def item(kind: Any) -> Any:
    """The type of a collection's values; None for other types."""
    args = [arg for arg in get_args(kind) if arg is not Ellipsis]
    return args[-1] if args and get_origin(kind) is not Literal else None


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the key that stands in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def models_in(kind: Any) -> list[type[BaseModel]]:
    """The models that a value of type `kind` is or holds, those inside the models left out."""
    found: list[type[BaseModel]] = []
    for option in options(kind):
        if is_model(option):
            found.append(option)
        elif item(option) is not None:
            found += models_in(item(option))
    return found


def models_at(kind: Any, raw: Any, path: Path) -> list[type[BaseModel]]:
    """The models that may describe the mapping at `path` of a value of type `kind`, which reads `raw` in the file."""
    found: list[type[BaseModel]] = []
    members = options(kind)
    fitting = [member for member in members if not is_model(member) or _fits(member, raw)]
    for member in fitting or members:
        if not path:
            found += [member] if is_model(member) else []
            continue
        inner = raw[path[0]] if _has(raw, path[0]) else None
        if is_model(member):
            known = fields(member)
            found += models_at(known[str(path[0])].annotation, inner, path[1:]) if path[0] in known else []
        elif item(member) is not None:
            found += models_at(item(member), inner, path[1:])
    return found


def _has(raw: Any, step: str | int) -> bool:
    if isinstance(raw, Mapping):
        return step in raw
    return isinstance(raw, list) and isinstance(step, int) and step < len(raw)


def _fits(model: type[BaseModel], raw: Any) -> bool:
    """Whether each field that can only be one word is that word: `platform: lemmy` tells the accounts apart."""
    if not isinstance(raw, Mapping):
        return True
    return all(
        raw.get(name) in get_args(field.annotation)
        for name, field in fields(model).items()
        if get_origin(field.annotation) is Literal and field.is_required()
    )


def filled(kind: Any, raw: Any) -> Any:
    """`raw` with an empty mapping or list wherever a key without a value stands for one: `plugins:` alone has none."""
    members = options(kind)
    if raw is None and members and not _nullable(kind):
        if all(is_model(member) or get_origin(member) is dict for member in members):
            return {}
        if all(get_origin(member) in {list, tuple, set, frozenset} for member in members):
            return []
    if len(members) != 1:
        return raw
    if isinstance(raw, dict) and is_model(members[0]):
        known = fields(members[0])
        return {
            name: filled(known[name].annotation, value) if name in known else value
            for name, value in raw.items()
        }
    if isinstance(raw, dict) and get_origin(members[0]) is dict:
        return {name: filled(item(members[0]), value) for name, value in raw.items()}
    return raw


def _nullable(kind: Any) -> bool:
    if get_origin(kind) is Annotated:
        return _nullable(get_args(kind)[0])
    return type(None) in get_args(kind)
