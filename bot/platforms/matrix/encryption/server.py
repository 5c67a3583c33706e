"""What encryption asks of the homeserver: the calls, narrowed to what is used here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.platforms.matrix import raw
from bot.platforms.matrix.client import at
from bot.platforms.protocol import Refused

#: Private members' homeservers get this long to answer for their devices, in milliseconds.
PATIENCE_MS = 10_000


class Server(Protocol):
    """The signed-in account; `bot.platforms.matrix.client.Client` is one."""

    user: str
    device: str
    url: str
    logins: int  # how often we logged in since the start

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, query: Any = None
    ) -> dict[str, Any]:
        """One call. Raises PlatformError."""
        ...


async def query_keys(server: Server, users: list[str]) -> dict[str, Any]:
    """The devices and cross-signing keys of people, as their servers tell. Raises PlatformError."""
    body = {"device_keys": {user: [] for user in users}, "timeout": PATIENCE_MS}
    return await server.call("POST", "v3/keys/query", body)


async def account_data(server: Server, kind: str) -> dict[str, Any] | None:
    """A piece of the account's data; None where there is none. Raises PlatformError."""
    try:
        found = await server.call("GET", at("v3", "user", server.user, "account_data", kind))
    except Refused as error:
        if error.code == "M_NOT_FOUND":
            return None
        raise
    return raw.mapping(found) or None


async def put_account_data(server: Server, kind: str, content: Mapping[str, Any]) -> None:
    """Replaces a piece of the account's data. Raises PlatformError."""
    await server.call("PUT", at("v3", "user", server.user, "account_data", kind), content)


async def members(server: Server, room: str) -> frozenset[str]:
    """Who is in a room or invited to it. Raises PlatformError."""
    answer = await server.call("GET", at("v3", "rooms", room, "members"), query={"not_membership": "leave"})
    return frozenset(
        user
        for event in raw.objects(answer.get("chunk"))
        if raw.mapping(event.get("content")).get("membership") in {"join", "invite"}
        and (user := raw.text(event.get("state_key")))
    )
