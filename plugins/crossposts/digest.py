"""The weekly digest: what the community's links started elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.api import (
    Community,
    Context,
    Discussion,
    Document,
    Json,
    Link,
    Message,
    Outcome,
    Post,
    Ref,
    Slot,
    Tick,
    bullets,
    dates,
    document,
)
from plugins.crossposts import surface
from plugins.crossposts.finding import find, own_posts
from plugins.crossposts.handlers import PATIENCE, ROUND, WEEK, muted_names, plugin, since
from plugins.crossposts.settings import CrosspostSettings

#: After a longer delay, the next digest is near enough.
LATE = timedelta(days=2)
#: More rows than these are a list that nobody reads.
MOST = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A post of the community and what is said about it elsewhere, busiest first."""

    post: Message
    shown: Sequence[Discussion]

    @property
    def comments(self) -> int:
        return sum(one.comments for one in self.shown)


def times(
    settings: CrosspostSettings, community: Community, recalled: Mapping[str, Json], now: datetime
) -> Iterable[Slot]:
    """The newest time of the digest that has come."""
    del recalled
    if settings.digest is None:
        return
    zone, weekday = ZoneInfo(community.zone), dates.WEEKDAYS.index(settings.digest)
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=n) for n in range(9))
    slots = (
        Slot("digest", day.isoformat(), dates.local_instant(day, settings.digest_at, zone))
        for day in days
        if day.weekday() == weekday
    )
    yield from islice((slot for slot in slots if slot.at <= now), 1)


@plugin.timetable(times, timeout=PATIENCE)
async def digest(ctx: Context[CrosspostSettings], tick: Tick) -> Outcome:
    """Tells the rooms, once a week, what came of the posts that were surfaced."""
    if ctx.now - tick.due > LATE:
        return Outcome("too late for this week’s digest")
    rows = await _rows(ctx)
    rooms = rooms_of(ctx.settings, ctx.community)
    if not rows or not rooms:
        return Outcome("nothing to tell of" if rooms else "there is no room to tell it in")
    text = told(sorted(rows, key=lambda row: -row.comments))
    return Outcome(
        f"{len(rows)} posts were discussed elsewhere", tuple(Post(place=r, text=text) for r in rooms)
    )


def rooms_of(settings: CrosspostSettings, community: Community) -> tuple[str, ...]:
    """The rooms of `announce_in`, or the first room."""
    return community.rooms(settings.announce_in or None)


async def _rows(ctx: Context[CrosspostSettings]) -> list[Row]:
    """The posts surfaced within the week, the newest ones where there are many: each costs the server a request."""
    kept = await ctx.recall_all("shown:")
    recent = sorted((since(value), key) for key, value in kept.items() if since(value) > ctx.now - WEEK)
    own, muted = await own_posts(ctx), await muted_names(ctx)
    rows = []
    for _, key in reversed(recent[-ROUND:]):
        post = await ctx.message(Ref.parse(key.removeprefix("shown:")))
        found = await find(ctx, post, own) if post and not post.gone else None
        if post and (shown := surface.select(post, found or (), muted=muted, minimum_comments=1)):
            rows.append(Row(post, shown))
    return rows


def told(rows: Sequence[Row]) -> Document:
    """The digest: a line a post, the one with most comments elsewhere first."""
    items = [
        (
            Link(row.post.title or "A post", row.post.ref),
            f": {surface.counted(row.comments)} in {_places(len(row.shown))}, most of them in "
            if len(row.shown) > 1
            else f": {surface.counted(row.comments)} in ",
            Link(row.shown[0].community, row.shown[0].url),
        )
        for row in rows[:MOST]
    ]
    more = [f"And {len(rows) - MOST} more."] if len(rows) > MOST else []
    return document("What our links started elsewhere in the last seven days:", bullets(*items), *more)


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"
