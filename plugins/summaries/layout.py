"""A digest as a document: facts, sub-discussions with their quoted lines, open questions, elsewhere, what was left out.

Nobody is notified: names are shown, not mentioned, and quoted words are plain text to the renderer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.api import (
    Block,
    Code,
    Discussion,
    Document,
    Emphasis,
    Inline,
    Link,
    Message,
    Name,
    Paragraph,
    Plain,
    Quote,
    Spoiler,
    Strong,
    document,
    line,
)
from plugins.summaries.digest import Digest, Group
from plugins.summaries.elsewhere import Elsewhere
from plugins.summaries.quoting import Line

#: Lemmy takes 10,000 UTF-16 units, and may lengthen the text a little before it counts.
LIMIT = 9_000
#: Sub-discussions that are shown at once; the others are folded away.
_OPEN = 3
#: So many places of other discussions are named for each post.
_PLACES = 3
#: What the address of something said, and the marks around a text, take in markup at most.
_LINK, _MARKS = 150, 8


def layout(
    found: Digest,
    messages: Mapping[str, Message],
    *,
    elsewhere: Sequence[Elsewhere] = (),
    unread: int = 0,
    leave: str = "summary-optout",
    limit: int = LIMIT,
) -> Document:
    """The digest for people. `messages` are the thread's by id, at least the quoted ones.

    `elsewhere` are other discussions of its posts, `unread` counts comments that the platform did not hand out, `leave` is
    the command for those who want to be left out. The weakest sub-discussions go first when the whole would be longer than `limit` UTF-16 units.
    """
    while True:
        doc = _document(found, messages, elsewhere, unread, leave)
        if _length(doc) <= limit or not found.groups:
            return doc
        fewer = found.groups[:-1]
        found = replace(
            found, groups=fewer, left_out=replace(found.left_out, groups=found.left_out.groups + 1)
        )


def _document(
    found: Digest, messages: Mapping[str, Message], elsewhere: Sequence[Elsewhere], unread: int, leave: str
) -> Document:
    shown = [_group(group, messages) for group in found.groups]
    blocks: list[Block] = [_facts(found, unread)]
    for parts in shown[:_OPEN]:
        blocks += parts
    if found.open_questions:
        blocks.append(line(Strong("Asked, not answered yet")))
        blocks += [_quote(question, messages) for question in found.open_questions]
    folded = [part for parts in shown[_OPEN:] for part in parts]
    if folded:
        blocks.append(Spoiler(_count(len(shown) - _OPEN, "more sub-discussion"), tuple(folded)))
    # The digest of a thread stands below its post, which is then none of the messages: its title would only repeat it.
    blocks += [_elsewhere(post, there, titled=post.ref.id in messages) for post, there in elsewhere]
    blocks.append(_left_out(found, leave))
    return document(*blocks)


def _facts(found: Digest, unread: int) -> Paragraph:
    said = f"{_count(found.comments, 'comment')} by {_count(found.people, 'person', 'people')}"
    if found.since and found.until and found.until > found.since:
        said += f" in {_span(found.until - found.since)}"
    if unread:
        said += f" ({_count(unread, 'more')} could not be read)".replace("mores", "more")
    return line(Strong("Thread digest"), f" · {said} · extracts only, nobody's words changed, no AI")


def _group(group: Group, messages: Mapping[str, Message]) -> list[Paragraph | Quote]:
    heading = Strong(" · ".join(group.heading) or "Also")
    size = f" — {_count(group.comments, 'comment')}, {_count(group.people, 'person', 'people')}"
    return [line(heading, size), *(_quote(one, messages) for one in group.lines)]


def _quote(one: Line, messages: Mapping[str, Message]) -> Quote:
    rows = [_words(one, messages)]
    if one.answers:
        rows.insert(0, line(Emphasis(f"↳ to “{one.answers}”")))
    if one.reply is not None:
        rows.append(line("↳ ", *_words(one.reply, messages).inlines))
    return Quote(tuple(rows))


def _words(one: Line, messages: Mapping[str, Message]) -> Paragraph:
    message = messages[one.id]
    facts = [f"↑{one.votes}"] if one.votes is not None and one.votes > 1 else []
    if one.replies:
        facts.append(_count(one.replies, "reply", "replies"))
    parts: list[str | Inline] = [
        f"{'… ' if one.cut else ''}{one.shown} — ",
        Name(message.author),
        " · ",
        Link("comment", message.url or message.ref),
    ]
    return line(*parts, f" · {' · '.join(facts)}" if facts else "")


def _elsewhere(post: Message, there: Sequence[Discussion], *, titled: bool) -> Paragraph:
    parts: list[str | Inline] = [Link(post.title or "A post", post.url or post.ref), ": "] if titled else []
    for number, one in enumerate(there[:_PLACES]):
        parts += [
            ", " if number else "",
            Link(one.community, one.url),
            f" ({_count(one.comments, 'comment')})",
        ]
    more = f" and {len(there) - _PLACES} more" if len(there) > _PLACES else ""
    return line(Strong("Elsewhere"), " · ", *parts, more)


def _left_out(found: Digest, leave: str) -> Paragraph:
    left = found.left_out
    parts = [
        _count(left.short, "comment") + " without a whole sentence" if left.short else "",
        f"{left.silent} removed or by people who asked for it" if left.silent else "",
        _count(left.groups, "smaller sub-discussion") if left.groups else "",
    ]
    told = ", ".join(part for part in parts if part)
    return line(f"Left out: {told}. " if told else "", "Not to be quoted here, tell me ", Code(leave), ".")


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _span(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    if minutes < 90:
        return _count(max(round(minutes), 1), "minute")
    hours = minutes / 60
    return _count(round(hours), "hour") if hours < 48 else _count(round(hours / 24), "day")


def _length(doc: Document) -> int:
    """At most how long the document gets in markup, in UTF-16 units: every mark escaped, links to what has no address yet long."""

    def one(part: Inline) -> int:
        match part:
            case Link(text=text, to=to):
                return _MARKS + _units(text) + (_units(to) if isinstance(to, str) else _LINK)
            case Plain(text=text) | Strong(text=text) | Emphasis(text=text) | Code(text=text):
                return _MARKS + _units(text)
            case Name(who=who):
                return _MARKS + _units(who.name)
            case _:
                return _MARKS

    def block(part: Block) -> int:
        match part:
            case Paragraph(inlines=inlines):
                return _MARKS + sum(map(one, inlines))
            case Quote(blocks=rows):
                return sum(map(block, rows))
            case Spoiler(title=title, blocks=inner):
                return len(title) + 4 * _MARKS + sum(map(block, inner))
            case _:
                return 0

    return sum(map(block, doc.blocks))


def _units(text: str) -> int:
    """UTF-16 units, with every mark escaped."""
    return sum(2 if c > "\uffff" or (c.isascii() and not c.isalnum() and c != " ") else 1 for c in text)
