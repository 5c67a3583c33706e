"""Things that go wrong on purpose: a world's next deeds can be made to fail the way real platforms fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from bot.platforms.protocol import Busy, PlatformError, Refused, Unclear, Unreachable

Fault: TypeAlias = Literal[
    "unclear before acting", "unclear after acting", "busy 3 s", "refused", "unreachable"
]


@dataclass(slots=True)
class _Planned:
    fault: Fault
    kind: str | None
    times: int


class Faults:
    """A plan of failures, used up in the order in which they were added."""

    def __init__(self) -> None:
        self._plan: list[_Planned] = []

    def add(self, fault: Fault, *, kind: str | None = None, times: int = 1) -> None:
        """Lets the next `times` performs of actions of `kind` (`"reply"`, `"ban"`, …; None: of any) fail."""
        self._plan.append(_Planned(fault, kind, times))

    def clear(self) -> None:
        self._plan.clear()

    def draw(self, kind: str) -> Fault | None:
        """The fault that strikes this attempt, which is then used up; None when all goes well."""
        for planned in self._plan:
            if planned.kind in {None, kind} and planned.times > 0:
                planned.times -= 1
                return planned.fault
        return None


def error(fault: Fault) -> PlatformError:
    """How an adapter says it."""
    match fault:
        case "unclear before acting" | "unclear after acting":
            return Unclear("the connection was cut before the answer came")
        case "busy 3 s":
            return Busy("too many requests; wait 3 seconds", timedelta(seconds=3))
        case "refused":
            return Refused("the server said no", "refused")
        case "unreachable":
            return Unreachable("the connection was refused")
