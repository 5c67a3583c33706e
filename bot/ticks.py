"""What is due of a plugin's schedules, by the clock and by what the ledger has on record."""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.due import due, due_slots
from bot.handler import Settings
from bot.ledger import Ledger
from bot.model import Community, Tick
from bot.plugin import Schedule


class Ticks:
    """Asks the ledger what was done; when a schedule was first seen is asked once and kept."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._first_seen: dict[str, datetime] = {}

    async def due(self, schedule: Schedule, settings: Settings, community: Community) -> list[Tick]:
        """The ticks that are due now, oldest first."""
        prefix = f"tick:{community.name}:{schedule.plugin}.{schedule.handler}:"
        if schedule.times is not None:
            return await self._of_timetable(schedule, settings, community, prefix)
        since = await self._since(prefix)
        now = self._clock.now()
        done = frozenset(await self._ledger.last_slots(prefix))
        tick = due(schedule, settings, community, now, since, done)
        return [tick] if tick is not None else []

    async def _of_timetable(
        self, schedule: Schedule, settings: Settings, community: Community, prefix: str
    ) -> list[Tick]:
        assert schedule.times is not None
        memory = await self._ledger.recall_all(community.name, schedule.plugin)
        now = self._clock.now()
        slots = list(schedule.times(settings, community, memory, now))
        seen = {
            slot.series: await self._since(f"{prefix}{slot.series}/") for slot in slots if slot.since is None
        }
        if not slots:
            return []
        known = await self._ledger.known([prefix + slot.key for slot in slots])
        done = frozenset(key.removeprefix(prefix) for key in known)
        return due_slots(schedule, slots, community, now, seen, done)

    async def _since(self, key: str) -> datetime:
        since = self._first_seen.get(key)
        if since is None:
            since = self._first_seen[key] = await self._ledger.first_seen(key, self._clock.now())
        return since
