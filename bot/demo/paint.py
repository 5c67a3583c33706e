"""How the demo's chat room looks: messages, events and posts as rich renderables. Pure; prints nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.demo.slash import FORMS
from bot.markup import plain
from bot.model import Role
from bot.platforms.memory.port import PRIVATE, Event, Item
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
    Plain,
    Prose,
    Quote,
    Spoiler,
    Strong,
)
from bot.text import Table as Cells

_ROLES: Final = {
    Role.EVERYONE: "cyan",
    Role.TRUSTED: "green",
    Role.MODERATOR: "yellow",
    Role.OWNER: "magenta",
}
_BOT: Final = "bold blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A post on the community's page, or a comment below it (`depth` from 1). `text` is Markdown, `id` as in `p3`."""

    id: str
    author: str
    text: str
    at: datetime
    title: str = ""
    link: str | None = None
    comments: int = 0
    pinned: bool = False
    by_bot: bool = False
    depth: int = 0


def clean(text: str) -> str:
    """The text without control characters, which could move the cursor or change the terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def who(name: str, role: Role = Role.EVERYONE, *, bot: bool = False) -> Text:
    """A name in the colour of its role."""
    return Text().append(clean(name), _BOT if bot else _ROLES[role])


def message(item: Item, zone: ZoneInfo, *, to: str | None = None, opened: bool = False) -> RenderableType:
    """A message with its number, time and reactions. `to` is whom it answers; `opened` unfolds the spoilers."""
    role = item.author.roles.get(item.place, Role.EVERYONE)
    head = who(item.author.name, role, bot=item.author.is_bot)
    if role >= Role.MODERATOR:
        head.append(" (moderator)", "dim")
    if to:
        head.append(" → ", "dim").append(clean(to))
    if item.place == PRIVATE:
        head.append(" (private)", "dim")
    if item.edited_at:
        head.append(" (edited)", "dim")
    if item.pinned:
        head.append(" 📌")
    body: list[RenderableType]
    if item.gone:
        body = [head.append("  (removed)", "dim italic")]
    elif item.doc:
        body = [head, *_blocks(item.doc.blocks, item.id, opened)]
    else:
        body = [head.append("  ").append(clean(item.text))]
    if item.reactions:
        body.append(
            Text("  ".join(f"{clean(symbol)} {clean(name)}" for name, symbol in item.reactions), style="dim")
        )
    row = Table.grid(padding=(0, 1))
    row.add_column(style="dim", justify="right", min_width=3)
    row.add_column(style="dim")
    row.add_column()
    row.add_row(item.id, f"{item.sent_at.astimezone(zone):%H:%M}", Group(*body))
    return row


def happening(event: Event) -> Text | None:
    """A line for what is no message: who came, reacted, removed, banned; None for what only moderators are told."""
    by = clean(event.by.name)
    reason = f" ({clean(event.detail)})" if event.detail else ""
    number = event.item.id if event.item else ""
    match event.kind:
        case "joined":
            told = f"{by} comes in"
        case "reacted":
            told = f"{by} puts {clean(event.detail)} below {number}"
        case "removed":
            told = f"{by} takes {number} away{reason}"
        case "restored":
            told = f"{by} brings {number} back{reason}"
        case "sanctioned":
            whom = clean(event.whom.name) if event.whom else "somebody"
            told = f"{by} {event.act}s {whom} by hand{reason}"
        case "acted":
            told = f"{by} {clean(event.detail)}"
        case "said" | "edited" | "reported":
            return None
        case _:
            assert_never(event.kind)
    return Text(f"         — {told}", style="dim")


def post_list(posts: Sequence[Posted], zone: ZoneInfo) -> RenderableType:
    """The community's page: one line a post."""
    if not posts:
        return Text("Nobody has posted anything yet: /post TITLE :: TEXT", style="dim")
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("", "when", "by", "title"):
        table.add_column(heading)
    table.add_column("comments", justify="right")
    for post in posts:
        title = Text("📌 " if post.pinned else "").append(clean(post.title), "bold")
        when = f"{post.at.astimezone(zone):%d %b %H:%M}"
        table.add_row(post.id, when, who(post.author, bot=post.by_bot), title, str(post.comments))
    return table


#: Of a long thread, how many comments are shown from its beginning and its end.
_FIRST, _LAST = 15, 15


def post_page(post: Posted, comments: Sequence[Posted], zone: ZoneInfo) -> RenderableType:
    """A post and what was said below it; the middle of a long thread is left out."""
    parts: list[RenderableType] = [Rule(Text(clean(post.title), style="bold")), _posted(post, zone)]
    if post.link:
        parts.append(Text(clean(post.link), style="underline"))
    left_out = len(comments) - _FIRST - _LAST
    shown = comments if left_out <= 0 else (*comments[:_FIRST], None, *comments[-_LAST:])
    parts.extend(
        Text(f"… {left_out} more …", style="dim italic")
        if comment is None
        else Padding(_posted(comment, zone), (0, 0, 0, 2 * min(comment.depth, 8)))
        for comment in shown
    )
    return Group(*parts, Rule())


