"""The plugin, and what it does by itself: digests of threads as they grow, kept true when what they quote changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.api import (
    Action,
    Capability,
    Context,
    Edited,
    Message,
    Outcome,
    PlaceKind,
    Plugin,
    Remember,
    Removed,
    Tick,
)
from plugins.summaries import kept
from plugins.summaries.kept import Kept, name_of
from plugins.summaries.making import of_thread, publish, read, renew
from plugins.summaries.settings import SummarySettings, problems

plugin = Plugin(
    "summaries",
    SummarySettings,
    about="Digests of long threads: the members' own sentences, quoted, attributed and linked. No AI.",
    needs=(Capability.REPLY,),
)
plugin.check(problems)

#: A thread of thousands of comments takes the platform a while to hand out.
PATIENCE = timedelta(seconds=120)
#: Every so many comments that were seen, the platform is asked how many there are really.
_RECOUNT = 10
#: Threads and digests older than this are no longer followed.
_FOLLOWED = timedelta(days=30)


@plugin.on(Message, timeout=PATIENCE)
async def on_comment(ctx: Context[SummarySettings], message: Message) -> Outcome | None:
    """Makes the digest of a thread that has grown long, and makes it anew as the thread grows on."""
    if not ctx.settings.automatic or not _follows(ctx, message) or message.author.is_bot:
        return None
    key = kept.SEEN + str(message.root)
    seen = _count(await ctx.recall(key)) + 1
    name = name_of(message.root)
    before = await kept.find(ctx, name)
    due = due_at(ctx.settings, before)
    if seen < due and seen % _RECOUNT == 0:
        root = await ctx.message(message.root)
        seen = max(seen, (root.replies or 0) if root else 0)
    if seen < due:
        return Outcome(f"{seen} of {due} comments for a digest", (_seen(key, seen, ctx.now),))
    thread = await read(ctx, message.root)
    if thread is None:
        return Outcome("the thread cannot be read now")
    stuff = of_thread(thread)
    there = stuff.size
    if there < due:
        return Outcome(f"{there} of {due} comments for a digest", (_seen(key, there, ctx.now),))
    if thread.root.gone or thread.root.author.opted_out:
        return Outcome("the post is gone, or its author asked bots to leave them alone")
    note = Kept(
        name=name, place=message.place.alias, words=ctx.settings.words, at=ctx.now, root=str(message.root)
    )
    actions = await publish(ctx, note, stuff, message.root)
    return Outcome(f"a digest of {there} comments", (*actions, _seen(key, there, ctx.now)))


@plugin.on(Edited, Removed, timeout=PATIENCE)
async def on_change(ctx: Context[SummarySettings], change: Edited | Removed) -> Outcome | None:
    """Makes every digest anew that quotes what was edited or removed."""
    ref = change.ref if isinstance(change, Removed) else change.message.ref
    actions: list[Action] = []
    for note in await kept.all_kept(ctx):
        if str(ref) in {note.root, note.top} and isinstance(change, Removed):
            actions.append(note.forget())
        elif note.place == ref.place and ref.id in note.quoted:
            actions += await renew(ctx, note)
    return Outcome("a digest quotes it", tuple(actions)) if actions else None


@plugin.every(lambda _: timedelta(days=1))
async def tidy(ctx: Context[SummarySettings], tick: Tick) -> Outcome:
    """Forgets threads that nobody writes in any more."""
    old = tick.at - _FOLLOWED
    actions: list[Action] = [note.forget() for note in await kept.all_kept(ctx) if note.at < old]
    for key, value in (await ctx.recall_all(kept.SEEN)).items():
        at = value.get("at") if isinstance(value, dict) else None
        if not isinstance(at, str) or datetime.fromisoformat(at) < old:
            actions.append(Remember(key=key, value=None))
    return Outcome(f"{len(actions)} old notes forgotten", tuple(actions))


def due_at(settings: SummarySettings, before: Kept | None) -> int:
    """The number of comments at which a thread gets its digest, or its next one."""
    if before is None:
        return settings.after_comments
    return max(settings.after_comments, int(before.comments * settings.growth))


def _follows(ctx: Context[SummarySettings], message: Message) -> bool:
    """Whether the message is a comment in a thread whose place gets digests without being asked."""
    if message.ref == message.root or message.title is not None:
        return False
    if ctx.settings.places:
        return message.place.alias in ctx.settings.places
    return message.place.kind is PlaceKind.COMMUNITY


def _count(value: object) -> int:
    found = value.get("n") if isinstance(value, dict) else None
    return found if isinstance(found, int) else 0


def _seen(key: str, count: int, now: datetime) -> Remember:
    return Remember(key=key, value={"n": count, "at": now.isoformat()})
