"""What goes wrong between a bot and a server, on demand: for tests, and for whoever wants to see what happens then."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """How a call goes wrong. Those that begin with `act` do what was asked, and then fail to say so."""

    HANG = "hang"
    ACT_THEN_HANG = "act then hang"
    RESET = "reset"
    ACT_THEN_RESET = "act then reset"
    PROXY_ERROR = "502"  # a proxy's page
    ACT_THEN_PROXY_ERROR = "act then 502"
    HTML = "html 200"  # a proxy's page that claims to be fine
    TRUNCATED = "truncated"
    ACT_THEN_TRUNCATED = "act then truncated"
    LIST = "list"  # JSON, but no object
    BUSY = "busy"  # 400 rate_limit_error, as Lemmy 0.19 says it
    SLOW_DOWN = "429"  # as Lemmy 1.0 or a proxy says it, with Retry-After
    STARTING = "starting"  # 503 while Lemmy migrates its database
    HUGE = "huge"

    @property
    def acts(self) -> bool:
        return self.value.startswith("act ")


@dataclass(slots=True)
class _Order:
    fault: Fault
    method: str | None
    path: str | None
    left: int
    skip: int


@dataclass(slots=True)
class Faults:
    """The faults that are still to happen, and `met`: those that did, as `POST /comment: act then hang`."""

    met: list[str] = field(default_factory=list)
    _orders: list[_Order] = field(default_factory=list)

    def add(
        self,
        fault: Fault | str,
        *,
        method: str | None = None,
        path: str | None = None,
        times: int = 1,
        after: int = 0,
    ) -> None:
        """Orders `fault` for the next `times` calls that match, after `after` matching ones that go well.

        `path` is without `/api/v3` or `/api/v4`; None matches every method or path.
        """
        self._orders.append(_Order(Fault(fault), method, path, times, after))

    def next(self, method: str, path: str) -> Fault | None:
        """What happens to this call; counts it."""
        for order in self._orders:
            if order.left and order.method in {None, method} and order.path in {None, path}:
                if order.skip:
                    order.skip -= 1
                    continue
                order.left -= 1
                self.met.append(f"{method} {path}: {order.fault}")
                return order.fault
        return None

    def clear(self) -> None:
        self._orders.clear()
