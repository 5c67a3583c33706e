"""An account of ours in encrypted rooms: the client, the cipher and the plainest loop around them, in a folder that outlives it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.clock import SystemClock
from bot.demo.matrix.person import Event, Person
from bot.platforms.matrix.client import Client, at
from bot.platforms.matrix.encryption import Means, open_cipher
from bot.platforms.matrix.encryption.cipher import OlmCipher

ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}

#: One sync waits so long, in milliseconds; only a test that fails waits it out.
PATIENCE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Login:
    """A signed-in device."""

    id: str
    token: str
    device: str


class Account:
    """`seen` holds every event, clear where it could be read; `unread` those that could not."""

    def __init__(self, client: Client, cipher: OlmCipher) -> None:
        self.client = client
        self.cipher = cipher
        self.seen: list[Event] = []
        self.unread: list[Event] = []
        self.since = ""

    async def sync(self, *, wait: int = 0, maintain: bool = True) -> None:
        """One turn: feed, late messages, the batch, maintenance."""
        query: dict[str, Any] = {"timeout": wait, "since": self.since or None}
        answer = await self.client.call("GET", at("v3", "sync"), query=query, patience=60)
        await self.cipher.feed(answer)
        self.seen += [{**event, "room_id": room} for room, event in self.cipher.late()]
        for room, news in answer.get("rooms", {}).get("join", {}).items():
            for event in news["timeline"]["events"]:
                clear: Event | None = event
                if event["type"] == "m.room.encrypted":
                    clear = await self.cipher.decrypt(room, event)
                if clear is None:
                    self.unread.append(event)
                else:
                    self.seen.append({**clear, "room_id": room})
        self.since = answer["next_batch"]
        if maintain:
            await self.cipher.maintain()

    async def say(self, room: str, text: str, **more: Any) -> str:
        content = {"msgtype": "m.notice", "body": text, **more}
        return await self.client.send(room, "m.room.message", content, uuid4().hex)

    async def wait_for(self, wanted: Callable[[Event], bool]) -> Event:
        """The first event, ever, of which `wanted` is true. Raises AssertionError when a minute's syncs bring none."""
        for _ in range(20):
            for event in self.seen:
                if wanted(event):
                    return event
            await self.sync(wait=PATIENCE_MS)
        raise AssertionError(f"waited in vain; seen {self.seen[-5:]}, unread {self.unread[-5:]}")

    async def wait_for_text(self, text: str) -> Event:
        return await self.wait_for(lambda event: text in str(event["content"].get("body", "")))


async def on_a_new_device(person: Person) -> None:
    """Logs the person in anew: another token, another device."""
    identifier = {"type": "m.id.user", "user": person.id}
    body = {"type": "m.login.password", "identifier": identifier, "password": person.password}
    made = await person.request("POST", "/_matrix/client/v3/login", body)
    person.token, person.device = made["access_token"], made["device_id"]


@asynccontextmanager
async def account(person: Person | Login, url: str, folder: Path, **means: Any) -> AsyncIterator[Account]:
    """The person's account with its keys in `folder`. `means` as for `Means`."""
    client = Client(url, "bot", SystemClock())
    client.user, client.token, client.device = person.id, person.token, person.device
    try:
        cipher = await open_cipher(client, folder, Means(**means), SystemClock().now)
        client.cipher = cipher
        try:
            yield Account(client, cipher)
        finally:
            await cipher.close()
    finally:
        await client.close()


async def _read_and_hang(url: str, user: str, token: str, device: str, folder: str, text: str) -> None:
    """Syncs until it reads `text`, says so, and waits to be killed."""

    async with account(Login(user, token, device), url, Path(folder)) as ours:
        while not any(text in str(event["content"].get("body", "")) for event in ours.seen):
            await ours.sync(wait=PATIENCE_MS, maintain=False)
        print("read", flush=True)
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(_read_and_hang(*sys.argv[1:]))
