"""No order of events yields a double strike, a lost strike, or a punishment without a case."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.api import Act, Ban, Mute, Remove, Warn
from bot.decision import COUNTING, Case
from bot.testing import Moot, Said

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"
COOLDOWN = timedelta(seconds=60)


class Play:
    """A moot with one member who may offend, and a moderator; `offences` counts what has to be a strike of its own."""

    def __init__(self, moot: Moot) -> None:
        self.moot = moot
        self.ana, self.mo = moot.member("ana"), moot.moderator("mo")
        self.said: list[Said] = []
        self.must_strike: list[str] = []

    async def does(self, event: str, number: int) -> None:
        """One event. Those about a message choose it by `number`; without one to choose they are left out."""
        message = self.said[number % len(self.said)] if self.said else None
        if message is not None and event in self._ABOUT_A_MESSAGE:
            await self._ABOUT_A_MESSAGE[event](self, message)
        elif event in self._WORDS:
            await self.mo.says(self._WORDS[event].replace("N", str(number + 1)), place="modroom")
        elif event in self._OTHERS:
            await self._OTHERS[event](self, number)

    async def _edits(self, message: Said, text: str) -> None:
        if not self.moot.world.items[message.id].gone and not self._is_out():
            await self.ana.edits(message, text)

    async def _restores(self, message: Said) -> None:
        if self.moot.world.items[message.id].gone:
            await self.mo.restores(message)

    async def _warns_twice(self, message: Said) -> None:
        await self.mo.replies(message, "!warn that was rude")
        await self.mo.replies(message, "!warn that was rude")

    async def _reacts(self, sign: str) -> None:
        if any(item.place == "modroom" for item in self.moot.world.items.values()):
            await self.mo.reacts(self.moot.newest("modroom"), sign)

    async def _reads_again(self) -> None:
        await self.moot.ledger.save_cursor("memory", "0", self.moot.clock.now())
        await self.moot.restart()

    _ABOUT_A_MESSAGE: ClassVar[dict[str, Callable[[Play, Said], Awaitable[object]]]] = {
        "edit": lambda play, said: play._edits(said, "never mind"),
        "edit in": lambda play, said: play._edits(said, "casino!"),
        "warn by answer": lambda play, said: play.mo.replies(said, "!warn that was rude"),
        "repeat the warning": lambda play, said: play._warns_twice(said),
        "report": lambda play, said: play.mo.reports(said, "look"),
        "restore": lambda play, said: play._restores(said),
    }
    _WORDS: ClassVar[dict[str, str]] = {
        "warn by name": "!warn @ana be kind",
        "undo": "!undo #N",
        "grant": "!grant #N",
        "pardon": "!pardon @ana yes",
        "ban": "!ban @ana 2d enough",
        "unban": "!unban @ana",
        "duration": "!duration #N 3d",
    }
    _OTHERS: ClassVar[dict[str, Callable[[Play, int], Awaitable[object]]]] = {
        "offend": lambda play, _: play._says("casino, I say"),
        "be kind": lambda play, _: play._says("what a nice day"),
        "react": lambda play, n: play._reacts(("⚠️", "🗑️", "🔨", "✅", "↩️", "❌")[n]),
        "appeal": lambda play, n: play.ana.tells(f"!appeal #{n + 1} I am sorry"),
        "ban by hand": lambda play, _: play.mo.sanctions("ana", Act.BAN, "by hand"),
        "unban by hand": lambda play, _: play.mo.sanctions("ana", Act.UNBAN),
        "wait a little": lambda play, _: play.moot.advance(seconds=20),
        "wait long": lambda play, _: play.moot.advance(hours=30),
        "restart": lambda play, _: play.moot.restart(),
        "read again": lambda play, _: play._reads_again(),
    }

    def _is_out(self) -> bool:
        return ("lounge", "ana") in self.moot.world.banned

    async def _says(self, text: str) -> None:
        if self._is_out():
            return
        before = [case.at for case in await self.cases() if _struck(case)]
        said = await self.ana.says(text)
        self.said.append(said)
        if "casino" in text and not any(self.moot.clock.now() - at < COOLDOWN for at in before):
            self.must_strike.append(str(self.moot.ref(said)))

    async def cases(self) -> list[Case]:
        return await self.moot.ledger.cases("moot", "memory:ana")


#: What may happen, one after the other; offences often. The number chooses a message, a case, or a sign.
EVENTS = st.tuples(
    st.sampled_from((*Play._ABOUT_A_MESSAGE, *Play._WORDS, *Play._OTHERS, "offend", "offend", "offend")),
    st.integers(0, 5),
)


def _struck(case: Case) -> bool:
    """Whether it brought a strike that stands."""
    return any(isinstance(s.action, Warn) and s.action.points and s.state in COUNTING for s in case.actions)


async def holds(play: Play) -> None:
    """The three laws, and that nobody is shut out whom the ledger does not say so of."""
    cases = await play.cases()
    per_message = Counter(str(case.about) for case in cases if case.about and _struck(case))
    assert all(count == 1 for count in per_message.values()), "a double strike"
    given_for = {str(case.about) for case in cases if any(isinstance(s.action, Warn) for s in case.actions)}
    assert set(play.must_strike) <= given_for, "a lost strike"
    strikes = await play.moot.ledger.strikes("moot", "memory:ana")
    assert sum(strike.points for strike in strikes) == sum(_struck(case) for case in cases)
    standing = {
        (stored.action.place, stored.action.person.id)
        for case in cases
        for stored in case.actions
        if isinstance(stored.action, Ban | Mute) and stored.state in COUNTING
    }
    assert play.moot.world.banned <= standing, "a punishment without a case"
    removed = {
        str(stored.action.ref)
        for case in cases
        for stored in case.actions
        if isinstance(stored.action, Remove) and stored.state in COUNTING
    }
    gone = {str(play.moot.ref(said)) for said in play.said if play.moot.world.items[said.id].gone}
    assert gone <= removed, "a removal without a case"


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=4, max_size=14))
def test_no_order_of_events_doubles_or_loses_a_strike_or_punishes_without_a_case(
    events: list[tuple[str, int]],
):
    async def story() -> None:
        async with Moot(plugins={"moderation": {"text": GAMBLING}}) as moot:
            play = Play(moot)
            for event, number in events:
                await play.does(event, number)
                await holds(play)

    asyncio.run(story())
