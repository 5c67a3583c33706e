"""Documents in the part of HTML that Matrix allows. (Source: Matrix client-server API, m.room.message msgtypes.)"""

from __future__ import annotations

from collections.abc import Callable
from html import escape as escape_html
from typing import assert_never

from markdown_it import MarkdownIt

from bot.markup.parts import clean, quiet, target, words
from bot.model import Author
from bot.text import (
    Block,
    Bullets,
    Code,
    Divider,
    Document,
    Emphasis,
    Heading,
    Inline,
    Link,
    Name,
    Paragraph,
    Prose,
    Quote,
    Spoiler,
    Strong,
    Table,
)

#: The address that a mention leads to, such as https://matrix.to/#/@ana:example.org.
Address = Callable[[Author], str]

#: Images are left out: in Matrix they would have to be uploaded first.
_PROSE = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def html(doc: Document, *, mention: Address | None = None) -> str:
    """`doc` in HTML. User text is escaped and never notifies; `mention` gives the address of those who are notified.

    Without `mention` nobody is.
    """
    return "".join(_block(block, mention) for block in doc.blocks)


def _block(block: Block, mention: Address | None) -> str:
    match block:
        case Paragraph(inlines=parts):
            return f"<p>{_row(parts, mention)}</p>"
        case Heading(inlines=parts):
            return f"<h4>{_row(parts, mention)}</h4>"
        case Quote(blocks=blocks):
            return f"<blockquote>{''.join(_block(inner, mention) for inner in blocks)}</blockquote>"
        case Bullets(items=items):
            return f"<ul>{''.join(f'<li>{_row(item, mention)}</li>' for item in items)}</ul>"
        case Table(headings=headings, rows=rows):
            head = "".join(f"<th>{_text(clean(name))}</th>" for name in headings)
            body = "".join(
                f"<tr>{''.join(f'<td>{_row(cell, mention)}</td>' for cell in row)}</tr>" for row in rows
            )
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        case Spoiler(title=title, blocks=blocks):
            inside = "".join(_block(inner, mention) for inner in blocks)
            return f"<details><summary>{_text(clean(title))}</summary>{inside}</details>"
        case Divider():
            return "<hr>"
        case Prose(markdown=text):
            return str(_PROSE.render(text)).strip()
        case _:
            assert_never(block)


def _row(parts: tuple[Inline, ...], mention: Address | None) -> str:
    return "".join(_inline(part, mention) for part in parts)


def _inline(part: Inline, mention: Address | None) -> str:
    shown = _text(words(part))
    match part:
        case Strong():
            return f"<strong>{shown}</strong>"
        case Emphasis():
            return f"<em>{shown}</em>"
        case Code():
            return f"<code>{shown}</code>"
        case Link():
            url = target(part)
            return f'<a href="{escape_html(url)}">{shown}</a>' if url else shown
        case Name(who=who, notify=True) if mention is not None:
            return f'<a href="{escape_html(mention(who))}">{shown}</a>'
        case _:
            return shown


def _text(text: str) -> str:
    return escape_html(quiet(text), quote=False)
