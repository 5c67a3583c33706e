"""A small document tree for everything the bot says; each platform renders it in its own markup.

Plugins build documents from data; user text goes in as plain strings and is escaped by the renderer, so it can
neither format nor mention. Links may point at things that do not exist yet (`Made`) and text may name its own
case (`CaseNumber`); `resolve` fills both in just before delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from bot.model import Author, Ref


@dataclass(frozen=True, slots=True)
class Made:
    """Stands for the thing that the action named `made` of the same decision will have created."""

    made: str


@dataclass(frozen=True, slots=True)
class Plain:
    text: str
    kind: Literal["plain"] = "plain"


@dataclass(frozen=True, slots=True)
class Strong:
    text: str
    kind: Literal["strong"] = "strong"


@dataclass(frozen=True, slots=True)
class Emphasis:
    text: str
    kind: Literal["emphasis"] = "emphasis"


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class Link:
    """`to` is a URL, or a thing said, or a thing about to be made."""

    text: str
    to: str | Ref | Made
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class Name:
    """A person. Only `notify=True` mentions them; a quoted person is never notified."""

    who: Author
    notify: bool = False
    kind: Literal["name"] = "name"


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """The number of the case that the decision opens, as in `#12`."""

    kind: Literal["case"] = "case"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, shown by the platform as date and time in UTC."""

    at: datetime
    kind: Literal["moment"] = "moment"


Inline: TypeAlias = Plain | Strong | Emphasis | Code | Link | Name | CaseNumber | Moment


@dataclass(frozen=True, slots=True)
class Paragraph:
    inlines: tuple[Inline, ...]
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    inlines: tuple[Inline, ...]
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words."""

    blocks: tuple[Paragraph, ...]
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Inline, ...], ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a heading each; each row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Spoiler:
    """Folded away behind `title`. Spoilers do not nest."""

    title: str
    blocks: tuple[Paragraph | Heading | Quote | Bullets, ...]
    kind: Literal["spoiler"] = "spoiler"


@dataclass(frozen=True, slots=True)
class Divider:
    kind: Literal["divider"] = "divider"


@dataclass(frozen=True, slots=True)
class Prose:
    """Text written by an operator in Markdown (a prompt, a rule's warning): trusted markup, kept as it is."""

    markdown: str
    kind: Literal["prose"] = "prose"


Block: TypeAlias = Paragraph | Heading | Quote | Bullets | Table | Spoiler | Divider | Prose


@dataclass(frozen=True, slots=True)
class Document:
    blocks: tuple[Block, ...]


def inline(part: str | Inline) -> Inline:
    """A bare string is plain text."""
    return Plain(part) if isinstance(part, str) else part


def line(*parts: str | Inline) -> Paragraph:
    """One paragraph of strings and inlines."""
    return Paragraph(tuple(inline(part) for part in parts))


def heading(*parts: str | Inline) -> Heading:
    return Heading(tuple(inline(part) for part in parts))


def quote(text: str) -> Quote:
    """Somebody's words, one paragraph a line."""
    return Quote(tuple(line(row) for row in text.splitlines() if row.strip()))


def bullets(*items: str | Inline | tuple[str | Inline, ...]) -> Bullets:
    """A list; an item is a string, an inline, or a tuple of both."""
    rows = (item if isinstance(item, tuple) else (item,) for item in items)
    return Bullets(tuple(tuple(inline(part) for part in row) for row in rows))


def table(headings: Sequence[str], rows: Iterable[Sequence[str | Inline]]) -> Table:
    """A table of cells that hold a string or an inline each."""
    return Table(tuple(headings), tuple(tuple((inline(cell),) for cell in row) for row in rows))


def document(*blocks: str | Block) -> Document:
    """A document; a bare string is a paragraph of plain text."""
    return Document(tuple(line(block) if isinstance(block, str) else block for block in blocks))


def numbered(doc: Document, case: int | None) -> Document:
    """`doc` with the number of that case filled in, and its links as they are: to say again what was said before."""

    def fill(part: Inline) -> Inline:
        return Plain(f"#{case}" if case is not None else "#?") if isinstance(part, CaseNumber) else part

    return Document(tuple(_filled(block, fill) for block in doc.blocks))


def resolve(doc: Document, *, case: int | None, links: Callable[[Ref | Made], str | None]) -> Document:
    """`doc` with the case number filled in and each link turned into a URL, or into plain text where none is known."""

    def fill(part: Inline) -> Inline:
        if isinstance(part, Link) and not isinstance(part.to, str):
            url = links(part.to)
            return Link(part.text, url) if url else Plain(part.text)
        return part

    return Document(tuple(_filled(block, fill) for block in numbered(doc, case).blocks))


def _filled(block: Block, fill: Callable[[Inline], Inline]) -> Block:
    """`block` with `fill` applied to each of its inlines."""
    match block:
        case Divider() | Prose():
            return block
        case Table(rows=rows):
            cells = (tuple(tuple(map(fill, cell)) for cell in row) for row in rows)
            return replace(block, rows=tuple(cells))
        case Spoiler(blocks=blocks):
            return replace(block, blocks=tuple(_filled_inner(b, fill) for b in blocks))
        case _:
            return _filled_inner(block, fill)


def _filled_inner(
    block: Paragraph | Heading | Quote | Bullets, fill: Callable[[Inline], Inline]
) -> Paragraph | Heading | Quote | Bullets:
    match block:
        case Paragraph(inlines) | Heading(inlines):
            return replace(block, inlines=tuple(map(fill, inlines)))
        case Quote(blocks):
            return Quote(tuple(Paragraph(tuple(map(fill, b.inlines))) for b in blocks))
        case Bullets(items):
            return Bullets(tuple(tuple(map(fill, item)) for item in items))
        case _:
            assert_never(block)


def made_in(value: object) -> frozenset[Made]:
    """Every `Made` inside an action, a document or any part of one: what has to exist before it can be delivered."""
    if isinstance(value, Made):
        return frozenset({value})
    if isinstance(value, tuple):
        return frozenset().union(*map(made_in, value))
    if is_dataclass(value) and not isinstance(value, type):
        return frozenset().union(*(made_in(getattr(value, field.name)) for field in fields(value)))
    return frozenset()