def _posted(post: Posted, zone: ZoneInfo) -> RenderableType:
    head = who(post.author, bot=post.by_bot).append(f"  {post.at.astimezone(zone):%d %b %H:%M}", "dim")
    return Group(head, Markdown(_unfolded(clean(post.text)))) if post.text else head


def _unfolded(markdown: str) -> str:
    """Lemmy's spoilers as headed paragraphs, which every Markdown can show."""
    markdown = re.sub(r"(?m)^::: ?spoiler +(.*)$", r"**▾ \1**\n", markdown)
    return re.sub(r"(?m)^:::[ \t]*$", "", markdown)


def welcome(title: str, me: str, room: str, moderator: str, forbidden: str) -> RenderableType:
    """A newcomer's first screen: six lines on what to try."""
    rows = (
        ("hello", f"just type: you are {me}, in the {room}"),
        ("!help", "asks the bot what it can do"),
        (forbidden, "breaks a rule; do it again and see what comes of it"),
        (f"/as {moderator}", "makes you a moderator: !why 1, !undo 1, !strikes"),
        ("/tomorrow", "moves the clock; /posts shows the page, /help the rest"),
    )
    table = Table.grid(padding=(0, 2))
    for typed, about in rows:
        table.add_row(Text(f"  {typed}", style="bold green"), Text(about))
    first = Text.assemble(
        "Welcome to ",
        (clean(title), "bold"),
        ". All of it is made up and stays on this machine. Try:",
    )
    return Group(first, table)


def help_page() -> RenderableType:
    """All slash commands."""
    table = Table.grid(padding=(0, 2))
    for form in FORMS:
        table.add_row(Text(f"  {form.usage}", style="bold green"), Text(form.about))
    return table


def toolbar(now: datetime, zone: ZoneInfo, room: str, me: str, strikes: int, unread: Iterable[str]) -> str:
    """The line at the bottom: the community's clock, where and who one is, strikes, and where there is news."""
    parts = [f"{now.astimezone(zone):%a %d %b %H:%M}", room, f"you are {me}"]
    if strikes:
        parts.append(f"{strikes} strike{'s' if strikes > 1 else ''}")
    news = [f"/room {name}" for name in sorted(unread)]
    if news:
        parts.append(f"news in {', '.join(news)}")
    return "  ·  ".join(parts)


def _blocks(blocks: Iterable[Block], number: str, opened: bool) -> list[RenderableType]:
    """The bot's words, one renderable a block."""
    return [_block(block, number, opened) for block in blocks]


def _block(block: Block, number: str, opened: bool) -> RenderableType:  # noqa: C901 - one case for each kind
    match block:
        case Paragraph(inlines=inlines):
            return _line(inlines)
        case Heading(inlines=inlines):
            return _line(inlines, "bold underline")
        case Quote(blocks=rows):
            return Group(*(Text("│ ", style="dim").append(_line(row.inlines, "italic")) for row in rows))
        case Bullets(items=items):
            table = Table.grid(padding=(0, 1))
            for item in items:
                table.add_row("•", _line(item))
            return table
        case Cells(headings=headings, rows=rows):
            return _cells(headings, rows)
        case Spoiler(title=title, blocks=inner) if opened:
            return Group(
                Text(f"▾ {clean(title)}", style="bold"),
                Padding(Group(*_blocks(inner, number, opened)), (0, 0, 0, 2)),
            )
        case Spoiler(title=title):
            return Text().append(f"▸ {clean(title)}", "bold").append(f"  (/open {number})", "dim")
        case Divider():
            return Rule(style="dim")
        case Prose(markdown=markdown):
            return Markdown(clean(markdown))
        case _:
            assert_never(block)


def _cells(headings: Iterable[str], rows: Iterable[Iterable[Iterable[Inline]]]) -> Table:
    table = Table(*map(clean, headings), box=None, padding=(0, 1), header_style="dim")
    for row in rows:
        table.add_row(*map(_line, row))
    return table


def _line(inlines: Iterable[Inline], style: str = "") -> Text:
    return Text(style=style).join([_inline(part) for part in inlines])


def _inline(part: Inline) -> Text:
    match part:
        case Strong(text=text):
            return Text(clean(text), style="bold")
        case Emphasis(text=text):
            return Text(clean(text), style="italic")
        case Code(text=text):
            return Text(clean(text), style="reverse")
        case Name(who=author, notify=notify):
            return Text("@" if notify else "").append(who(author.name, author.role, bot=author.is_bot))
        case Plain(text=text):
            return Text(clean(text))
        case Link(text=text, to=str(to)):
            said = re.fullmatch(r"memory://[^/]+/(\d+)", to)
            if said:
                return Text().append(clean(text), "underline").append(f" ‹{said[1]}›", "dim")
            web = re.fullmatch(r"https?://[^\s\x00-\x1f\x7f]+", to)
            return Text(clean(text), style=Style(underline=True, link=to if web else None))
        case _:
            return Text(clean(plain(Document((Paragraph((part,)),)))))
