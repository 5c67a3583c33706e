"""What the renderers share: clean text, the text of an inline, safe links, and who is notified."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.model import Author
from bot.text import (
    Block,
    Bullets,
    CaseNumber,
    Divider,
    Document,
    Heading,
    Inline,
    Link,
    Moment,
    Name,
    Paragraph,
    Prose,
    Quote,
    Spoiler,
    Table,
)

#: White space and control characters (a terminal would obey them) in runs.
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
#: Overrides and isolates of the writing direction: unclosed, they turn round what the bot says after them.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINKABLE = re.compile(r"(https?|mailto|memory):[^\s]+", re.IGNORECASE)

#: `@room` notifies a whole Matrix room. A word joiner, which has no width, breaks the word for machines only.
_EVERYBODY = re.compile(r"@(?=room)", re.IGNORECASE)


def clean(text: str) -> str:
    """`text` in one line, without characters that act instead of showing; one space for each run of white space."""
    return _SURROGATE.sub("\ufffd", _DIRECTION.sub("", _SPACE.sub(" ", text)))


def quiet(text: str) -> str:
    """`text` with every `@room` made harmless."""
    return _EVERYBODY.sub("@\u2060", text)


def words(part: Inline) -> str:
    """The text that an inline shows, in one line."""
    match part:
        case Name(who=who):
            return clean(who.name)
        case Moment(at=at):
            return f"{at:%Y-%m-%d %H:%M} UTC"
        case CaseNumber():
            return "#?"
        case _:
            return clean(part.text)


def target(link: Link) -> str | None:
    """The URL a link leads to; None when it has none yet, or one of a kind that nobody should click on."""
    to = link.to
    return clean(to).strip() if isinstance(to, str) and _LINKABLE.fullmatch(clean(to).strip()) else None


def inlines(block: Block) -> Iterator[Inline]:
    """Every inline in `block`, in reading order."""
    match block:
        case Paragraph() | Heading():
            yield from block.inlines
        case Bullets(items=items):
            for item in items:
                yield from item
        case Table(rows=rows):
            for row in rows:
                for cell in row:
                    yield from cell
        case Quote(blocks=blocks) | Spoiler(blocks=blocks):
            for inner in blocks:
                yield from inlines(inner)
        case Divider() | Prose():
            return


def notified(doc: Document) -> tuple[Author, ...]:
    """Those whom the document mentions so that they are notified, each once."""
    named = (part for block in doc.blocks for part in inlines(block) if isinstance(part, Name))
    return tuple(dict.fromkeys(name.who for name in named if name.notify))
