"""The path of one occurrence: admit, gather, decide, review, commit. Delivery is the outbox's.

What concerns one person in a community is decided one after the other, wherever it was said and with whichever of their
accounts, so that two messages in one breath count as two; different people are decided in parallel. See `turns` and
docs/architecture.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot import guard, linked
from bot.actions import Ban, Report
from bot.clock import Clock
from bot.context import LiveContext
from bot.decision import Decision, Outcome, Reviewed, State
from bot.ledger import Ledger, Overtaken
from bot.model import (
    Author,
    Community,
    Message,
    Noticed,
    Occurrence,
    Place,
    Ref,
    Role,
    Tick,
)
from bot.outbox import Outbox
from bot.platforms.protocol import Adapter, PlatformError
from bot.served import Served, met, person_of
from bot.text import Document, document
from bot.ticks import Ticks
from bot.turns import Turns, concerned

log = logging.getLogger(__name__)

#: Seconds that a command may take without a sign of work, and how long a sign lasts.
_A_MOMENT, _BETWEEN_SIGNS = 1.0, 20.0
#: How often an occurrence is decided anew when others were faster; each time somebody else got ahead.
_ATTEMPTS = 5


class Pipeline:
    """Takes occurrences through to the ledger; `served` may be replaced while it runs, for a reload."""

    def __init__(
        self,
        ledger: Ledger,
        adapters: Mapping[str, Adapter],
        outbox: Outbox,
        clock: Clock,
        served: Mapping[str, Served],
    ) -> None:
        self.ledger = ledger
        self.adapters = adapters
        self.outbox = outbox
        self.clock = clock
        self.served = served
        self._turns = Turns()
        self._ticks = Ticks(ledger, clock)

    async def handle(self, occurrence: Occurrence) -> bool:
        """Handles what happened, once: False when the ledger knew it already, or nobody serves its community."""
        name = occurrence.community if isinstance(occurrence, Tick) else occurrence.place.community
        served = self.served.get(name)
        if served is None:
            return False
        is_new, human = await self.ledger.admit(occurrence.key, name, person_of(occurrence))
        if not is_new:
            return False
        occurrence = met(occurrence, served)
        decisions = await self._in_turn(occurrence, name, served, human)
        if decisions is None:
            return False
        for decision in decisions:
            if decision.failed and served.router.breaker.failed(decision.plugin, self.clock.now()):
                await self.tell(name, f"paused-{decision.plugin}", _paused(decision, served.community))
        return True

    async def _in_turn(
        self, occurrence: Occurrence, name: str, served: Served, human: str | None
    ) -> list[Decision] | None:
        """Decides in the turn of everybody concerned, and commits; None when the ledger knew it.

        Whom it concerns is known once it is decided; with somebody among them who was not waited for, it is decided anew.
        """
        turns = {human} if human else set[str]()
        for attempt in range(_ATTEMPTS):
            is_last = attempt == _ATTEMPTS - 1
            async with self._turns.of(name, turns):
                now = self.clock.now()
                decisions, reviewed = await self._decided(occurrence, name, served, now)
                missing = await self._others(name, reviewed, person_of(occurrence)) - turns
                if missing and not is_last:
                    turns |= missing
                    continue
                try:
                    return decisions if await self._commit(occurrence, reviewed, now) else None
                except Overtaken:
                    if is_last:
                        raise
        return None

    async def _others(
        self, community: str, reviewed: Sequence[tuple[Decision, object]], actor: str | None
    ) -> set[str]:
        """The turns besides the actor's own that these decisions need: one for each human, and one for each case."""
        people, cases = concerned(decision for decision, _ in reviewed)
        others = {min({key, *(await self.ledger.linked(community, key)).keys}) for key in people - {actor}}
        return others | {f"case #{number}" for number in cases}

    async def _decided(
        self, occurrence: Occurrence, name: str, served: Served, now: datetime
    ) -> tuple[list[Decision], list[tuple[Decision, list[Reviewed]]]]:
        """What the handlers decided, and all of it with the guard's verdicts."""
        async with self._shown(occurrence):
            decisions = await served.router.decide(
                occurrence, name, lambda plugin: self._context(served, plugin, now, occurrence.place)
            )
        if isinstance(occurrence, Tick) and occurrence.missed:
            decisions.append(_missed(occurrence))
        if isinstance(occurrence, Noticed):
            report = Report(text=document(occurrence.text))
            decisions.append(_of_core(occurrence.key, name, "noticed", "the moderators have to know", report))
        reviewed: list[tuple[Decision, list[Reviewed]]] = []
        for decision in decisions:
            reviewed.append((decision, await self._review(decision, served, now, reviewed)))
        for decision in await self._of_linked(reviewed, served):
            reviewed.append((decision, await self._review(decision, served, now, reviewed)))
        return decisions, reviewed

    @asynccontextmanager
    async def _shown(self, occurrence: Occurrence) -> AsyncIterator[None]:
        """Lets whoever gave a command see that it is being worked on, when that takes longer than a moment."""
        if (
            not isinstance(occurrence, Message)
            or occurrence.command is None
            or (adapter := self.adapters.get(occurrence.place.account)) is None
        ):
            yield
            return
        signs = asyncio.create_task(_signs(adapter, occurrence.ref))
        try:
            yield
        finally:
            signs.cancel()

    async def tick(self) -> int:
        """Handles whatever schedule is due now; how many were."""
        handled = 0
        for served in self.served.values():
            for plugin in served.router.plugins:
                for schedule in plugin.schedules:
                    settings = served.settings[plugin.name]
                    for tick in await self._ticks.due(schedule, settings, served.community):
                        handled += await self.handle(tick)
        return handled

    async def tell(self, community: str, what: str, text: Document) -> None:
        """Puts a line before the community's moderators that comes from the bot itself; `what` names the kind."""
        now = self.clock.now()
        served = self.served[community]
        tick = Tick(community, "core", what, now.isoformat(), now, now)
        decision = _of_core(tick.key, community, what, what, Report(text=text))
        await self._commit(tick, [(decision, await self._review(decision, served, now))], now)

    async def _commit(
        self, occurrence: Occurrence, reviewed: Sequence[tuple[Decision, Sequence[Reviewed]]], now: datetime
    ) -> bool:
        """Stores it all and hands on what was claimed; False when the ledger knew it. Cannot be cut in two by a cancellation:
        what is claimed and reaches nobody would be on record as being sent until the next start.
        """

        async def whole() -> bool:
            committed = await self.ledger.commit(occurrence, reviewed, now, self.outbox.free)
            if committed is not None:
                self.outbox.take(committed)
            return committed is not None

        return await asyncio.shield(asyncio.ensure_future(whole()))

    def _context(self, served: Served, plugin: str, now: datetime, place: Place | None) -> LiveContext:
        return LiveContext(
            now=now,
            community=served.community.within(place.alias) if place else served.community,
            settings=served.settings[plugin],
            plugin=plugin,
            ledger=self.ledger,
            adapters=self.adapters,
            seen=served.seen,
            finders=served.finders,
        )

    async def _review(
        self,
        decision: Decision,
        served: Served,
        now: datetime,
        before: Sequence[tuple[Decision, Sequence[Reviewed]]] = (),
    ) -> list[Reviewed]:
        """The guard's verdicts. `before` are decisions that will be committed together with this one."""
        community = served.community
        falls_on = guard.people(decision)
        bans = any(isinstance(action, Ban) for action in decision.outcome.actions)
        hour_ago = now - timedelta(hours=1)
        destructive = any(guard.is_destructive(action) for action in decision.outcome.actions)
        facts = guard.Facts(
            community=community,
            limits=served.limits,
            capabilities={
                place.alias: self.adapters[place.account].capabilities
                for place in community.places
                if place.account in self.adapters
            },
            roles={key: await self._role(served, person, place) for key, (person, place) in falls_on.items()},
            bans=await self.ledger.bans_since(community.name, hour_ago) + guard.bans(before) if bans else 0,
            acts=await self.ledger.acts_since(community.name, decision.by.key, hour_ago)
            if decision.by and destructive
            else 0,
            own=frozenset(adapter.me.key for adapter in self.adapters.values() if adapter.me),
            now=now,
        )
        verdicts = guard.review(decision, facts)
        if any(map(guard.is_unheard, verdicts)):
            verdicts = guard.review(decision, replace(facts, staff=await self._staff(served)))
        for verdict in verdicts:
            if verdict.state is not State.PENDING:
                log.info(
                    "%s: %s: %s",
                    decision.plugin,
                    verdict.state,
                    verdict.why,
                    extra={"code": "guard." + verdict.state},
                )
        return verdicts

    async def _staff(self, served: Served) -> tuple[Author, ...]:
        """The humans who moderate where the community is at home; nobody while its platform does not answer."""
        home = served.community.front
        adapter = self.adapters.get(home.account) if home else None
        if home is None or adapter is None:
            return ()
        try:
            known = [served.seen(person) for person in await adapter.members(home.alias)]
        except PlatformError:
            return ()
        return tuple(one for one in known if one.role >= Role.MODERATOR and not one.is_bot)

    async def _role(self, served: Served, person: Author, alias: str) -> Role:
        """The person's role right now; where the platform does not answer, the highest that we have heard of."""
        place = served.community.place(alias)
        adapter = self.adapters.get(place.account) if place else None
        if adapter is None:
            return served.seen(person).role
        try:
            fresh = await adapter.refresh(person, alias)
        except PlatformError:
            fresh = person
        return served.seen(fresh).role

    async def _of_linked(
        self, reviewed: Sequence[tuple[Decision, Sequence[Reviewed]]], served: Served
    ) -> list[Decision]:
        """What to propose about the other accounts of whoever is banned by these decisions."""
        name, found = served.community.name, list[Decision]()
        for decision, verdicts in reviewed:
            for ban in linked.banned(verdicts):
                for other in (await self.ledger.linked(name, ban.person.key)).others:
                    cases = await self.ledger.cases(name, other.key, alone=True, kinds=("ban",))
                    more = linked.proposal(
                        decision, ban, other, cases, served.community, number=len(found) + 1
                    )
                    found += [more] if more else []
        return found


