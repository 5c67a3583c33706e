"""A day in the life of a community: what its people do, in no order, and what must have come of it, each thing once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.matrix_moot import MatrixMoot
from tests.synapse import Event, Person

V3 = "/_matrix/client/v3"
INSULTS = ("What a numbskull!", "You windbag.", "Oh, shut up!", "Listen, blockhead.")
#: So many strikes bring a ban of a day.
LADDER = 3

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Size:
    """How often each thing happens. `repeaters` insult until they are banned; `visitors` come, talk and go."""

    members: int
    chatter: int
    offenders: int
    repeaters: int
    questions: int
    edits: int
    reports: int
    visitors: int


@dataclass
class Day:
    """What was done that something must come of: by the ids of events and people."""

    moot: MatrixMoot
    dice: random.Random
    members: list[Person] = field(default_factory=list)
    insults: list[str] = field(default_factory=list)
    strikes: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)

    async def plan(self, size: Size) -> list[Act]:
        """Who takes part has come; what they will do, in no order."""
        await self.moot.town.unlimit(self.moot.mira)
        self.members = [await self._comes(f"member{number}") for number in range(size.members)]
        acts: list[Act] = [self._chat] * size.chatter + [self._ask] * size.questions
        acts += [self._edit] * size.edits + [self._report] * size.reports + [self._visit] * size.visitors
        for number in range(size.offenders + size.repeaters):
            person = await self._comes(f"rude{number}")
            acts += [self._insulting(person)] * (1 if number < size.offenders else LADDER)
        for number in range(size.edits):
            acts.append(self._insulting_by_edit(await self._comes(f"sly{number}")))
        self.dice.shuffle(acts)
        return acts

    @property
    def banned(self) -> set[str]:
        return {person for person, count in self.strikes.items() if count == LADDER}

    # What people do

    async def _comes(self, name: str) -> Person:
        """Somebody joins the lounge whom the server does not slow down: its limits shall be felt by the bot."""
        person = await self.moot.town.register(name)
        await self.moot.town.unlimit(person)
        await person.join(self.moot.lounge)
        return person

    async def _say(self, person: Person) -> str:
        return await person.send(self.moot.lounge, f"Fine weather, and {self.dice.randrange(1000)} birds.")

    async def _chat(self) -> None:
        person, other = self.dice.sample(self.members, 2)
        said = await self._say(person)
        match self.dice.randrange(6):
            case 0:
                await other.react(self.moot.lounge, said, "🔨")  # no moderator, so it is but a picture
            case 1:
                await person.redact(self.moot.lounge, said)
            case 2:
                await other.reply(self.moot.lounge, said, "Indeed.", thread=said)

    async def _edit(self) -> None:
        """Changes that change nothing for anybody."""
        person = self.dice.choice(self.members)
        said = await self._say(person)
        for text in ("Fine weather!", "Fine weather!!"):
            await person.edit(self.moot.lounge, said, text)

    async def _ask(self) -> None:
        text = self.dice.choice(("!strikes", "folkmoot: strikes", "@folkmoot strikes"))
        self.asked.append(await self.moot.mira.send(self.moot.lounge, text))

    async def _report(self) -> None:
        person, other = self.dice.sample(self.members, 2)
        said = await self._say(person)
        await other.reply(self.moot.lounge, said, "!report this is odd")
        self.reported.append(said)

    async def _visit(self) -> None:
        visitor = await self._comes("visitor")
        await self._say(visitor)
        await visitor.leave(self.moot.lounge)

    def _insulting(self, person: Person) -> Act:
        async def act() -> None:
            self._struck(person, await person.send(self.moot.lounge, self.dice.choice(INSULTS)))

        return act

    def _insulting_by_edit(self, person: Person) -> Act:
        async def act() -> None:
            said = await self._say(person)
            for text in INSULTS[:2]:  # the second changes nothing: one message is one strike
                await person.edit(self.moot.lounge, said, text)
            self._struck(person, said)

        return act

    def _struck(self, person: Person, said: str) -> None:
        self.insults.append(said)
        self.strikes[person.id] += 1

    # What came of it

    async def outcome(self) -> Outcome:
        moot = self.moot
        rooms = (await moot.account.request("GET", f"{V3}/joined_rooms"))["joined_rooms"]
        history = {room: await moot.account.history(room) for room in rooms}
        return Outcome(
            moot.account.id,
            history[moot.lounge],
            history[moot.modroom],
            [event for room, events in history.items() if room != moot.modroom for event in events],
        )


@dataclass
class Outcome:
    """What the bot did, by what it did it about, each with how often."""

    bot: str
    lounge: list[Event]
    modroom: list[Event]
    heard: list[Event]  # in the lounge and in private

    def _by_bot(self, events: list[Event], kind: str) -> list[Event]:
        return [e for e in events if e["sender"] == self.bot and e["type"] == kind]

    @property
    def removed(self) -> Counter[str]:
        """Messages of others that it removed; its own it takes back, too."""
        own = {e["event_id"] for e in self.heard if e["sender"] == self.bot}
        found = Counter(
            str(e.get("redacts") or e["content"].get("redacts"))
            for e in self._by_bot(self.lounge, "m.room.redaction")
        )
        return Counter({event: count for event, count in found.items() if event not in own})

    @property
    def warned(self) -> Counter[int]:
        """Warnings, in the lounge and in private, by the number of the case."""
        return _cases(self._by_bot(self.heard, "m.room.message"), "Case #", ".")

    @property
    def cards(self) -> Counter[int]:
        """Lines before the moderators by the number of the case."""
        return _cases(self._by_bot(self.modroom, "m.room.message"), "Case #", " ")

    @property
    def reports(self) -> int:
        """Cards about what members reported."""
        return sum(
            "reported" in str(body) or "this is odd" in str(body)
            for e in self._by_bot(self.modroom, "m.room.message")
            if (body := e["content"].get("body"))
        )

    def answered(self, asked: list[str]) -> Counter[str]:
        return Counter(
            to
            for e in self._by_bot(self.lounge, "m.room.message")
            if (to := e["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")) in asked
        )

    def became(self, membership: str) -> Counter[str]:
        """Whom the bot banned (`ban`), and whom it let in again (`leave`)."""
        return Counter(
            str(e["state_key"])
            for e in self._by_bot(self.lounge, "m.room.member")
            if e["content"].get("membership") == membership
        )

    def said(self, *texts: str) -> int:
        """How many of its messages in the lounge contain one of these."""
        return sum(
            any(text in str(e["content"].get("body")) for text in texts)
            for e in self._by_bot(self.lounge, "m.room.message")
        )


def _cases(events: list[Event], before: str, after: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for event in events:
        content: dict[str, Any] = event["content"]
        if content.get("m.relates_to", {}).get("rel_type") == "m.replace":
            continue
        _, mark, rest = str(content.get("body")).partition(before)
        number = rest.partition(after)[0]
        if mark and number.isdigit():
            found[int(number)] += 1
    return found
