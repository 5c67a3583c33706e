"""Moderating on Lemmy. What is so already (removed, banned) counts as done."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from bot import actions
from bot.actions import External
from bot.clock import Clock
from bot.model import Receipt, Ref
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api, pages
from bot.platforms.lemmy.closing import Closing
from bot.platforms.lemmy.errors import GONE
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.shapes import Home
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.wording import reason
from bot.platforms.protocol import Refused

#: A ban that ends more than ten years ahead silently becomes one for good (`limit_expire_time` of both generations' servers).
LONGEST_BAN = timedelta(days=3_649)

#: 0.19 may answer so to a ban that changes nothing.
_SO_ALREADY = frozenset({"community_user_already_banned"})


class Moderator:
    """Performs the actions that need a moderator's rights."""

    def __init__(self, api: Api, home: Home, people: People, clock: Clock) -> None:
        self._api = api
        self._home = home
        self._people = people
        self._clock = clock
        self._closing = Closing(api, home)

    async def perform(self, action: External) -> Receipt:
        """Raises PlatformError; Refused for what Lemmy has not."""
        match action:
            case actions.Pin(ref=Ref() as ref, on=on):
                return await self._done(ref, self._pin(Target.of(ref), on=on))
            case actions.Lock(ref=ref, on=on, reason=why):
                target = Target.of(ref)
                return await self._done(ref, self._api.lock(target.kind, target.number, reason(why), on=on))
            case actions.Resolve(ref=ref):
                return await self._resolve(ref)
            case actions.Remove(ref=ref, reason=why):
                return await self._done(ref, self._remove(Target.of(ref), why, on=True), GONE)
            case actions.Restore(ref=ref, reason=why):
                return await self._done(ref, self._remove(Target.of(ref), why, on=False))
            case actions.Ban():
                return await self._ban(action)
            case actions.Unban():
                return await self._unban(action)
            case actions.Lockdown() | actions.Reopen():
                return await self._close(action)
            case actions.Report():
                raise Refused(
                    "reports go to the moderators' room, and a Lemmy community is none; name a chat room as"
                    " moderators_room",
                    "no_moderators_room",
                )
            case _:
                raise Refused(f"Lemmy has nothing like {action.kind}", "not_supported")

    async def _pin(self, target: Target, *, on: bool) -> Any:
        """A comment of the bot's own is put above the others by distinguishing it."""
        match target.kind:
            case "post":
                return await self._api.feature(target.number, on=on)
            case "comment":
                return await self._api.distinguish(target.number, on=on)
            case _:
                raise Refused("a private message cannot be pinned", "not_supported")

    async def _remove(self, target: Target, text: str, *, on: bool) -> Any:
        if target.kind == "message":
            raise Refused("a private message cannot be removed by its reader", "not_supported")
        return await self._api.remove(target.kind, target.number, reason(text), on=on)

    async def _resolve(self, ref: Ref) -> Receipt:
        """Closes every open report about something said."""
        closed = 0
        async for page in pages(self._api.reports):
            reports, _ = fields.harvest(page.rows, lambda row: shapes.report(row, self._home))
            for report in reports:
                if report.message.ref.id == ref.id:
                    kind, _, number = report.id.partition("_report/")
                    await self._api.resolve_report(kind, int(number))
                    closed += 1
        return Receipt(self._clock.now(), ref, self._home.url(ref.id), f"{closed} reports closed")

    async def _close(self, action: actions.Lockdown | actions.Reopen) -> Receipt:
        now = self._clock.now()
        if isinstance(action, actions.Reopen):
            await self._closing.reopen(action.place)
        elif action.until is not None and action.until <= now:
            return Receipt(now, detail="it would be over already")
        else:
            await self._closing.close(action.place)
        return Receipt(self._clock.now())

    async def _ban(self, action: actions.Ban) -> Receipt:
        now = self._clock.now()
        if action.until is not None and action.until <= now:
            return Receipt(now, detail="the ban would be over already")
        person = await self._people.local(action.person)
        community = self._home.community(action.place)
        until = None if action.until is None else min(action.until, now + LONGEST_BAN)
        return await self._done(
            None,
            self._api.ban(community, person, reason(action.reason), on=True, until=until),
            _SO_ALREADY | {"ban_expiration_in_past"},
        )

    async def _unban(self, action: actions.Unban) -> Receipt:
        person = await self._people.local(action.person)
        community = self._home.community(action.place)
        return await self._done(
            None,
            self._api.ban(community, person, reason(action.reason), on=False),
            _SO_ALREADY,
        )

    async def _done(
        self, ref: Ref | None, call: Awaitable[Any], fine: frozenset[str] = frozenset()
    ) -> Receipt:
        """Awaits a call; a refusal whose code is in `fine` says that things are so already."""
        try:
            await call
        except Refused as refusal:
            if refusal.code not in fine:
                raise
            return Receipt(self._clock.now(), ref, detail=f"so already ({refusal.code})")
        return Receipt(self._clock.now(), ref, self._home.url(ref.id) if ref else None)
