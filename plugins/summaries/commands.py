"""The commands: ask for a digest, and be left out of all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.api import (
    Action,
    Answer,
    Call,
    Context,
    Duration,
    Message,
    Outcome,
    PlaceKind,
    Reply,
    Rest,
    document,
)
from plugins.summaries import kept
from plugins.summaries.handlers import PATIENCE, plugin
from plugins.summaries.jobs import (
    ON_ITS_WAY,
    UNREADABLE,
    begin,
    nothing_to_quote,
    stop,
    too_short,
    up_to_date,
)
from plugins.summaries.kept import Kept, name_of
from plugins.summaries.making import Material, material, of_thread, publish, read, renew
from plugins.summaries.settings import SummarySettings

_FEWEST, _MOST = 40, 800  # words
#: After somebody opted out, so many of the newest digests are made anew without them.
_RENEWED = 10
_SPAN: TypeAdapter[timedelta] = TypeAdapter(Duration)
#: How far back the question "since I was here" looks for what somebody said last.
_AWAY = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked to be summarized: a link, a span of the room or since they spoke; and in how many words."""

    link: str | None = None
    words: int | None = None
    span: timedelta | None = None
    missed: bool = False


class NotUnderstood(ValueError):
    """The words make no wish; the message says which, and what was expected."""


def wish(text: str) -> Wish:
    """What follows the command's name. Raises NotUnderstood."""
    found = Wish()
    link, words, span, missed = found.link, found.words, found.span, found.missed
    for word in text.split():
        address = re.search(r"[a-z]+://[^\s<>()\[\]\"']+", word)
        if address:
            link = address[0]
        elif re.fullmatch(r"\d{1,6}", word):
            words = int(word)
            if not _FEWEST <= words <= _MOST:
                raise NotUnderstood(f"Between {_FEWEST} and {_MOST} words were expected, not {words}.")
        elif word.lower() in {"missed", "unread"}:
            missed = True
        elif re.fullmatch(r"(?:\d{1,4}[mhd])+", word.lower()):
            span = _SPAN.validate_python(word)
        else:
            raise NotUnderstood(
                f"A link, a number of words, a time such as 6h, or “missed” was expected, not “{word[:40]}”."
            )
    return Wish(link, words, span, missed)


@plugin.command(
    "summary",
    "summarize",
    examples=["!summary", "!summary 6h", "!summary missed", "!summary https://lemmy.example/post/12 120"],
    timeout=PATIENCE,
)
async def summary(ctx: Context[SummarySettings], call: Call, what: Rest = Rest("")) -> Answer:  # noqa: B008 - a str
    """The members' own sentences that stand for a long thread, or for the last hours of a room.

    Ask in the thread, answer something in it, or give a link to it. In a room, outside of threads, a time (6h) or "missed"
    (since you last wrote) says how far back to look. A number is about how many words to quote.
    """
    try:
        asked = wish(what)
    except NotUnderstood as problem:
        return str(problem)
    said = call.message
    alone = asked.link is None and call.target is None and said.root == said.ref
    if alone and said.place.kind is not PlaceKind.COMMUNITY:
        return await _room(ctx, call, asked)
    target = await ctx.message(asked.link) if asked.link else call.target or said
    if target is None:
        return "I cannot find that. Give a link to a post or a comment of this community."
    root = target if target.ref == target.root else await ctx.message(target.root)
    if root is not None and root.gone:
        return "That post was removed, so there is no digest of it."
    if root is not None and (size := root.replies or 0) >= ctx.settings.long_from:
        branch = target is not root and (target.replies or 0) + 1 >= ctx.settings.min_comments
        return await begin(ctx, call, _note(ctx, asked, root, target if branch else None), size)
    thread = await read(ctx, target.root)
    if thread is None:
        return UNREADABLE
    whole = of_thread(thread)
    part = of_thread(thread, target) if target.ref != thread.root.ref else whole
    if part.size >= ctx.settings.min_comments:
        top, stuff = (target if part is not whole else None), part
    else:
        top, stuff = None, whole
    if stuff.size < ctx.settings.min_comments:
        return too_short(stuff.size, ctx.settings)
    return await _answered(ctx, call, _note(ctx, asked, thread.root, top), stuff)


