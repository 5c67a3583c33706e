"""Documents in Lemmy's Markdown: CommonMark with tables, strikethrough, sub- and superscript, and spoilers.

Lemmy looks for mentions (`@name@host`) in the raw text, in code and link targets as well, so user text must not
contain one even where no reader would see it as one. (Source: Lemmy's `crates/utils`, mention and Markdown rules.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import assert_never

from bot.markup.parts import clean, target, words
from bot.model import Author
from bot.text import (
    Block,
    Bullets,
    CaseNumber,
    Code,
    Divider,
    Document,
    Emphasis,
    Heading,
    Inline,
    Link,
    Moment,
    Name,
    Paragraph,
    Plain,
    Prose,
    Quote,
    Spoiler,
    Strong,
    Table,
)

#: Writes the mention that notifies somebody, in raw Markdown.
Mention = Callable[[Author], str]

#: What would notify somebody or turn into a link to a community, in raw text.
_MENTION = re.compile(r"[@!][\w.-]+@")
#: Characters that mean something anywhere in a line; `&` only where an entity follows.
_ACTIVE = re.compile(r"[\\`*_\[\]<>{}|~^@]|&(?=#?\w+;)")
#: What means something at the beginning of a line only: headings, rules, lists, spoilers, underlined headings.
_OPENING = re.compile(r"(?P<mark>[#+\-=:])|(?P<number>\d{1,9})(?P<dot>[.)])")
#: A link as people paste it, as far as it holds no active character but `_`, `~` and `@`.
_URL = re.compile(r"https?://[\w./:?#!$&'()+,;=%@~-]+", re.ASCII)
#: Where `_` and `~` are part of a word, CommonMark leaves them alone; `~` is left alone before a name, as in `/~ana`.
_LOOSE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|~(?![A-Za-z0-9])|(?<!/)~|&(?=#?\w+;)|@")
_UNSAFE_IN_TARGET = re.compile(r"[\\<>()\[\]`*|{}^\"]")


def markdown(doc: Document, *, mention: Mention | None = None) -> str:
    """`doc` in Markdown. User text neither formats nor mentions; `mention` writes the names that are to be notified.

    Without `mention` nobody is notified.
    """
    return "\n\n".join(shown for block in doc.blocks if (shown := _block(block, mention)))


def escape(text: str) -> str:
    """Text that shows as it is wherever it stands in a line, but for its very beginning. Links stay clickable."""
    shown: list[str] = []
    end = 0
    for url in _URL.finditer(text):
        shown += [_escaped(text[end : url.start()]), _escaped_url(url[0])]
        end = url.end()
    return "".join([*shown, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return _ACTIVE.sub(r"\\\g<0>", text)


def _escaped_url(url: str) -> str:
    # An "@" in a link is harmless but where it makes a mention, as in the addresses of microblogs.
    return _LOOSE.sub(lambda m: m[0] if m[0] == "@" and not _MENTION.search(url) else "\\" + m[0], url)


def _block(block: Block, mention: Mention | None) -> str:
    match block:
        case Paragraph(inlines=parts):
            return _line(parts, mention)
        case Heading(inlines=parts):
            # A run of "#" at the end would be taken for the closing of the heading.
            shown = re.sub(r"(?<!\S)#+$", lambda m: "\\" + m[0], _line(parts, mention))
            return f"### {shown}" if shown else ""
        case Quote(blocks=blocks):
            rows = [shown for inner in blocks if (shown := _line(inner.inlines, mention))]
            return "\n>\n".join(f"> {row}" for row in rows)
        case Bullets(items=items):
            rows = [shown for item in items if (shown := _line(item, mention))]
            return "\n".join(f"- {row}" for row in rows)
        case Table(headings=headings, rows=rows):
            shown_rows = [[_line(cell, mention) for cell in row] for row in rows]
            cells = [[escape(clean(name)) for name in headings], ["---"] * len(headings), *shown_rows]
            return "\n".join(f"| {' | '.join(row)} |" for row in cells) if rows else ""
        case Spoiler(title=title, blocks=blocks):
            inside = [shown for inner in blocks if (shown := _block(inner, mention))]
            head = escape(clean(title)).strip() or "…"
            return "\n\n".join([f"::: spoiler {head}", *inside, ":::"])
        case Divider():
            return "---"
        case Prose(markdown=text):
            return text.strip("\n")
        case _:
            assert_never(block)


def _line(parts: tuple[Inline, ...], mention: Mention | None) -> str:
    """The inlines as one line that opens no block of its own."""
    pieces = _merged(parts, mention)
    texts = ["", *(words(piece) for piece in pieces), ""]
    shown = ""
    for index, piece in enumerate(pieces):
        shown += _inline(piece, mention, before=shown[-1:], after=texts[index + 2][:1])
    return _OPENING.sub(_closed, shown.strip(), count=1) if _OPENING.match(shown.strip()) else shown.strip()


def _closed(opening: re.Match[str]) -> str:
    return f"\\{opening['mark']}" if opening["mark"] else f"{opening['number']}\\{opening['dot']}"


def _merged(parts: tuple[Inline, ...], mention: Mention | None) -> list[Inline]:
    """The inlines with all neighbours of plain text in one: "&" and "amp;" must be escaped together."""
    merged: list[Inline] = []
    for part in parts:
        if not _is_plain(part, mention):
            merged.append(part)
        elif merged and isinstance(last := merged[-1], Plain):
            merged[-1] = Plain(last.text + words(part))
        else:
            merged.append(Plain(words(part)))
    return merged


def _is_plain(part: Inline, mention: Mention | None) -> bool:
    match part:
        case Name(notify=notify):
            return not notify or mention is None
        case Link():
            return target(part) is None
        case Plain() | Moment() | CaseNumber():
            return True
        case _:
            return not words(part).strip()


def _inline(part: Inline, mention: Mention | None, *, before: str, after: str) -> str:
    """One inline between the character `before` and the character `after` it (empty at the ends of the line)."""
    text = words(part)
    match part:
        case Strong() | Emphasis():
            return _marked("**" if isinstance(part, Strong) else "*", text, before, after)
        case Code():
            return _code(text, before)
        case Link():
            return f"[{escape(text)}]({_target(target(part) or '')})"
        case Name(who=who) if mention is not None:
            return mention(who)
        case _:
            return escape(text)


def _marked(mark: str, text: str, before: str, after: str) -> str:
    """Emphasised text; plain text where CommonMark would not see the marks, glued to a word or to other marks."""
    inner = text.strip()
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    opens = lead or before == "" or before in " (\"'“‘–—"
    closes = trail or after == "" or after in " .,:;?)\"'”’–—…"
    shown = escape(inner)
    return f"{lead}{mark}{shown}{mark}{trail}" if opens and closes else f"{lead}{shown}{trail}"


def _code(text: str, before: str) -> str:
    inner = text.strip()
    if _MENTION.search(inner) or before == "`":
        return escape(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", inner)), default=0) + 1)
    pad = " " if inner[0] == "`" or inner[-1] == "`" else ""
    return f"{fence}{pad}{inner}{pad}{fence}"


def _target(url: str) -> str:
    safe = _UNSAFE_IN_TARGET.sub(lambda m: f"%{ord(m[0]):02X}", url)
    safe = re.sub(r"&(?=#?\w+;)", "&amp;", safe)
    return safe.replace("@", "%40") if _MENTION.search(safe) else safe
