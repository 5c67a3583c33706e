"""YAML as a tree of texts that remembers where each stood.

Scalars stay as they were typed: YAML's own guesses make `12:30` the number 750, `no` a boolean and `017` fifteen. What
a text means is for the field that it is for. Whatever cannot mean one thing only is refused, with a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from bot.settings.problems import Level, Path, Problem, SettingsError, cut, key, lines

#: A larger file is no configuration.
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 50
#: Values in the whole tree, aliases written out.
MAX_VALUES = 100_000

#: A value as read: nothing, text, list or mapping.
Raw: TypeAlias = "str | list[Raw] | dict[str, Raw] | None"
Mark = tuple[int, int]

#: What YAML itself makes of a value without a tag; the guess is not used, any other tag was written.
_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "timestamp", "str", "seq", "map", "merge", "value")
)
_TAG = 'found the YAML tag {}, expected a plain value; put text that starts with "!" in quotes'
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Tree:
    """`value` is the whole file; `keys` and `values` say at which line and column each path's key and value start.

    `commented` are paths that look empty because what follows on the line starts with `#`; `unreadable` those whose
    value was refused and told already.
    """

    file: str
    value: Raw = field(repr=False)
    keys: dict[Path, Mark] = field(repr=False, default_factory=dict)
    values: dict[Path, Mark] = field(repr=False, default_factory=dict)
    commented: frozenset[Path] = field(repr=False, default=frozenset())
    unreadable: frozenset[Path] = field(repr=False, default=frozenset())

    def at(self, *path: str | int) -> Raw:
        """The value at `path`; None when there is no such place."""
        value: Any = self.value
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value  # type: ignore[no-any-return]  # only Raw values are in the tree

    def mapping(self, *path: str | int) -> dict[str, Raw]:
        """The mapping at `path`; an empty one when there is something else."""
        value = self.at(*path)
        return value if isinstance(value, dict) else {}

    def problem(self, path: Path, message: str, *, level: Level = "error", at_key: bool = False) -> Problem:
        """A problem with what stands at `path`, placed at the nearest thing that is in the file."""
        known = path
        while known not in self.values:
            known = known[:-1]
        scalar = known == path and isinstance(self.at(*known), str)
        place = self.values[known] if scalar and not at_key else self.keys.get(known, self.values[known])
        return Problem(self.file, *place, key(path), message, level)

    def locate(self, base: Path, dotted: str) -> Path:
        """The path below `base` that `dotted` (`rules[2].words` or `rules.2.words`) names, as far as it is there."""
        names = {_plain(path[len(base) :]): path for path in self.values if path[: len(base)] == base} | {
            "": base
        }
        wanted = re.sub(r"\[(\d+)\]", r".\1", dotted).strip(".")
        while wanted not in names:  # the empty name is `base` itself
            wanted = wanted.rpartition(".")[0]
        return names[wanted]


def _plain(path: Path) -> str:
    return ".".join(map(str, path))


def read(text: str, file: str) -> tuple[Tree, list[Problem]]:
    """The tree of `text` and the problems of its own (double keys and the like).

    Raises SettingsError when there is no tree at all: broken YAML, too large, too deep, empty.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise SettingsError(
            [Problem(file, 1, 1, "", "the file is larger than 1 MiB, expected a configuration")]
        )
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise SettingsError([_broken(error, file)]) from None
    except yaml.reader.ReaderError as error:
        before = lines(text[: error.position])
        message = (
            f"found the unprintable character U+{ord(text[error.position]):04X}, expected text; delete it"
        )
        raise SettingsError([Problem(file, len(before), len(before[-1]) + 1, "", message)]) from None
    except (ValueError, OverflowError):
        # PyYAML turns "\UFFFFFFFF" into a character without looking, and long version numbers into numbers.
        guilty = re.search(r"\\U(?!000|0010)|^%", text, re.MULTILINE)
        before = lines(text[: guilty.start()] if guilty else "")
        message = "found an escape or a number that is too large, expected a character that exists"
        raise SettingsError([Problem(file, len(before), len(before[-1]) + 1, "", message)]) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and root.value in _NULLS and root.style is None):
        message = "the file is empty, expected accounts and communities; `folkmoot init` writes a first one"
        raise SettingsError([Problem(file, 1, 1, "", message)])
    reader = _Reader(file, lines(text))
    value = reader.value(root, ())
    tree = Tree(
        file, value, reader.keys, reader.values, frozenset(reader.commented), frozenset(reader.unreadable)
    )
    if not isinstance(value, dict):
        found = "a list" if isinstance(value, list) else "text"
        if () not in reader.unreadable:
            reader.complain(root, (), f"found {found}, expected keys such as accounts: and communities:")
        raise SettingsError(reader.problems)
    return tree, reader.problems


