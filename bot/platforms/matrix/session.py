"""Signing in, seldom and always as the same device: the server knows what was sent twice by the device that sends it.

The token is kept beside the configuration, readable by nobody else. A configured access token goes before it, and is never
copied anywhere.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from bot.platforms.matrix import raw
from bot.platforms.matrix.client import Client, at
from bot.platforms.protocol import PlatformError, Refused, SignedOut, Unreachable

log = logging.getLogger(__name__)

#: What people see in the account's list of devices.
NAME = "Folkmoot"

Reveal = Callable[[], str]


class Session:
    """The account's token and device. `user` is the full id; at least one of `password` and `token` is there."""

    def __init__(
        self, client: Client, user: str, password: Reveal | None, token: Reveal | None, file: Path | None
    ) -> None:
        self._client = client
        self._user = user
        self._password = password
        self._token = token
        self._file = file

    async def open(self) -> None:
        """Uses the configured token, else the kept one where it is still good, else logs in. Raises PlatformError."""
        client = self._client
        client.user = self._user
        client.device = self._load("device")
        client.token = self._token().strip() if self._token else self._load("token")
        client.renew = None  # a dead token shall show itself here
        if not client.token or not await self._good():
            await self.renew()
        client.renew = self.renew if self._password else None

    async def renew(self, *, new_device: bool = False) -> None:
        """Logs in with the password, as the same device unless `new_device`. Raises SignedOut where that is impossible."""
        client = self._client
        if self._password is None:
            raise SignedOut(
                f"{client.url}: the access token of {self._user} (account {client.account}) is not accepted (any more); put"
                " a new one where the configuration points"
            )
        device = "" if new_device else client.device
        # A name of our own, so that a login whose answer got lost leaves no second device behind.
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self._user},
            "password": self._password(),
            "device_id": device or f"FOLKMOOT{secrets.token_hex(4).upper()}",
            "initial_device_display_name": NAME,
        }
        try:
            answer = await client.call("POST", at("v3", "login"), body, signed=False)
        except (Refused, SignedOut) as error:
            raise SignedOut(await self._why(error)) from error
        token, user, device = (raw.text(answer.get(key)) for key in ("access_token", "user_id", "device_id"))
        if not token or not device:
            raise Unreachable(f"{client.url}: the server's answer to the log-in makes no sense")
        self._same(user)
        client.token, client.device = token, device
        client.logins += 1
        self._store()

    async def replace(self) -> None:
        """Gives up the device for a new one, as where its keys were lost. Raises PlatformError."""
        try:
            await self._client.call("POST", at("v3", "logout"), {})
        except PlatformError as error:
            log.warning("%s: the device %s stays listed: %s", self._user, self._client.device, error)
        await self.renew(new_device=True)

    async def _good(self) -> bool:
        """Whether the token is accepted; learns the device from the server."""
        client = self._client
        try:
            answer = await client.call("GET", at("v3", "account", "whoami"))
        except SignedOut:
            return False
        self._same(raw.text(answer.get("user_id")))
        client.device = raw.text(answer.get("device_id")) or client.device
        return True

    def _same(self, user: str) -> None:
        if user != self._user:
            raise SignedOut(
                f"{self._client.url}: the token of account {self._client.account} belongs to {user[:100]!r}, the"
                f" configuration says {self._user}; correct one of them"
            )

    async def _why(self, error: Refused | SignedOut) -> str:
        """The sentence about a log-in that was refused."""
        client = self._client
        code = error.code if isinstance(error, Refused) else ""
        if code == "M_FORBIDDEN":
            return (
                f"{client.url}: {self._user} and its password are not accepted; correct them for the account"
                f" {client.account}"
            )
        if code and "m.login.password" not in await self._flows():
            return (
                f"{client.url}: this server takes no passwords from programs; have its owner make a compatibility token"
                f" (`mas-cli manage issue-compatibility-token`), and put it under `token` of the account {client.account}"
            )
        return str(error)

    async def _flows(self) -> set[str]:
        answer = await self._client.call("GET", at("v3", "login"), signed=False)
        return {raw.text(flow.get("type")) for flow in raw.objects(answer.get("flows"))}

    def _load(self, key: str) -> str:
        if self._file is None:
            return ""
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            log.warning(
                "%s: the session cannot be read (%s); signing in anew", self._file, type(error).__name__
            )
            return ""
        # A token is only good for the account that it was made for.
        if not isinstance(kept, dict) or (kept.get("url"), kept.get("user")) != (
            self._client.url,
            self._user,
        ):
            return ""
        return raw.text(kept.get(key))

    def _store(self) -> None:
        """Keeps token and device readable by nobody else. Failing to is no reason to stop: the next start logs in again."""
        if self._file is None:
            return
        client = self._client
        kept = {"url": client.url, "user": self._user, "device": client.device, "token": client.token}
        draft = self._file.with_name(f"{self._file.name}.new")
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                json.dump(kept, out)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self._file)
        except OSError as error:
            log.warning(
                "%s: the session cannot be kept (%s); each start will log in as a new device",
                self._file,
                error.strerror,
            )
