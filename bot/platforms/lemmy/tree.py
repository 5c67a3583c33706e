"""A whole thread, read page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from bot.model import Message, Ref, Thread
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import PAGE_SIZE, Api, Page, pages
from bot.platforms.lemmy.shapes import Home, Item
from bot.platforms.lemmy.target import Target

#: Version 4 loses one of two comments of the very same time where a page ends between them. A thread that is short is read
#: again in pages of the other size, which end elsewhere.
SIZES = (PAGE_SIZE, PAGE_SIZE - 7)

#: Makes a call, perhaps after waiting.
Call = Callable[[Callable[[], Awaitable[Page]]], Awaitable[Page]]

#: Is told after each page how many comments were read, and how many the server counts.
Watch = Callable[[int, int], None]


async def _at_once(call: Callable[[], Awaitable[Page]]) -> Page:
    return await call()


def unwatched(read: int, expected: int) -> None:
    """Nobody waits for it."""
    del read, expected


async def _page(
    api: Api, call: Call, post: int | None, parent: int | None, size: int, after: str | None
) -> Page:
    return await call(lambda: api.thread(post, parent, after, size=size))


async def whole(api: Api, root: Item, home: Home, call: Call = _at_once, watch: Watch = unwatched) -> Thread:
    """Everything below a post or comment, oldest first. Raises PlatformError.

    `expected` is the server's own count, so that whoever reads can tell when something is missing: servers give at most
    5,000 comments in version 3, and count what other servers hide.
    """
    target = Target.of(root.message.ref)
    post, parent = (target.number, None) if target.kind == "post" else (None, target.number)
    expected = max(root.message.replies or 0, 0)
    found: dict[Ref, Message] = {}
    for size in SIZES:
        count = 0
        fetch = partial(_page, api, call, post, parent, size)
        async for page in pages(fetch):
            items, _ = fields.harvest(page.rows, lambda row: shapes.comment(row, home))
            found |= {i.message.ref: i.message for i in items if i.message.ref != root.message.ref}
            count += 1
            watch(len(found), expected)
        if count < 2 or sum(not message.gone for message in found.values()) >= expected:
            break
    messages = sorted(found.values(), key=lambda message: (message.sent_at, message.ref.id))
    return Thread(root.message, tuple(messages), expected=expected)
