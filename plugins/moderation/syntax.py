"""A rule file's outer form: sections between lines of `---`, each a small YAML tree that knows its lines.

Every scalar stays the text that was written (`yes`, `12:30` and `< 2` mean what the moderator typed). The tree is
built from YAML's event stream with a stack of our own, so that neither deep nesting nor a chain of aliases can exhaust
the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

#: Far above anything that people write; a file beyond it is refused, not read half.
DEEPEST = 20
MOST_NODES = 60_000

#: A line that ends a rule.
SEPARATOR = re.compile(r"^---.*$", re.MULTILINE)
_ESCAPE = "unknown escape character"
_DOUBLE_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
#: A pair is one backslash already; a line's end and a tab mean the same to YAML and in an expression.
_READ_ALIKE = frozenset('\\"\nntr')
_MOST_MENDED = 200
#: In a list: to YAML it begins a key.
_LONE_MARK = re.compile(r"(?:(?<=[\[,])|(?<=[\[,] ))\?(?=\s*[,\]])")
_MARK = "a ? by itself means something in YAML; it is read as it is typed, but put quotes around it: '?'"
_TYPED = (
    "a backslash in double quotes starts a YAML escape, and one here does not exist, so all of this text is read as it is "
    "typed; use single quotes ('\\bword')"
)
#: libyaml where it is built in: ten times as fast, and it gives the same events.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(frozen=True, slots=True)
class Section:
    """One document of a rule file; `line` is where its first line stands in the file, counted from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    value: Node
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[Entry, ...]
    line: int


Node = Scalar | Items | Mapping


