"""The rooms in which the bot talks with one person: found again over restarts, never two for one person."""

from __future__ import annotations

import asyncio
import logging

from bot.model import Place, Platform, Ref
from bot.platforms.matrix import raw
from bot.platforms.matrix.calls import Calls, Content
from bot.platforms.matrix.errors import MISSING
from bot.platforms.matrix.events import is_user
from bot.platforms.matrix.rights import FORBIDDEN
from bot.platforms.matrix.rooms import CREATE, ENCRYPTION, Rooms
from bot.platforms.protocol import PlatformError, Refused

log = logging.getLogger(__name__)

#: In the content of `m.room.create`: for whom the bot made the room. It cannot be changed, nor lost with our memory.
PRIVATE = "org.folkmoot.private"

#: Where clients list their talks between two.
DIRECT = "m.direct"

#: How a server says that somebody wants no invitations.
_BLOCKED = frozenset({"M_INVITE_BLOCKED", "ORG.MATRIX.MSC4155.M_INVITE_BLOCKED"})
_UNKNOWN = MISSING | {"M_USER_DEACTIVATED", "M_INVALID_PARAM"}

_THERE = frozenset({"join", "invite"})


class Private:
    """Finds or makes the room for a person. `place` is the account's private place; `encrypted` makes rooms so."""

    def __init__(self, calls: Calls, rooms: Rooms, place: Place, *, encrypted: bool = False) -> None:
        self._calls = calls
        self._rooms = rooms
        self.place = place
        self._encrypted = encrypted
        self._known: dict[str, str] = {}
        self._making = asyncio.Lock()

    def ref(self, room: str, event: str) -> Ref:
        return Ref(Platform.MATRIX, self.place.alias, f"{room}/{event}")

    async def room(self, person: str) -> str:
        """The room to talk with `person` in; they are in it, or invited. Raises PlatformError."""
        if not is_user(person) or person == self._calls.client.user:
            raise Refused(f"{person[:100]}: an id such as @ana:example.org was expected", "bad_person")
        async with self._making:
            room, membership = await self._find(person)
            if room is None:
                # Without an invitation at first: one that is refused would leave a room that nobody finds again.
                room, membership = await self._make(person), None
            self._known[person] = room
            if membership not in _THERE:
                await self._invite(room, person)
                await self._list(room, person)
            return room

    async def find(self, person: str) -> str | None:
        """The room with `person`, if there is one. Raises PlatformError."""
        return (await self._find(person))[0]

    async def _find(self, person: str) -> tuple[str | None, str | None]:
        """The best of the rooms with them: one where they still are, before one that they left."""
        left: tuple[str | None, str | None] = (None, None)
        for room in dict.fromkeys(await self._candidates(person)):
            membership = await self._calls.membership(room, person)
            if membership in _THERE:
                return room, membership
            if left[0] is None:
                left = room, membership
        return left

    async def _candidates(self, person: str) -> list[str]:
        """Rooms that we are in and that were made for `person`, or that their client made for the two of us."""
        if person in self._known and self._rooms.get(self._known[person]):
            return [self._known[person]]
        private = [room for room in self._rooms if room.private]
        found = [r.id for r in private if raw.text(r.state(CREATE).get(PRIVATE)) == person]
        found += [r.id for r in private if r.membership(person) in _THERE]
        listed = raw.items((await self._calls.account_data(DIRECT)).get(person))
        found += [r.id for r in private if r.id in listed]
        return found or await self._unheard_of(person)

    async def _unheard_of(self, person: str) -> list[str]:
        """Rooms made for `person` of which no sync has told us yet: an attempt that was cut off may have made one."""
        found = []
        for room in await self._calls.joined_rooms():
            if self._rooms.get(room) is None:
                create = await self._calls.state(room, CREATE)
                if create is not None and create.get(PRIVATE) == person:
                    found.append(room)
        return found

    async def _make(self, person: str) -> str:
        state = [{"type": ENCRYPTION, "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]
        return await self._calls.create_room(
            {
                "preset": "private_chat",
                "visibility": "private",
                "is_direct": True,
                "creation_content": {PRIVATE: person},
                "initial_state": state if self._encrypted else [],
            }
        )

    async def _invite(self, room: str, person: str) -> None:
        try:
            await self._calls.invite(room, person, direct=True)
        except Refused as refusal:
            if refusal.code.upper() in _BLOCKED or refusal.code == FORBIDDEN:
                reason = "takes no invitations from the bot, so there is no way to tell them in private"
            elif refusal.code in _UNKNOWN:
                reason = "is not known to their server (any more)"
            else:
                raise
            raise Refused(f"{person} {reason} ({refusal.code})", refusal.code) from refusal

    async def _list(self, room: str, person: str) -> None:
        """Lists the room among the talks between two, for clients of the same account; the room itself tells us."""
        try:
            listed: Content = await self._calls.account_data(DIRECT)
            ours = raw.items(listed.get(person))
            if room not in ours:
                await self._calls.set_account_data(DIRECT, listed | {person: [*ours, room]})
        except PlatformError as error:
            log.info("the private room %s could not be listed in %s: %s", room, DIRECT, error)
