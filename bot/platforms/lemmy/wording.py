"""What the bot says, in Lemmy's Markdown and within Lemmy's limits.

The server counts UTF-16 code units, and does so after it rewrote the text (links to images, its word filter), so a tenth
of each limit stays free. (Limits: `validation.rs` of the 0.19 server.)
"""

from __future__ import annotations

from bot.markup.length import fit, shorten
from bot.markup.markdown import markdown
from bot.model import Author
from bot.text import Document

POST_LIMIT = 45_000
COMMENT_LIMIT = 9_000
TITLE_LIMIT = 200
SHORTEST_TITLE = 3


def post_body(doc: Document) -> str:
    return fit(doc, POST_LIMIT, _render)


def comment_body(doc: Document) -> str:
    """For comments and private messages."""
    return fit(doc, COMMENT_LIMIT, _render)


def reason(text: str) -> str:
    """A reason as the moderation log takes it."""
    return shorten(" ".join(text.split()), COMMENT_LIMIT)


def title(text: str) -> str:
    """A title on one line, of a length that the server takes."""
    return shorten(" ".join(text.split()), TITLE_LIMIT).ljust(SHORTEST_TITLE, "…")


def _render(doc: Document) -> str:
    return markdown(doc, mention=_mention)


def _mention(person: Author) -> str:
    return f"@{person.name}"
