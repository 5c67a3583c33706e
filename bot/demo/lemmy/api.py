"""Answers calls of API v3 or v4 as Lemmy does: who calls, how fast, and how a no is said. Knows nothing of HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from bot.demo.lemmy import reading, reading4
from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError
from bot.demo.lemmy.routes import KINDS3, KINDS4, V3, V4, Handler
from bot.demo.lemmy.state import Instance
from bot.platforms.lemmy.pacing import DEFAULTS, Bucket, Kind

#: Limits that a single caller on loopback never meets.
UNLIMITED: Mapping[Kind, tuple[int, int]] = dict.fromkeys(Kind, (999_999, 60))

#: How long 1.0 keeps the key of a call at least.
KEYS_LIVE = timedelta(minutes=2)
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


class Api(ABC):
    """`limits` are calls and seconds by kind; without any, none is enforced and none is met."""

    prefix: str
    version: str
    routes: Mapping[tuple[str, str], Handler]
    kinds: Mapping[tuple[str, str], Kind]

    def __init__(self, instance: Instance, limits: Mapping[Kind, tuple[int, int]] | None = None) -> None:
        self.instance = instance
        self._limits = dict(UNLIMITED if limits is None else {**DEFAULTS, **limits})

    def answer(self, method: str, path: str, token: str, args: Mapping[str, Any], key: str = "") -> Answer:
        """The answer to a call; `path` is what follows the prefix, `key` the idempotency key."""
        call = Call(self.instance, self.instance.signed_in(token), args)
        refusal = self.precheck(call, method, key)
        if refusal is not None:
            return refusal
        if not self.take(self.kinds.get((method, path), Kind.MESSAGE)):
            return self.too_fast
        try:
            if (method, path) == ("PUT", "/site"):
                self._edit_site(call)
                site = self.site(call)
                return Answer(HTTPStatus.OK, {k: site[k] for k in ("site_view", "taglines") if k in site})
            if (method, path) == ("GET", "/site"):
                return Answer(HTTPStatus.OK, self.site(call))
            handler = self.routes.get((method, path))
            if handler is None:
                return Answer(HTTPStatus.NOT_FOUND, None)
            return Answer(HTTPStatus.OK, handler(call))
        except LemmyError as error:
            return self.no(error)

    @property
    @abstractmethod
    def too_fast(self) -> Answer: ...

    @abstractmethod
    def take(self, kind: Kind) -> bool:
        """Counts a call; whether it is allowed."""

    @abstractmethod
    def site(self, call: Call) -> dict[str, Any]: ...

    @abstractmethod
    def no(self, error: LemmyError) -> Answer: ...

    @abstractmethod
    def fields(self, kind: Kind) -> tuple[str, str]:
        """What a limit's calls and seconds are called."""

    def precheck(self, call: Call, method: str, key: str) -> Answer | None:
        """What is answered before anything is counted or done."""
        del call, method, key
        return None

    @abstractmethod
    def changed(self, kind: Kind) -> None:
        """A limit was set: counting begins anew."""

    def limits(self) -> dict[str, int]:
        """`local_site_rate_limit`."""
        named: dict[str, int] = {}
        for kind, (size, seconds) in self._limits.items():
            calls, span = self.fields(kind)
            named |= {calls: size, span: seconds}
        return named

    def _edit_site(self, call: Call) -> None:
        """An administrator sets limits; what else they set is taken and has no effect here."""
        if not call.me.admin:
            raise LemmyError("not_an_admin")
        for kind, (size, seconds) in self._limits.items():
            calls, span = (call.maybe_number(f"rate_limit_{name}") for name in self.fields(kind))
            if calls is not None or span is not None:
                self._limits[kind] = (calls or size, span or seconds)
                self.changed(kind)


