"""Drives `tests/clients/client.mjs`: a person who uses matrix-js-sdk, the library under Element."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.demo.matrix.person import Event, Person

FOLDER = Path(__file__).parent / "clients"


def require_npm() -> None:
    """Skips a test where there is no npm to install the client with; fails it where `make servers` was forgotten."""
    if not shutil.which("npm"):
        pytest.skip(
            "npm is not installed, so matrix-js-sdk is not either; this story needs it (on Debian: apt install npm)"
        )
    if not (FOLDER / "node_modules" / "matrix-js-sdk").exists():
        pytest.fail("tests/clients has no node_modules; `make servers` installs them.", pytrace=False)


class JsClient:
    """One running client. `seen` is what it showed so far: events and, as `{"membership", "room_id"}`, its own rooms."""

    def __init__(self, process: asyncio.subprocess.Process, person: Person) -> None:
        self.id = person.id
        self.seen: list[Event] = []
        self._process = process
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._news = asyncio.Condition()
        self._numbers = itertools.count(1)

    async def call(self, verb: str, *args: Any) -> Any:
        """Calls a method of the library's MatrixClient by name, of its CryptoApi by `crypto.NAME`; its JSON.

        Raises:
            RuntimeError: with the library's error.
        """
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"id": number, "do": verb, "args": args}).encode() + b"\n")
        async with asyncio.timeout(60):
            return await answer

    async def wait_for(self, wanted: Callable[[Event], bool], *, patience: float = 60) -> Event:
        """The first thing that the client showed, ever, of which `wanted` is true; waits for it.

        Raises:
            TimeoutError: it did not come; says what came instead.
        """
        async with self._news:
            try:
                async with asyncio.timeout(patience):
                    while not (found := [event for event in self.seen if wanted(event)]):
                        await self._news.wait()
            except TimeoutError:
                last = "\n".join(f"  {event}" for event in self.seen[-20:])
                raise TimeoutError(f"{self.id} waited in vain; the last things shown are\n{last}") from None
            return found[0]

    async def wait_for_text(self, text: str, *, by: str | None = None) -> Event:
        return await self.wait_for(
            lambda e: text in str(e.get("content", {}).get("body", "")) and by in {None, e["sender"]}
        )

    async def listen(self) -> None:
        """Takes in what the client prints until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if answer := self._answers.pop(told.get("id"), None):
                if "error" in told:
                    answer.set_exception(RuntimeError(told["error"]))
                else:
                    answer.set_result(told["value"])
                continue
            async with self._news:
                self.seen.append(told.get("event", told))
                self._news.notify_all()
        for answer in self._answers.values():
            answer.set_exception(ChildProcessError("the client ended by itself"))


@asynccontextmanager
async def js_client(
    person: Person, url: str, log: Path, *, encrypted: bool = False
) -> AsyncIterator[JsClient]:
    """matrix-js-sdk, logged in as `person` on a device of its own, syncing. What the library logs goes to the file `log`."""
    require_npm()
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            "node", str(FOLDER / "client.mjs"), stderr=output, limit=2**24,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
    client = JsClient(process, person)
    listening = asyncio.create_task(client.listen())
    try:
        login = {"url": url, "user": person.id, "password": person.password, "encrypted": encrypted}
        await client.call("login", login)
        yield client
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening
