"""One account on one Matrix homeserver, as the bot sees it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.actions import Capability, External, LetIn, PublishBan, ShutOut, WithdrawBan
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
    Thread,
)
from bot.platforms.matrix import refs
from bot.platforms.matrix.access import Access
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.check import Check, Needs
from bot.platforms.matrix.cipher import Cipher
from bot.platforms.matrix.client import PATIENCE, Client, at
from bot.platforms.matrix.doors import Doors
from bot.platforms.matrix.lists import Lists
from bot.platforms.matrix.locksmith import Locksmith, OpenCipher
from bot.platforms.matrix.lookup import Lookup
from bot.platforms.matrix.messages import Messages
from bot.platforms.matrix.moderator import Moderator
from bot.platforms.matrix.people import People
from bot.platforms.matrix.private import Private
from bot.platforms.matrix.reader import Reader
from bot.platforms.matrix.receipts import Receipts
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.reports import Reports
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.sender import Saying, Sender
from bot.platforms.matrix.session import Session
from bot.platforms.matrix.shapes import Eyes
from bot.platforms.matrix.slowness import Slowness
from bot.platforms.matrix.standing import Standing
from bot.platforms.matrix.stream import Stream
from bot.platforms.matrix.wire import Wire
from bot.platforms.protocol import Batch, PlatformError, Refused, Unreachable
from bot.prefixes import Prefixes

log = logging.getLogger(__name__)

CAPABILITIES = frozenset(
    {
        Capability.POST,
        Capability.REPLY,
        Capability.TELL,
        Capability.EDIT,
        Capability.DELETE,
        Capability.PIN,
        Capability.REACT,
        Capability.REMOVE,
        Capability.MUTE,
        Capability.KICK,
        Capability.BAN,
        Capability.LOCKDOWN,
        Capability.THREADS,
        Capability.POLICIES,
        Capability.SERVERS,
    }
)

#: How long people see that the bot is typing, in milliseconds.
_TYPING = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The account's full id, and at least one way in. `file` is where the session is kept."""

    user: str
    password: Callable[[], str] | None = None
    token: Callable[[], str] | None = None
    file: Path | None = None


