"""Signing in, seldom: the token lives on disk, because even failed log-ins count against the server's smallest limit."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.platforms.lemmy import fields, totp
from bot.platforms.lemmy.api import Answer, Api
from bot.platforms.protocol import PlatformError, Refused, SignedOut

log = logging.getLogger(__name__)

#: While the bot runs, a token that died is replaced at most so often: whatever kills tokens faster wants a human.
RENEW_EVERY = timedelta(hours=1)


class Session:
    """The account's token.

    `totp` gives the secret of a two-factor log-in, as an `otpauth://` address or in base 32, or a code itself; `ask` gets
    a code from a human, and is called only when the server wants one.
    """

    def __init__(
        self,
        api: Api,
        username: str,
        password: Callable[[], str],
        file: Path | None,
        clock: Clock,
        totp: Callable[[], str] | None = None,
        ask: Callable[[], str] | None = None,
    ) -> None:
        self._api = api
        self._username = username
        self._password = password
        self._file = file
        self._clock = clock
        self._totp = totp
        self._ask = ask
        self._renewed: datetime | None = None

    async def open(self) -> None:
        """Uses the stored token where it is still good, else logs in. Raises PlatformError."""
        client = self._api.client
        client.renew = None
        client.token = self._load()
        if not client.token or not await self._good():
            await self._login()
        client.renew = self._renew

    async def _login(self) -> None:
        client = self._api.client
        client.token = ""
        try:
            answer = await self._answered(self._code())
        except SignedOut as error:
            raise SignedOut(
                f"{client.url}: {self._username} and its password are not accepted; correct them for the account"
                f" {client.account}"
            ) from error
        token = fields.text(answer, "jwt")
        if not token:
            raise Refused(
                f"{client.url}: {self._username} may not sign in yet: the registration waits for an administrator or"
                " for a confirmed e-mail address",
                "registration_application_is_pending",
            )
        client.token = token
        self._store(token)

    async def _answered(self, code: str | None) -> Answer:
        try:
            return await self._api.login(self._username, self._password(), code)
        except Refused as refusal:
            if refusal.code != "missing_totp_token" or self._ask is None:
                raise
        return await self._api.login(self._username, self._password(), await asyncio.to_thread(self._ask))

    def _code(self) -> str | None:
        """What the configuration gives for a code. Raises Refused for what is neither a secret nor a code."""
        text = self._totp().strip() if self._totp else ""
        if not text or (text.isascii() and text.isdigit() and len(text) == totp.DIGITS):
            return text or None
        key = totp.secret(text)
        if key is None:
            raise Refused(
                f"account {self._api.client.account}: totp is neither an otpauth:// address nor its secret (letters and"
                " the digits 2 to 7), nor a code of six digits",
                "wrong_totp",
            )
        return totp.code(key, self._clock.now())

    async def _renew(self) -> bool:
        """Logs in anew with what the configuration holds; False when that fails, or was tried a moment ago."""
        now, client = self._clock.now(), self._api.client
        if self._renewed is not None and now - self._renewed < RENEW_EVERY:
            return False
        self._renewed = now
        old, renew, client.renew = client.token, client.renew, None
        try:
            await self._login()
        except PlatformError as error:
            client.token = old
            log.warning(
                "%s: signing in anew failed: %s", client.account, error, extra={"code": "lemmy.renew"}
            )
            return False
        finally:
            client.renew = renew
        log.warning(
            "%s: the server did not accept the token any more; signed in anew",
            client.account,
            extra={"code": "lemmy.renew"},
        )
        return True

    async def _good(self) -> bool:
        try:
            await self._api.validate_auth()
        except SignedOut:
            return False
        return True

    def _load(self) -> str:
        if self._file is None:
            return ""
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            log.warning("%s: the stored token cannot be read (%s); signing in anew", self._file, error)
            return ""
        # A token is only good for the account that it was made for.
        if not isinstance(kept, dict) or (kept.get("url"), kept.get("username")) != self._owner():
            return ""
        return fields.text(kept, "jwt")

    def _store(self, token: str) -> None:
        """Keeps the token readable by nobody else. Failing to is no reason to stop: the next start logs in again."""
        if self._file is None:
            return
        url, username = self._owner()
        draft = self._file.with_name(f"{self._file.name}.new")
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                json.dump({"url": url, "username": username, "jwt": token}, out)
            draft.replace(self._file)
        except OSError as error:
            log.warning("%s: the token cannot be kept (%s); each start will log in", self._file, error)

    def _owner(self) -> tuple[str, str]:
        return self._api.client.url, self._username
