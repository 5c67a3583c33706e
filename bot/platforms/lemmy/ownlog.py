"""Whether a moderator's act worked after all: the moderation log tells, and keeps it from standing there twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import actions
from bot.actions import External
from bot.clock import Clock
from bot.model import Receipt, Ref
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import OWN_PAGES, Api, pages
from bot.platforms.lemmy.modlog import Line, line
from bot.platforms.lemmy.pacing import Need
from bot.platforms.lemmy.shapes import Home
from bot.platforms.lemmy.target import Target


@dataclass(frozen=True, slots=True)
class _Sought:
    """What the line about an act would hold: its kind, and the message or the person that it is about."""

    kind: str
    reverted: bool
    about: str = ""
    person: str = ""

    def fits(self, found: Line) -> bool:
        if (found.kind, found.reverted) != (self.kind, self.reverted):
            return False
        if self.person:
            return found.person is not None and found.person.id == self.person
        return found.about is not None and found.about.id == self.about


class OwnLog:
    """Reads what the account itself did as a moderator."""

    def __init__(self, api: Api, home: Home, clock: Clock) -> None:
        self._api = api
        self._home = home
        self._clock = clock

    async def find(self, action: External, after: datetime) -> Receipt | None:
        """The receipt of `action` if this account did it since `after`; None when it did not. Raises PlatformError."""
        sought, place, ref = _sought(action), _place(action), getattr(action, "ref", None)
        if sought is None or place is None:
            return None
        if not await self._stands(self._home.community(place), sought, after):
            return None
        known = ref if isinstance(ref, Ref) else None
        url = self._home.url(known.id) if known else None
        return Receipt(self._clock.now(), known, url, "found in the moderation log")

    async def _stands(self, community: int, sought: _Sought, after: datetime) -> bool:
        """Whether the log has such a line of ours. It is read as far back as `after`: much may have been done since."""
        async for page in pages(lambda on: self._api.modlog(community, on, need=Need.MODERATE), OWN_PAGES):
            lines, _ = fields.harvest(page.rows, lambda row: line(row, self._home))
            recent = [found for found in lines if found.at >= after]
            if any(found.moderator == self._home.person and sought.fits(found) for found in recent):
                return True
            if not recent:
                return False
        return False


def _place(action: External) -> str | None:
    ref = getattr(action, "ref", None)
    return ref.place if isinstance(ref, Ref) else getattr(action, "place", None)


def _sought(action: External) -> _Sought | None:
    """What the log would tell about `action`; None where it tells nothing."""
    match action:
        case actions.Remove(ref=ref):
            return _about("remove", ref)
        case actions.Restore(ref=ref):
            return _about("remove", ref, on=False)
        case actions.Lock(ref=ref, on=on):
            return _about("lock", ref, on=on)
        case actions.Pin(ref=Ref() as ref, on=on):
            return _about("feature", ref, on=on)
        case actions.Warn(about=Ref() as ref):
            return _about("warn", ref)
        case actions.Ban(person=person):
            return _Sought("mod_ban_from_community", reverted=False, person=person.id)
        case actions.Unban(person=person):
            return _Sought("mod_ban_from_community", reverted=True, person=person.id)
        case _:
            return None


def _about(verb: str, ref: Ref, *, on: bool = True) -> _Sought | None:
    target = Target.of(ref)
    if target.kind not in {"post", "comment"} or (verb, target.kind) == ("feature", "comment"):
        return None
    kind = f"mod_{verb}_{target.kind}"
    return _Sought(f"{kind}_community" if verb == "feature" else kind, reverted=not on, about=ref.id)
