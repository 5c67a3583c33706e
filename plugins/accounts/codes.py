"""Codes: made at random, good for one use within a quarter of an hour, and not to be guessed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.api import Author, Json, Platform, Remember

LASTS = timedelta(minutes=15)
#: So many wrong codes one person may send within that time.
TRIES, WITHIN = 5, timedelta(hours=1)

#: Letters and digits that nobody takes for one another. Eight of them: 39 bits, of which nobody guesses five an hour.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 8

#: Where a code is remembered, and how often somebody was wrong; the code or the person's key follows.
CODES, WRONG = "code/", "wrong/"


@dataclass(frozen=True, slots=True)
class Code:
    """`text` as people read it (`K7QF-2MXR`), for whom it was made, and until when it can be used."""

    text: str
    owner: Author
    until: datetime

    @property
    def key(self) -> str:
        """Under which it is remembered."""
        return CODES + bare(self.text)

    def remember(self) -> Remember:
        value: Json = {
            "text": self.text,
            "platform": str(self.owner.platform),
            "id": self.owner.id,
            "name": self.owner.name,
            "until": self.until.isoformat(),
        }
        return Remember(key=self.key, value=value, about=self.owner.key)

    def forget(self) -> Remember:
        return Remember(key=self.key, value=None)


def fresh(owner: Author, now: datetime) -> Code:
    """A new code."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return Code(f"{signs[:4]}-{signs[4:]}", owner, now + LASTS)


def bare(typed: str) -> str:
    """A code without what people put around it: case, blanks and dashes make no difference."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper())[:64]


def restored(value: Json) -> Code | None:
    """What `Code.remember` keeps; None for anything else."""
    if not isinstance(value, dict):
        return None
    try:
        owner = Author(Platform(str(value["platform"])), str(value["id"]), str(value["name"]))
        return Code(str(value["text"]), owner, datetime.fromisoformat(str(value["until"])))
    except (KeyError, ValueError):
        return None


def outdated(known: Mapping[str, Json], owner: Author, now: datetime) -> tuple[Remember, ...]:
    """Forgets the owner's earlier codes, and those that nobody can use any more."""
    codes = ((key, restored(value)) for key, value in known.items())
    return tuple(
        Remember(key=key, value=None)
        for key, code in codes
        if code is None or code.until <= now or code.owner.key == owner.key
    )


def misses(value: Json, now: datetime) -> list[datetime]:
    """When somebody was wrong within the last hour, oldest first."""
    times = (
        [datetime.fromisoformat(at) for at in value if isinstance(at, str)] if isinstance(value, list) else []
    )
    return [at for at in times if now - at < WITHIN]


def missed(who: Author, before: list[datetime], now: datetime) -> Remember:
    """One more time."""
    value: Json = [at.isoformat() for at in (*before, now)]
    return Remember(key=WRONG + who.key, value=value, about=who.key)
