"""A private message by its number: the server gives them as a list only."""

from __future__ import annotations

from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import OWN_PAGES, Api, pages
from bot.platforms.lemmy.pacing import Need
from bot.platforms.lemmy.shapes import Home, Item


async def letter(api: Api, home: Home, number: int, need: Need = Need.READ) -> Item | None:
    """The private message, received or sent; None where it is gone, or older than a thousand others. Raises PlatformError."""
    async for page in pages(lambda after: api.private_messages(after, need=need), OWN_PAGES):
        items, _ = fields.harvest(page.rows, lambda row: shapes.private(row, home))
        for item in items:
            if item.message.ref.id == f"message/{number}":
                return item
    return None
