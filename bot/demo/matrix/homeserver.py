"""A homeserver on which the demo, or a test, makes accounts of its own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

from bot.demo.matrix.person import V3, Denied, Person, call

#: How long one request may take: longer than a sync waits for something to happen.
_PATIENCE = aiohttp.ClientTimeout(total=60)


class Homeserver:
    """Use as `async with Homeserver.at(url, secret) as server`; people's connections end with the block.

    With the server's `registration_shared_secret` accounts are made through Synapse's admin interface, without it
    (None) through open registration.
    """

    def __init__(self, url: str, http: aiohttp.ClientSession, secret: str | None) -> None:
        self.url = url
        self._http = http
        self._secret = secret

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str, secret: str | None) -> AsyncIterator[Self]:
        async with aiohttp.ClientSession(base_url=url, timeout=_PATIENCE) as http:
            yield cls(url, http, secret)

    async def register(self, login: str, *, name: str = "", admin: bool = False) -> Person:
        """A new account `@login:…`, shown as `name`, logged in on a device, with a password that nobody else knows.

        Raises:
            Denied: the name is taken (`M_USER_IN_USE`), the secret is wrong, or the server lets nobody register.

        """
        password = secrets.token_urlsafe(12)
        made = await (
            self._openly(login, password) if self._secret is None else self._by_secret(login, password, admin)
        )
        person = Person(self._http, made["user_id"], made["access_token"], made["device_id"], password)
        if name and name != login:
            await person.request("PUT", f"{V3}/profile/{person.id}/displayname", {"displayname": name})
        return person

    async def login(self, user: str, password: str) -> Person:
        """Somebody who is registered already, on a new device. Raises Denied where the password is wrong."""
        identifier = {"type": "m.id.user", "user": user}
        body = {"type": "m.login.password", "identifier": identifier, "password": password}
        made = await call(self._http, "POST", f"{V3}/login", json=body)
        return Person(self._http, made["user_id"], made["access_token"], made["device_id"], password)

    async def _by_secret(self, login: str, password: str, admin: bool) -> dict[str, str]:
        path = "/_synapse/admin/v1/register"
        nonce = (await call(self._http, "GET", path))["nonce"]
        proof = "\0".join((nonce, login, password, "admin" if admin else "notadmin"))
        assert self._secret is not None
        mac = hmac.new(self._secret.encode(), proof.encode(), hashlib.sha1).hexdigest()
        account = {"nonce": nonce, "username": login, "password": password, "admin": admin, "mac": mac}
        made: dict[str, str] = await call(self._http, "POST", path, json=account)
        return made

    async def _openly(self, login: str, password: str) -> dict[str, str]:
        account: dict[str, Any] = {"username": login, "password": password}
        while True:
            try:
                made: dict[str, str] = await call(self._http, "POST", f"{V3}/register", json=account)
            except Denied as denied:
                if (
                    denied.code == "M_LIMIT_EXCEEDED"
                ):  # an untouched Synapse registers three at once, then one in six seconds
                    await asyncio.sleep(denied.answer.get("retry_after_ms", 5000) / 1000)
                elif denied.status == 401 and "auth" not in account:
                    account["auth"] = {"type": "m.login.dummy", "session": denied.answer["session"]}
                else:
                    raise
            else:
                return made
