"""One account at one homeserver: every answer is a JSON object, or one of the platform's errors.

A read changes nothing, so whatever goes wrong with one is `Unreachable`. A write whose answer got lost may have
happened, so that is `Unclear`. What a proxy says in HTML is never taken for the server's word. Nothing here logs a
body, a token or the repr of an answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from bot.clock import Clock
from bot.platforms.matrix import errors, raw
from bot.platforms.matrix.cipher import Cipher
from bot.platforms.matrix.wire import Answer, NioWire, Wire
from bot.platforms.protocol import Busy, PlatformError, Refused, SignedOut, Unclear, Unreachable

#: A whole call, in seconds.
PATIENCE = 30.0

#: The longest wait that a server may impose on us.
LONGEST_WAIT = timedelta(minutes=15)

#: Saying something, taking it back, kicking and banning draw on one allowance of the account; inviting, joining, making
#: rooms have allowances of their own. (Source: Synapse, "rc_message" and its neighbours, and measured.)
_SPEAKING = re.compile(r": (PUT|POST) v3/rooms/[^/]+/(send|redact|state|kick|ban|unban)(/|$)")

Query = Mapping[str, "str | int | bool | list[str] | None"]
Body = Mapping[str, Any]

#: Gets a living token in place of the dead one; raises SignedOut when it cannot.
Renew = Callable[[], Awaitable[None]]


def at(*parts: str) -> str:
    """A path of these parts, each percent-encoded: `at("v3", "rooms", "!a:b", "leave")`."""
    return "/".join(quote(part, safe="") for part in parts)


class Client:
    """Speaks for one account. `token` is the access token, empty while signed out; `user` and `device` are known once
    signed in. `cipher` encrypts for rooms that want it.
    """

    def __init__(
        self,
        url: str,
        account: str,
        clock: Clock,
        *,
        wire: Wire | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.url = url.rstrip("/")
        self.account = account
        self.wire = wire or NioWire(self.url)
        self.token = ""
        self.user = ""
        self.device = ""
        self.cipher: Cipher | None = None
        self.renew: Renew | None = None
        self.limited = 0  # how often the server asked us to slow down
        self.logins = 0  # how often we signed in with the password since the start
        self._clock = clock
        self._patience = patience
        self._renewing = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Client({self.url!r}, {self.user!r})"

    async def close(self) -> None:
        await self.wire.close()

    async def call(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        *,
        query: Query | None = None,
        patience: float | None = None,
        signed: bool = True,
    ) -> dict[str, Any]:
        """One call; `path` (see `at`) is below `/_matrix/client/`, or from the server's root where it starts with `/`.

        `patience` is in seconds; without `signed` the call goes without the token. Raises PlatformError; `Refused.code` is
        Matrix's errcode. A token that died is renewed where that is possible.
        """
        token = self.token if signed else ""
        try:
            return await self._call(method, path, body, query or {}, patience or self._patience, token)
        except SignedOut:
            if self.renew is None or not signed:
                raise
        async with self._renewing:
            if self.token == token:  # nobody else was faster
                await self.renew()
        return await self._call(method, path, body, query or {}, patience or self._patience, self.token)

    async def send(self, room: str, kind: str, content: Body, txn: str) -> str:
        """Says something in a room; the event's id. With the same `txn` it is said once, however often this is called."""
        clear = dict(content)
        if self.cipher is not None:
            kind, clear = await self.cipher.encrypt(room, kind, clear)
        return _event_id(await self.call("PUT", at("v3", "rooms", room, "send", kind, txn), clear))

    async def _call(
        self, method: str, path: str, body: Body | None, query: Query, patience: float, token: str
    ) -> dict[str, Any]:
        where = f"{self.url}: {method} {path}"
        address = self.url + (path if path.startswith("/") else f"/_matrix/client/{path}")
        pairs = [(key, _plain(one)) for key, value in query.items() for one in _values(value)]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        elif method in {"POST", "PUT"}:
            body = {}
        try:
            answer = await self.wire.request(
                method,
                address + (f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""),
                None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
                headers,
                patience,
            )
        except PlatformError as error:
            raise type(error)(f"{where}: {error}") from error
        return self._understand(method, where, answer)

    def _understand(self, method: str, where: str, answer: Answer) -> dict[str, Any]:
        """The JSON object of a good answer. Raises the fitting PlatformError for anything else."""
        lost = Unreachable if method == "GET" else Unclear
        found = _object(answer.body)
        code, said = (raw.text(found.get(key)) if found is not None else "" for key in ("errcode", "error"))
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or code in errors.PATIENCE:
            self.limited += 1
            wait = self._wait(answer, found or {})
            raise Busy(f"{where}: the server asks us to slow down", wait, whole=bool(_SPEAKING.search(where)))
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            if found is None:
                raise lost(f"{where}: JSON was expected, not {_glance(answer.body)}")
            return found
        if answer.status < HTTPStatus.BAD_REQUEST:
            raise Refused(
                f"{where}: the server points to {answer.headers.get('location', 'somewhere else')[:200]!r};"
                " put the address where the homeserver really answers into the configuration",
                code=f"http_{answer.status}",
            )
        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status != HTTPStatus.REQUEST_TIMEOUT:
            if found is not None and isinstance(found.get("flows"), list):
                raise errors.Challenge(f"{where}: the server asks for the account's password first", found)
            raise self._refusal(where, answer, code, said)
        raise lost(f"{where}: HTTP {answer.status}, {code or _glance(answer.body)}")

    def _refusal(self, where: str, answer: Answer, code: str, said: str) -> PlatformError:
        if code == errors.LOCKED:
            return Busy(f"{where}: {errors.SENTENCES[code]}", LONGEST_WAIT, whole=True)
        if code:
            return errors.failure(where, code, said, self.account)
        return Refused(
            f"{where}: HTTP {answer.status}, {_glance(answer.body)}; check that this is a Matrix homeserver and that"
            " nothing before it blocks the bot",
            code=f"http_{answer.status}",
        )

    def _wait(self, answer: Answer, found: Mapping[str, Any]) -> timedelta | None:
        """How long the server asks us to wait: its header, else the older field in the body; never beyond our cap."""
        told = _header(answer.headers.get("retry-after", ""), self._clock.now())
        if told is None:
            milliseconds = raw.integer(found.get("retry_after_ms"))
            told = timedelta(milliseconds=milliseconds) if milliseconds is not None else None
        return None if told is None else min(max(told, timedelta()), LONGEST_WAIT)


def _header(text: str, now: datetime) -> timedelta | None:
    """The wait in a `Retry-After` header, which holds seconds or a date."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - now


def _event_id(answer: Mapping[str, Any]) -> str:
    """The id in the answer to a write. Raises Unclear where there is none."""
    ident = raw.text(answer.get("event_id"))
    if not ident:
        raise Unclear("the server does not tell the id of what was sent")
    return ident


def _values(value: str | int | bool | list[str] | None) -> Sequence[str | int | bool]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _plain(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in `body`; None when it holds none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _glance(body: bytes) -> str:
    """The beginning of an answer, for an error message."""
    text = " ".join(body[:400].decode("utf-8", "replace").split())
    return repr(text[:200]) if text else "an empty answer"