class MatrixAdapter:
    """Reads rooms and private talks, and acts as one account.

    `places` holds rooms (`native` is an id or an alias) and may hold one private place; without it that is called
    `<account>.private`. `prefixes` gives what commands begin with in a place, by its alias (`!` where it names none). For
    `invites_from` and `talks` see `Doors`, for `bots` `Eyes`, for `loud` `Sender`; without `cipher` encrypted rooms are closed to the bot. `needs` is what plugins need in each
    place, for `check`.
    """

    platform = Platform.MATRIX
    capabilities = CAPABILITIES
    #: A server may go on with a request for as long as its own time-out after we lost sight of it.
    settle = timedelta(seconds=60)

    def __init__(
        self,
        account: str,
        url: str,
        credentials: Credentials,
        places: Mapping[str, Place],
        clock: Clock,
        *,
        prefixes: Prefixes | None = None,
        invites_from: Iterable[str] = (),
        talks: bool = True,
        bots: Iterable[str] = (),
        loud: Iterable[str] = (),
        cipher: OpenCipher | None = None,
        needs: Mapping[str, Needs] | None = None,
        patience: float = PATIENCE,
        wire: Wire | None = None,
    ) -> None:
        self.account = account
        self.places = dict(places)
        self._user = credentials.user
        self._prefixes = dict(prefixes or {})
        self._clock = clock
        self._bots = frozenset(bots)
        self._needs = dict(needs or {})
        self._loud = frozenset(loud)
        self._client = Client(url, account, clock, wire=wire, patience=patience)
        self._session = Session(
            self._client, credentials.user, credentials.password, credentials.token, credentials.file
        )
        self._calls = Calls(self._client)
        private = self._private()
        self._rooms = Rooms(account, private)
        self._locksmith = Locksmith(self._client, self._session, self._rooms, cipher)
        self._doors = Doors(self._calls, self._rooms, private, invites_from, clock, talks=talks)
        self._slowness = Slowness(self._client, private, clock)
        self._standing = Standing(self._rooms, self._user, self._needs, clock)
        self._open: _Open | None = None

    async def open(self) -> None:
        """Signs in and enters the configured rooms; what cannot be entered is told, and no reason to stop."""
        await self._session.open()
        client, rooms, clock = self._client, self._rooms, self._clock
        if client.cipher is not None:
            await client.cipher.close()  # an attempt before this one broke off
        cipher = client.cipher = await self._locksmith.open()
        await self._doors.enter_all(p for p in self.places.values() if p.kind is not PlaceKind.PRIVATE)
        name = await self._calls.display(self._user) or None
        eyes = Eyes(self.account, self._user, rooms, name=name, prefixes=self._prefixes, bots=self._bots)
        recent = Recent(client)
        private = Private(self._calls, rooms, self._private(), encrypted=cipher.works)
        sender = Sender(self._calls, rooms, private, recent, clock, loud=self._loud)
        self._open = _Open(
            cipher=cipher,
            eyes=eyes,
            reader=Reader(
                Stream(client), rooms, eyes, self._doors, recent, Receipts(client, clock), cipher, clock
            ),
            reports=Reports(client, rooms, eyes, recent, clock),
            sender=sender,
            access=Access(self._calls, rooms, clock),
            lists=Lists(self._calls, rooms, clock),
            moderator=Moderator(self._calls, rooms, clock),
            lookup=Lookup(self._calls, rooms, private, sender),
            messages=Messages(client, rooms, recent, eyes),
            people=People(self._calls, rooms, eyes, self.places, self._private()),
        )

    async def close(self) -> None:
        if self._open is not None:
            await self._open.reader.close()
            await self._open.cipher.close()
        await self._client.close()

    async def poll(self, cursor: str | None, wait: timedelta) -> Batch:
        batch = await self._ready.reports.added(await self._ready.reader.poll(cursor, wait), cursor)
        noticed = (*self._slowness.noticed(), *self._standing.noticed())
        return replace(batch, occurrences=(*batch.occurrences, *noticed))

    async def perform(self, action: External, key: str) -> Receipt:
        await self._ready.reader.warm()
        if isinstance(action, Saying):
            return await self._ready.sender.perform(action, key)
        if isinstance(action, PublishBan | WithdrawBan):
            return await self._ready.lists.perform(action)
        if isinstance(action, ShutOut | LetIn):
            return await self._ready.access.perform(action)
        return await self._ready.moderator.perform(action, key)

    async def find(
        self, action: External, key: str, since: datetime, taken: frozenset[Ref]
    ) -> Receipt | None:
        await self._ready.reader.warm()
        return await self._ready.lookup.find(action, key, since, taken)

    async def message(self, target: Ref | str) -> Message | None:
        return await self._ready.messages.message(target)

    async def thread(self, root: Ref) -> Thread:
        return await self._ready.messages.thread(root)

    async def newest(self, community: str) -> list[Discussion]:  # noqa: ARG002 - there are none
        return []

    async def elsewhere(self, target: Ref | str) -> list[Discussion]:  # noqa: ARG002 - Matrix keeps no such list
        return []

    @property
    def me(self) -> Author | None:
        return self._open.people.me if self._open else None

    async def person(self, handle: str, place: str) -> Author | None:
        return await self._ready.people.person(handle, place)

    async def profile(self, person: Author, place: str, *, here: bool = False) -> Profile | None:
        del place, here  # it is the same everywhere
        return await self._ready.people.profile(person)

    async def refresh(self, person: Author, place: str) -> Author:
        return self._ready.people.refresh(person, place)

    async def members(self, place: str) -> list[Author]:
        return await self._ready.people.members(place)

    async def policies(self, place: str) -> list[Policy]:
        return self._ready.people.policies(place)

    async def working(self, ref: Ref) -> None:
        """Shows that the bot is typing. A courtesy: it may fail."""
        try:
            path = at("v3", "rooms", refs.parts(ref, self._rooms)[0], "typing", self._user)
            await self._client.call("PUT", path, {"typing": True, "timeout": _TYPING})
        except PlatformError as error:
            log.debug("%s: cannot show that we are typing: %s", self.account, error)

    def url(self, ref: Ref) -> str | None:
        try:
            ident, event = refs.parts(ref, self._rooms)
        except Refused:
            return None
        room = self._rooms.get(ident)
        return self._open.eyes.url(room, event) if self._open and room else None

    async def check(self) -> list[str]:
        await self._check.look(self.places.values())
        return self._check.problems(self.places.values())

    async def rights(self) -> list[str]:
        """What the bot may do in each room that it is in, one line each; after `check`."""
        return self._check.rights(self.places.values())

    @property
    def _check(self) -> Check:
        return Check(self._calls, self._rooms, self._doors, self._ready.cipher, self._needs)

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
        return Place(Platform.MATRIX, alias, "private", PlaceKind.PRIVATE, "", self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """What there is once the account is signed in."""

    cipher: Cipher
    eyes: Eyes
    reader: Reader
    reports: Reports
    sender: Sender
    access: Access
    lists: Lists
    moderator: Moderator
    lookup: Lookup
    messages: Messages
    people: People
