"""A command's parameters, read from its function once, when the plugin is loaded."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.handler import Brief, CaseNo, Person, Rest
from bot.plugin import Command, PluginError


class Kind(Enum):
    """What a parameter takes; the value is its annotation as plugin authors write it."""

    TEXT = "str"
    INTEGER = "int"
    NUMBER = "float"
    SWITCH = "bool"
    SPAN = "timedelta"
    DAY = "date"
    CHOICE = "Literal[…]"
    PERSON = "Person"
    CASE = "CaseNo"
    REST = "Rest"
    BRIEF = "Brief"


#: What takes all that is left.
TO_THE_END = frozenset({Kind.REST, Kind.BRIEF})

_KINDS: Mapping[object, Kind] = {
    str: Kind.TEXT,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    bool: Kind.SWITCH,
    timedelta: Kind.SPAN,
    date: Kind.DAY,
    Person: Kind.PERSON,
    CaseNo: Kind.CASE,
    Rest: Kind.REST,
    Brief: Kind.BRIEF,
}
_SUPPORTED = ", ".join(kind.value for kind in Kind) + ", and each of them with “| None” or a default"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a command. `choices` are what a `Literal` allows; `default` holds where `required` is false."""

    name: str
    kind: Kind
    required: bool
    default: object = None
    choices: tuple[str | int, ...] = ()

    @property
    def label(self) -> str:
        """How usage lines and mistakes call it: `PERSON`, `SPAN`, `list|check`."""
        if self.kind is Kind.PERSON:
            return "PERSON"
        if self.choices:
            return "|".join(map(str, self.choices))
        return self.name.strip("_").upper().replace("_", "-")


@dataclass(frozen=True, slots=True)
class CompiledCommand:
    """A command and its checked parameters, in the order of the function's signature."""

    command: Command
    parameters: tuple[Parameter, ...]


def compile_command(command: Command) -> CompiledCommand:
    """Reads the parameters of the command's function.

    Raises PluginError, naming plugin, function and parameter, when a parameter cannot be filled from words.
    """
    where = f"plugin {command.plugin}: {_function(command)}"
    for words in command.words:
        if not re.fullmatch(r"\S+( \S+)*", words) or words != words.lower():
            raise PluginError(
                f"{where}: the command name {words!r} must be lower-case words with one space between"
            )
    try:
        hints = get_type_hints(command.func)
        declared = list(inspect.signature(command.func).parameters.values())
    except (NameError, TypeError, ValueError) as error:
        raise PluginError(
            f"{where}: its annotations cannot be read ({error}); import the names at the top of the module, "
            "not only for type checking"
        ) from error
    if len(declared) < 2:
        raise PluginError(f"{where}: a command takes (ctx, call) and then its arguments")
    parameters = tuple(_parameter(where, one, hints.get(one.name)) for one in declared[2:])
    for one in parameters[:-1]:
        if one.kind in TO_THE_END:
            raise PluginError(
                f"{where}: parameter {one.name}: {one.kind.value} takes all that is left, so it must be the last one"
            )
    return CompiledCommand(command, parameters)


def usage(command: CompiledCommand, prefix: str = "!") -> str:
    """How the command is written: `!ban PERSON [SPAN] [REASON…]`."""
    return " ".join([prefix + command.command.name, *map(_placeholder, command.parameters)])


def _placeholder(parameter: Parameter) -> str:
    shown = parameter.label + ("…" if parameter.kind in TO_THE_END else "")
    return shown if parameter.required else f"[{shown}]"


def _function(command: Command) -> str:
    return getattr(command.func, "__name__", repr(command.func))


def _parameter(where: str, declared: inspect.Parameter, annotation: Any) -> Parameter:
    where = f"{where}: parameter {declared.name}"
    if declared.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
        raise PluginError(
            f"{where}: *args, **kwargs, “/” and “*” have no meaning for words; name each argument"
        )
    inner, optional = _without_none(annotation)
    choices: tuple[str | int, ...] = ()
    if get_origin(inner) is Literal:
        choices = get_args(inner)
    kind = Kind.CHOICE if choices else _KINDS.get(inner) if isinstance(inner, type) else None
    if kind is None or not all(type(choice) in {str, int} for choice in choices):
        shown = annotation.__name__ if isinstance(annotation, type) else str(annotation)
        found = "it has no type" if annotation is None else f"{shown} cannot be read from words"
        raise PluginError(f"{where}: {found}; supported are {_SUPPORTED}")
    given = declared.default is not inspect.Parameter.empty
    return Parameter(
        name=declared.name,
        kind=kind,
        required=not (given or optional),
        default=declared.default if given else None,
        choices=choices,
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """`X | None` as (X, True); anything else as it is."""
    if get_origin(annotation) in {Union, types.UnionType}:
        left = [one for one in get_args(annotation) if one is not type(None)]
        if len(left) == 1 and len(get_args(annotation)) == 2:
            return left[0], True
    return annotation, False
