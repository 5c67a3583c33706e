"""A world's log: what happened, numbered, and a way to wait for more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.model import Act
from bot.platforms.memory.port import PAGE, Event, Item, Kind, Member


class Log:
    """Events with numbers that count up by one from 1. Belongs to one event loop."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._waiting: set[asyncio.Event] = set()

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for the next event."""
        return bool(self._waiting)

    def add(
        self,
        *,
        kind: Kind,
        place: str,
        by: Member,
        at: datetime,
        item: Item | None,
        detail: str,
        whom: Member | None = None,
        act: Act | None = None,
    ) -> Event:
        """Writes down that it happened, and wakes whoever waits."""
        event = Event(
            seq=len(self._events) + 1,
            kind=kind,
            place=place,
            by=by,
            at=at,
            item=item,
            detail=detail,
            whom=whom,
            act=act,
        )
        self._events.append(event)
        for waiter in self._waiting:
            waiter.set()
        return event

    def after(self, seq: int) -> tuple[Event, ...]:
        """All events after `seq`."""
        return tuple(self._events[seq:])

    async def since(self, seq: int, wait: timedelta) -> tuple[Event, ...]:
        """Events after `seq`, at most `PAGE`; when there is none yet, waits up to `wait` for the next."""
        if len(self._events) <= seq and wait > timedelta():
            waiter = asyncio.Event()
            self._waiting.add(waiter)
            try:
                async with asyncio.timeout(wait.total_seconds()):
                    await waiter.wait()
            except TimeoutError:
                pass
            finally:
                self._waiting.discard(waiter)
        return tuple(self._events[seq : seq + PAGE])
