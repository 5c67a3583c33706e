"""The read-only view that handlers get: the ledger and the platforms of one community, for one plugin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.actions import Capability
from bot.decision import Case, Linked, Spoken
from bot.handler import Settings
from bot.ledger import Ledger
from bot.model import (
    Author,
    Community,
    Discussion,
    Json,
    Message,
    Policy,
    Profile,
    Receipt,
    Ref,
    Strike,
    Thread,
)
from bot.platforms.protocol import Adapter, PlatformError
from bot.plugin import Finder


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveContext:
    """Implements `bot.plugin.Context`. `adapters` are by account; `seen` gives a person the role from the configuration.

    `finders` are the plugins that know where else a post is discussed, by name, with their settings.
    """

    now: datetime
    community: Community
    settings: Settings
    plugin: str
    ledger: Ledger
    adapters: Mapping[str, Adapter]
    seen: Callable[[Author], Author]
    finders: Sequence[tuple[str, Settings, Finder]] = ()

    async def recall(self, key: str) -> Json:
        return await self.ledger.recall(self.community.name, self.plugin, key)

    async def recall_all(self, prefix: str = "") -> dict[str, Json]:
        return await self.ledger.recall_all(self.community.name, self.plugin, prefix)

    async def made(self, name: str) -> Receipt | None:
        return await self.ledger.made(self.community.name, self.plugin, name)

    async def spoken(self, ref: Ref) -> Spoken | None:
        return await self.ledger.spoken(self.community.name, ref)

    async def strikes(self, person: Author) -> list[Strike]:
        return await self.ledger.strikes(self.community.name, person.key)

    async def case(self, number: int) -> Case | None:
        return await self.ledger.case(self.community.name, number)

    async def cases(
        self,
        person: Author | None = None,
        *,
        since: datetime | None = None,
        alone: bool = False,
        before: int | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Case]:
        key = person.key if person else None
        return await self.ledger.cases(
            self.community.name, key, since, alone=alone, before=before, kinds=kinds
        )

    async def linked(self, person: Author) -> Linked:
        return await self.ledger.linked(self.community.name, person.key)

    async def recent(self, person: Author, since: datetime) -> list[Message]:
        return await self.ledger.recent(self.community.name, person.key, since)

    def history(self, since: datetime, place: str | None = None) -> AsyncIterator[Message]:
        return self.ledger.history(self.community.name, since, place)

    def can(self, capability: Capability, place: str) -> bool:
        adapter = self._adapter(place)
        return adapter is not None and capability in adapter.capabilities

    async def message(self, target: Ref | str) -> Message | None:
        """From the platform when it answers, else as the ledger saw it last; another community's is never shown."""
        if isinstance(target, Ref):
            adapter = self._adapter(target.place)
            if adapter is None:
                return None
            try:
                found = await adapter.message(target)
            except PlatformError:
                found = None
            return found or await self.ledger.message(target)
        for adapter in self._own():
            try:
                found = await adapter.message(target)
            except PlatformError:
                continue
            if found is not None and self.community.place(found.ref.place):
                return found
        return None

    async def thread(self, root: Ref) -> Thread:
        adapter = self._adapter(root.place)
        if adapter is None:
            raise LookupError(f"{root} is not in this community")
        return await adapter.thread(root)

    async def elsewhere(self, target: Ref | str) -> list[Discussion]:
        if isinstance(target, Ref):
            adapter = self._adapter(target.place)
            return await adapter.elsewhere(target) if adapter else []
        return [found for adapter in self._own() for found in await adapter.elsewhere(target)]

    async def discussed(self, post: Message) -> list[Discussion]:
        return [
            found
            for plugin, settings, find in self.finders
            for found in await find(replace(self, plugin=plugin, settings=settings), post)
        ]

    async def newest(self, community: str) -> list[Discussion]:
        return [found for adapter in self._own() for found in await adapter.newest(community)]

    async def profile(self, person: Author, place: str, *, here: bool = False) -> Profile | None:
        adapter = self._adapter(place)
        try:
            return await adapter.profile(person, place, here=here) if adapter else None
        except PlatformError:
            return None

    async def person(self, handle: str, place: str) -> Author | None:
        """Looked for where the command was given first, then in the community's other places."""
        first = self._adapter(place)
        for adapter in [a for a in (first, *self._own()) if a is not None]:
            alias = (
                place
                if adapter is first
                else next((p.alias for p in self.community.places if p.account == adapter.account), place)
            )
            try:
                found = await adapter.person(handle, alias)
            except PlatformError:
                continue
            if found is not None:
                return found
        return None

    async def members(self, place: str) -> list[Author] | None:
        adapter = self._adapter(place)
        if adapter is None:
            return []
        try:
            return [self.seen(person) for person in await adapter.members(place)]
        except PlatformError:
            return None

    async def policies(self, place: str) -> list[Policy] | None:
        adapter = self._adapter(place)
        if adapter is None:
            return []
        try:
            return await adapter.policies(place)
        except PlatformError:
            return None

    def me(self, place: str) -> Author | None:
        adapter = self._adapter(place)
        return adapter.me if adapter else None

    def _adapter(self, alias: str) -> Adapter | None:
        place = self.community.place(alias)
        return self.adapters.get(place.account) if place else None

    def _own(self) -> list[Adapter]:
        """The adapters of this community's accounts, in the order of its places."""
        accounts = dict.fromkeys(place.account for place in self.community.places)
        return [self.adapters[account] for account in accounts if account in self.adapters]
