"""With whom our server talks: what other servers said before a break stays in its database, and is shown nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.model import Discussion
from bot.platforms.lemmy.api import Api, Relations
from bot.platforms.protocol import Refused

#: For how long the server's lists are taken to hold.
_HOLDS = timedelta(hours=1)


class Federation:
    """Asks for the server's lists of blocked and allowed servers when there is something to look up, and keeps them a while."""

    def __init__(self, api: Api, host: str, clock: Clock) -> None:
        self._api = api
        self._host = host
        self._clock = clock
        self._known: tuple[datetime, Relations] | None = None

    async def reached(self, found: Iterable[Discussion]) -> list[Discussion]:
        """Those of `found` on servers that ours has not broken with. Raises PlatformError when it does not tell."""
        found = list(found)
        relations = await self._relations() if found else Relations()
        return [one for one in found if one.instance == self._host or relations.open_to(one.instance)]

    async def _relations(self) -> Relations:
        now = self._clock.now()
        if self._known is None or not timedelta() <= now - self._known[0] < _HOLDS:
            try:
                relations = await self._api.relations()
            except Refused:  # other software keeps no such lists, or shows them to nobody
                relations = Relations()
            self._known = now, relations
        return self._known[1]