def _note(ctx: Context[SummarySettings], asked: Wish, root: Message, top: Message | None) -> Kept:
    """What to remember of a digest of the thread, or of its part below `top`."""
    return Kept(
        name=name_of(top.ref if top else root.ref), place=root.ref.place, words=asked.words or ctx.settings.words,
        at=ctx.now, root=str(root.ref), top=str(top.ref) if top else None,
    )  # fmt: skip


async def _room(ctx: Context[SummarySettings], call: Call, asked: Wish) -> Answer:
    if call.message.place.kind is PlaceKind.PRIVATE:
        return f"Which thread? Give a link: {ctx.community.prefix}summary https://…"
    since = await _spoke(ctx, call.message) if asked.missed else ctx.now - (asked.span or ctx.settings.span)
    if since is None:
        return "I do not know when you wrote here last. Give a time, such as 6h."
    if asked.missed:
        since += timedelta(microseconds=1)  # what they said themselves they did not miss
    note = Kept(
        name=name_of(call.message.ref), place=call.message.place.alias, words=asked.words or ctx.settings.words,
        at=ctx.now, since=since, until=call.message.sent_at,
    )  # fmt: skip
    stuff = await material(ctx, note) or Material(())
    if stuff.size < ctx.settings.min_comments:
        return too_short(stuff.size, ctx.settings)
    if stuff.size >= ctx.settings.long_from:
        return await begin(ctx, call, note, stuff.size)
    return await _answered(ctx, call, note, stuff)


async def _spoke(ctx: Context[SummarySettings], message: Message) -> datetime | None:
    """When the author of `message` wrote in that room before it."""
    said = await ctx.recent(message.author, ctx.now - _AWAY)
    times = [
        m.sent_at
        for m in said
        if m.place == message.place
        and m.ref != message.ref
        and m.sent_at < message.sent_at
        and m.command is None
    ]
    return max(times, default=None)


async def _answered(ctx: Context[SummarySettings], call: Call, note: Kept, stuff: Material) -> Answer:
    """The digest: new as an answer, or the one that stands already, brought up to date and linked."""
    actions = await publish(ctx, note, stuff, call.message.ref)
    because = f"a digest of {stuff.size} comments for {call.author.name}"
    if any(isinstance(action, Reply) for action in actions):
        return Outcome(because, actions)
    before = await kept.find(ctx, note.name)
    receipt = await ctx.made((before or note).made)
    if receipt is None or receipt.ref is None:
        if before is not None:
            return ON_ITS_WAY
        return nothing_to_quote(stuff.size)
    return Outcome(because, (*actions, Reply(to=call.message.ref, text=up_to_date(receipt))))


@plugin.command("summary cancel", "summarize cancel", examples=["!summary cancel"])
async def cancel(ctx: Context[SummarySettings], call: Call) -> Answer:
    """Stop a digest that you asked for and that is not there yet; a moderator stops those of others, too."""
    actions = await stop(ctx, call.author)
    if not actions:
        return "Nothing that you asked for is being read at the moment."
    return Outcome(f"{call.author.name} cancelled it", actions)


@plugin.command("summary-optout", examples=["!summary-optout"], timeout=PATIENCE)
async def optout(ctx: Context[SummarySettings], call: Call) -> Answer:
    """Never quote me in a digest; those that quote me are made anew without me."""
    if call.author.key in await kept.left_out(ctx):
        return "You are left out of the digests already."
    said = "You are left out of the digests from now on."
    actions: list[Action] = [kept.opt(call.author, out=True)]
    for note in (await kept.all_kept(ctx))[:_RENEWED]:
        actions += await renew(ctx, note, without=call.author)
    return Outcome(said, (*actions, Reply(to=call.message.ref, text=document(said))))


@plugin.command("summary-optin", examples=["!summary-optin"])
async def optin(ctx: Context[SummarySettings], call: Call) -> Answer:
    """Take back `summary-optout`: digests may quote me again."""
    if call.author.key not in await kept.left_out(ctx):
        return "Digests may quote you already."
    said = "Digests may quote you again."
    return Outcome(said, (kept.opt(call.author, out=False), Reply(to=call.message.ref, text=document(said))))
