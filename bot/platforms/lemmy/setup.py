"""What an account needs before it can work: its own identity, its communities, and settings under which it sees everything."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from bot.model import Place
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.blocks import blocked
from bot.platforms.lemmy.errors import unheard_of
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.shapes import Home
from bot.platforms.protocol import Refused, Unreachable

log = logging.getLogger(__name__)

#: An account hides much by default; under these settings it sees all there is to moderate, and is marked as a bot.
WANTED = {"show_nsfw": True, "show_read_posts": True, "show_bot_accounts": True}

#: What an empty profile becomes: servers ask of a bot that it says what it is for and whose it is.
BIO = (
    "I am a bot. I help the moderators of communities here, and answer whoever writes to me: send me “help” in a private"
    " message. Who runs me: {contact}"
)


class Setup:
    """Looks things up once, when the adapter opens."""

    def __init__(self, api: Api, people: People, account: str, contact: str = "") -> None:
        self._api = api
        self._people = people
        self._account = account
        self._contact = contact

    async def site(self) -> dict[str, Any]:
        """The answer to `GET /site`, with `my_user` in it. Raises PlatformError."""
        site = await self._api.site()
        if not fields.maybe(site, "my_user"):
            raise Unreachable(f"{self._api.client.url}: the server does not say who {self._account} is")
        self._people.crown(site)
        self._people.own = fields.host(shapes.address(_me(site)))
        return site

    async def home(
        self, site: dict[str, Any], places: Iterable[Place], private: Place, prefixes: tuple[str, ...]
    ) -> Home:
        """Who we are and which communities we look after. Raises PlatformError, Refused for a community not found."""
        me = _me(site)
        try:
            person, address = fields.ident(me), fields.host(shapes.address(me))
        except Malformed as error:
            raise Unreachable(
                f"{self._api.client.url}: the account's own profile makes no sense: {error}"
            ) from error
        here = {await self.community(place): place for place in places}
        # Who moderates another moot of the same account has no say in this one's private messages.
        self._people.inside(n for n, place in here.items() if place.community == private.community)
        return Home(
            account=self._account,
            person=person,
            name=fields.text(me, "name"),
            host=address,
            places=here,
            private=private,
            staff=self._people.staff,
            prefixes=prefixes,
            languages=_languages(site),
        )

    async def community(self, place: Place) -> int:
        """The local id of a place's community; learns its moderators, and follows it, for else nothing arrives."""
        try:
            view = await self._api.community(place.native)
            community = fields.maybe(view, "community_view")
            number = fields.ident(fields.maybe(community, "community"))
        except Refused as refusal:
            if not unheard_of(refusal, place.native):
                raise
            raise Refused(
                f"place {place.alias}: {self._api.client.url} knows no community {place.native!r}; write its name as in"
                " its address, with @instance when it is on another server",
                refusal.code,
            ) from refusal
        except Malformed as error:
            raise Unreachable(f"place {place.alias}: the server's answer makes no sense: {error}") from error
        self._people.appoint(number, view)
        if not self._api.follows(community):
            try:
                await self._api.follow(number)
            except Refused as refusal:
                log.warning("place %s: the community cannot be followed: %s", place.alias, refusal)
        return number

    async def settle(self, site: dict[str, Any]) -> None:
        """Changes the account's settings where they would hide something. The server may refuse; then `check` tells.

        Whom somebody blocked on purpose is left to them, and told.
        """
        for problem in self._blocks(site):
            log.warning("%s", problem, extra={"code": "lemmy.blocks"})
        wanted = _missing(site)
        if self._contact and not fields.text(_me(site), "bio").strip():
            wanted["bio"] = BIO.format(contact=self._contact)
        if not wanted:
            return
        try:
            await self._api.save_settings(wanted)
        except Refused as refusal:
            log.warning("%s: the account's settings cannot be changed: %s", self._account, refusal)

    def _blocks(self, site: dict[str, Any]) -> list[str]:
        names = blocked(fields.maybe(site, "my_user"))
        return [
            f"account {self._account}: it blocks {name}, so the server hides that from it; lift the block in the account's"
            " settings"
            for name in names
        ]

    async def check(self, home: Home) -> list[str]:
        """What is missing, one sentence each. Raises PlatformError when the server does not answer."""
        site = await self._api.site()
        me = _me(site)
        problems = [
            f"account {self._account}: the setting {name} is not what it must be ({value!r}); set it on the server"
            for name, value in _missing(site).items()
        ]
        problems += self._blocks(site)
        if not fields.text(me, "bio").strip():
            problems.append(
                f"account {self._account}: its profile is empty; say there whose bot this is and how to reach you, or"
                f" set accounts.{self._account}.contact"
            )
        actor = shapes.address(me)
        for number, place in home.places.items():
            view = await self._api.community(place.native)
            self._people.appoint(number, view)
            if not self._people.role(actor, number):
                problems.append(
                    f"place {place.alias}: {home.name}@{home.host} is no moderator of {place.native}; its moderators"
                    " have to appoint it, below themselves"
                )
        return problems


def _me(site: dict[str, Any]) -> dict[str, Any]:
    view = fields.maybe(fields.maybe(site, "my_user"), "local_user_view")
    return dict(fields.maybe(view, "person"))


def _languages(site: dict[str, Any]) -> dict[str, int]:
    """The server's numbers for languages, by their tags."""
    rows, _ = fields.harvest(
        fields.rows(site, "all_languages"), lambda row: (fields.text(row, "code"), fields.number(row, "id"))
    )
    return {tag: number for tag, number in rows if number is not None}


def _missing(site: dict[str, Any]) -> dict[str, object]:
    """The settings that have to change, and their new values."""
    mine = fields.maybe(site, "my_user")
    settings = fields.maybe(fields.maybe(mine, "local_user_view"), "local_user")
    wanted: dict[str, object] = {
        key: value for key, value in WANTED.items() if settings.get(key) is not value
    }
    if not fields.flag(_me(site), "bot_account"):
        wanted["bot_account"] = True
    languages = list(_languages(site).values())
    if set(languages) - set(fields.rows(mine, "discussion_languages")):
        wanted["discussion_languages"] = languages
    return wanted
