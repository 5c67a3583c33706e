"""Closing a whole community: Lemmy can keep all but moderators from posting there. Comments stay possible."""

from __future__ import annotations

from datetime import datetime

from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.shapes import Home, Row
from bot.platforms.protocol import Refused


class Closing:
    """What a community's own setting was is for its moderators to say: one that is closed already is left alone."""

    def __init__(self, api: Api, home: Home) -> None:
        self._api = api
        self._home = home

    async def close(self, alias: str) -> None:
        """Only moderators may post from now on. Raises Refused where that is so already: nobody could tell when to end it."""
        number = self._home.community(alias)
        if fields.flag(await self._row(alias), _CLOSED):
            raise Refused(
                f"{alias}: by the community's settings, only moderators may post there already",
                "closed_already",
            )
        await self._api.close(number, on=True)

    async def reopen(self, alias: str) -> None:
        """Everybody may post again."""
        await self._api.close(self._home.community(alias), on=False)

    async def closed_since(self, alias: str, after: datetime) -> bool:
        """Whether it was closed at `after` or later, as far as its last change tells."""
        row = await self._row(alias)
        changed = fields.moment(row, "updated", "updated_at")
        return fields.flag(row, _CLOSED) and changed is not None and changed >= after

    async def _row(self, alias: str) -> Row:
        place = self._home.places[self._home.community(alias)]
        view = await self._api.community(place.native)
        return fields.maybe(fields.maybe(view, "community_view"), "community")


_CLOSED = "posting_restricted_to_mods"
