"""Makes a digest and finds where it goes: a new comment, or the one that is there already, edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.api import (
    Action,
    Author,
    Capability,
    Context,
    Document,
    Edit,
    Message,
    PlatformError,
    Ref,
    Reply,
    Thread,
)
from plugins.summaries import kept, reading
from plugins.summaries.digest import digest_steps
from plugins.summaries.elsewhere import look
from plugins.summaries.kept import Kept
from plugins.summaries.layout import layout
from plugins.summaries.settings import SummarySettings
from plugins.summaries.steps import run_slowly

#: A digest that was asked for and has not been seen to arrive within this time is asked for again.
_OVERDUE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Material:
    """What a digest is made of. `topic` is what the thread asks, `unread` how many comments could not be read.

    `posts` are, among others, the posts whose other discussions are told of.
    """

    messages: Sequence[Message]
    posts: Sequence[Message] = ()
    topic: str = ""
    unread: int = 0

    @property
    def size(self) -> int:
        """How many comments that is, without bots and commands."""
        return sum(map(reading.counts, self.messages))


async def read(ctx: Context[SummarySettings], root: Ref) -> Thread | None:
    """The thread below `root`; None when the platform does not hand it out now."""
    try:
        return await ctx.thread(root)
    except (PlatformError, LookupError):  # a digest can wait
        return None


def of_thread(thread: Thread, top: Message | None = None) -> Material:
    """All of a thread, or the part of it below `top`."""
    said = reading.discussion(thread)
    topic = reading.topic(thread.root)
    if top is not None:
        return Material(reading.below(said, top), topic=topic)
    unread = max(0, thread.expected - len(thread.messages))
    return Material(said, (thread.root,), topic, unread)


async def material(ctx: Context[SummarySettings], note: Kept) -> Material | None:
    """What the digest `note` is made of, as it reads now; None when it cannot be read."""
    if note.root is not None:
        thread = await read(ctx, Ref.parse(note.root))
        if thread is None:
            return None
        top = next((m for m in thread.messages if str(m.ref) == note.top), None)
        return of_thread(thread, top) if note.top is None or top is not None else None
    if note.since is None or note.until is None:
        return None
    since, until = note.since, note.until
    messages = [m async for m in ctx.history(since, note.place) if m.sent_at <= until]
    return Material(messages, messages) if messages else None


async def make(
    ctx: Context[SummarySettings], note: Kept, stuff: Material, without: Author | None = None
) -> tuple[Kept, Document]:
    """The digest, and the note to remember about it. Takes its time without holding up others.

    `without` is somebody who has just asked to be left out.
    """
    out = await kept.left_out(ctx) | {without.key if without else ""}
    messages = {message.ref.id: message for message in stuff.messages}
    looked_at = set() if note.root is None else set(messages)  # a thread was read just now, a room long ago
    while True:
        comments = reading.comments(list(messages.values()), out)
        found = await run_slowly(digest_steps(comments, stuff.topic, note.words))
        changed = await _changed(ctx, [messages[ident] for ident in found.quoted - looked_at])
        looked_at |= found.quoted
        if not changed:
            break
        messages |= changed
    elsewhere = await look(ctx, stuff.posts)
    text = layout(found, messages, elsewhere=elsewhere, unread=stuff.unread)
    return replace(note, comments=stuff.size, quoted=tuple(sorted(found.quoted)), at=ctx.now), text


async def _changed(ctx: Context[SummarySettings], messages: Sequence[Message]) -> dict[str, Message]:
    """Those of `messages` that read differently now, or are gone, by id."""
    found: dict[str, Message] = {}
    for message in messages:
        now = await ctx.message(message.ref)
        if now is None:
            found[message.ref.id] = replace(message, gone=True)
        elif now.gone or now.text != message.text:
            found[message.ref.id] = now
    return found


async def publish(
    ctx: Context[SummarySettings], note: Kept, stuff: Material, under: Ref
) -> tuple[Action, ...]:
    """Edits the digest where it stands, else replies to `under`. Nothing where there is nothing to
    quote, or while the first one is still on its way.
    """
    before = await kept.find(ctx, note.name)
    note = replace(note, said=before.said) if before else note
    receipt = await ctx.made(note.made)
    if receipt is not None and receipt.ref is not None and ctx.can(Capability.EDIT, receipt.ref.place):
        fresh, text = await make(ctx, note, stuff)
        return (Edit(ref=receipt.ref, text=text), fresh.remember()) if fresh.quoted or before else ()
    if before is not None and ctx.now - before.at < _OVERDUE:
        return ()
    fresh, text = await make(ctx, note, stuff)
    return (Reply(name=note.made, to=under, text=text), fresh.remember()) if fresh.quoted else ()


async def renew(
    ctx: Context[SummarySettings], note: Kept, without: Author | None = None
) -> tuple[Action, ...]:
    """Makes a digest anew from what can be read now, and edits it where it stands; nothing when it never arrived."""
    receipt = await ctx.made(note.made)
    if receipt is None or receipt.ref is None or not ctx.can(Capability.EDIT, receipt.ref.place):
        return ()
    stuff = await material(ctx, note)
    if stuff is None:
        return ()
    fresh, text = await make(ctx, note, stuff, without)
    return (Edit(ref=receipt.ref, text=text), fresh.remember())
