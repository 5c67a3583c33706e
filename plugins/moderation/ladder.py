"""A few warnings, then a ban: what the next step is, from the strikes that still count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.api import Strike
from plugins.moderation.rule import FOREVER


class Deed(StrEnum):
    WARN = "warn"
    MUTE = "mute"
    BAN = "ban"
    PROPOSE_BAN = "propose_ban"  # a ban for good, once a moderator agrees


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` live points on, do that. `span` is how long a mute or ban lasts; `FOREVER` only where it was asked for."""

    at: int
    do: Deed
    span: timedelta | None = None

    @property
    def weight(self) -> tuple[int, timedelta]:
        """Orders steps from light to heavy."""
        rank = {Deed.WARN: 0, Deed.MUTE: 1, Deed.BAN: 2, Deed.PROPOSE_BAN: 3}[self.do]
        return (4 if self.do is Deed.BAN and self.span == FOREVER else rank), self.span or timedelta()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one more offence leads to.

    `points` are new (0 within the cool-down: the same incident), `total` all that count now, `step` what they lead to
    (None: below the first step, or nothing new), `then` the next step up.
    """

    points: int
    total: int
    step: Step | None
    then: Step | None
    same_incident: bool = False


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
            if step.do in {Deed.WARN, Deed.PROPOSE_BAN} and step.span is not None:
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
    ) -> Ruling:
        """What `points` more lead to for somebody with these strikes (undone ones not among them).

        Within `cooldown` of the last strike it is the same incident: no new points and no step, unless it is severe.
        A severe offence reaches the first ban at least.
        """
        total = live_points(strikes, now)
        last = max((strike.at for strike in strikes if strike.points > 0), default=None)
        if not severe and points and last is not None and now - last < cooldown:
            return Ruling(0, total, None, self.after(total), same_incident=True)
        total += points
        step = self.at(total) if points or severe else None
        if severe and (step is None or step.weight < self.first_ban.weight):
            step = self.first_ban
        return Ruling(points, total, step, self.after(max(total, step.at if step else 0)))


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
