"""Who is who on one server: local ids of people, and who moderates what.

Lemmy's calls want local ids, which differ from server to server; the bot knows people by their ActivityPub id.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.model import Author, Role
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.errors import unheard_of
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.pacing import Need
from bot.platforms.protocol import Refused

#: Local ids that are remembered; any other is asked for again.
REMEMBERED = 10_000

_HANDLE = re.compile(r"@?([\w.-]{1,255})(?:@([\w.:-]{1,255}))?")
_PROFILE = re.compile(r"/(?:u|users|author|@)/?([\w.-]+)(?:@([\w.:-]+))?/?")


class People:
    """Looks people up, and keeps the lists of moderators by community and of administrators."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._local: OrderedDict[str, int] = OrderedDict()
        self._moderators: dict[int, dict[str, Author]] = {}
        self._admins: frozenset[str] = frozenset()
        #: This server's host, with its port if it has one.
        self.own = ""
        #: The highest role, in private, of each moderator and administrator; the same object for ever, so that others may hold it.
        self.staff: dict[str, Role] = {}
        self._inside: frozenset[int] | None = None

    def met(self, actor: str, local: int) -> None:
        self._local[actor] = local
        self._local.move_to_end(actor)
        while len(self._local) > REMEMBERED:
            self._local.popitem(last=False)

    def appoint(self, community: int, view: Mapping[str, Any]) -> None:
        """Takes over the moderators in an answer to `GET /community`."""
        people, _ = fields.harvest(
            fields.rows(view, "moderators"), lambda row: shapes.author(fields.part(row, "moderator"))
        )
        self._moderators[community] = {person.id: person for person in people}
        self._count()

    def moderators(self, community: int, *, but: str) -> list[Author]:
        """Those of one community, as they were when it was last asked, without `but` (`name@host`)."""
        known = self._moderators.get(community, {})
        return [
            replace(person, role=self.role(actor, community))
            for actor, person in known.items()
            if profile(actor) != but
        ]

    def inside(self, communities: Iterable[int]) -> None:
        """In private, only the moderators of these communities are any; before this is called, those of all."""
        self._inside = frozenset(communities)
        self._count()

    def crown(self, site: Mapping[str, Any]) -> None:
        """Takes over the administrators in an answer to `GET /site`."""
        people, _ = fields.harvest(
            fields.rows(site, "admins"), lambda row: shapes.author(fields.part(row, "person"))
        )
        self._admins = frozenset(person.id for person in people)
        self._count()

    def role(self, actor: str, community: int | None) -> Role:
        """The role in one community, or where none is given, in private."""
        if community is None:
            return self.staff.get(actor, Role.EVERYONE)
        if actor in self._admins:
            return Role.OWNER
        return Role.MODERATOR if actor in self._moderators.get(community, ()) else Role.EVERYONE

    async def local(self, person: Author) -> int:
        """The local id of somebody. Raises Refused when this server does not know them."""
        if person.id in self._local:
            return self._local[person.id]
        handle = profile(person.id)
        row = await self._by_name(handle, Need.MODERATE) if handle else None
        if row is None or shapes.address(row) != person.id:
            answer = await self._api.resolve(person.id)
            row = fields.maybe(fields.maybe(answer, "person"), "person")
        try:
            number = fields.ident(row)
        except Malformed:
            raise Refused(
                f"{self._api.client.url}: {person.name} is not known there", "couldnt_find_person"
            ) from None
        self.met(person.id, number)
        return number

    async def find(self, handle: str, servers: tuple[str, ...]) -> Mapping[str, Any] | None:
        """The person's row by `ana`, `@ana@host` or a profile's address; a bare name is sought on `servers` in turn."""
        handle = handle.strip()
        name = profile(handle)
        if name is None:
            match = _HANDLE.fullmatch(handle)
            if not match:
                return None
            name = f"{match[1]}@{match[2]}" if match[2] else match[1]
        names = [name] if "@" in name else [f"{name}@{server}" for server in servers]
        for full in names:
            row = await self._by_name(full)
            if row is not None:
                return row
        return None

    async def _by_name(self, name: str, need: Need = Need.READ) -> Mapping[str, Any] | None:
        # A server knows servers, itself too, without their port, and its own people without any server.
        name = name.removesuffix(f"@{self.own}")
        try:
            return await self._api.person(username=name, need=need)
        except Refused as refusal:
            if unheard_of(refusal, name):
                return None
            raise

    def _count(self) -> None:
        self.staff.clear()
        for community, actors in self._moderators.items():
            if self._inside is not None and community not in self._inside:
                continue
            self.staff.update(dict.fromkeys(actors, Role.MODERATOR))
        self.staff.update(dict.fromkeys(self._admins, Role.OWNER))


def profile(url: str) -> str | None:
    """`name@host` of a profile's address such as `https://host/u/name`; None for any other text."""
    server = fields.host(url)
    found = _PROFILE.fullmatch(urlsplit(url).path) if server else None
    return f"{found[1]}@{found[2] or server}" if found else None