class _Loader(yaml.SafeLoader):
    """Composes nodes only, and not too deep: each level of nesting is a level of recursion."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.depth > MAX_DEPTH:
            mark = parent.start_mark if parent else None
            raise yaml.MarkedYAMLError(
                problem=f"found more than {MAX_DEPTH} levels, expected fewer", problem_mark=mark
            )
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Reader:
    """Turns nodes into values, noting marks and problems."""

    def __init__(self, file: str, rows: list[str]) -> None:
        self.file = file
        self.rows = rows
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self.commented: set[Path] = set()
        self.unreadable: set[Path] = set()
        self.problems: list[Problem] = []

    def complain(self, node: yaml.Node, path: Path, message: str) -> None:
        self.problems.append(Problem(self.file, *_mark(node), key(path), message))

    def refuse(self, node: yaml.Node, path: Path, message: str) -> None:
        """Complains about a value that then counts as nothing."""
        self.complain(node, path, message)
        self.unreadable.add(path)

    def value(self, node: yaml.Node, path: Path) -> Raw:
        self.values[path] = _mark(node)
        if len(self.values) > MAX_VALUES or len(path) > MAX_DEPTH:
            message = f"found more than {MAX_VALUES} values or {MAX_DEPTH} levels once aliases (*name) are written out"
            raise SettingsError([Problem(self.file, *_mark(node), key(path[:9]), message)])
        if node.tag not in _TAGS:
            self.refuse(node, path, _TAG.format(cut(node.tag.replace("tag:yaml.org,2002:", "!!"))))
            return None
        match node:
            case yaml.ScalarNode():
                return self.scalar(node, path)
            case yaml.SequenceNode():
                return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
            case _:
                return self.mapping(node, path)

    def scalar(self, node: yaml.ScalarNode, path: Path) -> str | None:
        text: str = node.value
        if node.style is None and text in _NULLS:
            line, column = _mark(node)
            rest = self.rows[line - 1][column - 1 :]
            if rest.startswith("!"):
                self.refuse(node, path, _TAG.format("!"))
            elif not text and re.match(r"\s+#\S", rest):
                self.commented.add(path)
            return None
        whole = _joined(text)
        if whole is None:
            self.refuse(node, path, "found an escape that stands for no character, expected text")
        return whole

    def mapping(self, node: yaml.Node, path: Path) -> dict[str, Raw]:
        found: dict[str, Raw] = {}
        for name, item in node.value:
            if not isinstance(name, yaml.ScalarNode) or _joined(name.value) != name.value:
                self.complain(name, path, "found a list, a mapping or no text as a key, expected plain text")
            elif name.value == "<<":
                self.complain(
                    name, path, "found a merge (<<), expected the keys written out; nothing is merged here"
                )
            elif name.value in found:
                first = self.keys[(*path, name.value)][0]
                message = f"found this key a second time (the first is on line {first}), expected it once"
                self.complain(name, (*path, name.value), message)
            else:
                self.keys[(*path, name.value)] = _mark(name)
                found[name.value] = self.value(item, (*path, name.value))
        return found


def _joined(text: str) -> str | None:
    """`text` with JSON's pairs of surrogates joined; None when it holds half of one, or a NUL."""
    try:
        return None if "\0" in text else text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None


def _mark(node: yaml.Node) -> Mark:
    return (node.start_mark.line + 1, node.start_mark.column + 1)


#: What PyYAML says (context and problem), and what that means. The first that is found in its words counts.
_MEANINGS = (
    (r"found character '\\t'", "found a tab, expected spaces: YAML is indented with spaces"),
    (
        r"cannot start any token|undefined (?:alias|tag)|(?:scanning|parsing) an? (?:alias|anchor|tag|directive)|duplicate",
        "found text that starts with a sign of YAML's own (@ ` % & * !), expected quotes around it",
    ),
    (
        r"mapping values are not allowed here",
        "found a second colon or too deep an indentation, expected `key: value`; put text that holds a colon in quotes",
    ),
    (r"expected ',' or '\]'", "found a list that was opened with [ and not closed, expected , or ]"),
    (r"expected ',' or '\}'", "found a mapping that was opened with { and not closed, expected , or }"),
    (
        r"scanning a quoted scalar.*(?:end of stream|document separator)",
        "found a quote that is never closed, expected another one",
    ),
    (
        r"unknown escape character|hexadecimal",
        "found a backslash in double quotes, expected single quotes around it or two backslashes",
    ),
    (
        r"expected <block end>|sequence entries are not allowed|block mapping start",
        "found a line that is indented differently or not a `key: value`, expected the indentation of its neighbours",
    ),
    (r"could not find expected ':'", "found a line without a colon, expected `key: value`"),
    (r"expected a single document", "found a second document (---), expected one in a file"),
    (r"stream end", "found the end of the file, expected a value"),
    (r"found more than .* levels", f"found more than {MAX_DEPTH} levels, expected fewer"),
    (
        r"expected the node content|block scalar",
        "found a sign of YAML's own, expected a value; put such text in quotes",
    ),
)


def _broken(error: yaml.MarkedYAMLError, file: str) -> Problem:
    """PyYAML's complaint in plain words."""
    said = ", ".join(part for part in (error.context, error.problem) if part)
    mark = error.problem_mark or error.context_mark
    if "end of stream" in said or "stream end" in said:
        mark = error.context_mark or mark  # where it was opened is more telling than where the file ends
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for pattern, meaning in _MEANINGS:
        if re.search(pattern, said, re.DOTALL):
            return Problem(file, *place, "", meaning)
    return Problem(file, *place, "", f"this is no YAML: {said}")
