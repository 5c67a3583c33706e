"""Noticing that the server slows the bot down, so that its owner can be asked to lift the limit."""

from __future__ import annotations

from datetime import date

from bot.clock import Clock
from bot.model import Noticed, Place
from bot.platforms.matrix.client import Client

#: So many refusals in a day are no accident.
REFUSALS = 3


class Slowness:
    """Counts for one account. `place` is in whose community's moderators' room it is told, once a day at most."""

    def __init__(self, client: Client, place: Place, clock: Clock) -> None:
        self._client = client
        self._place = place
        self._clock = clock
        self._day: date | None = None
        self._before = 0

    def noticed(self) -> tuple[Noticed, ...]:
        """What there is to tell now; mostly nothing."""
        now = self._clock.now()
        if self._day == now.date() or self._client.limited - self._before < REFUSALS:
            return ()
        self._day, self._before = now.date(), self._client.limited
        text = (
            "The homeserver slows me down, so that what I do takes longer, bans included. The server's owner can lift the limit for"
            " my account; “folkmoot check --online” prints how."
        )
        return (Noticed(self._place, text, f"limited:{self._day}", now),)
