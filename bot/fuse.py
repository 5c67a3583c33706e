"""How many commands are answered: nobody can make the bot talk without end, and two bots cannot answer each other for ever."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from enum import Enum

from bot.model import Message, Role

_WINDOW = timedelta(minutes=1)
#: Commands within a minute, of one person and in one place.
_PERSON, _PLACE = 10, 30
#: So many people and places are counted at once; a memory for more would be an attack's to fill.
_COUNTED = 1000


class Verdict(Enum):
    ANSWER = "answer"
    LAST = "last"  # say that it was too much, and then no more
    SILENCE = "silence"


class Fuse:
    """Counts the commands of the last minute. Moderators are always answered."""

    def __init__(self) -> None:
        self._given: dict[str, deque[tuple[datetime, str]]] = {}
        self._told: dict[str, datetime] = {}

    def judge(self, message: Message) -> Verdict:
        """Whether this command is answered. Counts it once, however often it is asked about.

        What counts is the time when it was given: what waited for an outage to end is no flood.
        """
        if message.author.role >= Role.MODERATOR:
            return Verdict.ANSWER
        now = message.sent_at
        person = self._count(f"{message.author.key} in {message.place.alias}", _PERSON, message)
        place = self._count(message.place.alias, _PLACE, message)
        if person and place:
            return Verdict.ANSWER
        who = message.author.key
        is_told = who in self._told and now - self._told[who] < _WINDOW
        if is_told or not place:
            return Verdict.SILENCE
        self._told = {w: at for w, at in self._told.items() if now - at < _WINDOW} | {who: now}
        return Verdict.LAST

    def _count(self, what: str, limit: int, message: Message) -> bool:
        """Counts one more; False when that is more than `limit` within the window."""
        now = message.sent_at
        times = self._given.pop(what, None) or deque(maxlen=limit)
        self._given[what] = times  # the newest last
        if len(self._given) > _COUNTED:
            del self._given[next(iter(self._given))]
        if any(key == message.key for _, key in times):
            return True  # decided anew, since somebody else was faster
        is_full = len(times) == limit and now - times[0][0] < _WINDOW
        if not is_full:
            times.append((now, message.key))
        return not is_full
