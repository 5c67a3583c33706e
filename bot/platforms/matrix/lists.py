"""Publishing bans on policy lists. What is so already counts as done."""

from __future__ import annotations

from bot.actions import LISTED, PublishBan, WithdrawBan
from bot.clock import Clock
from bot.model import Receipt
from bot.model.policies import BAN
from bot.platforms.matrix import raw
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.events import is_user
from bot.platforms.matrix.policies import USER_RULE, Key, bans, policy_of, state_key
from bot.platforms.matrix.refs import joined
from bot.platforms.matrix.rights import explained
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.protocol import Refused


class Lists:
    """Writes the rules of one account's lists."""

    def __init__(self, calls: Calls, rooms: Rooms, clock: Clock) -> None:
        self._calls = calls
        self._rooms = rooms
        self._clock = clock

    async def perform(self, action: PublishBan | WithdrawBan) -> Receipt:
        """Raises PlatformError; Refused with a sentence about the missing right."""
        room, person = joined(action.place, self._rooms), action.person.id
        if not is_user(person):
            raise Refused(f"{person[:100]}: an id such as @ana:example.org was expected", "bad_person")
        try:
            match action:
                case PublishBan(reason=reason):
                    detail = await self._publish(room, person, reason)
                case WithdrawBan():
                    detail = await self._withdraw(room, person)
        except Refused as refusal:
            needed = room.powers.sets(USER_RULE)
            raise explained(
                refusal, room, self._calls.client.user, "publish rules on the list", needed
            ) from refusal
        return Receipt(self._clock.now(), detail=detail)

    async def _publish(self, room: Room, person: str, reason: str) -> str:
        standing = await self._standing(room, person)
        # An attempt of ours whose answer got lost is no rule of somebody else.
        if standing and self._calls.client.user not in standing.values():
            return LISTED
        content = {"entity": person, "recommendation": BAN, "reason": reason}
        await self._calls.set_state(room.id, USER_RULE, content, state_key(person))
        return ""

    async def _withdraw(self, room: Room, person: str) -> str:
        standing = await self._standing(room, person)
        for kind, key in standing:
            await self._calls.set_state(room.id, kind, {}, key)
        return "" if standing else "so already"

    async def _standing(self, room: Room, person: str) -> dict[Key, str]:
        """The rules that ban exactly that person, each with who made it. The server knows best: the stream may lag behind."""
        found: dict[Key, str] = {}
        for kind, key in dict.fromkeys([(USER_RULE, state_key(person)), *room.rules.banning(person)]):
            event = await self._calls.state_event(room.id, kind, key)
            sender = raw.text(event.get("sender"))
            policy = policy_of(kind, raw.mapping(event.get("content")))
            if policy is not None and bans(policy, person):
                found[kind, key] = sender
        return found
