"""Which command was meant, and its arguments. Whatever is not clear is refused with a sentence, never guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.commands.handles import as_handle
from bot.commands.signature import TO_THE_END, CompiledCommand, Kind, Parameter, usage
from bot.commands.values import Word, attempted, read, split
from bot.handler import Brief, Rest
from bot.text import Code, Document, document, line


@dataclass(frozen=True, slots=True)
class Handle:
    """A person as typed, to be looked up by whoever may ask the platform."""

    text: str


@dataclass(frozen=True, slots=True)
class FromTarget:
    """The author of the message that the command answers."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A case by its number; None is the one about which the bot said what the command answers."""

    number: int | None = None


#: Arguments by parameter name. People are `Handle` or `FromTarget`, cases `Numbered`: still to be resolved.
Bound: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Mistake:
    """The words do not fit the command; the text says what is wrong, how it is written, and gives an example."""

    text: Document


@dataclass(frozen=True, slots=True)
class Found:
    """`rest` is everything after the command's name, as typed."""

    command: CompiledCommand
    rest: str
    arguments: Bound | Mistake


@dataclass(frozen=True, slots=True)
class Unknown:
    """No command is called that; `near` is one that may have been meant."""

    name: str
    near: str | None


def parse(
    text: str, commands: Mapping[str, CompiledCommand], *, has_target: bool = False, prefix: str = "!"
) -> Found | Unknown:
    """The command in `text` (what follows the prefix or mention), and its arguments.

    `commands` maps lower-case names, of one word or several, to commands; the longest name wins, case does not matter.
    `has_target` says that the message answers another one; `prefix` is what usage lines show. Never raises.
    """
    words = list(re.finditer(r"\S+", text))
    longest = max((name.count(" ") + 1 for name in commands), default=1)
    for count in range(min(longest, len(words)), 0, -1):
        name = " ".join(word[0] for word in words[:count]).lower()
        if name in commands:
            rest = text[words[count - 1].end() :].strip()
            return Found(commands[name], rest, _arguments(commands[name], rest, has_target, prefix))
    first = words[0][0][:40] if words else ""
    two = " ".join(word[0] for word in words[:2])[:80]
    return Unknown(first, near(first, commands) or near(two, commands))


def near(name: str, commands: Iterable[str]) -> str | None:
    """The command whose name is most like `name`; None when none is."""
    return next(iter(difflib.get_close_matches(name.lower(), list(commands), n=1, cutoff=0.65)), None)


def _arguments(command: CompiledCommand, rest: str, has_target: bool, prefix: str) -> Bound | Mistake:
    try:
        return _Binder(command.parameters, rest, has_target).bind()
    except _NotUnderstood as problem:
        example = command.command.examples[0]
        example = prefix + example.removeprefix("!")
        return Mistake(
            document(
                str(problem),
                line("Usage: ", Code(usage(command, prefix))),
                line("Example: ", Code(example)),
            )
        )


class _NotUnderstood(Exception):
    """The words do not fit; the message is one sentence for the person who typed them."""


class _Binder:
    """Walks through parameters and words side by side."""

    def __init__(self, parameters: tuple[Parameter, ...], rest: str, has_target: bool) -> None:
        self._parameters = parameters
        self._rest = rest
        self._words = split(rest)
        self._has_target = has_target
        self._target_free = has_target  # the answered person is not taken yet
        self._target_used = False
        self._doubt: str | None = None  # why the last optional argument was left out

    def bind(self) -> dict[str, object]:
        bound = {
            parameter.name: self._one(parameter, self._parameters[index + 1 :])
            for index, parameter in enumerate(self._parameters)
        }
        if self._words:
            raise _NotUnderstood(
                self._doubt or f"I do not know what to do with “{self._words[0].text[:40]}” here."
            )
        return bound

    def _one(self, parameter: Parameter, later: tuple[Parameter, ...]) -> object:
        if parameter.kind is Kind.PERSON:
            return self._person(parameter, later)
        if parameter.kind is Kind.CASE:
            return self._case(parameter, later)
        if not self._words:
            return self._left_out(parameter)
        if parameter.kind in TO_THE_END:
            return self._all(parameter)
        try:
            value, used = read(parameter, self._words)
        except ValueError as error:
            sentence = f"{parameter.label}: {error}."
            if parameter.required or attempted(parameter, self._words[0]):
                raise _NotUnderstood(sentence) from error
            self._doubt = sentence
            return parameter.default
        del self._words[:used]
        return value

    def _person(self, parameter: Parameter, later: tuple[Parameter, ...]) -> object:
        handle = as_handle(self._words[0].text) if self._words else None
        if handle is not None:
            del self._words[0]
            return Handle(handle)
        if self._target_free:
            self._target_free, self._target_used = False, True
            return FromTarget()
        if not self._words:
            return self._left_out(parameter)
        word = self._words[0]
        if not re.fullmatch(r"\w[\w.=/+-]*", word.text) or any(_fits(one, word) for one in later):
            # “!mute 1h @ana”: to take somebody called “1h” for the person would be a guess.
            sentence = f"“{word.text[:40]}” does not look like a person; that comes first, as in @ana."
            if parameter.required:
                raise _NotUnderstood(sentence)
            self._doubt = sentence
            return parameter.default
        if len(self._words) > 1 and as_handle(self._words[1].text):
            raise _NotUnderstood(
                f"Do you mean “{word.text[:40]}” or “{self._words[1].text[:60]}”? Write @ before the name that is meant."
            )
        del self._words[0]
        return Handle(word.text)

    def _case(self, parameter: Parameter, later: tuple[Parameter, ...]) -> object:
        """The number; in an answer it may be left out, and “3d” or “@ana” belong to what follows."""
        word = self._words[0] if self._words else None
        if word is None or not (_fits(parameter, word) or attempted(parameter, word)):
            if self._has_target:
                return Numbered()
            if word is None or not parameter.required:
                return self._left_out(parameter)
        elif self._has_target and not _fits(parameter, word) and any(_fits(one, word) for one in later):
            return Numbered()
        try:
            number, used = read(parameter, self._words)
        except ValueError as error:
            raise _NotUnderstood(f"{parameter.label}: {error}.") from error
        del self._words[:used]
        assert isinstance(number, int)
        return Numbered(number)

    def _left_out(self, parameter: Parameter) -> object:
        if not parameter.required:
            return parameter.default
        if parameter.kind is Kind.PERSON:
            raise _NotUnderstood("Please say who is meant, or answer one of their messages.")
        raise _NotUnderstood(f"{parameter.label} is missing.")

    def _all(self, parameter: Parameter) -> Rest:
        first = self._words[0]
        if self._target_used and as_handle(first.text):
            # “!mute 1h @ana” in an answer to Ben: two people, and no way to know which one.
            raise _NotUnderstood(
                f"Do you mean “{first.text[:60]}” or the person you answered? A person comes first, as in @ana."
            )
        self._words.clear()
        text = self._rest[first.start :]
        if parameter.kind is Kind.REST:
            return Rest(text)
        if len(text) > Brief.MOST:
            raise _NotUnderstood(
                f"{parameter.label}: these are {len(text):,} characters, and at most {Brief.MOST:,} can be read by anybody."
            )
        return Brief(text)


def _fits(parameter: Parameter, word: Word) -> bool:
    """Whether `word` is a value of a parameter that does not take just anything."""
    if parameter.kind in {Kind.TEXT, Kind.PERSON, *TO_THE_END}:
        return False
    try:
        read(parameter, [word])
    except ValueError:
        return False
    return True
