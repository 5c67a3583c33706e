"""A community as it is being served, and the people that are met in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot import guard
from bot.handler import Settings
from bot.model import (
    Author,
    Community,
    Edited,
    Joined,
    Message,
    Occurrence,
    Platform,
    Reacted,
    Reported,
    Role,
    Sanctioned,
)
from bot.plugin import Finder
from bot.router import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One community as it is being served: its plugins' handlers and settings, its limits and extra roles.

    `roles` raises (never lowers) the role of people by their id, their ledger key, or on Lemmy `name@instance`.
    """

    community: Community
    router: Router
    settings: Mapping[str, Settings]
    limits: guard.Limits
    roles: Mapping[str, Role] = field(default_factory=dict)

    @property
    def finders(self) -> list[tuple[str, Settings, Finder]]:
        """The plugins at work that know where else a post is discussed, with their settings."""
        working = (p for p in self.router.plugins if p.name not in self.router.breaker.paused)
        return [(p.name, self.settings[p.name], p.finder) for p in working if p.finder is not None]

    def seen(self, author: Author) -> Author:
        """The author with the role that the configuration gives them, where that is higher."""
        names = [author.id, author.key, *([author.name] if author.platform is Platform.LEMMY else [])]
        role = max([author.role, *(self.roles[name] for name in names if name in self.roles)])
        return replace(author, role=role) if role != author.role else author


def person_of(occurrence: Occurrence) -> str | None:
    """The key of the person whose turn it is: who acted, or on whom it fell."""
    match occurrence:
        case Message(author=author) | Edited(message=Message(author=author)) | Joined(author=author):
            return author.key
        case Reacted(author=author) | Reported(reporter=author) | Sanctioned(person=author):
            return author.key
        case _:
            return None


def met(occurrence: Occurrence, served: Served) -> Occurrence:
    """The occurrence with the configured roles filled in."""
    match occurrence:
        case Message():
            return replace(occurrence, author=served.seen(occurrence.author))
        case Edited(message=message):
            return replace(occurrence, message=replace(message, author=served.seen(message.author)))
        case Joined() | Reacted():
            return replace(occurrence, author=served.seen(occurrence.author))
        case Reported(message=message):
            message = replace(message, author=served.seen(message.author))
            return replace(occurrence, message=message, reporter=served.seen(occurrence.reporter))
        case Sanctioned(by=by):
            return replace(
                occurrence, person=served.seen(occurrence.person), by=served.seen(by) if by else None
            )
        case _:
            return occurrence
