"""How fast we may call: Lemmy's own buckets, counted on our side so that the server never has to say no.

Lemmy limits by address and kind of call; `GET /site` tells the limits in force. Version 0.19 refills its buckets
continuously, and so do these. Reading leaves a share of each bucket to what the bot does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeGuard


class Kind(StrEnum):
    """Lemmy's kinds of calls; the values are its field names in `local_site_rate_limit`."""

    MESSAGE = "message"  # nearly everything
    POST = "post"  # creating posts
    COMMENT = "comment"  # creating comments
    SEARCH = "search"
    REGISTER = "register"  # logging in counts here


#: What a fresh server allows: calls, and seconds (`lemmy.ml` documentation, 0.19).
DEFAULTS: Mapping[Kind, tuple[int, int]] = {
    Kind.MESSAGE: (180, 60),
    Kind.POST: (6, 600),
    Kind.COMMENT: (6, 600),
    Kind.SEARCH: (60, 600),
    Kind.REGISTER: (10, 3600),
}

#: The share of a bucket that reading leaves to acting.
RESERVE = 0.2


@dataclass(slots=True)
class Bucket:
    """`size` calls in `per`, refilled continuously; starts full."""

    size: int
    per: timedelta
    tokens: float = field(init=False)
    _at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.tokens = float(self.size)

    def take(self, now: datetime, keep: float = 0.0) -> timedelta:
        """Takes a token unless fewer than `keep` would be left; returns how long to wait, zero when it was taken."""
        self._refill(now)
        missing = 1 + min(keep, self.size - 1) - self.tokens
        if missing <= 1e-9:  # the dust of adding fractions
            self.tokens -= 1
            return timedelta()
        return self.per * (missing / self.size)

    def drain(self, now: datetime) -> None:
        """The server said that the bucket is empty, so somebody else drinks from it too."""
        self._refill(now)
        self.tokens = 0.0

    def _refill(self, now: datetime) -> None:
        # A clock that was set back refills nothing, and starts anew from there.
        gone = max(now - self._at, timedelta()) if self._at is not None else timedelta()
        self.tokens = min(float(self.size), self.tokens + self.size * (gone / self.per))
        self._at = now


class Pace:
    """All buckets of one server."""

    def __init__(self, limits: Mapping[Kind, tuple[int, int]] = DEFAULTS) -> None:
        self._buckets = {kind: _bucket(*(limits.get(kind) or DEFAULTS[kind])) for kind in Kind}

    def take(self, kind: Kind, now: datetime, *, reading: bool = False) -> timedelta:
        """Takes a token of `kind`; returns how long to wait first, zero when it was taken."""
        bucket = self._buckets[kind]
        return bucket.take(now, keep=bucket.size * RESERVE if reading else 0.0)

    def drain(self, kind: Kind, now: datetime) -> None:
        self._buckets[kind].drain(now)

    def adopt(self, limits: object) -> None:
        """Takes over what the server tells in `local_site_rate_limit`; fields that make no sense keep what was."""
        if not isinstance(limits, Mapping):
            return
        for kind, old in self._buckets.items():
            size, seconds = limits.get(kind.value), limits.get(f"{kind.value}_per_second")
            if _sane(size) and _sane(seconds) and (size, timedelta(seconds=seconds)) != (old.size, old.per):
                new = Bucket(size, timedelta(seconds=seconds))
                new.tokens = max(0.0, size - (old.size - old.tokens))  # what was spent stays spent
                self._buckets[kind] = new


def _bucket(size: int, seconds: int) -> Bucket:
    return Bucket(size, timedelta(seconds=seconds))


def _sane(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number < 10**9
