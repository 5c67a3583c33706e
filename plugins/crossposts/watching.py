"""Watching communities elsewhere for posts on the community's topics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from bot.api import (
    Action,
    Context,
    Discussion,
    Json,
    Link,
    Made,
    Outcome,
    Place,
    PlaceKind,
    PlatformError,
    Post,
    Reacted,
    Remember,
    Reply,
    Report,
    Role,
    Tick,
    agrees,
    document,
    line,
    quote,
)
from plugins.crossposts import surface
from plugins.crossposts.digest import rooms_of
from plugins.crossposts.finding import own_posts
from plugins.crossposts.handlers import PATIENCE, muted_names, plugin, since
from plugins.crossposts.links import canonical, keys
from plugins.crossposts.settings import CrosspostSettings, Watch

#: Posts older than this are no news; what was told is remembered for longer than that.
FRESH = timedelta(days=1)
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A post elsewhere that holds one of the topics."""

    found: Discussion
    topic: str

    @property
    def key(self) -> str:
        return f"watched:{sha256(self.found.url.encode()).hexdigest()[:16]}"


@plugin.every(lambda settings: settings.watch_every if settings.watch else None, timeout=PATIENCE)
async def watch(ctx: Context[CrosspostSettings], tick: Tick) -> Outcome:
    """Looks at the communities that are watched, and tells of what is new there on the topics."""
    del tick
    kept = await ctx.recall_all("watched:")
    over = [key for key, value in kept.items() if since(value) < ctx.now - KEPT]
    old = tuple(Remember(key=name, value=None) for key in over for name in (key, f"taken:{key}"))
    left = ctx.settings.watch_per_day - sum(
        since(value) > ctx.now - timedelta(days=1) for value in kept.values()
    )
    if left <= 0:
        return Outcome("the day’s share of sightings is used up", old)
    sightings = [one for one in await _sightings(ctx) if one.key not in kept]
    acts = [act for one in sightings[:left] for act in _tell(ctx, one)]
    return Outcome(f"{len(sightings)} posts on the topics", (*acts, *old))


async def _sightings(ctx: Context[CrosspostSettings]) -> list[Sighting]:
    """What is new on the topics and not here yet, busiest first."""
    found: dict[str, Sighting] = {}
    muted = await muted_names(ctx)
    for watched in ctx.settings.watch:
        try:
            posts = await ctx.newest(watched.community)
        except PlatformError:
            continue  # the next look will do
        for post in surface.worth(posts, muted=muted):
            topic = topic_of(post, watched)
            if topic and post.sent_at > ctx.now - FRESH and not post.nsfw:
                found.setdefault(post.url, Sighting(post, topic))
    here = await _here(ctx) if found else frozenset()
    tracking = keys(ctx.settings.tracking_keys)
    fresh = [one for one in found.values() if _pages(one.found, tracking).isdisjoint(here)]
    return sorted(fresh, key=lambda one: (-one.found.comments, one.found.url))


async def _here(ctx: Context[CrosspostSettings]) -> frozenset[str]:
    """The pages that the community's own posts link to or are taken from, and the posts themselves."""
    prints = [post.print for post in await own_posts(ctx)]
    return frozenset(page for one in prints for page in (one.page, one.origin, one.url) if page)


def _pages(found: Discussion, tracking: Collection[str]) -> set[str]:
    pages = (canonical(found.url, tracking), canonical(found.link, tracking) if found.link else None)
    return {page for page in pages if page}


def topic_of(found: Discussion, watched: Watch) -> str | None:
    """The first topic that title or text holds as whole words, whatever their case; None where there is none."""
    words = _plain(f"{found.title}\n{found.text}")
    for topic in watched.topics:
        if (wanted := _plain(topic)) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", words):
            return topic
    return None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _tell(ctx: Context[CrosspostSettings], one: Sighting) -> Sequence[Action]:
    """A line in the rooms, or a suggestion to the moderators; remembered, so that it is told once."""
    found = one.found
    value: dict[str, Json] = {
        "at": ctx.now.isoformat(),
        "url": found.url,
        "title": found.title,
        "text": found.text[:2000],
        "link": found.link,
        "community": found.community,
    }
    remember = Remember(key=one.key, value=value, fresh=True)
    about = line(
        "On “",
        one.topic,
        "”: ",
        Link(found.title, found.url),
        f" in {found.community} ({surface.counted(found.comments)}).",
    )
    if ctx.settings.watch_to == "rooms":
        rooms = rooms_of(ctx.settings, ctx.community)
        return (*(Post(place=room, text=document(about)) for room in rooms), remember) if rooms else ()
    hint = ["✅ posts it here, too."] if _front(ctx) else []
    return (Report(name=one.key, text=document(about, *hint)), remember)


def _front(ctx: Context[CrosspostSettings]) -> Place | None:
    """Where a suggestion would be posted: only where posts have titles."""
    front = ctx.community.front
    return front if front and front.kind is PlaceKind.COMMUNITY else None


@plugin.on(Reacted)
async def reacted(ctx: Context[CrosspostSettings], event: Reacted) -> Outcome | None:
    """✅ of a moderator under a suggestion makes the cross-post."""
    front = _front(ctx)
    if event.author.role < Role.MODERATOR or not agrees(event.symbol) or front is None:
        return None
    for key, value in (await ctx.recall_all("watched:")).items():
        receipt = await ctx.made(key)
        if receipt is None or receipt.ref != event.target or not isinstance(value, dict):
            continue
        if await ctx.recall(f"taken:{key}"):
            return Outcome("it was posted already")
        title, url, text = str(value["title"]), str(value["url"]), str(value["text"])
        body = document(line("cross-posted from: ", Link(url, url)), *([quote(text)] if text.strip() else []))
        link = value["link"] if isinstance(value["link"], str) else None
        post = Post(name=f"taken:{key}", place=front.alias, title=title, link=link, text=body)
        said = document(line("Posted: ", Link("open it", Made(f"taken:{key}"))))
        # Under a key of its own, `fresh`: of two moderators at once, only one posts.
        once = Remember(key=f"taken:{key}", value={"at": ctx.now.isoformat()}, fresh=True)
        reply = Reply(to=event.target, text=said)
        return Outcome(f"{event.author.name} took it up", (post, once, reply))
    return None
