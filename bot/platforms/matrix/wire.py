"""The connection to one homeserver: sends a request, reads an answer of bounded size, and tells what broke.

The session is the one inside `nio.AsyncClient`, so that encryption shares it. Redirects are not followed: aiohttp would
drop the token on the way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from nio import AsyncClient, AsyncClientConfig
from yarl import URL

from bot.platforms.protocol import Unclear, Unreachable

#: A connection alone, in seconds.
CONNECT_PATIENCE = 10.0

#: No answer may be larger than this.
BODY_CAP = 16 * 1024 * 1024


class TooLarge(Unreachable):
    """The answer is larger than we read; asking for less may help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes)"  # the body may hold secrets


class Wire(Protocol):
    """Carries requests; the tests have their own."""

    async def request(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], patience: float
    ) -> Answer:
        """One exchange within `patience` seconds. Raises Unreachable, or Unclear where a write may have arrived."""
        ...

    async def close(self) -> None: ...


class NioWire:
    """The real thing. `engine` is nio's client, whose session carries everything; `url` the homeserver's address."""

    def __init__(self, url: str, *, body_cap: int = BODY_CAP) -> None:
        # Whatever nio has to say, it says with whole messages in it.
        logging.getLogger("nio").setLevel(logging.ERROR)
        self.engine = AsyncClient(
            url, config=AsyncClientConfig(max_limit_exceeded=0, max_timeouts=1, request_timeout=60)
        )
        self._body_cap = body_cap

    async def close(self) -> None:
        await self.engine.close()

    async def request(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], patience: float
    ) -> Answer:
        lost = Unreachable if method == "GET" else Unclear
        try:
            async with asyncio.timeout(patience):
                return await self._exchange(method, url, body, headers)
        except aiohttp.InvalidURL as error:
            raise Unreachable("that is no web address; check the url") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreachable(f"no connection ({cause(error)})") from error
        except TimeoutError as error:
            raise lost(f"no answer within {patience:g} s") from error
        except (aiohttp.ClientError, OSError) as error:  # reset, cut off, not HTTP, not decodable
            raise lost(f"the connection broke ({cause(error)})") from error

    async def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        async with self._session().request(
            method, URL(url, encoded=True), data=body, headers=headers, allow_redirects=False
        ) as response:
            raw = bytearray()
            async for chunk in response.content.iter_any():
                raw += chunk
                if len(raw) > self._body_cap:
                    response.close()
                    raise TooLarge(f"the answer is larger than {self._body_cap:,} bytes")
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, bytes(raw))

    def _session(self) -> aiohttp.ClientSession:
        """Made at the first call, inside the running loop."""
        session: aiohttp.ClientSession | None = self.engine.client_session
        if session is None:
            session = self.engine.client_session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_PATIENCE),
                headers={"User-Agent": "folkmoot", "Accept": "application/json"},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return session


def cause(error: Exception) -> str:
    return str(error) or type(error).__name__
