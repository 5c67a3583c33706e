"""No order of events yields a double strike, a lost strike, or a punishment without a case."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.api import Act, Ban, Case, Mute, Remove, State, Stored, Warn
from bot.decision import COUNTING
from bot.model import Platform, Role
from bot.testing import Said
from tests.two_sides import Human, TwoSides

RULES = "name: No gambling\nbody+title: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"
COOLDOWN = timedelta(seconds=60)
#: So many strikes that count lead to the first ban.
ENOUGH = 3

#: What the moderators type in their room. N is a case; WHO one of the two accounts.
COMMANDS = (
    "!warn WHO be kind", "!undo #N", "!grant #N", "!deny #N no", "!pardon WHO yes", "!ban WHO 2d enough", "!ban WHO spam",
    "!unban WHO", "!mute WHO 2h", "!unmute WHO", "!duration #N 3d", "!duration #N 1h", "!reason #N rude", "!approve #N",
    "!reject #N", "!note WHO hm", "!label WHO new", "!exempt WHO", "!unexempt WHO", "!why #N", "!history WHO",
)  # fmt: skip
SIGNS = ("⚠️", "🗑️", "🔨", "✅", "↩️", "❌")
#: On which kinds of acts by hand there is no word in a world of ours.
BY_HAND = (Act.WARN, Act.MUTE, Act.KICK, Act.BAN, Act.UNBAN, Act.UNMUTE)

choice = st.integers(0, 7)


class Town(RuleBasedStateMachine):
    """One human with an account on either side who may offend, a member who watches, and two moderators."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.said: list[tuple[Human, Said]] = []
        self.must_strike: list[str] = []
        self.spared = False

    def do(self, deed: Coroutine[Any, Any, Any]) -> None:
        self.runner.run(deed)

    @initialize()
    def everybody_is_there(self) -> None:
        async def story() -> None:
            self.moot = moot = await TwoSides({"moderation": {"text": RULES}, "accounts": {}}).__aenter__()
            self.ana, self.twin = moot.matrix("ana"), moot.lemmy("ana")
            self.cy, self.mo, self.bo = (
                moot.matrix("cy"),
                moot.matrix("mo", Role.MODERATOR),
                moot.matrix("bo", Role.MODERATOR),
            )
            self.lea = moot.lemmy("lea", Role.MODERATOR)
            await self.ana.tells("!link")
            code = re.search(r"\w{4}-\w{4}", self.ana.heard())
            assert code is not None
            await self.twin.tells(f"!link {code[0]}")

        self.do(story())

    def teardown(self) -> None:
        self.do(self.moot.__aexit__(None, None, None))
        self.runner.close()

    # What happens

    @rule(who=st.booleans(), words=st.sampled_from(("casino, I say", "casino", "what a nice day")))
    def somebody_speaks(self, *, who: bool, words: str) -> None:
        self.do(self._speaks(self.twin if who else self.ana, words))

    @rule()
    def both_accounts_offend_in_one_breath(self) -> None:
        async def story() -> None:
            places = self._places(words="casino")
            for who, said in places:
                self.said.append((who, said))
            await self.moot.settle()

        self.do(story())

    @precondition(lambda self: self.said)
    @rule(which=choice, words=st.sampled_from(("casino!", "never mind")))
    def a_message_is_edited(self, which: int, words: str) -> None:
        who, said = self._message(which)
        if not who.world.items[said.id].gone and not who.is_out():
            self.do(who.edits(said, words))

    @precondition(lambda self: self.said)
    @rule(which=choice, how=st.sampled_from(("author", "moderator", "restore", "report")))
    def something_is_done_about_a_message(self, which: int, how: str) -> None:
        who, said = self._message(which)
        moderator = self.lea if who is self.twin else self.mo
        is_gone = who.world.items[said.id].gone
        if how == "report" and who is self.ana:
            self.do(self.cy.reports(said, "look"))
        elif how == "restore" and is_gone:
            self.do(moderator.restores(said))
        elif how == "author" and not is_gone:
            self.do(who.removes(said))
        elif how == "moderator" and not is_gone:
            self.do(moderator.removes(said))

    @precondition(lambda self: self.said)
    @rule(
        which=choice,
        word=st.sampled_from(("!warn that was rude", "!mute 2h rude", "!remove rude", "!ban 2d")),
    )
    def two_moderators_answer_a_message_at_once(self, which: int, word: str) -> None:
        who, said = self._message(which)
        for moderator in (
            ("@mo:example.org", "@bo:example.org") if who is self.ana else ("lea@lemmy.example",)
        ):
            who.world.say(said.place, moderator, word, said.id)
        self.do(self.moot.settle())

    @rule(word=st.sampled_from(COMMANDS), number=choice, who=st.booleans(), both=st.booleans())
    def a_moderator_gives_a_command(self, *, word: str, number: int, who: bool, both: bool) -> None:
        name = self.twin.name if who else self.ana.name
        typed = word.replace("N", str(number + 1)).replace("WHO", name)
        self.spared = {"!exempt": True, "!unexempt": False}.get(word.partition(" ")[0], self.spared)
        for moderator in (self.mo, self.bo) if both else (self.mo,):
            moderator.world.say("modroom", moderator.name, typed)
        self.do(self.moot.settle())

    @rule(sign=st.sampled_from(SIGNS), who=st.booleans())
    def a_moderator_reacts(self, *, sign: str, who: bool) -> None:
        if any(item.place == "modroom" for item in self.moot.world.items.values()):
            self.do((self.bo if who else self.mo).reacts(self.moot.newest("modroom"), sign))

    @rule(act=st.sampled_from(BY_HAND), who=st.booleans())
    def a_moderator_acts_by_hand(self, *, act: Act, who: bool) -> None:
        by, whom = (self.lea, self.twin) if who else (self.mo, self.ana)
        self.do(by.sanctions(whom, act, "by hand"))

    @rule(number=choice, who=st.booleans())
    def an_appeal_is_made(self, *, number: int, who: bool) -> None:
        self.do((self.twin if who else self.ana).tells(f"!appeal #{number + 1} I am sorry"))

    @rule(span=st.sampled_from((20, 90, 30 * 3600, 31 * 86400)))
    def time_goes_by(self, span: int) -> None:
        self.do(self.moot.advance(seconds=span))

    @rule(again=st.booleans())
    def the_bot_starts_anew(self, *, again: bool) -> None:
        """`again`: and reads everything once more."""

        async def story() -> None:
            for account in ("lemmy", "matrix") if again else ():
                await self.moot.ledger.save_cursor(account, "0", self.moot.clock.now())
            await self.moot.restart()

        self.do(story())

    # What must hold

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "moot"):
            self.do(self._hold())

    async def _hold(self) -> None:
        assert await self.moot.ledger.failures() == []
        cases = await self._cases()
        for law in self.LAWS:
            law(self, cases)
        mine, theirs = [await self._strikes(who) for who in (self.ana, self.twin)]
        assert mine == theirs, "one human, one count"
        assert sum(mine.values()) == sum(map(_counts, cases)), (
            "the sum is what the ledger's warnings add up to"
        )

    def _no_double_strike(self, cases: list[Case]) -> None:
        struck = Counter(str(case.about) for case in cases if case.about and _counts(case))
        assert all(count == 1 for count in struck.values()), struck

    def _no_lost_strike(self, cases: list[Case]) -> None:
        given = {str(case.about) for case in cases if any(isinstance(s.action, Warn) for s in case.actions)}
        assert set(self.must_strike) <= given

    def _no_punishment_without_a_case(self, cases: list[Case]) -> None:
        for kind, walls in ((Ban, "banned"), (Mute, "muted")):
            standing = {
                (one.action.place, one.action.person.id)
                for case in cases
                for one in case.actions
                if isinstance(one.action, kind) and one.state in COUNTING
            }
            assert all(getattr(world, walls) <= standing for world in self.moot.worlds.values()), walls
        removed = {
            one.action.ref.id + one.action.ref.place
            for case in cases
            for one in case.actions
            if isinstance(one.action, Remove) and one.state in COUNTING
        }
        gone = {s.id + s.place for who, s in self.said if who.world.items[s.id].gone}
        by_hand = {
            event.item.id + event.item.place
            for world in self.moot.worlds.values()
            for event in world.log
            if event.kind == "removed" and event.item and event.by.name != world.bot
        }
        assert gone <= removed | by_hand

    def _a_ban_of_the_ladder_has_the_strikes_that_it_needs(self, cases: list[Case]) -> None:
        for case in cases:
            if any(_is_by_ladder(one, self.moot.clock.now()) for one in case.actions):
                past = [other for other in cases if other.number <= case.number]
                assert sum(_counts(other, at=case.at) for other in past) >= ENOUGH, case.number

    def _nobody_is_told_twice(self, cases: list[Case]) -> None:
        told = self.moot.world.transcript
        for case in cases:
            warned = [row for row in told if "| bot warns " in row and f"\n    Case #{case.number}. " in row]
            assert len(warned) <= 1, warned
            back = [
                row
                for row in told
                if re.match(
                    rf"private \| bot → .*case #{case.number} has been taken back\.", row, re.IGNORECASE
                )
            ]
            assert len(back) <= 1, back

    LAWS: ClassVar[tuple[Callable[[Town, list[Case]], None], ...]] = (
        _no_double_strike,
        _no_lost_strike,
        _no_punishment_without_a_case,
        _a_ban_of_the_ladder_has_the_strikes_that_it_needs,
        _nobody_is_told_twice,
    )

    async def _speaks(self, who: Human, words: str) -> None:
        if who.is_out():
            return
        before = [case.at for case in await self._cases() if _counts(case)]
        said = await (who.posts(words) if who is self.twin else who.says(words))
        self.said.append((who, said))
        is_old = not any(self.moot.clock.now() - at < COOLDOWN for at in before)
        if "casino" in words and is_old and not self.spared:
            self.must_strike.append(f"{_platform(who)}:{said.place}:{said.id}")

    def _places(self, words: str) -> list[tuple[Human, Said]]:
        """Says it with both accounts before the bot hears of either."""
        found = []
        if not self.ana.is_out():
            found.append((self.ana, Said("lounge", self.ana.world.say("lounge", self.ana.name, words))))
        if not self.twin.is_out():
            ident = self.twin.world.say("freechat", self.twin.name, "", title=words)
            found.append((self.twin, Said("freechat", ident)))
        return found

    def _message(self, which: int) -> tuple[Human, Said]:
        return self.said[which % len(self.said)]

    async def _cases(self) -> list[Case]:
        return await self.moot.ledger.cases("moot", f"{_platform(self.ana)}:{self.ana.name}")

    async def _strikes(self, who: Human) -> Counter[int]:
        found = await self.moot.ledger.strikes("moot", f"{_platform(who)}:{who.name}")
        return Counter({strike.case: strike.points for strike in found})


def _platform(who: Human) -> Platform:
    return next(platform for platform, world in who.moot.worlds.items() if world is who.world)


def _counts(case: Case, at: datetime | None = None) -> int:
    """The points of the warnings that stand in a case; with `at`, of those that had not expired by then."""
    return sum(
        one.action.points
        for one in case.actions
        if isinstance(one.action, Warn)
        and one.state in COUNTING
        and (at is None or one.action.expires_at is None or one.action.expires_at > at)
    )


def _is_by_ladder(stored: Stored, now: datetime) -> bool:
    """Whether it is a mute or ban by the ladder that holds now, or waits."""
    act = stored.action
    return (
        isinstance(act, Ban | Mute)
        and (act.name or "").startswith("ladder:")
        and stored.state in {*COUNTING, State.HELD}
        and (act.until is None or act.until > now)
    )


TestTown = Town.TestCase
TestTown.settings = settings(max_examples=6, stateful_step_count=20)
