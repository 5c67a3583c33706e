"""Whose turn it is: what concerns one person is decided one after the other, wherever and by whomever it was set off.

A message is decided in its author's turn. A moderator's command, or a reaction below a card, falls on somebody else as
well, and so takes their turn, too: two moderators who warn for one message at the same instant give one strike, not two.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from bot.actions import LinkAccounts, Note, Remember, Settle
from bot.decision import Decision
from bot.model import Author


def concerned(decisions: Iterable[Decision]) -> tuple[frozenset[str], frozenset[int]]:
    """The keys of everybody whom the decisions fall on or keep something about, and the cases that they settle."""
    people: set[str] = set()
    cases: set[int] = set()
    for action in (act for decision in decisions for act in decision.outcome.actions):
        if isinstance(action, Settle):
            cases.add(action.case)
        if isinstance(action, Remember | Note) and action.about:
            people.add(action.about)
        if isinstance(action, LinkAccounts):
            people.add(action.other.key)
        person = getattr(action, "person", None)
        if isinstance(person, Author):
            people.add(person.key)
    return frozenset(people), frozenset(cases)


class Turns:
    """Locks by community and name; they live only as long as somebody holds them or waits for them."""

    def __init__(self) -> None:
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, community: str, names: Collection[str]) -> AsyncIterator[None]:
        """Holds all these turns at once. Everybody takes them in the same order, so that no two wait for each other."""
        async with AsyncExitStack() as held:
            for name in sorted(names):
                await held.enter_async_context(self._one((community, name)))
            yield

    @asynccontextmanager
    async def _one(self, key: tuple[str, str]) -> AsyncIterator[None]:
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)
