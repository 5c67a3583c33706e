"""What can be set for the daily prompts, and what must hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.api import Duration, Settings, blanks, dates
from plugins.daily_prompts import pool
from plugins.daily_prompts.days import suggestion
from plugins.daily_prompts.names import NAMES
from plugins.daily_prompts.pool import Pool, Prompt

#: Prompts to begin with, for communities that have no pool of their own yet.
STARTER = Path(__file__).with_name("starter.yaml")

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Item(BaseModel):
    """A prompt of a pool that stands in the configuration itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    title: str
    """What to talk about; becomes the post's title."""
    text: str = ""
    """More about it, in Markdown."""
    on: str = ""
    """Only on this weekday (friday), date (2026-12-24) or date of every year (12-24)."""
    season: str = ""
    """Only in this part of the year: december, june..august, 12-01..01-06."""
    theme: str = ""
    """One of the themes that `themes` gives to weekdays."""


class PromptSettings(Settings):
    """Settings of the plugin `daily_prompts`."""

    at: time = time(9, 0)
    """When the prompt comes, in the community's time zone."""
    late_by: Duration = timedelta(hours=3)
    """After a longer delay (the bot was down) the day is left out, and the moderators are told."""
    pool: Path | list[str | Item] | None = None
    """A YAML or Markdown file, a folder of them, or the prompts themselves. Left out: a small starter pool."""
    place: str | None = None
    """Where the prompt is posted. Left out: the first Lemmy community, or the first room where there is none."""
    announce_in: list[str] | None = None
    """Rooms that get a line with the link. Left out: the first room. An empty list: none."""
    title: str = "Daily prompt: {{prompt}}"
    """The post's title; names in double braces are filled in."""
    text: str = (
        "{{text}}\n\n"
        "*Last time: [{{yesterday.title}}]({{yesterday.link}}) · comments: {{yesterday.comments}}*"
    )
    """The post's text in Markdown. A line whose value is not known (the first day has no yesterday) is left out."""
    first_comment: str = ""
    """The first comment below it, written by the bot; empty: none."""
    pin: bool = True
    """Pin the new prompt and unpin the one before."""
    nsfw: bool = False
    """Mark the posts as not safe for work."""
    language: str | None = None
    """The language that the posts are marked with, such as `de`. Left out: no mark."""
    themes: dict[Weekday, str] = Field(default_factory=dict)
    """Themes of weekdays, such as `monday: music`: that day takes prompts with `theme: music`."""
    skip_if_unanswered: bool = False
    """Leave out one day when nobody answered the last prompt."""
    skip_if_hot: Annotated[int, Field(ge=1)] | None = None
    """Leave out one day when the last prompt got at least so many comments within the last six hours."""

    @field_validator("pool", mode="after")
    @classmethod
    def _beside_the_configuration(cls, value: object, info: ValidationInfo) -> object:
        """A relative path starts at the folder of the configuration, not wherever the bot was started."""
        folder = getattr(info.context, "folder", None)
        return folder / value if isinstance(value, Path) and isinstance(folder, Path) else value

    @property
    def themes_by_weekday(self) -> Mapping[int, str]:
        return {dates.WEEKDAYS.index(day): theme for day, theme in self.themes.items()}


def load(settings: PromptSettings) -> Pool:
    """The pool that the settings name; reads files, raises nothing."""
    match settings.pool:
        case None:
            return pool.read(STARTER)
        case Path():
            return pool.read(settings.pool)
        case items:
            return pool.inline(
                item if isinstance(item, str) else item.model_dump(exclude_defaults=True) for item in items
            )


def problems(settings: PromptSettings) -> list[tuple[str, str]]:
    """(key, sentence) for everything that would go wrong later."""
    loaded = load(settings)
    found: list[tuple[str, str]] = []
    for problem in loaded.problems:
        inline = problem.where.startswith("pool.") and isinstance(settings.pool, list)
        found.append((problem.where, problem.message) if inline else ("pool", str(problem)))
    if not loaded.prompts and not found:
        found.append(("pool", "the pool holds no prompt; give at least one"))
    for key in ("title", "text", "first_comment"):
        found.extend((key, sentence) for sentence in blanks.problems(getattr(settings, key), NAMES))
    if not settings.title.strip():
        found.append(("title", "a title was expected, such as {{prompt}}"))
    return found + _theme_problems(settings, loaded.prompts)


def _theme_problems(settings: PromptSettings, prompts: tuple[Prompt, ...]) -> list[tuple[str, str]]:
    """Themes without a prompt, and prompts whose theme has no weekday: both are typing errors."""
    written = tuple(sorted({prompt.theme for prompt in prompts if prompt.theme}))
    wanted = tuple(sorted(set(settings.themes.values())))
    found = [
        (f"themes.{day}", f"no prompt of the pool has the theme {theme!r}{suggestion(theme, written)}")
        for day, theme in settings.themes.items()
        if prompts and theme not in written
    ]
    if wanted:
        found.extend(
            ("pool", f"the theme {theme!r} has no weekday under themes:{suggestion(theme, wanted)}")
            for theme in written
            if theme not in wanted
        )
    return found
