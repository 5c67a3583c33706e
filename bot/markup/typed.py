"""The plain words of what people typed in Markdown, for filters and for plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.markup.parts import clean

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

#: Where none of this occurs, Markdown is plain text already, as most of what is said is; parsing takes fifty times longer.
_MARKUP = re.compile(
    r"""
      [`*] | ~~ | \]\( | \]:                                      # code, emphasis, struck out, links and their targets
    | (?<![A-Za-z0-9])_ | _(?![A-Za-z0-9])                       # emphasis, but not snake_case
    | < (?=[A-Za-z]) | & (?=\#?\w+;) | \\ (?=[!-/:-@\[-`{-~\n])   # <https://…>, &amp;, \*
    | ^[ ]{0,3} (?: [-+=:|>\#\t] | \d+[.)] | [ ]{4} )            # blocks
    """,
    re.VERBOSE | re.MULTILINE,
)
_FENCE = re.compile(r"^[ \t]*:::[ \t]*(?:spoiler[ \t]*(.*))?$", re.MULTILINE)

_QUOTES = {"blockquote_open": 1, "blockquote_close": -1}


def to_plain(markdown: str) -> str:
    """What a reader sees of `markdown`: text without marks, one line a block, a link as its text. Titles of spoilers stay."""
    return _text(markdown, own_words=False)


def quoted_lines_removed(markdown: str) -> str:
    """What its author wrote themselves: the same without quotations and code."""
    return _text(markdown, own_words=True)


def _text(markdown: str, *, own_words: bool) -> str:
    text = markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
    return _parsed(text, own_words=own_words) if _MARKUP.search(text) else _tidy(text.split("\n"))


def _parsed(markdown: str, *, own_words: bool) -> str:
    tokens = _PARSER.parse(_FENCE.sub(lambda m: f"\n{m[1] or ''}\n", markdown))
    depth = 0
    rows: list[str] = []
    for token in tokens:
        depth += _QUOTES.get(token.type, 0)
        if own_words and (depth or token.type in {"fence", "code_block"}):
            continue
        if token.type == "inline":
            rows += _inline(token.children or (), own_words=own_words).split("\n")
        elif token.type in {"fence", "code_block"}:
            rows += token.content.split("\n")
    return _tidy(rows)


def _inline(tokens: Sequence[Token], *, own_words: bool) -> str:
    shown: list[str] = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            shown.append("\n")
        elif token.type == "image":
            shown.append(_inline(token.children or (), own_words=own_words))
        elif token.type == "code_inline":
            shown.append(" " if own_words else token.content)
        else:
            shown.append(token.content)
    return "".join(shown)


def _tidy(rows: Iterable[str]) -> str:
    return "\n".join(tidy for row in rows if (tidy := clean(row).strip()))
