"""Opens encryption for an account; where that cannot be, everything else goes on without, and somebody is told why."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.platforms.matrix.cipher import Cipher, Clear
from bot.platforms.matrix.client import Client
from bot.platforms.matrix.encryption import LOST, UNUSABLE
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.session import Session
from bot.platforms.protocol import Refused

log = logging.getLogger(__name__)

#: Makes what encrypts and decrypts, once the account is signed in. Raises PlatformError.
OpenCipher = Callable[[Client], Awaitable[Cipher]]


class Locksmith:
    """Works for one account; without `make` encrypted rooms stay closed to it."""

    def __init__(self, client: Client, session: Session, rooms: Rooms, make: OpenCipher | None) -> None:
        self._client = client
        self._session = session
        self._rooms = rooms
        self._make = make

    async def open(self) -> Cipher:
        """What encrypts and decrypts for the account, which is signed in. Raises PlatformError.

        Where its keys were lost, as a new device, if there is a password to sign that in with.
        """
        if self._make is None:
            return Clear(self._rooms)
        try:
            try:
                return await self._make(self._client)
            except Refused as refusal:
                if refusal.code != LOST or self._client.renew is None:
                    raise
                log.warning("%s; signing in as a new device", refusal)
            await self._session.replace()
            return await self._make(self._client)
        except Refused as refusal:
            if refusal.code not in UNUSABLE:
                raise
            log.warning("account %s: %s", self._client.account, refusal)
            return Clear(self._rooms, str(refusal))
