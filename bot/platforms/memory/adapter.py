"""The memory platform's adapter: a world's items and events in the bot's own terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.actions import (
    Ban,
    Capability,
    External,
    Kick,
    LetIn,
    Lockdown,
    Mute,
    Post,
    PublishBan,
    Reopen,
    ShutOut,
    Tell,
    Unban,
    Unmute,
    Warn,
    WithdrawBan,
)
from bot.clock import Clock
from bot.model import (
    Author,
    Discussion,
    Joined,
    Message,
    Occurrence,
    Place,
    PlaceKind,
    Platform,
    Policy,
    Profile,
    Receipt,
    Ref,
    Role,
    Sanctioned,
    Thread,
)
from bot.platforms.memory.command import command_in
from bot.platforms.memory.happened import about
from bot.platforms.memory.port import Done, Event, Item, Member, WorldPort
from bot.platforms.protocol import Batch, Refused
from bot.prefixes import USUAL, Prefixes

#: What names the place where it happens.
_PLACED = (
    Post,
    Tell,
    Warn,
    Kick,
    Mute,
    Unmute,
    Ban,
    Unban,
    Lockdown,
    Reopen,
    ShutOut,
    LetIn,
    PublishBan,
    WithdrawBan,
)

_URL = re.compile(r"memory://(?P<place>[^/\s]+)/(?P<id>[^/\s]+)")


class MemoryAdapter:
    """One account in a world. People's ids are their names; `memory://place/id` links to what was said.

    `prefixes` gives what commands begin with in a place, by its alias (`!` where it names none); `platform` is what the world stands for.
    """

    #: Everything but bans that end by themselves and warnings of the server's own.
    capabilities = frozenset(Capability) - {Capability.TIMED_BAN, Capability.NATIVE_WARN}
    #: The world acts at once or not at all.
    settle = timedelta()

    def __init__(
        self,
        account: str,
        places: Mapping[str, Place],
        world: WorldPort,
        clock: Clock,
        *,
        prefixes: Prefixes | None = None,
        platform: Platform = Platform.MEMORY,
    ) -> None:
        self.platform = platform
        self.account = account
        self.places = dict(places)
        self._world = world
        self._clock = clock
        self._prefixes = dict(prefixes or {})
        self._by_native = {place.native: place for place in self.places.values()}
        self._name = ""

    async def open(self) -> None:
        self._name = await self._world.bot_name()
        problems = await self.check()
        if problems:
            raise Refused(problems[0], "no_place")

    async def close(self) -> None:
        await self._world.close()

    async def check(self) -> list[str]:
        kinds = await self._world.places()
        there = ", ".join(kinds)
        return [
            f"account {self.account}: place {p.alias}: there is no {p.kind} called {p.native!r} (there are: {there})"
            for p in self.places.values()
            if kinds.get(p.native) is not p.kind
        ]

    async def poll(self, cursor: str | None, wait: timedelta) -> Batch:
        since = int(cursor) if cursor is not None else await self._world.first()
        events = await self._world.events(since, wait)
        occurrences = tuple(o for event in events if (o := self._occurrence(event)) is not None)
        # Without events, a cursor is still due to a newcomer: it pins down what "new" means.
        return Batch(occurrences, str(events[-1].seq if events else since), timedelta())

    async def perform(self, action: External, key: str) -> Receipt:
        return self._receipt(await self._world.perform(self._native(action), key), action)

    async def find(
        self, action: External, key: str, since: datetime, taken: frozenset[Ref]
    ) -> Receipt | None:
        del since, taken  # the key alone decides here
        done = await self._world.performed(key)
        return self._receipt(done, action) if done else None

    async def message(self, target: Ref | str) -> Message | None:
        if isinstance(target, str):
            link = _URL.fullmatch(target.strip())
            if link is None:
                return None
            ident = link["id"]
        else:
            ident = target.id
        item = await self._world.item(ident)
        return self._message(item) if item else None

    async def thread(self, root: Ref) -> Thread:
        items = await self._world.thread(root.id)
        messages = [m for item in items if (m := self._message(item)) is not None]
        if not messages:
            raise Refused(
                f"{root} does not exist, or is in a place that this account does not read", "not_found"
            )
        return Thread(messages[0], tuple(messages[1:]), expected=len(messages) - 1)

    async def newest(self, community: str) -> list[Discussion]:
        return list(await self._world.newest(community))

    async def elsewhere(self, target: Ref | str) -> list[Discussion]:
        if isinstance(target, str):
            return list(await self._world.elsewhere(target))
        item = await self._world.item(target.id)
        return list(await self._world.elsewhere(item.link)) if item and item.link else []

    async def person(self, handle: str, place: str) -> Author | None:
        member = await self._world.member(handle) or await self._world.member(handle.removeprefix("@"))
        return self._author(member, self.places.get(place)) if member else None

    async def profile(self, person: Author, place: str, *, here: bool = False) -> Profile | None:
        del place, here  # a member's profile is the same everywhere
        member = await self._world.member(person.id)
        return member.profile if member else None

    async def refresh(self, person: Author, place: str) -> Author:
        member = await self._world.member(person.id)
        return self._author(member, self.places.get(place)) if member else person

    @property
    def me(self) -> Author | None:
        return Author(self.platform, self._name, self._name, is_bot=True) if self._name else None

    async def members(self, place: str) -> list[Author]:
        known = self._place(place)
        return [self._author(member, known) for member in await self._world.members(known.native)]

    async def policies(self, place: str) -> list[Policy]:
        return list(await self._world.policies(self._place(place).native))

    async def working(self, ref: Ref) -> None:
        """Nobody waits in this world."""

    def url(self, ref: Ref) -> str | None:
        return f"memory://{ref.place}/{ref.id}"

    # From the world's terms to ours

    def _occurrence(self, event: Event) -> Occurrence | None:
        """The event as an occurrence; None for our own acts and for what we do not follow."""
        place = self._by_native.get(event.place)
        if place is None or place.kind is PlaceKind.POLICY or event.by.name == self._name:
            return None
        by = self._author(event.by, place)
        if event.kind == "joined":
            return Joined(place, by, str(event.seq), event.at)
        if event.whom is not None and event.act is not None:
            return Sanctioned(
                place=place,
                person=self._author(event.whom, place),
                by=by,
                act=event.act,
                reason=event.detail,
                id=str(event.seq),
                at=event.at,
            )
        message = self._message(event.item) if event.item else None
        return about(event, message, by) if message else None

    def _message(self, item: Item) -> Message | None:
        place = self._by_native.get(item.place)
        if place is None:
            return None
        ref = self._ref(item.id, place)
        command = None
        if item.title is None and item.author.name != self._name:
            command = command_in(
                item.text,
                prefixes=self._prefixes.get(place.alias, USUAL),
                name=self._name,
                private=place.kind is PlaceKind.PRIVATE,
            )
        return Message(
            ref=ref,
            place=place,
            author=self._author(item.author, place),
            text="" if item.gone else item.text,
            sent_at=item.sent_at,
            root=self._ref(item.root, place),
            parent=self._ref(item.parent, place) if item.parent else None,
            title=item.title,
            link=item.link,
            edited_at=item.edited_at,
            command=None if item.gone else command,
            url=self.url(ref),
            replies=item.replies,
            nsfw=item.nsfw,
            gone=item.gone,
        )

    def _author(self, member: Member, place: Place | None) -> Author:
        """The person with their role in `place`; in private, the highest they have in that community's places.

        Whoever keeps a policy list has no power with us for that.
        """
        if place is None:
            role = Role.EVERYONE
        elif place.kind in {PlaceKind.PRIVATE, PlaceKind.POLICY}:
            ours = (
                p.native
                for p in self.places.values()
                if p.community == place.community and p.kind is not PlaceKind.POLICY
            )
            role = max((member.roles.get(native, Role.EVERYONE) for native in ours), default=Role.EVERYONE)
        else:
            role = member.roles.get(place.native, Role.EVERYONE)
        return Author(
            platform=self.platform,
            id=member.name,
            name=member.name,
            role=role,
            is_bot=member.is_bot,
            since=member.since,
            opted_out=member.opted_out,
        )

    def _ref(self, ident: str, place: Place) -> Ref:
        return Ref(self.platform, place.alias, ident)

    def _receipt(self, done: Done, action: External) -> Receipt:
        if done.item is None:
            return Receipt(done.at, detail=done.detail)
        place = self._by_native.get(done.item.place)
        ref = Ref(self.platform, place.alias if place else done.item.place, done.item.id)
        return Receipt(done.at, ref, self.url(ref), detail=action.kind)

    # From our terms to the world's

    def _native(self, action: External) -> External:
        """The action with its place by native name."""
        if isinstance(action, _PLACED):
            return replace(action, place=self._place(action.place).native)
        return action

    def _place(self, alias: str) -> Place:
        if alias not in self.places:
            raise Refused(
                f"account {self.account} does not read a place called {alias!r}; it reads "
                f"{', '.join(self.places) or 'none'}",
                "no_place",
            )
        return self.places[alias]
