"""Posts that stand in their list no more: a deleted one is listed for its author only, a purged one for nobody."""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.model import Place, Platform, Ref, Removed
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.errors import MISSING
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.seen import Mark, Seen
from bot.platforms.lemmy.shapes import Home, Item
from bot.platforms.lemmy.target import Target
from bot.platforms.protocol import Refused

#: At most so many posts are looked at in one poll; the others keep their turn.
AT_ONCE = 10


class Vanished:
    """Looks what became of posts that were listed before."""

    def __init__(self, api: Api, home: Home, seen: Seen, clock: Clock) -> None:
        self._api = api
        self._home = home
        self._seen = seen
        self._clock = clock
        #: Posts that are there, but not listed; why is nobody's business.
        self._unlisted: set[str] = set()

    async def look(
        self, place: Place, listed: list[Item], floor: datetime
    ) -> tuple[list[Item], list[Removed]]:
        """What is to be read of posts said since `floor` that are not `listed`; and those of which nothing is left."""
        there = {item.message.ref.id for item in listed}
        known = self._seen.of(place.alias, "post/", floor)
        self._unlisted &= known.keys()
        missing = [key for key in known if key not in there and key not in self._unlisted]
        found: list[Item] = []
        purged: list[Removed] = []
        for key in missing[:AT_ONCE]:
            item = await self._post(key)
            if item is None:
                mark = known[key]
                self._seen.mark(key, Mark(mark.at, mark.content, gone=True, place=place.alias))
                ref = Ref(Platform.LEMMY, place.alias, key)
                purged.append(Removed(ref, place, None, "", self._clock.now()))
            elif item.message.gone:
                found.append(item)
            else:
                self._unlisted.add(key)
        return found, purged

    async def _post(self, key: str) -> Item | None:
        number = Target.of(Ref(Platform.LEMMY, "", key)).number
        try:
            return shapes.post(fields.part(await self._api.post(number), "post_view"), self._home)
        except Malformed:
            return None
        except Refused as refusal:
            if refusal.code not in MISSING:
                raise
            return None
