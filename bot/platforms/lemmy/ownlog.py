"""Whether a moderator's act worked after all: the moderation log tells, and keeps it from standing there twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import actions
from bot.actions import External
from bot.clock import Clock
from bot.model import Receipt, Ref
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.shapes import Home, Row
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.v3 import V3


@dataclass(frozen=True, slots=True)
class _Line:
    """What a line of the log about an act would hold: `flag` is `on` for what `field` says is `value`."""

    listed: str  # the list of the answer
    entry: str  # the part of a row that tells about the act
    flag: str
    on: bool
    field: str
    value: int | str


class OwnLog:
    """Reads what the account itself did as a moderator."""

    def __init__(self, api: V3, home: Home, clock: Clock) -> None:
        self._api = api
        self._home = home
        self._clock = clock

    async def find(self, action: External, after: datetime) -> Receipt | None:
        """The receipt of `action` if this account did it since `after`; None when it did not. Raises PlatformError."""
        line, place, ref = _line(action), _place(action), getattr(action, "ref", None)
        if line is None or place is None:
            return None
        answer = await self._api.modlog(self._home.community(place), 1)
        for row in fields.rows(answer, line.listed):
            if isinstance(row, dict) and self._is(row, line, after):
                known = ref if isinstance(ref, Ref) else None
                url = self._home.url(known.id) if known else None
                return Receipt(self._clock.now(), known, url, "found in the moderation log")
        return None

    def _is(self, row: Row, line: _Line, after: datetime) -> bool:
        entry = fields.maybe(row, line.entry)
        if fields.number(fields.maybe(row, "moderator"), "id") != self._home.person:
            return False
        about = fields.maybe(row, "banned_person") if line.field == "actor_id" else entry
        if about.get(line.field) != line.value or entry.get(line.flag) is not line.on:
            return False
        try:
            return fields.when(entry, "when_") >= after
        except fields.Malformed:
            return False


def _place(action: External) -> str | None:
    ref = getattr(action, "ref", None)
    return ref.place if isinstance(ref, Ref) else getattr(action, "place", None)


def _line(action: External) -> _Line | None:
    """Where the log would tell about `action`; None where it tells nothing."""
    match action:
        case actions.Remove(ref=ref):
            return _about(Target.of(ref), "removed", "remove", on=True)
        case actions.Restore(ref=ref):
            return _about(Target.of(ref), "removed", "remove", on=False)
        case actions.Lock(ref=ref, on=on):
            return _about(Target.of(ref), "locked", "lock", on=on)
        case actions.Pin(ref=Ref() as ref, on=on):
            return _about(Target.of(ref), "featured", "feature", on=on)
        case actions.Ban(person=person) | actions.Unban(person=person):
            on = isinstance(action, actions.Ban)
            return _Line(
                "banned_from_community", "mod_ban_from_community", "banned", on, "actor_id", person.id
            )
        case _:
            return None


def _about(target: Target, flag: str, verb: str, *, on: bool) -> _Line | None:
    if target.kind not in {"post", "comment"} or (target.kind == "comment" and verb != "remove"):
        return None
    kind = target.kind
    return _Line(f"{flag}_{kind}s", f"mod_{verb}_{kind}", flag, on, f"{kind}_id", target.number)
