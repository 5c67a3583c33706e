"""Our device in the server's books: its keys are there, they are the ones in our store, and the account vouches for them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption import LOST, Means
from bot.platforms.matrix.encryption.crosssigning import CrossSigning, Standing
from bot.platforms.matrix.encryption.keyring import Keyring
from bot.platforms.matrix.encryption.machine import Machine
from bot.platforms.matrix.encryption.server import Server, query_keys
from bot.platforms.protocol import Refused


class StoreLost(Refused):
    """The server knows our device with other keys than those that we have: the device is dead, a new log-in is due."""

    def __init__(self, server: Server, keyring: Keyring) -> None:
        super().__init__(
            f"{server.url} knows the device {server.device} of {server.user} with other keys than those in"
            f" {keyring.folder}: that folder was lost or exchanged. Restore it from a backup; or sign the account in"
            " again, which makes a new device that cannot read what was said so far",
            code=LOST,
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """The books, as far as they concern us."""

    server: Server
    machine: Machine
    keyring: Keyring
    means: Means

    async def enter(self) -> Standing:
        """Uploads what is missing and has it signed. Raises StoreLost, PlatformError, and Refused for an unusable folder."""
        user, device = self.server.user, self.server.device
        answer = await query_keys(self.server, [user])
        known = raw.mapping(raw.mapping(raw.mapping(answer.get("device_keys")).get(user)).get(device))
        ours = self.machine.device_keys()
        if known and raw.mapping(known.get("keys")) != ours["keys"]:
            raise StoreLost(self.server, self.keyring)
        if not known:
            self.machine.account.shared = False
        await self.top_up()
        signing = CrossSigning(self.server, self.keyring, self.means, ours, self.machine.signed)
        try:
            return await signing.establish()
        except (OSError, ValueError) as error:
            raise Refused(f"the keys of {user} cannot be kept: {error}", code="keyring") from error

    async def top_up(self) -> None:
        """Uploads our keys where that is due. Raises StoreLost, PlatformError."""
        if not self.machine.upload_due():
            return
        try:
            self.machine.uploaded(await self.server.call("POST", "v3/keys/upload", self.machine.upload()))
        except Refused as error:
            if "already exists" in str(error):  # the only sign that servers give of it
                raise StoreLost(self.server, self.keyring) from error
            raise