async def _signs(adapter: Adapter, ref: Ref) -> None:
    """Signs of work, one after the other, until cancelled."""
    await asyncio.sleep(_A_MOMENT)
    while True:
        with suppress(PlatformError):  # a courtesy: nothing depends on it
            await adapter.working(ref)
        await asyncio.sleep(_BETWEEN_SIGNS)


def _of_core(cause: str, community: str, handler: str, because: str, report: Report) -> Decision:
    return Decision(
        cause=cause,
        community=community,
        plugin="core",
        handler=handler,
        outcome=Outcome(because, (report,)),
    )


def _missed(tick: Tick) -> Decision:
    late = tick.at - tick.due
    text = document(
        f"{tick.plugin}: what was due at {tick.due:%Y-%m-%d %H:%M} UTC was skipped, because it would have come "
        f"{late.total_seconds() / 3600:.0f} h late. Raise late_by to have it come anyway."
    )
    return _of_core(tick.key, tick.community, tick.handler, "too late to be of use", Report(text=text))


def _paused(decision: Decision, community: Community) -> Document:
    return document(
        f"The plugin {decision.plugin} failed again and again and is paused; everything else goes on. "
        f"The last time: {decision.outcome.because}. “{community.moderators_prefix}resume {decision.plugin}” lets it try again."
    )
