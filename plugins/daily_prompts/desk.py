"""What handlers look at, in one place: the settings, the pool, the memory and the community's calendar."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.api import Action, Call, Context, Outcome, Reply, dates, document
from plugins.daily_prompts import memory as keep
from plugins.daily_prompts.agenda import Entry, agenda, coming, upcoming
from plugins.daily_prompts.choice import Choice
from plugins.daily_prompts.memory import Memory
from plugins.daily_prompts.pool import Pool
from plugins.daily_prompts.settings import PromptSettings, load

#: How far ahead the search for the next prompt looks, in days.
HORIZON = 400


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that handlers look at: the pool, the memory, and the community's calendar."""

    ctx: Context[PromptSettings]
    pool: Pool
    memory: Memory
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.ctx.now.astimezone(self.zone).date()

    def coming(self) -> date:
        """The date of the next daily run that may post."""
        return coming(self.ctx.now, at=self.ctx.settings.at, zone=self.zone, memory=self.memory)

    def choose(self, day: date, memory: Memory | None = None) -> Choice | None:
        return upcoming(
            day,
            self.pool.prompts,
            memory or self.memory,
            seed=self.ctx.community.name,
            themes=self.ctx.settings.themes_by_weekday,
        )

    async def agenda(self, days: int, memory: Memory | None = None) -> list[Entry]:
        """What comes in the next days. In a thread: a large pool takes a while, and others want to talk meanwhile."""
        return await asyncio.to_thread(list, self._entries(days, memory))

    async def next(self, memory: Memory | None = None) -> Entry | None:
        """The next day that brings a prompt; None when none does within the horizon."""
        entries = self._entries(HORIZON, memory)
        return await asyncio.to_thread(lambda: next((entry for entry in entries if entry.choice), None))

    def _entries(self, days: int, memory: Memory | None) -> Iterator[Entry]:
        settings = self.ctx.settings
        return agenda(
            self.coming(),
            days,
            at=settings.at,
            zone=self.zone,
            pool=self.pool.prompts,
            memory=memory or self.memory,
            seed=self.ctx.community.name,
            themes=settings.themes_by_weekday,
        )

    def day(self, day: date) -> str:
        """`Monday, 2 March 2026` in the language of the bot's own sentences."""
        return f"{dates.weekday(day, 'en')}, {dates.long(day, 'en')}"


async def open_desk(ctx: Context[PromptSettings]) -> Desk:
    pool = await asyncio.to_thread(load, ctx.settings)
    return Desk(ctx, pool, keep.read(await ctx.recall_all()), ZoneInfo(ctx.community.zone))


def say(ctx: Context[PromptSettings], command: str) -> str:
    """A command as people type it in this community."""
    return f"{ctx.community.prefix}{command}"


def answer(call: Call, said: str, acts: tuple[Action, ...]) -> Outcome:
    """Does something on command, and says so."""
    return Outcome(said, (*acts, Reply(to=call.message.ref, text=document(said))))
