"""Documents as text: plain, Lemmy's Markdown, Matrix's HTML; and the plain words of what people typed."""

from bot.markup.html import html
from bot.markup.length import fit, shorten, utf8_length, utf16_length
from bot.markup.markdown import markdown
from bot.markup.parts import notified
from bot.markup.plain import plain
from bot.markup.typed import quoted_lines_removed, to_plain

__all__ = [
    "fit",
    "html",
    "markdown",
    "notified",
    "plain",
    "quoted_lines_removed",
    "shorten",
    "to_plain",
    "utf8_length",
    "utf16_length",
]
