"""The plugin: new posts, later looks at them, and the commands. Decisions are made in the pure modules beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.api import (
    Action,
    Capability,
    Context,
    Discussion,
    Edit,
    Json,
    Message,
    Outcome,
    PlaceKind,
    Plugin,
    Ref,
    Remember,
    Reply,
    Tick,
)
from bot.api import Post as Say
from plugins.crossposts import surface
from plugins.crossposts.finding import Post, find, own_posts
from plugins.crossposts.settings import CrosspostSettings, problems

plugin = Plugin(
    "crossposts",
    CrosspostSettings,
    about="Shows under a post, and in the room, where else the same link or text is being discussed.",
    needs=(Capability.REPLY,),
)
plugin.check(problems)

#: Posts that one round of rechecks looks at; each costs the server a request.
ROUND = 40
#: What a digest looks back on.
WEEK = timedelta(days=7)
#: A new post is left to its own event for so long.
FRESH = timedelta(minutes=5)
#: The platform may be slow, and nobody is waiting.
PATIENCE = timedelta(minutes=5)


@plugin.on(Message, timeout=timedelta(seconds=60))
async def on_post(ctx: Context[CrosspostSettings], message: Message) -> Outcome | None:
    """Looks where else a new post is discussed, and says so once."""
    if message.title is None or message.place.kind is not PlaceKind.COMMUNITY:
        return None
    if message.author.opted_out:
        return Outcome("its author asked bots to leave them alone")
    shown = await _shown(ctx, message, await own_posts(ctx))
    if not shown:
        return Outcome("not discussed elsewhere, as far as known")
    return Outcome(f"discussed in {len(shown)} other places", await _surface(ctx, message, shown, set()))


@plugin.finds_discussions
async def discussed(ctx: Context[CrosspostSettings], post: Message) -> tuple[Discussion, ...]:
    """What other plugins may say of a post: what its own comment would."""
    return await _shown(ctx, post, await own_posts(ctx))


@plugin.every(lambda settings: settings.recheck, timeout=PATIENCE)
async def recheck(ctx: Context[CrosspostSettings], tick: Tick) -> Outcome:
    """Looks again at the posts of the last days: some are cross-posted later, and counts grow."""
    own = await own_posts(ctx)
    kept = await ctx.recall_all("shown:")
    turn = int(tick.due.timestamp() // ctx.settings.recheck.total_seconds())
    due = [
        post for post in reversed(own) if _due(ctx.now - post.message.sent_at, turn) and not post.message.gone
    ]
    actions: list[Action] = []
    for post in due[:ROUND]:
        before = kept.get(f"shown:{post.message.ref}")
        if before is None:
            actions += await _later(ctx, post.message, own, actions)
        else:
            actions += await _update(ctx, post.message, own, before)
    actions += [Remember(key=key, value=None) for key in kept if _over(ctx, kept[key])]
    return Outcome(f"looked at {len(due[:ROUND])} posts again", tuple(actions))


def _due(age: timedelta, turn: int) -> bool:
    """Young posts every time, those of yesterday every fourth time, older ones every twelfth."""
    if age < FRESH:
        return False
    every = 1 if age < timedelta(hours=6) else 4 if age < timedelta(days=1) else 12
    return turn % every == 0


def _over(ctx: Context[CrosspostSettings], kept: Json) -> bool:
    """Whether a post is no longer followed, nor of use for a digest, so that nothing about it needs to be kept."""
    week = WEEK if ctx.settings.digest else timedelta()
    return since(kept) < ctx.now - max(ctx.settings.follow, week)


async def _later(
    ctx: Context[CrosspostSettings], message: Message, own: Sequence[Post], already: Sequence[Action]
) -> tuple[Action, ...]:
    """A post that was alone when it came."""
    if message.author.opted_out or not (shown := await _shown(ctx, message, own)):
        return ()
    now = await ctx.message(message.ref)
    if now is None or now.gone:
        return ()
    fresh = {action.key for action in already if isinstance(action, Remember)}
    return await _surface(ctx, message, shown, fresh)


async def _update(
    ctx: Context[CrosspostSettings], message: Message, own: Sequence[Post], before: Json
) -> tuple[Action, ...]:
    """Edits the comment in place when there is something new to tell."""
    found = await find(ctx, message, own)
    receipt = await ctx.made(f"elsewhere:{message.ref}")
    counts = _counts(before)
    if found is None or receipt is None or receipt.ref is None:
        return ()
    shown = await _select(ctx, message, found)
    if not surface.notable(counts, shown) or not ctx.can(Capability.EDIT, message.place.alias):
        return ()
    return (
        Edit(ref=receipt.ref, text=surface.comment(message, shown, ctx.now)),
        _remember(message.ref, shown, since(before)),
    )


async def _surface(
    ctx: Context[CrosspostSettings], message: Message, shown: Sequence[Discussion], fresh: set[str]
) -> tuple[Action, ...]:
    """The comment and the line in the rooms, unless the day's share is used up. `fresh` are keys of this decision."""
    kept = await ctx.recall_all("shown:")
    today = {key for key, value in kept.items() if since(value) > ctx.now - timedelta(days=1)}
    if f"shown:{message.ref}" in kept or len(today | fresh) >= ctx.settings.per_day:
        return ()
    rooms = [alias for alias in dict.fromkeys(ctx.settings.announce_in) if ctx.community.place(alias)]
    return (
        Reply(
            name=f"elsewhere:{message.ref}",
            to=message.ref,
            text=surface.comment(message, shown, ctx.now),
        ),
        *(Say(place=room, text=surface.room_line(message, shown)) for room in rooms),
        # Of a new post and a later look at the same instant, only one says so.
        replace(_remember(message.ref, shown, ctx.now), fresh=True),
    )


async def _shown(
    ctx: Context[CrosspostSettings], message: Message, own: Sequence[Post]
) -> tuple[Discussion, ...]:
    found = await find(ctx, message, own)
    return await _select(ctx, message, found or [])


async def _select(
    ctx: Context[CrosspostSettings], message: Message, found: Sequence[Discussion]
) -> tuple[Discussion, ...]:
    return surface.select(
        message, found, muted=await muted_names(ctx), minimum_comments=ctx.settings.minimum_comments
    )


async def muted_names(ctx: Context[CrosspostSettings]) -> list[str]:
    """Those of the settings, and those that moderators muted by command."""
    kept = await ctx.recall_all("muted:")
    return [*ctx.settings.muted, *(key.removeprefix("muted:") for key in kept)]


def _remember(ref: Ref, shown: Sequence[Discussion], first: datetime) -> Remember:
    counts: dict[str, Json] = {one.url: one.comments for one in shown}
    return Remember(key=f"shown:{ref}", value={"at": first.isoformat(), "counts": counts})


def _counts(kept: Json) -> dict[str, int]:
    counts = kept.get("counts") if isinstance(kept, dict) else None
    return {url: n for url, n in counts.items() if isinstance(n, int)} if isinstance(counts, dict) else {}


def since(kept: Json) -> datetime:
    """When what is remembered was told; long ago where nobody can tell."""
    at = kept.get("at") if isinstance(kept, dict) else None
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
