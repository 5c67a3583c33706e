"""Saying things in rooms and in private, changing them and taking them back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bot import actions
from bot.clock import Clock
from bot.model import Author, PlaceKind, Receipt, Ref
from bot.platforms.matrix import content, links
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.content import Relation, transaction
from bot.platforms.matrix.errors import MISSING
from bot.platforms.matrix.events import MESSAGE, NOTICE, REACTION, Event
from bot.platforms.matrix.private import Private
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.refs import joined, parts, ref
from bot.platforms.matrix.rights import FORBIDDEN, explained
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.protocol import Refused
from bot.text import Document

Saying = (
    actions.Post | actions.Reply | actions.Tell | actions.Warn | actions.Edit | actions.Delete | actions.React
)

#: A reaction that is there already.
_THERE_ALREADY = "M_DUPLICATE_ANNOTATION"


class Sender:
    """Performs the actions that say something.

    `loud` are the places, by alias, in which posts are ordinary messages that clients notify of; all else is a notice.
    """

    def __init__(
        self,
        calls: Calls,
        rooms: Rooms,
        private: Private,
        recent: Recent,
        clock: Clock,
        *,
        loud: Collection[str] = (),
    ) -> None:
        self._calls = calls
        self._rooms = rooms
        self._private = private
        self._recent = recent
        self._clock = clock
        self._loud = frozenset(loud)

    async def perform(self, action: Saying, key: str) -> Receipt:
        """Documents are resolved and refs are real; `key` says that repeated attempts are one. Raises PlatformError."""
        match action:
            case actions.Post():
                doc = content.headed(action.text, action.title, action.link)
                room = joined(action.place, self._rooms).id
                return await self._say(room, content.message(doc, key, msgtype=self._kind(action.place)), key)
            case actions.Reply(to=Ref() as to):
                return await self._reply(to, action.text, key)
            case actions.Tell(person=person):
                return await self._tell(person, action.text, key)
            case actions.Warn():
                return await self._warn(action, key)
            case actions.Edit(ref=Ref() as name):
                room, event = parts(name, self._rooms)
                doc = content.headed(action.text, action.title, None)
                said = content.edit(doc, key, event, msgtype=await self._kind_of(name.place, room, event))
                await self._say(room, said, key)
                return self.receipt(room, event)
            case actions.Delete(ref=Ref() as name):
                return await self._delete(name, key)
            case actions.React(ref=Ref() as name):
                return await self._react(name, action.symbol, key)
            case _:
                raise Refused(f"{action.kind}: what it is about was never made", "bad_ref")

    def _kind(self, alias: str) -> str:
        return "m.text" if alias in self._loud else NOTICE

    async def _kind_of(self, alias: str, room: str, event: str) -> str:
        """What an edit of our own message has to be: the same as it was."""
        said = await self._recent.get(room, event) if alias in self._loud else None
        return said.msgtype if said is not None and said.msgtype else NOTICE

    async def _reply(self, to: Ref, doc: Document, key: str) -> Receipt:
        """Answers where it was asked; what is long goes into a thread of its own."""
        room, event = parts(to, self._rooms)
        asked = await self._recent.get(room, event)
        relation = _relation(asked, event, quietly=True)
        if relation.thread is None and content.is_long(doc) and self._is_public(room) and _roots(asked):
            relation = Relation(event, thread=event, quietly=True)
        return await self._say(room, content.message(doc, key, relation=relation), key)

    async def _tell(self, person: Author, doc: Document, key: str) -> Receipt:
        room = await self._private.room(person.id)
        return await self._say(room, content.message(doc, key), key)

    async def _warn(self, action: actions.Warn, key: str) -> Receipt:
        """Under what it is about, to that person alone.

        In private where it was said there, where the person is not in the room any more, and where we may not speak.
        """
        about, person = action.about, action.person
        if about is None or about.place == self._private.place.alias:
            return await self._tell(person, action.text, key)
        doc = content.addressed(action.text, person)
        try:
            room, event = parts(about, self._rooms)
            # The server is asked: the same decision may have banned them a moment ago.
            if await self._calls.membership(room, person.id) == "join":
                relation = await self._below(room, event)
                return await self._say(room, content.message(doc, key, relation=relation, veiled=True), key)
            why = "they are not in the room"
        except Refused as refusal:
            if refusal.code not in {FORBIDDEN, "no_place"}:
                raise
            why = str(refusal)
        receipt = await self._tell(person, action.text, key)
        return Receipt(receipt.at, receipt.ref, receipt.url, f"in private, because {why}")

    async def _below(self, room: str, event: str) -> Relation:
        """How to speak about an event; where it is gone, without answering it, but in its thread if we remember one."""
        found = Event.of(await self._recent.fetch(room, event))
        if found is not None and not found.redacted:
            return _relation(found, event)
        before = await self._recent.get(room, event)
        return Relation(thread=before.thread if before else None)

    async def _delete(self, name: Ref, key: str) -> Receipt:
        """What is gone already counts as deleted."""
        room, event = parts(name, self._rooms)
        try:
            await self._calls.redact(room, event, "", transaction(key))
        except Refused as refusal:
            if refusal.code not in MISSING:
                raise
            return Receipt(self._clock.now(), name, detail=f"so already ({refusal.code})")
        return Receipt(self._clock.now(), name)

    async def _react(self, name: Ref, symbol: str, key: str) -> Receipt:
        room, event = parts(name, self._rooms)
        try:
            return await self._say(room, content.reaction(symbol, event, key), key, REACTION)
        except Refused as refusal:
            if refusal.code != _THERE_ALREADY:
                raise
            return Receipt(self._clock.now(), name, detail=f"so already ({refusal.code})")

    async def _say(self, room: str, said: dict[str, Any], key: str, kind: str = MESSAGE) -> Receipt:
        client, known = self._calls.client, self._rooms.get(room)
        try:
            event = await client.send(room, kind, said, transaction(key))
        except Refused as refusal:
            needed = known.powers.sends(kind) if known else 0
            raise explained(refusal, known, client.user, "speak there", needed) from refusal
        return self.receipt(room, event)

    def receipt(self, room: str, event: str, detail: str = "") -> Receipt:
        """For something that was said. A room that no sync has told us of yet is one that we just made for a person."""
        known = self._rooms.get(room)
        if known is None or known.private:
            return Receipt(self._clock.now(), self._private.ref(room, event), detail=detail)
        url = links.url(room, event, via=[links.server(self._calls.client.user)])
        return Receipt(self._clock.now(), ref(known, event), url, detail)

    def _is_public(self, room: str) -> bool:
        known = self._rooms.get(room)
        return known is not None and known.place.kind is PlaceKind.ROOM


def _relation(asked: Event | None, event: str, *, quietly: bool = False) -> Relation:
    """What answers `event` belongs to: its thread, where it stands in one."""
    return Relation(event, thread=asked.thread if asked else None, quietly=quietly)


def _roots(asked: Event | None) -> bool:
    """Whether a thread may begin at it: not where it is part of something else."""
    return asked is not None and asked.replaces is None and asked.annotates is None
