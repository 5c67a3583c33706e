"""Lines of a community's moderation log: who did what to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Act, Author, Place, Platform, Ref, Removed, Restored, Role, Sanctioned
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.shapes import Home, Row

#: What falls on people, by the log's kind and whether the line takes it back.
_ACTS = {
    ("mod_ban_from_community", False): Act.BAN,
    ("mod_ban_from_community", True): Act.UNBAN,
    ("mod_warn_post", False): Act.WARN,
    ("mod_warn_comment", False): Act.WARN,
}

_REMOVALS = frozenset({"mod_remove_post", "mod_remove_comment"})


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is version 4's name of the act, `reverted` tells that it was taken back; `id` is unique on its server.

    `about` is the post or comment, `person` whom it fell on, `moderator` the local id of who did it, each as far as
    the log tells.
    """

    id: str
    kind: str
    reverted: bool
    place: Place
    at: datetime
    reason: str
    until: datetime | None
    about: Ref | None
    person: Author | None
    by: Author | None
    moderator: int | None

    @property
    def meaning(self) -> Removed | Restored | Sanctioned | None:
        """What happened to somebody or something; None for what the bot does not follow, such as pins."""
        if self.kind in _REMOVALS and self.about is not None:
            if self.reverted:
                return Restored(self.about, self.place, self.by, self.reason, self.id, self.at)
            return Removed(self.about, self.place, self.by, self.reason, self.at)
        act = _ACTS.get((self.kind, self.reverted))
        if act is None or self.person is None:
            return None
        return Sanctioned(
            place=self.place,
            person=self.person,
            by=self.by,
            act=act,
            reason=self.reason,
            id=self.id,
            at=self.at,
            until=self.until if act is Act.BAN else None,
            about=self.about if act is Act.WARN else None,
        )


def line(row: Row, home: Home) -> Line:
    """A row of the log in version 4's shape. Raises Malformed."""
    entry = fields.part(row, "modlog")
    kind = fields.text(entry, "kind")
    place = home.place(fields.maybe(row, "target_community"))
    moderator, person = fields.maybe(row, "moderator"), fields.maybe(row, "target_person")
    return Line(
        id=f"{kind}/{fields.ident(entry)}",
        kind=kind,
        reverted=fields.flag(entry, "is_revert"),
        place=place,
        at=fields.when(entry, "published_at"),
        reason=fields.text(entry, "reason"),
        until=fields.moment(entry, "expires_at"),
        about=_about(row, kind, place),
        person=shapes.author(person) if person else None,
        by=shapes.author(moderator, Role.MODERATOR) if moderator else None,
        moderator=fields.number(moderator, "id"),
    )


def _about(row: Row, kind: str, place: Place) -> Ref | None:
    """What a moderator's act was about, which its kind names."""
    words = kind.split("_")
    thing = next((name for name in ("comment", "post") if name in words), None)
    if thing is None or words[0] != "mod":
        return None
    return Ref(Platform.LEMMY, place.alias, f"{thing}/{fields.ident(fields.part(row, f'target_{thing}'))}")
