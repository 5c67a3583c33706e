"""A few warnings, then a ban: what the next step is, from the strikes that still count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.api import Strike
from plugins.moderation.rule import FOREVER


class Deed(StrEnum):
    """What a step of the ladder does."""

    REMIND = "remind"  # the friendly form of a warning
    WARN = "warn"
    MUTE = "mute"
    BAN = "ban"
    PROPOSE_BAN = "propose_ban"  # a ban for good, once a moderator agrees

    @property
    def is_word(self) -> bool:
        """Whether it is only said."""
        return self in {Deed.REMIND, Deed.WARN}


_RANK = {deed: rank for rank, deed in enumerate(Deed)}


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` live points on, do that. `span` is how long a mute or ban lasts; `FOREVER` only where it was asked for."""

    at: int
    do: Deed
    span: timedelta | None = None

    @property
    def weight(self) -> tuple[int, timedelta]:
        """Orders steps from light to heavy."""
        is_endless = self.do is Deed.BAN and self.span == FOREVER
        return len(_RANK) if is_endless else _RANK[self.do], self.span or timedelta()


@dataclass(frozen=True, slots=True)
class Taken:
    """A mute or ban that the ladder gave before, in `case`. It is remembered longer than the strikes that led to it."""

    at: datetime
    step: Step
    case: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one more offence leads to.

    `points` are new (0 within the cool-down: the same incident), `total` all that count now, `step` what they lead to
    (None: below the first step, or nothing new), `then` the next step up. `raised` says that the step is higher than the
    points alone would make it, since a lighter one was taken before.
    """

    points: int
    total: int
    step: Step | None
    then: Step | None
    same_incident: bool = False
    raised: bool = False


class LadderError(ValueError):
    """Steps that make no ladder; the message says which and why."""


class Ladder:
    """Steps in rising order. More points never lead to a lighter step."""

    def __init__(self, steps: Iterable[Step]) -> None:
        """Raises LadderError when the steps do not climb."""
        self.steps = tuple(steps)
        if not self.steps:
            raise LadderError("the ladder has no steps; give it one, such as {at: 1, do: warn}")
        for step in self.steps:
            if step.at < 1:
                raise LadderError(f"a step at {step.at} points can never be reached; the first is at 1")
            if step.do in {Deed.MUTE, Deed.BAN} and step.span is None:
                raise LadderError(
                    f"the {step.do} at {step.at} needs to say for how long: `for: 1d`, or `for: forever`"
                )
            if (step.do.is_word or step.do is Deed.PROPOSE_BAN) and step.span is not None:
                raise LadderError(f"`for` means nothing with {step.do} at {step.at}; leave it out")
        for lower, upper in zip(self.steps, self.steps[1:], strict=False):
            if upper.at <= lower.at:
                raise LadderError(f"the step at {upper.at} follows the one at {lower.at}; steps go up")
            if upper.weight < lower.weight:
                raise LadderError(
                    f"the step at {upper.at} is lighter than the one at {lower.at}; steps go up"
                )

    def at(self, total: int) -> Step | None:
        """The step that `total` points have reached."""
        return next((step for step in reversed(self.steps) if step.at <= total), None)

    def after(self, total: int) -> Step | None:
        """The next step above `total` points."""
        return next((step for step in self.steps if step.at > total), None)

    def coming(self, strikes: Sequence[Strike], now: datetime, taken: Sequence[Taken] = ()) -> Step | None:
        """The next step for somebody with these strikes, as heavy as it will be."""
        return self._then(live_points(strikes, now), _floor(strikes, taken, now))

    @property
    def first_ban(self) -> Step:
        """Where severe offences start: the first ban, or the heaviest step of a ladder without one."""
        bans = (step for step in self.steps if step.do in {Deed.BAN, Deed.PROPOSE_BAN})
        return next(bans, self.steps[-1])

    def decide(
        self,
        strikes: Sequence[Strike],
        points: int,
        now: datetime,
        *,
        severe: bool = False,
        cooldown: timedelta = timedelta(),
        taken: Sequence[Taken] = (),
    ) -> Ruling:
        """What `points` more lead to for somebody with these strikes (undone ones not among them).

        Within `cooldown` of the last strike it is the same incident: no new points and no step, unless it is severe.
        A severe offence reaches the first ban at least. Steps in `taken` from before the oldest strike that counts are
        not taken again: whoever was banned for a day and comes back to it is banned for longer.
        """
        total = live_points(strikes, now)
        floor = _floor(strikes, taken, now)
        last = max((strike.at for strike in strikes if strike.points > 0), default=None)
        if not severe and points and last is not None and now - last < cooldown:
            return Ruling(0, total, None, self._then(total, floor), same_incident=True)
        total += points
        step = self._at(total, severe=severe) if points or severe else None
        due = self._above(step, floor) if step else None
        then = self._then(max(total, due.at if due else 0), floor)
        return Ruling(points, total, due, then, raised=due != step)

    def reached(
        self, strikes: Sequence[Strike], now: datetime, *, severe: bool = False, taken: Sequence[Taken] = ()
    ) -> Step | None:
        """What these strikes had led to by `now`, when the last of them was given; the rest as in `decide`."""
        step = self._at(live_points(strikes, now), severe=severe)
        return self._above(step, _floor(strikes, taken, now)) if step else None

    def _at(self, total: int, *, severe: bool) -> Step | None:
        step = self.at(total)
        is_low = step is None or step.weight < self.first_ban.weight
        return self.first_ban if severe and is_low else step

    def _above(self, step: Step, floor: Step | None) -> Step:
        """`step`, or the next one above `floor` where that was taken already. Words may be said again."""
        if floor is None or step.do.is_word or step.weight > floor.weight:
            return step
        return next((higher for higher in self.steps if higher.weight > floor.weight), self.steps[-1])

    def _then(self, total: int, floor: Step | None) -> Step | None:
        """The next step above `total` points, as heavy as it will be."""
        following = self.after(total)
        return replace(self._above(following, floor), at=following.at) if following else None


def _floor(strikes: Sequence[Strike], taken: Sequence[Taken], now: datetime) -> Step | None:
    """The heaviest step of earlier rounds: of those that began before the oldest strike that still counts."""
    began = min((strike.at for strike in strikes if strike.points and strike.live(now)), default=now)
    earlier = [one.step for one in taken if one.at < began]
    return max(earlier, key=lambda step: step.weight, default=None)


def live_points(strikes: Iterable[Strike], now: datetime) -> int:
    """Points that still count at `now`."""
    return sum(strike.points for strike in strikes if strike.live(now))


#: The ladder without configuration: two warnings, a day, a week, then a human decides.
DEFAULT = (
    Step(1, Deed.WARN),
    Step(2, Deed.WARN),
    Step(3, Deed.BAN, timedelta(days=1)),
    Step(4, Deed.BAN, timedelta(days=7)),
    Step(5, Deed.PROPOSE_BAN),
)
