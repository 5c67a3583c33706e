"""How many requests an hour the bot makes of a Lemmy server, in a quiet community and in busy ones.

    python -m benchmarks.lemmy_requests                     # the embedded server, of both generations
    python -m benchmarks.lemmy_requests --real              # real ones, named as for tests/lemmy_contract

The bot's clock is moved from poll to poll, so that an hour takes seconds; people speak whenever their next turn has come. Counted
is every request that leaves the adapter. Prints, for each community, the requests in that hour, the share of the limit that a fresh
server has (180 a minute), the longest pause between two polls, and how many things were missed (always 0).
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from bot.clock import FakeClock, SystemClock
from bot.model import Message
from tests.lemmy_contract.driver import PASSWORD, Driver
from tests.lemmy_contract.town import adapter_for, driver_for

HOUR = timedelta(hours=1)
LIMIT = 180 * 60

#: Comments an hour.
COMMUNITIES = {"silent": 0, "quiet": 6, "busy": 120, "very busy": 1200}


@dataclass
class Counted(httpx.AsyncBaseTransport):
    """Passes requests on and counts them by what they ask for."""

    calls: Counter[str] = field(default_factory=Counter)
    inner: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls[f"{request.method} {request.url.path.partition('/api/v')[2][2:]}"] += 1
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


async def measure(driver: Driver, tail: str, comments: int) -> None:
    bot, mia, ana = [await driver.register(f"{name}{tail}") for name in ("bot", "mia", "ana")]
    community = await driver.found(mia, f"chat{tail}")
    await driver.appoint(mia, community, bot.id)
    post = await driver.post(ana, community, "A question")
    clock, transport = FakeClock(SystemClock().now()), Counted()
    adapter = adapter_for(driver, bot, community, clock=clock, transport=transport, password=lambda: PASSWORD)
    try:
        await adapter.open()
        opening = transport.calls.total()
        start = clock.now()
        cursor: str | None = None
        said = heard = polls = 0
        longest = timedelta()
        while clock.now() < start + HOUR:
            due = int((clock.now() - start) / HOUR * comments)
            while said < due:
                await driver.comment(ana, post, f"number {said}")
                said += 1
            batch = await adapter.poll(cursor, timedelta())
            cursor = batch.cursor or cursor
            heard += sum(isinstance(o, Message) and o.text.startswith("number") for o in batch.occurrences)
            longest = max(longest, batch.again)
            polls += 1
            clock.advance(max(batch.again, timedelta(seconds=1)))
        calls = transport.calls.total() - opening
    finally:
        await adapter.close()
    print(
        f"  {comments:>5} comments/h  {calls:>6} requests/h  {calls / LIMIT:>6.1%} of the limit  {polls:>5} polls  "
        f"longest pause {longest.total_seconds():>3.0f} s  missed {said - heard}"
    )
    for call, count in transport.calls.most_common(6):
        print(f"        {count:>6}  {call}")


async def main(servers: list[str]) -> None:
    for server in servers:
        async with driver_for(server) as driver:
            print(server)
            tail = f"{int(SystemClock().now().timestamp()) % 10**7}"
            for number, comments in enumerate(COMMUNITIES.values()):
                await measure(driver, f"{tail}{number}", comments)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", action="store_true", help="the servers that the environment names")
    kind = "real" if parser.parse_args().real else "embedded"
    asyncio.run(main([f"{kind}-v3", f"{kind}-v4"]))