class Api3(Api):
    """0.19: limits refill continuously, and every no is a 400."""

    prefix = "/api/v3"
    version = reading.VERSION
    routes = V3
    kinds = KINDS3

    def __init__(self, instance: Instance, limits: Mapping[Kind, tuple[int, int]] | None = None) -> None:
        super().__init__(instance, limits)
        self._buckets: dict[Kind, Bucket] = {}
        for kind in Kind:
            self.changed(kind)

    @property
    def too_fast(self) -> Answer:
        return Answer(HTTPStatus.BAD_REQUEST, {"error": "rate_limit_error"})

    def take(self, kind: Kind) -> bool:
        return not self._buckets[kind].take(self.instance.now())

    def site(self, call: Call) -> dict[str, Any]:
        return reading.site(call, self.limits())

    def no(self, error: LemmyError) -> Answer:
        body = {"error": error.name}
        return Answer(error.status, body | ({"message": error.message} if error.message else {}))

    def fields(self, kind: Kind) -> tuple[str, str]:
        return kind.value, f"{kind.value}_per_second"

    def changed(self, kind: Kind) -> None:
        size, seconds = self._limits[kind]
        self._buckets[kind] = Bucket(size, timedelta(seconds=seconds))


#: Version 4's words for what version 3 calls otherwise.
_RENAMED = {
    "banned_from_community": "person_is_banned_from_community",
    "couldnt_find_object": "resolve_object_failed",
    "couldnt_get_posts": "invalid_fetch_limit",
    "couldnt_resolve_report": "not_found",
    "only_mods_can_post_in_community": "not_a_moderator",
}
_SHORTENED = {
    "couldnt_find_": "not_found",
    "couldnt_update_": "couldnt_update",
    "couldnt_create_": "couldnt_create",
}


def modern(name: str) -> str:
    """What 1.0 calls an error of 0.19: it has fewer words for what is not there."""
    name = _RENAMED.get(name, name)
    return next((short for long, short in _SHORTENED.items() if name.startswith(long)), name)


@dataclass(slots=True)
class _Window:
    """Calls since `begun`, which is when the first of them came."""

    begun: datetime
    calls: int = 0


@dataclass(slots=True)
class _Keys:
    """Idempotency keys that were met, by person, and when."""

    met: dict[tuple[int, str], datetime] = field(default_factory=dict)

    def again(self, person: int, key: str, now: datetime) -> bool:
        self.met = {known: at for known, at in self.met.items() if at > now - KEYS_LIVE}
        repeated = (person, key) in self.met
        self.met.setdefault((person, key), now)
        return repeated


class Api4(Api):
    """1.0: limits in fixed windows, idempotency keys, and more ways to say no."""

    prefix = "/api/v4"
    version = reading4.VERSION
    routes = V4
    kinds = KINDS4

    def __init__(self, instance: Instance, limits: Mapping[Kind, tuple[int, int]] | None = None) -> None:
        super().__init__(instance, limits)
        self._windows: dict[Kind, _Window] = {}
        self._keys = _Keys()

    @property
    def too_fast(self) -> Answer:
        body = {"error": "too_many_requests", "cause": "TooManyRequests"}
        return Answer(HTTPStatus.TOO_MANY_REQUESTS, body)

    def precheck(self, call: Call, method: str, key: str) -> Answer | None:
        """A key counts as met before the call is counted, so a call that came too fast uses its key up."""
        if call.caller is None or not 0 < len(key) <= KEY_LENGTH or method not in {"POST", "PUT"}:
            return None
        repeated = self._keys.again(call.caller.id, key, self.instance.now())
        return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, None) if repeated else None

    def take(self, kind: Kind) -> bool:
        now, (size, seconds) = self.instance.now(), self._limits[kind]
        window = self._windows.get(kind)
        if window is None or now >= window.begun + timedelta(seconds=seconds):
            window = self._windows[kind] = _Window(now)
        window.calls += 1
        return window.calls <= size

    def site(self, call: Call) -> dict[str, Any]:
        return reading4.site(call, self.limits())

    def no(self, error: LemmyError) -> Answer:
        name = modern(error.name)
        status = HTTPStatus.NOT_FOUND if name == "not_found" else error.status
        body = {"error": name, "cause": "".join(word.title() for word in name.split("_"))}
        return Answer(status, body | ({"message": error.message} if error.message else {}))

    def fields(self, kind: Kind) -> tuple[str, str]:
        return f"{kind.value}_max_requests", f"{kind.value}_interval_seconds"

    def changed(self, kind: Kind) -> None:
        self._windows.pop(kind, None)


APIS: Mapping[int, type[Api]] = {3: Api3, 4: Api4}
