"""The account's secret storage on the server: private keys that only the recovery key opens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption.recovery import RecoveryKey, WrongKey
from bot.platforms.matrix.encryption.server import Server, account_data, put_account_data

DEFAULT = "m.secret_storage.default_key"
KEY = "m.secret_storage.key."


@dataclass(frozen=True, slots=True)
class Vault:
    """The storage, opened with `key`, which the server knows as `ident`."""

    server: Server
    ident: str
    key: RecoveryKey

    async def get(self, name: str) -> str | None:
        """The secret called `name`; None where there is none. Raises WrongKey, PlatformError."""
        found = await account_data(self.server, name) or {}
        sealed = raw.mapping(found.get("encrypted")).get(self.ident)
        return None if not isinstance(sealed, dict) else self.key.unseal(name, sealed)

    async def put(self, secrets_by_name: Mapping[str, str]) -> None:
        """Stores secrets in place of those of the same names, whatever key those were sealed with. Raises PlatformError."""
        for name, secret in secrets_by_name.items():
            sealed = {self.ident: self.key.seal(name, secret)}
            await put_account_data(self.server, name, {"encrypted": sealed})


async def exists(server: Server) -> bool:
    """Whether the account has a storage that its clients use. Raises PlatformError."""
    return bool(raw.text((await account_data(server, DEFAULT) or {}).get("key")))


async def open_vault(server: Server, typed: str) -> Vault:
    """The account's storage, opened with the recovery key or passphrase that the operator gave.

    Raises WrongKey with a sentence when there is no storage or the key does not fit, and PlatformError.
    """
    ident = raw.text((await account_data(server, DEFAULT) or {}).get("key"))
    description: dict[str, Any] = (await account_data(server, KEY + ident) or {}) if ident else {}
    if not description:
        raise WrongKey(f"the account {server.user} has no secret storage that a recovery key could open")
    key = RecoveryKey.read(typed, description)
    if not key.fits(description):
        raise WrongKey(f"the recovery key is not that of {server.user}'s secret storage")
    return Vault(server, ident, key)


async def make_vault(server: Server, key: RecoveryKey) -> Vault:
    """A new storage with this key, which becomes the one that clients ask for. Raises PlatformError."""
    ident = secrets.token_urlsafe(24)
    await put_account_data(server, KEY + ident, {"name": "Folkmoot", **key.description()})
    await put_account_data(server, DEFAULT, {"key": ident})
    return Vault(server, ident, key)
