"""What can be set for moderation, and what must hold of it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.api import Duration, Settings
from plugins.moderation.crowd import Crowd
from plugins.moderation.ladder import DEFAULT, Deed, Ladder, LadderError, Step
from plugins.moderation.reader import read, read_files, together
from plugins.moderation.rule import FOREVER, Mode, RuleSet
from plugins.moderation.rulebook import Rulebook


class StepSettings(BaseModel):
    """One step of the ladder."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True
    )

    at: Annotated[int, Field(ge=1)]
    """From so many live points on."""
    do: Deed
    """remind (a friendly warning), warn, mute, ban, or propose_ban (a ban for good that a moderator must agree to)."""
    span: Duration | Literal["forever"] | None = Field(default=None, alias="for")
    """How long a mute or ban lasts, such as 1d; `forever` only where it is really meant."""

    @property
    def step(self) -> Step:
        return Step(self.at, self.do, FOREVER if self.span == "forever" else self.span)


class RaidAnswer(StrEnum):
    """What follows when many do the same within a short while."""

    PROPOSE = "propose"
    SLOWMODE = "slowmode"
    LOCKDOWN = "lockdown"
    OFF = "off"


class RaidSettings(Settings):
    """What looks like a raid, and what follows."""

    answer: RaidAnswer = RaidAnswer.PROPOSE
    """propose a lock-down to the moderators, or begin slowmode or lockdown at once; off looks for no raids"""
    within: Duration = Field(default=timedelta(minutes=2), gt=timedelta())
    """the time in which they come"""
    joins: Annotated[int, Field(ge=2)] = 12
    """so many people joining a room"""
    newcomers: Annotated[int, Field(ge=2)] = 8
    """so many people writing whose account is younger than a day, as far as the platform tells"""
    same_text: Annotated[int, Field(ge=2)] = 4
    """so many people saying the same"""
    lasts: Duration = Field(default=timedelta(minutes=30), gt=timedelta())
    """how long the slow mode or the lock-down lasts"""
    wait: Duration = Field(default=timedelta(seconds=30), gt=timedelta())
    """the time between two messages of somebody in slow mode"""


_DEFAULT_STEPS = [StepSettings(at=step.at, do=step.do, span=step.span) for step in DEFAULT]


class ModerationSettings(Settings):
    """Settings of the plugin `moderation`."""

    rules: list[Path] = Field(default_factory=list)
    """Rule files in AutoModerator's language, beside the configuration."""
    text: str = ""
    """Rules written right here, in the same language."""
    mode: Mode = Mode.WATCH
    """What a rule without `mode:` does: `watch` only shows the moderators what it would do, `enforce` does it."""
    ladder: list[StepSettings] = _DEFAULT_STEPS
    """What strikes lead to, from light to heavy."""
    expiry: Duration = timedelta(days=30)
    """How long a strike counts."""
    remember: Duration = timedelta(days=180)
    """How long a mute or ban by the ladder is remembered: whoever comes back to it within that time gets the next step; 0s forgets at once."""
    cooldown: Duration = timedelta(seconds=60)
    """Further offences so soon after a strike belong to the same incident: removed, but no new strike."""
    tell_removals: bool = True
    """Write to people whose message was removed without a warning, and say why."""
    appeal_deadline: Duration = timedelta(days=3)
    """The moderators are reminded, once, of an appeal that has waited so long; 0s never reminds."""
    publish_numbers: str = ""
    """The place where the last month's numbers, without names, are published on the first of a month; left out, nowhere."""
    raids: RaidSettings = RaidSettings()
    """What looks like a raid, and what follows: answer, within, joins, newcomers, same_text, lasts, wait."""
    show_reports: bool = True
    """Show members' reports in the moderators' room."""
    reports_per_hour: Annotated[int, Field(ge=1)] = 10
    """So many messages one member can show to the moderators with `!report` within an hour."""
    sweep: Annotated[int, Field(ge=0, le=500)] = 0
    """How many of somebody's last messages every ban removes, the newest first."""
    sweep_reasons: list[str] = Field(default_factory=lambda: ["spam"])
    """A ban by a moderator whose reason begins with one of these words removes up to `sweep_most` of their last messages."""
    sweep_most: Annotated[int, Field(ge=0, le=500)] = 50
    """How many messages a ban for one of `sweep_reasons` removes at most."""

    @cached_property
    def steps(self) -> Ladder:
        """The ladder. Raises LadderError; `problems` has told by then."""
        return Ladder(step.step for step in self.ladder)

    @cached_property
    def crowd(self) -> Crowd:
        """Who did what lately. Empty after a restart: a raid that goes on is seen again within minutes."""
        return Crowd(self.raids.within)

    @cached_property
    def ruleset(self) -> RuleSet:
        """Everything that the files and `text` hold. Read once, when the configuration is checked."""
        return together([read_files(self.rules), read(self.text, "text")])

    @cached_property
    def rulebook(self) -> Rulebook:
        return Rulebook(self.ruleset, self.mode)


def problems(settings: ModerationSettings) -> list[tuple[str, str]]:
    """(key, sentence) for every mistake in the ladder and in the rules. Remarks are for `folkmoot rules check`."""
    found: list[tuple[str, str]] = []
    try:
        settings.steps  # noqa: B018 - built here for the first time
    except LadderError as error:
        found.append(("ladder", str(error)))
    if timedelta() < settings.expiry <= settings.cooldown:
        found.append(
            (
                "cooldown",
                "strikes expire before the next one can come, so the ladder never climbs; make it shorter than expiry",
            )
        )
    mistakes = (problem for problem in settings.ruleset.problems if problem.level == "error")
    return found + [("text" if one.file == "text" else "rules", str(one)) for one in mistakes]
