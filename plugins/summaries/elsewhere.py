"""Where else the posts of a digest are discussed, as the plugin for cross-posts would show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.api import Context, Discussion, Message
from plugins.summaries.settings import SummarySettings

#: Each post costs the server a request, so only those with most comments here are looked for.
_LOOKED_FOR = 5
#: So many of them are told of.
_TOLD = 3

#: A post and the other discussions of it, busiest first.
Elsewhere = tuple[Message, Sequence[Discussion]]


async def look(ctx: Context[SummarySettings], messages: Sequence[Message]) -> Sequence[Elsewhere]:
    """Those posts among `messages` that are discussed elsewhere, the busiest there first."""
    here = Counter(message.root for message in messages)
    posts = [m for m in messages if m.title is not None and not m.gone and not m.author.opted_out]
    posts.sort(key=lambda post: -here[post.ref])
    found = [(post, await ctx.discussed(post)) for post in posts[:_LOOKED_FOR]]
    busy = [(post, places) for post, places in found if places]
    return sorted(busy, key=lambda one: -sum(place.comments for place in one[1]))[:_TOLD]
