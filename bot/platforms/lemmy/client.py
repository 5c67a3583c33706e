"""One HTTP connection to one Lemmy server: every answer is a JSON object, or one of the platform's errors.

A read changes nothing, so whatever goes wrong with one is `Unreachable`. A write whose answer got lost may have
happened, so that is `Unclear`. What a proxy says in HTML is never taken for Lemmy's word.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx

from bot.clock import Clock
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.errors import failure
from bot.platforms.lemmy.pacing import Kind, Need, Pace
from bot.platforms.protocol import Busy, PlatformError, Refused, SignedOut, Unclear, Unreachable

#: No answer may be larger than this: a page of 50 posts of the longest text the server takes stays below it.
BODY_CAP = 16 * 1024 * 1024

#: A whole call, and the connection alone, in seconds.
PATIENCE = 30.0
CONNECT_PATIENCE = 10.0

#: A connection at rest is left before the server closes it: Lemmy (actix) does so after 5 s, which is httpx's own default, too,
#: and a call that sets out at that very moment is lost. For a write that means looking whether it was done.
LIMITS = httpx.Limits(keepalive_expiry=2.0)

#: A read is followed through so many redirections, on the same server only.
HOPS = 3

#: The longest wait that a server may impose on us.
LONGEST_WAIT = timedelta(minutes=15)

Query = Mapping[str, "str | int | bool | None"]


class Repeated(Unclear):
    """The server has seen this idempotency key: an earlier attempt was accepted, or failed; it does not say which."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call, so that it can be made again. `key` is its idempotency key, if any."""

    method: str
    path: str
    query: Query
    body: Mapping[str, object] | None = None
    kind: Kind = Kind.MESSAGE
    need: Need = Need.MODERATE
    key: str = ""


