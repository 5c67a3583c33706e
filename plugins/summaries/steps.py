"""Long work in small steps: a generator that yields often, run to its end at once or beside an event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[None, None, T]

#: Seconds of work between two looks at what else the event loop has to do.
_SLICE = 0.01


def finish(steps: Steps[T]) -> T:
    """Runs the steps to their end and gives their result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


async def run_slowly(steps: Steps[T]) -> T:
    """The same, letting everything else in the event loop have its turn every few milliseconds."""
    until = time.monotonic() + _SLICE
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if time.monotonic() >= until:
            await asyncio.sleep(0)
            until = time.monotonic() + _SLICE
