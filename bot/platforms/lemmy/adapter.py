"""One account on one Lemmy server (0.19 or 1.0), as the bot sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from bot.actions import Capability, External
from bot.clock import Clock
from bot.model import (
    Author,
    Discussion,
    Message,
    Place,
    PlaceKind,
    Platform,
    Policy,
    Profile,
    Receipt,
    Ref,
    Role,
    Thread,
)
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.client import PATIENCE, Client
from bot.platforms.lemmy.discover import discover
from bot.platforms.lemmy.elsewhere import about_page, elsewhere, newest
from bot.platforms.lemmy.federation import Federation
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.lookup import Lookup
from bot.platforms.lemmy.messages import Messages
from bot.platforms.lemmy.moderator import Moderator
from bot.platforms.lemmy.pacing import Pace
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.profiles import profile
from bot.platforms.lemmy.reader import LOOK_BACK, SWEEP_BACK, Reader
from bot.platforms.lemmy.sender import Saying, Sender
from bot.platforms.lemmy.session import Session
from bot.platforms.lemmy.setup import Setup
from bot.platforms.lemmy.shapes import Home
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.tree import whole
from bot.platforms.lemmy.warning import NativeWarnings
from bot.platforms.protocol import Batch, Refused, Unreachable

#: What every version can do.
CAPABILITIES = frozenset(
    {
        Capability.POST,
        Capability.REPLY,
        Capability.TELL,
        Capability.EDIT,
        Capability.DELETE,
        Capability.PIN,
        Capability.LOCK,
        Capability.REMOVE,
        Capability.RESTORE,
        Capability.BAN,
        Capability.TIMED_BAN,
        Capability.LOCKDOWN,
        Capability.THREADS,
        Capability.REPORTS,
        Capability.ELSEWHERE,
    }
)


class LemmyAdapter:
    """Reads communities and private messages, and acts as one account.

    `places` holds communities (`native` is `name` or `name@instance`) and may hold one private place; without it that is
    called `<account>.private`. `password` (and for a two-factor account `totp`, its secret, or `ask`, which gets a code from
    a human) are called only when a log-in is needed; the token is kept in `token_file`. `prefixes` are what commands may begin with, besides the mention. `contact` tells in
    an empty profile who runs the bot. `pace` is shared by accounts on one server.
    """

    platform = Platform.LEMMY
    #: A server may go on with a request for as long as its own time-out after we lost sight of it.
    settle = timedelta(seconds=60)

    def __init__(
        self,
        account: str,
        url: str,
        username: str,
        password: Callable[[], str],
        places: Mapping[str, Place],
        clock: Clock,
        *,
        token_file: Path | None = None,
        totp: Callable[[], str] | None = None,
        ask: Callable[[], str] | None = None,
        prefixes: tuple[str, ...] = ("!",),
        contact: str = "",
        look_back: timedelta = LOOK_BACK,
        sweep_back: timedelta = SWEEP_BACK,
        patience: float = PATIENCE,
        pace: Pace | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.account = account
        self.places = dict(places)
        self._clock = clock
        self._prefixes = prefixes
        self._look_back = look_back
        self._sweep_back = sweep_back
        self._client = Client(url, account, clock, pace=pace, patience=patience, transport=transport)
        self._username = username
        self._password = password
        self._token_file = token_file
        self._totp = totp
        self._ask = ask
        self._contact = contact
        self._open: _Open | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the server can do, as far as is known: that shows when it is opened."""
        native = {Capability.NATIVE_WARN} if self._open and self._open.api.features.warn else set()
        return CAPABILITIES | native

    @property
    def skipped(self) -> int:
        """How many rows of the server's answers made no sense so far."""
        return self._ready.reader.skipped

    async def open(self) -> None:
        api = await discover(self._client)
        people = People(api)
        setup = Setup(api, people, self.account, self._contact)
        session = Session(
            api, self._username, self._password, self._token_file, self._clock, self._totp, self._ask
        )
        await session.open()
        site = await setup.site()
        view = fields.maybe(site, "site_view")
        self._client.pace.adopt(fields.maybe(view, "local_site_rate_limit"), self._clock.now())
        await setup.settle(site)
        communities = [place for place in self.places.values() if place.kind is PlaceKind.COMMUNITY]
        home = await setup.home(site, communities, self._private(), self._prefixes)
        parts, native = (api, home, people, self._clock), NativeWarnings(api, home)
        reader = Reader(*parts, look_back=self._look_back, sweep_back=self._sweep_back)
        doers = (
            Sender(*parts, native),
            Moderator(*parts),
            Lookup(*parts, native),
            Federation(api, home.host, self._clock),
        )
        self._open = _Open(api, home, people, setup, reader, Messages(api, home), *doers)

    async def close(self) -> None:
        await self._client.close()

    async def poll(self, cursor: str | None, wait: timedelta) -> Batch:
        """Asks once, at once: Lemmy has nothing to wait on. The batch tells when to ask again."""
        del wait
        return await self._ready.reader.poll(cursor)

    async def perform(self, action: External, key: str) -> Receipt:
        if isinstance(action, Saying):
            return await self._ready.sender.perform(action, key)
        return await self._ready.moderator.perform(action)

    async def find(
        self, action: External, key: str, since: datetime, taken: frozenset[Ref]
    ) -> Receipt | None:
        del key
        return await self._ready.lookup.find(action, since, taken)

    async def message(self, target: Ref | str) -> Message | None:
        """By ref, or by the address of a post or comment on any server that this one can reach."""
        item = await self._ready.messages.get(target)
        return item.message if item else None

    async def thread(self, root: Ref) -> Thread:
        """A post's or comment's whole tree. Raises Refused where there is none, and where it is a private message."""
        item = await self._ready.messages.get(root)
        if item is None or Target.of(root).kind == "message":
            raise Refused(f"{root}: there is no such thread here (any more)", "not_found")
        return await whole(self._ready.api, item, self._ready.home)

    async def elsewhere(self, target: Ref | str) -> list[Discussion]:
        """Other discussions of a post's link or text (of its post where `target` is a comment), or of a page."""
        if isinstance(target, str):
            return await self._ready.federation.reached(await about_page(self._ready.api, target))
        message = await self.message(target)
        post = Target.of(message.root) if message else None
        found = await elsewhere(self._ready.api, post.number) if post and post.kind == "post" else []
        return await self._ready.federation.reached(found)

    async def newest(self, community: str) -> list[Discussion]:
        return await self._ready.federation.reached(await newest(self._ready.api, community))

    async def person(self, handle: str, place: str) -> Author | None:
        """`ana` (on the place's server first, then on ours), `ana@host`, `@ana@host`, or a profile's address."""
        home = self._ready.home
        there = self.places[place].native.rpartition("@")[2] if place in self.places else ""
        servers = tuple(
            dict.fromkeys(s for s in (there, home.host) if "." in s or ":" in s or s == home.host)
        )
        people = self._ready.people
        row = await people.find(handle, servers)
        if row is None:
            return None
        try:
            actor = shapes.address(row)
            people.met(actor, fields.ident(row))
            return shapes.author(row, people.role(actor, self._number(place)))
        except Malformed:
            return None

    async def profile(self, person: Author, place: str, *, here: bool = False) -> Profile | None:
        number = self._number(place) if here else None
        return await profile(self._ready.api, await self._ready.people.local(person), number)

    async def refresh(self, person: Author, place: str) -> Author:
        number, people = self._number(place), self._ready.people
        if number is not None:
            people.appoint(number, await self._ready.api.community(self.places[place].native))
        role = people.role(person.id, number)
        # TRUSTED is given in the configuration, not by Lemmy.
        trusted = Role.TRUSTED if person.role is Role.TRUSTED else Role.EVERYONE
        return replace(person, role=max(role, trusted))

    @property
    def me(self) -> Author | None:
        return None

    async def members(self, place: str) -> list[Author]:
        # A community tells how many subscribe to it, not who.
        number, home = self._number(place), self._ready.home
        if number is None:
            return []
        return self._ready.people.moderators(number, but=f"{home.name}@{home.host}")

    async def policies(self, place: str) -> list[Policy]:
        del place  # there are no such lists
        return []

    async def working(self, ref: Ref) -> None:
        """Lemmy has no sign for that."""

    def url(self, ref: Ref) -> str | None:
        return self._open.home.url(ref.id) if self._open else None

    async def check(self) -> list[str]:
        return await self._ready.setup.check(self._ready.home)

    @property
    def _ready(self) -> _Open:
        if self._open is None:
            raise Unreachable(f"account {self.account}: it is not signed in yet")
        return self._open

    def _private(self) -> Place:
        """The configured private place, or the one that each account has by itself."""
        for place in self.places.values():
            if place.kind is PlaceKind.PRIVATE:
                return place
        alias = f"{self.account}.private"
        return Place(Platform.LEMMY, alias, alias, PlaceKind.PRIVATE, "", self.account)

    def _number(self, alias: str) -> int | None:
        """A community's local id; None for the private place."""
        return next((n for n, place in self._ready.home.places.items() if place.alias == alias), None)


@dataclass(frozen=True, slots=True)
class _Open:
    """What there is once the account is signed in."""

    api: Api
    home: Home
    people: People
    setup: Setup
    reader: Reader
    messages: Messages
    sender: Sender
    moderator: Moderator
    lookup: Lookup
    federation: Federation
