"""A small Lemmy community for tests: a server in memory, people of two instances, and the bot's adapter.

The stories speak to the adapter only through `bot.platforms.protocol.Adapter`, and make members act through `Town.instance`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import FakeClock
from bot.demo.lemmy import Instance, LemmyServer, routes
from bot.model import Author, Message, Occurrence, Place, PlaceKind, Platform, Ref
from bot.platforms.lemmy import LemmyAdapter
from bot.platforms.lemmy.pacing import Kind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = "lemmy.example"
AWAY = "other.example"

#: The version of the API that the server speaks; set by the fixture `lemmy_api`.
API = 3

#: What version 4 calls the calls of version 3 that the stories name.
_CALLS = {
    "/user/login": "/account/auth/login",
    "/user/unread_count": "/account/unread_counts",
    "/user/report_count": "/account/unread_counts",
    "/user/save_user_settings": "/account/settings/save",
    "/private_message/mark_as_read": "/account/notification/mark_as_read",
    "/user": "/person",
}

PLACES = {
    "chat": Place(Platform.LEMMY, "chat", "freechat", PlaceKind.COMMUNITY, "free", "lemmy"),
    "lemmy.private": Place(Platform.LEMMY, "lemmy.private", "private", PlaceKind.PRIVATE, "free", "lemmy"),
}


def build(clock: FakeClock) -> Instance:
    """freechat, with `mia` appointed before the bot and `max` after it; and two communities that are not ours."""
    instance = Instance(HOME, clock)
    for name in ("ana", "mia", "max", f"ben@{AWAY}"):
        instance.join(name, since=NOON - timedelta(days=400))
    instance.join("admin", admin=True)
    instance.join("folkmoot", password="secret", bio="Kept by mia.")
    instance.found("freechat", title="Free chat", moderators=("mia", "folkmoot", "max"))
    instance.found(f"books@{AWAY}", moderators=(f"ben@{AWAY}",))
    instance.found("elsewhere")
    return instance


@dataclass
class Town:
    clock: FakeClock
    instance: Instance
    server: LemmyServer
    adapter: LemmyAdapter
    cursor: str | None = None

    async def poll(self) -> list[Occurrence]:
        """Polls as the bot does: the cursor is stored afterwards."""
        batch = await self.adapter.poll(self.cursor, timedelta())
        self.cursor = batch.cursor or self.cursor
        return list(batch.occurrences)

    async def heard(self) -> list[str]:
        """The next poll as lines: what happened, and where."""
        return [line(occurrence) for occurrence in await self.poll()]

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    async def author(self, handle: str) -> Author:
        found = await self.adapter.person(handle, "chat")
        assert found is not None
        return found

    async def restart(self, **overrides: Any) -> None:
        """Another process begins with the stored cursor."""
        await self.adapter.close()
        self.adapter = adapter_for(self.server, self.clock, **overrides)

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """For a call that hangs: it is given up soon."""
        client = self.adapter._client
        before, client._patience = client._patience, 0.4
        yield
        client._patience = before

    def did(self) -> list[str]:
        """What the bot did, as the server saw it."""
        me = f"folkmoot@{HOME} "
        return [row.removeprefix(me) for row in self.instance.transcript() if row.startswith(me)]


def path(of_version_3: str) -> str:
    """A call's path in the version that is spoken."""
    return of_version_3 if API == 3 else _CALLS.get(of_version_3, of_version_3)


def spoken() -> routes.Routes:
    """The calls of the version that is spoken."""
    return routes.V3 if API == 3 else routes.V4


def line(occurrence: Occurrence) -> str:
    kind = type(occurrence).__name__
    if isinstance(occurrence, Message):
        return f"{kind} {occurrence.ref.id}"
    return f"{kind} {occurrence.key.partition(':')[2]}"


def ref(ident: str, place: str = "chat") -> Ref:
    return Ref(Platform.LEMMY, place, ident)


def adapter_for(server: LemmyServer, clock: FakeClock, **overrides: Any) -> LemmyAdapter:
    places: Mapping[str, Place] = overrides.pop("places", PLACES)
    overrides.setdefault("password", lambda: "secret")
    return LemmyAdapter("lemmy", server.url, "folkmoot", places=places, clock=clock, **overrides)


@asynccontextmanager
async def town(
    *,
    limits: Mapping[Kind, tuple[int, int]] | None = None,
    token_file: Path | None = None,
    opened: bool = True,
    **overrides: Any,
) -> AsyncIterator[Town]:
    """A running server, and an adapter that has signed in and polled once."""
    clock = FakeClock(NOON)
    instance = build(clock)
    async with LemmyServer(instance, api=API, limits=limits) as server:
        it = Town(clock, instance, server, adapter_for(server, clock, token_file=token_file, **overrides))
        try:
            if opened:
                await it.adapter.open()
                assert await it.poll() == []
            yield it
        finally:
            await it.adapter.close()
