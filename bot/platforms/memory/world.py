"""A small world in memory: rooms and communities, the people in them, and everything that is said there.

Members act through the plain methods (`say`, `edit`, `react`, …); the bot acts through `perform`. Bans and mutes have
no end of their own here: whoever bans somebody for a day must lift the ban a day later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.actions import External
from bot.clock import Clock
from bot.model import Act, Discussion, PlaceKind, Policy, Role
from bot.platforms.memory import deeds, faults
from bot.platforms.memory.port import PRIVATE, Done, Event, Item, Member
from bot.platforms.memory.scene import Scene
from bot.platforms.memory.transcript import because, entry, excerpt


class NotAllowed(Exception):
    """The world does not let a member do that: banned, muted, locked, not theirs. The message says which."""


class World(Scene):
    """A scene in which members act by what they are allowed to, and the bot through its port (`WorldPort`).

    `discussions` are what `elsewhere` finds by link; `faults` plans what goes wrong.
    """

    def __init__(self, clock: Clock, *, bot: str = "folkmoot") -> None:
        super().__init__(clock, bot=bot)
        self.discussions: list[Discussion] = []
        self.faults = faults.Faults()
        self._done: dict[str, Done] = {}
        self._first = 0

    def begin(self) -> None:
        """What happened so far is history: whoever starts reading reads from here, and the transcript is empty."""
        self._first = len(self.log)
        self.transcript.clear()

    # What members do

    def join(self, place: str, person: str, *, since: datetime | None = None) -> None:
        """Enters a place; NotAllowed for the banned."""
        self._kind(place)
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
        self._let(place, person, "write", text, below=parent is not None)
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
        self._let(item.place, person, "edit", text, below=True)
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

    def restore(self, person: str, ident: str, reason: str = "") -> None:
        """Brings back, as a moderator, what was taken away."""
        item = self._find(ident)
        if self.role(item.place, person) < Role.MODERATOR:
            raise NotAllowed(f"{person} is no moderator of {item.place}")
        whose = self.shown(item.author.name)
        self.transcript.append(
            entry(item.place, f"{person} restores {whose}’s {excerpt(item)}{because(reason)}")
        )
        self.bring_back(item, self.people[person], reason)

    def react(self, person: str, ident: str, symbol: str) -> None:
        item = self._find(ident)
        self._let(item.place, person, "react", symbol, below=True)
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

    def sanction(self, place: str, person: str, act: Act, whom: str, reason: str = "") -> None:
        """A moderator's own doing, without the bot: a ban, a mute, a kick, or their end."""
        if self.role(place, person) < Role.MODERATOR:
            raise NotAllowed(f"{person} is no moderator of {place}")
        wall = self.banned if act in {Act.BAN, Act.UNBAN} else self.muted
        if act in {Act.BAN, Act.MUTE}:
            wall.add((place, whom))
        elif act in {Act.UNBAN, Act.UNMUTE}:
            wall.discard((place, whom))
        self.transcript.append(entry(place, f"{person} {act}s {whom} by hand{because(reason)}"))
        self.happen(
            "sanctioned", place, self.people[person], detail=reason, whom=self.known(place, whom), act=act
        )

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

    async def members(self, place: str) -> tuple[Member, ...]:
        return tuple(
            member
            for member in self.people.values()
            if place in member.roles and member.name != self.bot and (place, member.name) not in self.banned
        )

    async def policies(self, place: str) -> tuple[Policy, ...]:
        return tuple(self.rules.get(place, ()))

    async def elsewhere(self, link: str) -> tuple[Discussion, ...]:
        return tuple(found for found in self.discussions if found.link == link)

    async def newest(self, community: str) -> tuple[Discussion, ...]:
        there = (one for one in self.discussions if one.community == community)
        return tuple(sorted(there, key=lambda one: one.sent_at, reverse=True))

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

    def _let(self, place: str, person: str, deed: str, text: str, *, below: bool = False) -> None:
        """The ban wall: raises NotAllowed, and lets the transcript tell of the attempt.

        In a community that is locked down, what is `below` a post goes on, as on Lemmy.
        """
        for wall, word in ((self.banned, "banned"), (self.muted, "muted")):
            if (place, person) in wall:
                self.transcript.append(entry(place, f"{person} is {word} and cannot {deed}", text or None))
                raise NotAllowed(f"{person} is {word} in {place} and cannot {deed}")
        if below and self.kinds[place] is PlaceKind.COMMUNITY:
            return
        if place in self.closed and deed != "join" and self.role(place, person) < Role.MODERATOR:
            self.transcript.append(
                entry(place, f"{person} cannot {deed} while it is locked down", text or None)
            )
            raise NotAllowed(f"{place} is locked down, and {person} cannot {deed}")
