"""A small world in memory: rooms and communities, the people in them, and everything that is said there.

Members act through the plain methods (`say`, `edit`, `react`, …); the bot acts through `perform`. Bans and mutes have
no end of their own here: whoever bans somebody for a day must lift the ban a day later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.actions import External
from bot.clock import Clock
from bot.model import Discussion, PlaceKind, Role
from bot.platforms.memory import deeds, faults
from bot.platforms.memory.log import Log
from bot.platforms.memory.port import PRIVATE, Done, Event, Item, Kind, Member
from bot.platforms.memory.transcript import because, entry, excerpt
from bot.text import Document

_TICK = timedelta(microseconds=1)


class NotAllowed(Exception):
    """The world does not let a member do that: banned, muted, locked, not theirs. The message says which."""


class World:
    """Everything that exists, and the log of everything that happened.

    `places` maps native names to kinds; the private place is always there. `discussions` are what `elsewhere` finds by
    link. `transcript` has one entry for each act. Not thread-safe: all of it belongs to one event loop.
    """

    def __init__(self, clock: Clock, *, bot: str = "folkmoot") -> None:
        self.clock = clock
        self.bot = bot
        self.kinds: dict[str, PlaceKind] = {PRIVATE: PlaceKind.PRIVATE}
        self.people: dict[str, Member] = {bot: Member(name=bot, is_bot=True)}
        self.items: dict[str, Item] = {}
        self.log = Log()
        self.transcript: list[str] = []
        self.discussions: list[Discussion] = []
        self.muted: set[tuple[str, str]] = set()  # (place, name)
        self.banned: set[tuple[str, str]] = set()
        self.faults = faults.Faults()
        self._done: dict[str, Done] = {}
        self._first = 0

    # Setting the scene

    def add_place(self, name: str, kind: PlaceKind) -> None:
        self.kinds[name] = kind

    def admit(
        self,
        place: str,
        person: str,
        role: Role = Role.EVERYONE,
        *,
        is_bot: bool | None = None,
        since: datetime | None = None,
        opted_out: bool | None = None,
    ) -> Member:
        """Makes somebody a member of a place with that role, silently; facts left out stay as they were."""
        self._kind(place)
        known = self.people.get(person) or Member(name=person)
        self.people[person] = replace(
            known,
            roles={**known.roles, place: role},
            is_bot=known.is_bot if is_bot is None else is_bot,
            since=since or known.since,
            opted_out=known.opted_out if opted_out is None else opted_out,
        )
        return self.people[person]

    def begin(self) -> None:
        """What happened so far is history: whoever starts reading reads from here, and the transcript is empty."""
        self._first = len(self.log)
        self.transcript.clear()

    # What members do

    def join(self, place: str, person: str, *, since: datetime | None = None) -> None:
        """Enters a place; NotAllowed for the banned."""
        self._let(place, person, "join", "")
        member = self.admit(place, person, self.role(place, person), since=since)
        self.transcript.append(entry(place, f"{person} joins"))
        self.happen("joined", place, member)

    def say(
        self,
        place: str,
        person: str,
        text: str,
        reply_to: str | None = None,
        *,
        title: str | None = None,
        link: str | None = None,
    ) -> str:
        """Says something and returns its id: a message, a reply, or with a title a post."""
        parent = self._find(reply_to) if reply_to else None
        if parent and parent.place != place:
            raise NotAllowed(f"{reply_to} was said in {parent.place}, so it cannot be answered in {place}")
        if self._kind(place) is PlaceKind.COMMUNITY and not (parent or title):
            raise NotAllowed(f"a post in {place} needs a title, or reply_to to be a comment")
        if parent and self.items[parent.root].locked:
            raise NotAllowed(f"{excerpt(self.items[parent.root])} is locked")
        self._let(place, person, "write", text)
        to = self.bot if place == PRIVATE else None
        item = self.put(place, person, text, parent=parent, title=title, link=link, to=to)
        self.transcript.append(self.line(item))
        self.happen("said", place, item.author, item)
        return item.id

    def tell(self, person: str, text: str, reply_to: str | None = None) -> str:
        """Writes to the bot in private; returns the id. A ban elsewhere does not stop anybody."""
        return self.say(PRIVATE, person, text, reply_to)

    def edit(self, person: str, ident: str, text: str, *, title: str | None = None) -> None:
        """Changes one's own words."""
        item = self._find(ident)
        if item.author.name != person:
            raise NotAllowed(f"{person} did not write {excerpt(item)}")
        self._let(item.place, person, "edit", text)
        self.transcript.append(entry(item.place, f"{person} edits {excerpt(item)}", text))
        self.alter(item, text=text, title=title)

    def remove(self, person: str, ident: str, reason: str = "") -> None:
        """Takes away one's own words, or as a moderator anybody's."""
        item = self._find(ident)
        own = item.author.name == person
        if not own and self.role(item.place, person) < Role.MODERATOR:
            raise NotAllowed(f"{person} is no moderator of {item.place}")
        deed = (
            f"deletes {excerpt(item)}" if own else f"removes {self.shown(item.author.name)}’s {excerpt(item)}"
        )
        self.transcript.append(entry(item.place, f"{person} {deed}{because(reason)}"))
        self.vanish(item, self.people[person], reason)

    def react(self, person: str, ident: str, symbol: str) -> None:
        item = self._find(ident)
        self._let(item.place, person, "react", symbol)
        member = self.known(item.place, person)
        self.transcript.append(entry(item.place, f"{person} reacts {symbol} to {excerpt(item)}"))
        self.mark(item, member, symbol)

    def report(self, person: str, ident: str, reason: str) -> None:
        """Asks the moderators to look at something."""
        item = self._find(ident)
        member = self.known(item.place, person)
        whose = self.shown(item.author.name)
        self.transcript.append(
            entry(item.place, f"{person} reports {whose}’s {excerpt(item)}{because(reason)}")
        )
        self.happen("reported", item.place, member, item, reason)

    # What the bot asks (WorldPort)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def places(self) -> dict[str, PlaceKind]:
        return dict(self.kinds)

    async def bot_name(self) -> str:
        return self.bot

    async def first(self) -> int:
        return self._first

    async def events(self, since: int, wait: timedelta) -> tuple[Event, ...]:
        return await self.log.since(since, wait)

    async def perform(self, action: External, key: str) -> Done:
        fault = self.faults.draw(action.kind)
        if fault and fault != "unclear after acting":
            raise faults.error(fault)
        if key not in self._done:
            self._done[key] = deeds.carry_out(self, action)
        if fault:
            raise faults.error(fault)
        return self._done[key]

    async def performed(self, key: str) -> Done | None:
        return self._done.get(key)

    async def item(self, ident: str) -> Item | None:
        item = self.items.get(ident)
        return self._view(item) if item else None

    async def thread(self, root: str) -> tuple[Item, ...]:
        if root not in self.items:
            return ()
        top = self.items[root].root
        return tuple(self._view(item) for item in self.items.values() if item.root == top)

    async def member(self, name: str) -> Member | None:
        wanted = name.casefold()
        return next((m for m in self.people.values() if m.name.casefold() == wanted), None)

    async def elsewhere(self, link: str) -> tuple[Discussion, ...]:
        return tuple(found for found in self.discussions if found.link == link)

    # How things change; used here and by the bot's deeds

    def role(self, place: str, person: str) -> Role:
        member = self.people.get(person)
        return member.roles.get(place, Role.EVERYONE) if member else Role.EVERYONE

    def known(self, place: str, person: str) -> Member:
        """The person as a member of that place, admitted when new."""
        member = self.people.get(person)
        return member if member and place in member.roles else self.admit(place, person)

    def shown(self, name: str) -> str:
        """How the transcript calls somebody."""
        return "bot" if name == self.bot else name

    def line(self, item: Item) -> str:
        """The transcript's entry for something just said."""
        who = self.shown(item.author.name)
        if item.title is not None:
            where = f" <{item.link}>" if item.link else ""
            return entry(item.place, f"{who} posts “{item.title}”{where}", item.text or None)
        whom = item.to or (self.items[item.parent].author.name if item.parent else None)
        return entry(item.place, f"{who} → {self.shown(whom)}" if whom else who, item.text)

    def put(
        self,
        place: str,
        person: str,
        text: str,
        *,
        parent: Item | None = None,
        title: str | None = None,
        link: str | None = None,
        to: str | None = None,
        doc: Document | None = None,
        nsfw: bool = False,
    ) -> Item:
        """Adds something said, without saying so to anybody."""
        ident = str(len(self.items) + 1)
        item = Item(
            id=ident,
            place=place,
            author=self.known(place, person),
            text=text,
            sent_at=self.clock.now(),
            root=parent.root if parent else ident,
            parent=parent.id if parent else None,
            to=to,
            title=title,
            link=link,
            nsfw=nsfw,
            doc=doc,
        )
        self.items[ident] = item
        self._count(item, 1)
        return item

    def alter(self, item: Item, *, text: str, title: str | None = None, doc: Document | None = None) -> Item:
        """Replaces the text, and the title where one is given."""
        # Two edits are never at the same instant, even while a fake clock stands still.
        at = max(self.clock.now(), (item.edited_at or item.sent_at) + _TICK)
        item = replace(item, text=text, title=title or item.title, doc=doc, edited_at=at)
        self.items[item.id] = item
        self.happen("edited", item.place, item.author, item, at=at)
        return item

    def vanish(self, item: Item, by: Member, reason: str) -> None:
        """Hides something; hiding it again only tells of it again."""
        self._hide(item, True)
        self.happen("removed", item.place, by, self.items[item.id], reason)

    def bring_back(self, item: Item, by: Member, reason: str) -> None:
        """The opposite of `vanish`."""
        self._hide(item, False)
        self.happen("restored", item.place, by, self.items[item.id], reason)

    def mark(self, item: Item, by: Member, symbol: str) -> None:
        """Puts a reaction below something."""
        self.items[item.id] = replace(item, reactions=(*item.reactions, (by.name, symbol)))
        self.happen("reacted", item.place, by, self.items[item.id], symbol)

    def happen(
        self,
        kind: Kind,
        place: str,
        by: Member,
        item: Item | None = None,
        detail: str = "",
        *,
        at: datetime | None = None,
    ) -> None:
        """Writes the log and wakes whoever waits for it."""
        self.log.add(kind=kind, place=place, by=by, at=at or self.clock.now(), item=item, detail=detail)

    def _hide(self, item: Item, gone: bool) -> None:
        if item.gone is not gone:
            self.items[item.id] = replace(item, gone=gone)
            self._count(item, -1 if gone else 1)

    def _count(self, item: Item, more: int) -> None:
        """Keeps the root's count of replies, in which what is gone does not figure."""
        if item.parent:
            root = self.items[item.root]
            self.items[root.id] = replace(root, replies=root.replies + more)

    def _kind(self, place: str) -> PlaceKind:
        if place not in self.kinds:
            raise NotAllowed(f"there is no place called {place!r}; there are {', '.join(self.kinds)}")
        return self.kinds[place]

    def _find(self, ident: str) -> Item:
        if ident not in self.items:
            raise NotAllowed(f"nothing with the id {ident!r} was ever said here")
        return self.items[ident]

    def _view(self, item: Item) -> Item:
        """The item with its author's roles of today."""
        return replace(item, author=self.people[item.author.name])

    def _let(self, place: str, person: str, deed: str, text: str) -> None:
        """The ban wall: raises NotAllowed, and lets the transcript tell of the attempt."""
        for wall, word in ((self.banned, "banned"), (self.muted, "muted")):
            if (place, person) in wall:
                self.transcript.append(entry(place, f"{person} is {word} and cannot {deed}", text or None))
                raise NotAllowed(f"{person} is {word} in {place} and cannot {deed}")
