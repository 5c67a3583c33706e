"""Gathering the other discussions of a post: from the platform's own list and from the community's other places."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.api import Context, Discussion, Message, PlaceKind, PlatformError
from plugins.crossposts.links import canonical, keys
from plugins.crossposts.match import Fingerprint, copied, fingerprint, match, of_discussion
from plugins.crossposts.settings import CrosspostSettings
from plugins.crossposts.surface import as_discussion

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """A post of the community's own places. Its fingerprint is only made when it is compared."""

    message: Message
    tracking: frozenset[str]

    @cached_property
    def print(self) -> Fingerprint:
        return fingerprint(self.message, self.tracking)


async def own_posts(ctx: Context[CrosspostSettings]) -> list[Post]:
    """The posts of the last days in the community's own places, oldest first."""
    tracking = keys(ctx.settings.tracking_keys)
    since = ctx.now - ctx.settings.follow
    return [
        Post(message, tracking)
        for place in ctx.community.of_kind(PlaceKind.COMMUNITY)
        async for message in ctx.history(since, place.alias)
        if message.title is not None
    ]


async def find(
    ctx: Context[CrosspostSettings], message: Message, own: Sequence[Post]
) -> list[Discussion] | None:
    """Everything known about `message` elsewhere, unfiltered; None when the platform could not be asked."""
    tracking = keys(ctx.settings.tracking_keys)
    listed: list[Discussion] = []
    # Every post that links to a front page would be "the same".
    if message.link is None or canonical(message.link, tracking) is not None:
        try:
            listed = await ctx.elsewhere(message.ref)
        except PlatformError as error:  # no reason to say that all is gone
            log.warning(
                "cannot ask where else %s is discussed: %s",
                message.ref,
                error,
                extra={"code": "crossposts.list"},
            )
            return None
    mine = fingerprint(message, tracking)
    # A server also lists what merely has the same title.
    listed = [
        one
        for one in listed
        if match(mine, of_discussion(one, tracking))
        or (message.link is None and copied(message.title or "", message.text, one))
    ]
    beside = [post.message for post in own if post.message.place != message.place and match(mine, post.print)]
    return [*listed, *map(as_discussion, await as_they_are(ctx, beside))]


async def as_they_are(ctx: Context[CrosspostSettings], messages: Iterable[Message]) -> list[Message]:
    """The posts with the comments they have now; the ledger knows those they had when they came."""
    found = [await ctx.message(message.ref) for message in messages]
    return [message for message in found if message is not None]
