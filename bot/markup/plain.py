"""Documents as plain text: for terminals, logs, and the bodies of Matrix messages."""

from __future__ import annotations

from typing import assert_never

from bot.markup.parts import quiet, target, words
from bot.markup.typed import to_plain
from bot.text import (
    Block,
    Bullets,
    Divider,
    Document,
    Heading,
    Inline,
    Link,
    Paragraph,
    Plain,
    Prose,
    Quote,
    Spoiler,
    Table,
)


def plain(doc: Document) -> str:
    """`doc` without markup, blocks separated by an empty line. Holds no control characters but line feeds."""
    return "\n\n".join(shown for block in doc.blocks if (shown := _block(block)))


def _block(block: Block) -> str:
    match block:
        case Paragraph() | Heading():
            return _row(block.inlines)
        case Quote(blocks=blocks):
            return "\n".join(f"> {row}" for inner in blocks if (row := _row(inner.inlines)))
        case Bullets(items=items):
            return "\n".join(f"- {row}" for item in items if (row := _row(item)))
        case Table(rows=rows):
            return "\n".join(f"- {' · '.join(filter(None, map(_row, row)))}" for row in rows)
        case Spoiler(title=title, blocks=blocks):
            return "\n\n".join(filter(None, [_row((Plain(title),)), *map(_block, blocks)]))
        case Divider():
            return "———"
        case Prose(markdown=text):
            return quiet(to_plain(text))
        case _:
            assert_never(block)


def _row(parts: tuple[Inline, ...]) -> str:
    return quiet("".join(map(_inline, parts)).strip())


def _inline(part: Inline) -> str:
    shown = words(part)
    url = target(part) if isinstance(part, Link) else None
    return f"{shown} ({url})" if url and url != shown else shown
