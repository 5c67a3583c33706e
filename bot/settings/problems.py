"""What is wrong with a configuration, said to the person who can mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]
#: Where a value stands: keys of mappings and indexes of lists, from the root.
Path = tuple[str | int, ...]

#: Longer values are cut in messages, at this many characters.
LONGEST = 60
#: What PyYAML counts as the end of a line; marks and excerpts must agree.
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_KEY = re.compile(r"(?P<key>[\w.-]+)[\"']?\s*:")
#: Keys that are one of these, hold one, or look like one that was mistyped may hold a secret.
_SECRETIVE = (
    "password",
    "passphrase",
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "credential",
    "database",
    "key",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `key` is the dotted path, empty when the YAML itself is broken."""

    file: str
    line: int
    column: int
    key: str
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        parts = [f"{self.file}:{self.line}:{self.column}"]
        parts += [self.key] if self.key else []
        parts += ["warning"] if self.level == "warning" else []
        return ": ".join([*parts, self.message])


class SettingsError(Exception):
    """A configuration cannot be used; `problems` are all of its problems, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.line, p.column, p.key)))
        super().__init__("\n".join(map(str, self.problems)))


def cut(text: str) -> str:
    """`text`, shortened to what fits in a message."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def show(value: object) -> str:
    """A value read from YAML in words: texts quoted and cut, the rest by its kind."""
    match value:
        case None:
            return "nothing"
        case str():
            return repr(cut(value))
        case dict():
            return "a mapping" if value else "an empty mapping"
        case _:
            return "a list" if value else "an empty list"


def key(path: Path) -> str:
    """`("rules", 2, "words")` as `rules[2].words`; odd keys are quoted."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if re.fullmatch(r"[\w@!#+/-]{1,60}", step) else show(step)
            text += f".{name}" if text else name
    return text


def near(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` when one of `known` is close to `word`, else nothing."""
    names = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(cut(word).casefold(), names, n=1, cutoff=0.6)
    return f" (did you mean {names[close[0]]!r}?)" if close else ""


def either(names: Sequence[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def lines(text: str) -> list[str]:
    """The lines of `text`, as PyYAML counts them."""
    return _LINE_END.split(text)


def excerpt(text: str, problem: Problem) -> str:
    """The line that `problem` is about with a caret under the place, both indented; empty when there is none.

    Values that may be secrets are left out, and so is whatever stands behind an unknown key.
    """
    rows = lines(text)
    if not 0 < problem.line <= len(rows):
        return ""
    shown = _masked(
        rows[problem.line - 1], after=problem.column - 1 if "unknown key" in problem.message else None
    )
    above = rows[problem.line - 2] if problem.line > 1 else ""
    if _masked(f"{above} x", after=None) != f"{above} x":
        shown = "…"  # the secret's value stands on a line of its own
    if not shown.strip():
        return ""
    shown = "".join(c if c.isprintable() else " " for c in shown)
    # A window around the place, so that a very long line stays one line.
    start = max(0, problem.column - LONGEST)
    caret = min(problem.column - 1, len(shown))
    return f"    {shown[start : start + 2 * LONGEST]}\n    {' ' * (caret - start)}^"


def _masked(row: str, *, after: int | None) -> str:
    """`row` up to the first key that may hold a secret, or that stands at `after`."""
    for found in _KEY.finditer(row):
        if found.start("key") == after or _secretive(found["key"].casefold()):
            return f"{row[: found.end()]} …" if row[found.end() :].strip() else row
    return row


def _secretive(name: str) -> bool:
    return any(word in name for word in _SECRETIVE) or bool(
        difflib.get_close_matches(name, _SECRETIVE, cutoff=0.7)
    )
