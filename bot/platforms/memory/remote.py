"""A world in another process, behind the HTTP of `bot.demo.chat`: it outlives a bot that is killed."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from bot.actions import External
from bot.model import Discussion, PlaceKind, Policy
from bot.platforms.memory import wire
from bot.platforms.memory.port import Done, Event, Item, Member
from bot.platforms.protocol import PlatformError, Unclear, Unreachable

T = TypeVar("T")

#: How long an answer may take, beyond the wait that was asked for.
_PATIENCE = timedelta(seconds=10)


class RemoteWorld:
    """A `WorldPort` over HTTP. `url` is the server's root, such as `http://127.0.0.1:8536`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        # The environment's proxies are for the world outside, not for our own server.
        self._client = httpx.AsyncClient(
            base_url=f"{self._url}/chat/", timeout=_PATIENCE.total_seconds(), trust_env=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def places(self) -> dict[str, PlaceKind]:
        return (await self._get(wire.ABOUT, "about")).places

    async def bot_name(self) -> str:
        return (await self._get(wire.ABOUT, "about")).bot

    async def first(self) -> int:
        return (await self._get(wire.ABOUT, "about")).first

    async def events(self, since: int, wait: timedelta) -> tuple[Event, ...]:
        query = {"since": str(since), "wait": str(wait.total_seconds())}
        return await self._get(wire.EVENTS, "events", query, wait=wait)

    async def perform(self, action: External, key: str) -> Done:
        body = wire.DEED.dump_json(wire.Deed(key, action))
        request = self._client.build_request("POST", "perform", content=body)
        return await self._ask(wire.DONE, request)

    async def performed(self, key: str) -> Done | None:
        return await self._get(wire.PERFORMED, "performed", {"key": key})

    async def item(self, ident: str) -> Item | None:
        return await self._get(wire.ITEM, "item", {"id": ident})

    async def thread(self, root: str) -> tuple[Item, ...]:
        return await self._get(wire.ITEMS, "thread", {"id": root})

    async def member(self, name: str) -> Member | None:
        return await self._get(wire.MEMBER, "member", {"name": name})

    async def members(self, place: str) -> tuple[Member, ...]:
        return await self._get(wire.MEMBERS, "members", {"place": place})

    async def policies(self, place: str) -> tuple[Policy, ...]:
        return await self._get(wire.POLICIES, "policies", {"place": place})

    async def elsewhere(self, link: str) -> tuple[Discussion, ...]:
        return await self._get(wire.DISCUSSIONS, "elsewhere", {"link": link})

    async def newest(self, community: str) -> tuple[Discussion, ...]:
        return await self._get(wire.DISCUSSIONS, "newest", {"community": community})

    async def _get(
        self,
        answer: TypeAdapter[T],
        path: str,
        query: dict[str, str] | None = None,
        *,
        wait: timedelta = timedelta(),
    ) -> T:
        patience = (wait + _PATIENCE).total_seconds()
        return await self._ask(
            answer, self._client.build_request("GET", path, params=query, timeout=patience)
        )

    async def _ask(self, answer: TypeAdapter[T], request: httpx.Request) -> T:
        """Sends it and reads the answer. Whatever goes wrong comes out as a PlatformError."""
        try:
            response = await self._client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as failure:
            raise Unreachable(f"the chat server at {self._url} cannot be reached: {failure}") from failure
        except httpx.HTTPError as failure:
            raise Unclear(f"the chat server at {self._url} did not answer: {failure!r}") from failure
        try:
            if response.is_success:
                return answer.validate_json(response.content)
            raise self._error(response)
        except ValidationError as failure:
            raise Unclear(f"the chat server at {self._url} answered what nobody understands") from failure

    def _error(self, response: httpx.Response) -> PlatformError:
        return wire.error(wire.PROBLEM.validate_json(response.content))
