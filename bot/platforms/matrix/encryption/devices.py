"""Whose device is whose: asks homeservers for people's devices, and keeps what they said until it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption.machine import SIGNED, Machine
from bot.platforms.matrix.encryption.published import Person, people
from bot.platforms.matrix.encryption.server import PATIENCE_MS, Server, query_keys

T = TypeVar("T")

#: How a device stands with its owner: their identity vouches for it, does not, or nobody knows the device.
Trust = Literal["signed", "unsigned", "unknown"]

#: One question is about this many people.
BATCH = 100

#: Who could not be asked, or had no key to give, is left in peace for so long.
LATER = timedelta(minutes=10)


class Devices:
    """The devices of everybody with whom we share an encrypted room. `signer` is the public key that we know to be our
    own account's, empty when we cannot tell.
    """

    def __init__(self, server: Server, machine: Machine, now: Callable[[], datetime]) -> None:
        self.signer = ""
        self._server = server
        self._machine = machine
        self._now = now
        self._people: dict[str, Person] = {}
        self._stale: set[str] = set()
        self._not_before: dict[str, datetime] = {}
        self._asking = asyncio.Lock()

    def changed(self, lists: Mapping[str, Any]) -> None:
        """Takes in the device changes that a sync tells."""
        self._stale |= {user for user in raw.items(lists.get("changed")) if user in self._people}
        for user in raw.items(lists.get("left")):
            if isinstance(user, str) and self._people.pop(user, None) is not None:
                self._machine.meet(user, (), ours=False)

    async def refresh(self, users: Iterable[str] = ()) -> None:
        """Asks about these people where we know nothing yet, and about all whose devices changed. Raises PlatformError."""
        async with self._asking:
            due = {user for user in users if user not in self._people} | self._stale
            now = self._now()
            for batch in _batches(sorted(user for user in due if self._not_before.get(user, now) <= now)):
                answered = people(await query_keys(self._server, list(batch)))
                for user in batch:
                    if user in answered:
                        self._people[user] = answered[user]
                        self._not_before.pop(user, None)
                        ours = user == self._server.user and answered[user].self_signing == self.signer != ""
                        self._machine.meet(user, answered[user].devices.values(), ours=ours)
                    else:  # the server of that person does not answer
                        self._not_before[user] = now + LATER
                self._stale.difference_update(batch)

    def trust(self, user: str, curve25519: str, ed25519: str) -> Trust:
        """How the device with these keys stands with `user`."""
        known = self._people.get(user, Person({})).devices.values()
        device = next((device for device in known if device.curve25519 == curve25519), None)
        if device is None or device.ed25519 != ed25519:
            return "unknown"
        return "signed" if device.signed else "unsigned"

    def owner(self, curve25519: str, *, other_than: str) -> str | None:
        """Somebody else to whom a device with that key belongs."""
        return next(
            (
                user
                for user, person in self._people.items()
                if user != other_than
                and any(device.curve25519 == curve25519 for device in person.devices.values())
            ),
            None,
        )

    async def claim(self, devices: Iterable[Any]) -> None:
        """Opens sessions with those of these devices that we have none with, as far as they have keys to give.

        Raises PlatformError.
        """
        now = self._now()
        wanted = [
            device
            for device in self._machine.strangers(devices)
            if self._not_before.get(device.curve25519, now) <= now
        ]
        for batch in _batches(wanted):
            keys: dict[str, dict[str, str]] = {}
            for device in batch:
                keys.setdefault(device.user_id, {})[device.id] = SIGNED
            body = {"one_time_keys": keys, "timeout": PATIENCE_MS}
            self._machine.claimed(await self._server.call("POST", "v3/keys/claim", body))
            for device in self._machine.strangers(batch):
                self._not_before[device.curve25519] = now + LATER


def _batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    return (things[start : start + BATCH] for start in range(0, len(things), BATCH))