class BrokenSection(Exception):
    """A section is no YAML. `line` counts from 1 in the file; the message says what to do.

    `quoted` is where a double-quoted text begins (line from 0, column) in which a backslash means nothing to YAML.
    """

    def __init__(self, line: int, message: str, quoted: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.quoted = quoted


def normal(text: str) -> str:
    """The text with the ends of its lines as they are here."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def sections(text: str) -> list[Section]:
    """The sections of a rule file, in order, those without content left out.

    Any line that starts with three hyphens separates, whatever follows on it; an indented one does not.
    """
    text = normal(text)
    found: list[Section] = []
    start = 0
    for separator in [*SEPARATOR.finditer(text), None]:
        end = separator.start() if separator else len(text)
        body = text[start:end]
        if any(row.strip() and not row.lstrip().startswith("#") for row in body.splitlines()):
            found.append(Section(body, text.count("\n", 0, start) + 1))
        start = separator.end() if separator else end
    return found


def tree(section: Section) -> Node | None:
    """The section's content; None when there is only white space and comments. Raises BrokenSection."""
    try:
        return _build(yaml.parse(section.text, Loader=_LOADER), section.line)
    except yaml.MarkedYAMLError as error:
        # What is never closed is best found where it was opened.
        mark = error.problem_mark or error.context_mark
        if error.context_mark and "end of stream" in (error.problem or ""):
            mark = error.context_mark
        line = section.line + (mark.line if mark else 0)
        start = error.context_mark
        is_escape = start is not None and _ESCAPE in (error.problem or "")
        raise BrokenSection(
            line, _remedy(error), (start.line, start.column) if is_escape and start else None
        ) from None
    except yaml.reader.ReaderError as error:
        bad = error.character
        shown = f"U+{ord(bad) if isinstance(bad, str) else int(bad):04X}"
        raise BrokenSection(
            section.line, f"a character that YAML forbids ({shown}); delete it, or type it again by hand"
        ) from None
    except yaml.YAMLError as error:
        raise BrokenSection(section.line, f"this is not YAML: {str(error).splitlines()[0]}") from None


def mended(section: Section) -> tuple[Section, list[tuple[int, str]]]:
    """The section with what YAML cannot read otherwise taken as it is typed: backslashes in double quotes, a lone `?`.

    Gives a line and a remark for each such place, too. No text that means something to YAML changes its meaning. Raises
    BrokenSection when something else is wrong.
    """
    lines: list[tuple[int, str]] = []
    while True:
        try:
            tree(section)
        except BrokenSection as error:
            asked = _LONE_MARK.search(section.text)
            if error.quoted is None and asked:
                text = _LONE_MARK.sub("'?'", section.text)
                lines.append((section.line + section.text.count("\n", 0, asked.start()), _MARK))
                section = Section(text, section.line)
                continue
            if error.quoted is None or len(lines) >= _MOST_MENDED:
                raise
            row, column = error.quoted
            rows = section.text.splitlines(keepends=True)
            start = sum(len(one) for one in rows[:row]) + column
            found = _DOUBLE_QUOTED.match(section.text, start)
            if found is None:
                raise
            text = _BACKSLASH.sub(_as_typed, found.group())
            section = Section(section.text[:start] + text + section.text[found.end() :], section.line)
            lines.append((section.line + row, _TYPED))
        else:
            return section, lines


def _as_typed(found: re.Match[str]) -> str:
    return found.group() if found[1] in _READ_ALIKE else f"\\{found.group()}"


@dataclass(slots=True)
class _Open:
    """A collection that is still being read."""

    line: int
    is_mapping: bool
    anchor: str | None
    parts: list[Node] = field(default_factory=list)


class _Builder:
    """Puts a tree together from events, within the limits."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def take(self, event: yaml.Event, line: int) -> None:
        match event:
            case yaml.CollectionStartEvent():
                if len(self._stack) >= DEEPEST:
                    raise BrokenSection(line, f"more than {DEEPEST} levels deep; rules need three at most")
                self._stack.append(_Open(line, isinstance(event, yaml.MappingStartEvent), event.anchor))
            case yaml.ScalarEvent():
                quoted = event.style in {"'", '"', "|", ">"}
                text = "" if not quoted and event.value in {"~", "null", "Null", "NULL"} else event.value
                self._put(Scalar(text, line), event.anchor)
            case yaml.AliasEvent():
                self._put(self._anchored(event.anchor or "", line), None)
            case yaml.CollectionEndEvent():
                opened = self._stack.pop()
                self._put(_close(opened), opened.anchor)
            case yaml.DocumentStartEvent() if self.root is not None:
                raise BrokenSection(line, "a second document in one section; separate rules by a line of ---")

    def _anchored(self, anchor: str, line: int) -> Node:
        if anchor not in self._anchors:
            message = f"*{anchor} refers to nothing; put quotes around a value that starts with *"
            raise BrokenSection(line, message)
        return self._anchors[anchor]

    def _put(self, node: Node, anchor: str | None) -> None:
        # Counted again wherever an alias stands, so that aliases of aliases cannot multiply.
        self._count += _size(node)
        if self._count > MOST_NODES:
            raise BrokenSection(node.line, f"more than {MOST_NODES:,} values in one rule; split it")
        if anchor:
            self._anchors[anchor] = node
        if self._stack:
            self._stack[-1].parts.append(node)
        else:
            self.root = node


def _build(events: Iterator[yaml.Event], first: int) -> Node | None:
    builder = _Builder()
    for event in events:
        builder.take(event, first + (event.start_mark.line if event.start_mark else 0))
    return builder.root


def _size(node: Node) -> int:
    """How many values stand directly in `node`: enough to notice aliases that multiply."""
    match node:
        case Scalar():
            return 1
        case Items(items=items):
            return len(items) + 1
        case Mapping(entries=entries):
            return len(entries) + 1


def _close(opened: _Open) -> Node:
    if not opened.is_mapping:
        return Items(tuple(opened.parts), opened.line)
    entries: list[Entry] = []
    for key, value in zip(opened.parts[::2], opened.parts[1::2], strict=True):
        if not isinstance(key, Scalar):
            raise BrokenSection(
                key.line,
                "a list or braces where a key was expected; put quotes around a text that starts with { or [",
            )
        entries.append(Entry(key.text, value, key.line))
    return Mapping(tuple(entries), opened.line)


#: What YAML's complaint holds, and what a moderator should do about it; the first that fits counts.
_REMEDIES = (
    (
        _ESCAPE,
        "a backslash in double quotes starts a YAML escape, and this one does not exist; use single quotes ('\\bword')",
    ),
    ("tab character", "a tab where spaces are needed; indent with spaces"),
    (
        "cannot start any token",
        "a tab, or one of @ ` %, where a value begins; indent with spaces, quote such a value, delete a line of ```",
    ),
    (
        "mapping values are not allowed",
        "a second colon in one line, or a line indented too far; put quotes around a value that holds ': '",
    ),
    (
        "expected ',' or",
        "a list or mapping is not closed, or a comma or quote is missing in it; check the brackets above",
    ),
    (
        "could not find expected ':'",
        "a key without a colon, or a text that continues at the start of a line; indent the text below its key",
    ),
    (
        "expected <block end>",
        "this line is indented differently from the others, or a quoted value goes on after its closing quote",
    ),
    (
        "did not find expected key",
        "this line is indented differently from the others, or a quoted value goes on after its closing quote",
    ),
    (
        "block scalar",
        "a value that starts with > or | means a block of text in YAML; put quotes around it: '> 30 days'",
    ),
    (
        "expected alphabetic or numeric character",
        "a * or & where a value begins means something in YAML; put quotes around it, or # in front of a comment",
    ),
    ("unexpected end of stream", "a quote is opened and never closed"),
    (
        "expected '-' indicator",
        "a list with '-' is followed by something that is no item; indent it, or give the list a key",
    ),
)


def _remedy(error: yaml.MarkedYAMLError) -> str:
    """YAML's complaint in a moderator's words."""
    complaint = f"{error.problem or ''} {error.context or ''}"
    plain = f"this is not YAML: {error.problem or error.context}"
    return next((remedy for fragment, remedy in _REMEDIES if fragment in complaint), plain)
