"""How fast we may call: Lemmy's own buckets, counted on our side so that the server never has to say no.

Lemmy limits by address and kind of call; `GET /site` tells the limits in force. Version 0.19 refills its buckets
continuously, 1.0 counts in fixed windows of which we do not know the beginning. Moderating comes first: what the bot says
and what it reads leave shares of each bucket to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Protocol, TypeGuard


class Kind(StrEnum):
    """Lemmy's kinds of calls; the values are its field names in `local_site_rate_limit`."""

    MESSAGE = "message"  # nearly everything
    POST = "post"  # creating posts
    COMMENT = "comment"  # creating comments
    SEARCH = "search"
    REGISTER = "register"  # logging in counts here


class Need(Enum):
    """What a call is for; the value is the share of a bucket that it leaves to more urgent ones."""

    MODERATE = 0.0
    SPEAK = 0.2
    READ = 0.25


#: What a fresh server allows: calls, and seconds (`lemmy.ml` documentation, 0.19).
DEFAULTS: Mapping[Kind, tuple[int, int]] = {
    Kind.MESSAGE: (180, 60),
    Kind.POST: (6, 600),
    Kind.COMMENT: (6, 600),
    Kind.SEARCH: (60, 600),
    Kind.REGISTER: (10, 3600),
}

#: After a server's no, this share of the time that a bucket counts is waited at least.
PENANCE = 0.1


class Limit(Protocol):
    """`size` calls in `per`."""

    size: int
    per: timedelta

    def take(self, now: datetime, keep: int = 0) -> timedelta:
        """Takes a call unless fewer than `keep` would be left; returns how long to wait, zero when it was taken."""
        ...

    def drain(self, now: datetime) -> None:
        """The server said that it is too much, so somebody else calls from our address, too."""
        ...

    def spent(self, now: datetime) -> int:
        """How many calls of the present span are used up."""
        ...


@dataclass(slots=True)
class Bucket:
    """A limit that refills continuously; starts full."""

    size: int
    per: timedelta
    tokens: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.tokens = float(self.size)

    def take(self, now: datetime, keep: int = 0) -> timedelta:
        self._refill(now)
        missing = 1 + min(keep, self.size - 1) - self.tokens
        if missing <= 1e-9:  # the dust of adding fractions
            self.tokens -= 1
            return timedelta()
        return self.per * (missing / self.size)

    def drain(self, now: datetime) -> None:
        self._refill(now)
        self.tokens = 0.0

    def spent(self, now: datetime) -> int:
        self._refill(now)
        return round(self.size - self.tokens)

    def _refill(self, now: datetime) -> None:
        # A clock that was set back refills nothing, and starts anew from there.
        gone = max(now - self._at, timedelta()) if self._at is not None else timedelta()
        self.tokens = min(float(self.size), self.tokens + self.size * (gone / self.per))
        self._at = now


@dataclass(slots=True)
class Window:
    """A limit that is counted in fixed windows: wherever the server's begin, no `per` of ours holds more calls."""

    size: int
    per: timedelta
    _calls: deque[datetime] = field(init=False, default_factory=deque)
    _closed: datetime | None = field(init=False, default=None)

    def take(self, now: datetime, keep: int = 0) -> timedelta:
        self._forget(now)
        if self._closed is not None:
            return self._closed - now
        free = self.size - min(keep, self.size - 1) - len(self._calls)
        if free > 0:
            self._calls.append(now)
            return timedelta()
        return self._calls[-free] + self.per - now

    def drain(self, now: datetime) -> None:
        self._closed = now + max(self.per / self.size, self.per * PENANCE)

    def spent(self, now: datetime) -> int:
        self._forget(now)
        return len(self._calls)

    def _forget(self, now: datetime) -> None:
        # A clock that was set back makes calls of the future: they count as of now.
        if self._calls and self._calls[-1] > now:
            self._calls = deque(min(at, now) for at in self._calls)
        while self._calls and self._calls[0] + self.per <= now:
            self._calls.popleft()
        if self._closed is not None and not now < self._closed <= now + self.per:
            self._closed = None


class Pace:
    """All buckets of one server: shared by the accounts there, since the server counts by address."""

    def __init__(self, limits: Mapping[Kind, tuple[int, int]] = DEFAULTS) -> None:
        self._limits: dict[Kind, Limit] = {}
        for kind in Kind:
            size, seconds = limits.get(kind) or DEFAULTS[kind]
            self._limits[kind] = Bucket(size, timedelta(seconds=seconds))

    def take(self, kind: Kind, now: datetime, need: Need = Need.MODERATE) -> timedelta:
        """Takes a call of `kind`; returns how long to wait first, zero when it was taken."""
        limit = self._limits[kind]
        return limit.take(now, int(limit.size * need.value))

    def drain(self, kind: Kind, now: datetime) -> None:
        self._limits[kind].drain(now)

    def lasting(self, calls: int, share: float) -> timedelta:
        """How often so many reading calls may be made, if they are to use `share` of the limit."""
        limit = self._limits[Kind.MESSAGE]
        return limit.per * (calls / (limit.size * share))

    def adopt(self, limits: object, now: datetime) -> None:
        """Takes over what the server tells in `local_site_rate_limit`; fields that make no sense keep what was.

        Version 0.19 names the span `…_per_second`, 1.0 `…_interval_seconds`, which also tells how each of them counts.
        """
        if not isinstance(limits, Mapping):
            return
        for kind, old in self._limits.items():
            bucket = _limit(limits, kind.value, f"{kind.value}_per_second", Bucket)
            window = _limit(limits, f"{kind.value}_max_requests", f"{kind.value}_interval_seconds", Window)
            new = window or bucket
            if new and (type(new), new.size, new.per) != (type(old), old.size, old.per):
                for _ in range(min(old.spent(now), new.size)):  # what was spent stays spent
                    new.take(now)
                self._limits[kind] = new


def _limit(
    limits: Mapping[str, object], size: str, seconds: str, make: type[Bucket | Window]
) -> Limit | None:
    calls, span = limits.get(size), limits.get(seconds)
    return make(calls, timedelta(seconds=span)) if _sane(calls) and _sane(span) else None


def _sane(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number < 10**9
