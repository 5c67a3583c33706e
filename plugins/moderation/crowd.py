"""How many different people did the same within a short while: what a raid looks like. No clock of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from datetime import datetime, timedelta


class Crowd:
    """Counts people by what they have in common. It forgets what is older than its window, so it stays small."""

    def __init__(self, within: timedelta) -> None:
        self._within = within
        self._acts: deque[tuple[datetime, Hashable, str]] = deque()
        self._last: dict[Hashable, dict[str, datetime]] = {}

    def add(self, what: Hashable, person: str, now: datetime) -> int:
        """Notes that somebody did it; how many different people did within the window. `now` never goes back by much."""
        self._acts.append((now, what, person))
        self._last.setdefault(what, {})[person] = now
        while self._acts and self._acts[0][0] <= now - self._within:
            at, old, who = self._acts.popleft()
            people = self._last.get(old, {})
            if people.get(who) == at:
                del people[who]
            if not people:
                self._last.pop(old, None)
        return len(self._last.get(what, ()))