class Client:
    """Speaks for one account. `token` is the JWT, empty while signed out."""

    def __init__(
        self,
        url: str,
        account: str,
        clock: Clock,
        *,
        pace: Pace | None = None,
        patience: float = PATIENCE,
        body_cap: int = BODY_CAP,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.account = account
        self.pace = pace or Pace()
        self.token = ""
        #: How many calls were made so far.
        self.calls = 0
        #: Gets a new token when the server does not accept the old one any more; tells whether it did.
        self.renew: Callable[[], Awaitable[bool]] | None = None
        self._clock = clock
        self._patience = patience
        self._body_cap = body_cap
        self._http = httpx.AsyncClient(
            transport=transport,
            limits=LIMITS,
            timeout=httpx.Timeout(patience, connect=min(patience, CONNECT_PATIENCE)),
            headers={"User-Agent": "folkmoot", "Accept": "application/json"},
            trust_env=False,
            # Loading the certificates takes a tenth of a second and some MiB; without TLS there is nothing to verify.
            verify=not self.url.startswith("http://"),
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(
        self, path: str, query: Query | None = None, *, kind: Kind = Kind.MESSAGE, need: Need = Need.READ
    ) -> dict[str, Any]:
        """Reads. A read on behalf of an action names the action's `need`."""
        return await self._call(_Call("GET", path, query or {}, None, kind, need))

    async def post(
        self,
        path: str,
        body: Mapping[str, object],
        *,
        kind: Kind = Kind.MESSAGE,
        need: Need = Need.SPEAK,
        key: str = "",
    ) -> dict[str, Any]:
        return await self._call(_Call("POST", path, {}, body, kind, need, key))

    async def put(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return await self._call(_Call("PUT", path, {}, body))

    async def delete(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return await self._call(_Call("DELETE", path, {}, body))

    async def _call(self, call: _Call) -> dict[str, Any]:
        """Makes a call; makes it once more with a new token where the old one died and `renew` gets another."""
        try:
            return await self._once(call)
        except SignedOut:
            # Nothing was done with a token that is not accepted.
            if not self.token or self.renew is None or not await self.renew():
                raise
        return await self._once(call)

    async def _once(self, call: _Call) -> dict[str, Any]:
        where = f"{self.url}: {call.method} {call.path}"
        wait = self.pace.take(call.kind, self._clock.now(), call.need)
        if wait:
            raise Busy(f"{where}: our share of the server's rate limit is used up", wait)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if call.key:
            headers["Idempotency-Key"] = call.key
        try:
            request = self._http.build_request(
                call.method,
                self.url + call.path,
                params={key: _plain(value) for key, value in call.query.items() if value is not None},
                json=None if call.body is None else {k: v for k, v in call.body.items() if v is not None},
                headers=headers,
            )
        except httpx.InvalidURL as error:
            raise Unreachable(f"{where}: that is no web address ({error}); check the url") from error
        status, answered, raw = await self._exchange(request, where)
        for _ in range(HOPS):
            onward = _onward(request, status, answered)
            if onward is None:
                break
            request = self._http.build_request("GET", onward, headers=headers)
            status, answered, raw = await self._exchange(request, where)
        if status == HTTPStatus.UNPROCESSABLE_ENTITY and call.key:
            raise Repeated(f"{where}: the server has met this call before")
        try:
            return self._understand(call.method, where, status, answered, raw)
        except Busy:
            self.pace.drain(call.kind, self._clock.now())
            raise

    async def _exchange(self, request: httpx.Request, where: str) -> tuple[int, httpx.Headers, bytes]:
        """Sends it and reads the whole answer, within the time and size allowed."""
        lost = Unreachable if request.method == "GET" else Unclear
        self.calls += 1
        try:
            async with asyncio.timeout(self._patience):
                response = await self._http.send(request, stream=True)
                try:
                    raw = bytearray()
                    async for chunk in response.aiter_bytes():
                        raw += chunk
                        if len(raw) > self._body_cap:
                            raise lost(f"{where}: the answer is larger than {self._body_cap:,} bytes")
                finally:
                    await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(f"{where}: no connection ({_cause(error)})") from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise Unreachable(f"{where}: the call cannot be made ({_cause(error)}); check the url") from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise lost(f"{where}: no answer within {self._patience:g} s") from error
        except httpx.RequestError as error:  # reset, cut off, not decodable
            raise lost(f"{where}: the connection broke ({_cause(error)})") from error
        return response.status_code, response.headers, bytes(raw)

    def _understand(
        self, method: str, where: str, status: int, headers: httpx.Headers, raw: bytes
    ) -> dict[str, Any]:
        """The JSON object of a good answer. Raises the fitting PlatformError for anything else."""
        lost = Unreachable if method == "GET" else Unclear
        answer = _object(raw)
        name = answer.get("error") if answer is not None else None
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Busy(f"{where}: the server asks us to slow down", _retry_after(headers))
        if status == HTTPStatus.SERVICE_UNAVAILABLE and isinstance(name, str):
            raise Busy(f"{where}: the server is not ready: {name[:200]}", _retry_after(headers))
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            if answer is None:
                raise lost(f"{where}: JSON was expected, not {_glance(raw)}")
            return answer
        if status < HTTPStatus.BAD_REQUEST:
            raise Refused(
                f"{where}: the server points to {headers.get('location', 'somewhere else')!r};"
                " put the address where Lemmy really answers into the configuration",
                code=f"http_{status}",
            )
        if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
            raise self._refusal(where, status, answer or {}, raw)
        raise lost(f"{where}: HTTP {status}, {_glance(raw)}")

    def _refusal(self, where: str, status: int, answer: Mapping[str, Any], raw: bytes) -> PlatformError:
        name, detail = fields.text(answer, "error"), fields.text(answer, "message")
        if name:
            return failure(where, name[:100], self.account, " ".join(detail[:200].split()))
        if status == HTTPStatus.UNAUTHORIZED:
            return failure(where, "incorrect_login", self.account)
        return Refused(
            f"{where}: HTTP {status}, {_glance(raw)}; check that this is a Lemmy server and that nothing before it"
            " blocks the bot",
            code=f"http_{status}",
        )


def _onward(request: httpx.Request, status: int, headers: httpx.Headers) -> httpx.URL | None:
    """Where a read is sent on to, if that is the same server: the token is for no other."""
    if request.method != "GET" or not HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return None
    try:
        onward = request.url.join(headers.get("location", ""))
    except (httpx.InvalidURL, ValueError):
        return None
    here = (request.url.scheme, request.url.host, request.url.port)
    return onward if (onward.scheme, onward.host, onward.port) == here and onward != request.url else None


def _plain(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in `raw`; None when it holds none."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    """The wait that the server asks for, where it tells seconds."""
    text = headers.get("retry-after", "")
    return (
        min(timedelta(seconds=int(text)), LONGEST_WAIT)
        if text.isascii() and text.isdigit() and len(text) < 8
        else None
    )


def _glance(raw: bytes) -> str:
    """The beginning of an answer, for an error message."""
    text = " ".join(raw[:400].decode("utf-8", "replace").split())
    return repr(text[:200]) if text else "an empty answer"


def _cause(error: Exception) -> str:
    return str(error) or type(error).__name__
