"""The state of a world in memory, and the few ways in which it changes. Nobody's permission is asked here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.model import Act, PlaceKind, Policy, Profile, Role
from bot.platforms.memory.log import Log
from bot.platforms.memory.port import PRIVATE, Item, Kind, Member
from bot.platforms.memory.transcript import entry
from bot.text import Document

_TICK = timedelta(microseconds=1)


class Scene:
    """Places, people, what was said, and the log of everything that happened.

    `kinds` maps the places' native names to their kinds; the private place is always there. `transcript` has one entry
    for each act. `muted` and `banned` hold (place, name), `closed` places, `shut` (place, server);
    `rules` those of each policy list. Not thread-safe: all of it belongs to one event loop.
    """

    def __init__(self, clock: Clock, *, bot: str = "folkmoot") -> None:
        self.clock = clock
        self.bot = bot
        self.kinds: dict[str, PlaceKind] = {PRIVATE: PlaceKind.PRIVATE}
        self.people: dict[str, Member] = {bot: Member(name=bot, is_bot=True)}
        self.items: dict[str, Item] = {}
        self.log = Log()
        self.transcript: list[str] = []
        self.muted: set[tuple[str, str]] = set()
        self.banned: set[tuple[str, str]] = set()
        self.closed: set[str] = set()
        self.shut: set[tuple[str, str]] = set()
        self.rules: dict[str, list[Policy]] = {}

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
        profile: Profile | None = None,
    ) -> Member:
        """Makes somebody a member of a place with that role, silently; facts left out stay as they were."""
        if place not in self.kinds:
            raise ValueError(f"there is no place called {place!r}; there are {', '.join(self.kinds)}")
        known = self.people.get(person) or Member(name=person)
        self.people[person] = replace(
            known,
            roles={**known.roles, place: role},
            is_bot=known.is_bot if is_bot is None else is_bot,
            since=since or known.since,
            opted_out=known.opted_out if opted_out is None else opted_out,
            profile=profile or known.profile,
        )
        return self.people[person]

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
        whom: Member | None = None,
        act: Act | None = None,
    ) -> None:
        """Writes the log and wakes whoever waits for it."""
        self.log.add(
            kind=kind,
            place=place,
            by=by,
            at=at or self.clock.now(),
            item=item,
            detail=detail,
            whom=whom,
            act=act,
        )

    def _hide(self, item: Item, gone: bool) -> None:
        if item.gone is not gone:
            self.items[item.id] = replace(item, gone=gone)
            self._count(item, -1 if gone else 1)

    def _count(self, item: Item, more: int) -> None:
        """Keeps the root's count of replies, in which what is gone does not figure."""
        if item.parent:
            root = self.items[item.root]
            self.items[root.id] = replace(root, replies=root.replies + more)
