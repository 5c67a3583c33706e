"""What the plugin keeps: the prompts that came, those put aside, suggestions, and a pause. Pure, both ways.

Keys: `used:<date>`, `aside:<prompt id>`, `suggestion:<number>`, `suggestions` (the last number given), `pause`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.api import Author, Json, Platform, Ref, Remember
from plugins.daily_prompts.choice import ALL, Choice, Use
from plugins.daily_prompts.pool import LONGEST_TITLE, Prompt, identity


@dataclass(frozen=True, slots=True)
class Used:
    """A prompt that came: its local date, number and title as posted."""

    day: date
    number: int
    title: str
    use: Use


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A member's idea. `approved` is its place in the queue, None while it waits for a moderator."""

    number: int
    text: str
    author: Author
    message: Ref
    approved: int | None = None

    def prompt(self) -> Prompt:
        """The first line becomes the title; a title too long for the platforms is cut, and said whole below."""
        first, _, rest = self.text.strip().partition("\n")
        title, body = " ".join(first.split()), rest.strip()
        if len(title) > LONGEST_TITLE:
            title, body = f"{title[: LONGEST_TITLE - 1].rsplit(' ', 1)[0]}…", self.text.strip()
        return Prompt(identity(title, body), title, body, suggestion=self.number)


@dataclass(frozen=True, slots=True)
class Pause:
    """No prompts until `until` (that day has one again); None is until somebody resumes."""

    until: date | None

    def covers(self, day: date) -> bool:
        return self.until is None or day < self.until


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that was remembered, oldest first."""

    used: tuple[Used, ...] = ()
    aside: tuple[Use, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    last_suggestion: int = 0
    pause: Pause | None = None

    @property
    def uses(self) -> tuple[Use, ...]:
        """The past for `choose`: what was put aside is never the newest."""
        return (*self.aside, *(used.use for used in self.used))

    @property
    def queue(self) -> tuple[Suggestion, ...]:
        """Approved suggestions, first come first served."""
        approved = [(s.approved, s) for s in self.suggestions if s.approved is not None]
        return tuple(s for _, s in sorted(approved, key=lambda pair: pair[0]))

    @property
    def waiting(self) -> tuple[Suggestion, ...]:
        return tuple(s for s in self.suggestions if s.approved is None)

    def on(self, day: date) -> Used | None:
        return next((used for used in self.used if used.day == day), None)

    def suggestion(self, number: int) -> Suggestion | None:
        return next((s for s in self.suggestions if s.number == number), None)

    def paused(self, day: date) -> bool:
        return self.pause is not None and self.pause.covers(day)


def read(recalled: Mapping[str, Json]) -> Memory:
    """The memory in what `recall_all()` answers. Entries that nobody could have written are passed over."""
    used: list[Used] = []
    aside: list[Use] = []
    suggestions: list[Suggestion] = []
    for key, value in recalled.items():
        kind, _, name = key.partition(":")
        try:
            match kind, value:
                case "used", dict():
                    used.append(_used(date.fromisoformat(name), value))
                case "aside", dict():
                    aside.append(_use(value, name))
                case "suggestion", dict():
                    suggestions.append(_suggestion(int(name), value))
        except (KeyError, TypeError, ValueError):
            continue
    return Memory(
        used=tuple(sorted(used, key=lambda item: item.day)),
        aside=tuple(aside),
        suggestions=tuple(sorted(suggestions, key=lambda item: item.number)),
        last_suggestion=last if isinstance(last := recalled.get("suggestions"), int) else 0,
        pause=_pause(recalled.get("pause")),
    )


def _used(day: date, value: dict[str, Any]) -> Used:
    return Used(day, int(value["number"]), str(value["title"]), _use(value, str(value["prompt"])))


def _use(value: dict[str, Any], prompt: str) -> Use:
    return Use(prompt, str(value.get("group", ALL)), int(value.get("round", 1)))


def _suggestion(number: int, value: dict[str, Any]) -> Suggestion:
    author = Author(Platform(value["platform"]), str(value["author"]), str(value["name"]))
    approved = value.get("approved")
    return Suggestion(number, str(value["text"]), author, Ref.parse(str(value["message"])), approved)


def _pause(value: Json) -> Pause | None:
    if not isinstance(value, dict):
        return None
    until = value.get("until")
    try:
        return Pause(date.fromisoformat(until) if isinstance(until, str) else None)
    except ValueError:
        return None


# What handlers return to change the memory.


def remember_used(day: date, number: int, title: str, choice: Choice) -> Remember:
    """That day's prompt, so that it neither comes twice that day nor again in its round.

    `fresh`, so that of a command and the clock at the same instant only one posts.
    """
    use = choice.use
    return Remember(
        key=f"used:{day}",
        fresh=True,
        value={
            "prompt": use.prompt,
            "group": use.group,
            "round": use.round,
            "number": number,
            "title": title,
        },
    )


def remember_aside(use: Use) -> Remember:
    return Remember(key=f"aside:{use.prompt}", value={"group": use.group, "round": use.round})


def suggest(
    memory: Memory, text: str, author: Author, message: Ref
) -> tuple[Suggestion, tuple[Remember, ...]]:
    """A new suggestion under the next number, and what to remember of it."""
    number = memory.last_suggestion + 1
    suggestion = Suggestion(number, text, author, message)
    # Of two at the same instant, the second is decided anew and gets the next number.
    kept = replace(remember_suggestion(suggestion), fresh=True)
    return suggestion, (kept, Remember(key="suggestions", value=number))


def remember_suggestion(suggestion: Suggestion) -> Remember:
    """Kept `about` its author, so that erasing a person takes it away."""
    author = suggestion.author
    value: dict[str, Json] = {
        "text": suggestion.text,
        "platform": str(author.platform),
        "author": author.id,
        "name": author.name,
        "message": str(suggestion.message),
        "approved": suggestion.approved,
    }
    return Remember(key=f"suggestion:{suggestion.number}", value=value, about=author.key)


def waiting(suggestion: Suggestion) -> Suggestion:
    """The same, back among those that wait for a moderator."""
    return replace(suggestion, approved=None)


def forget_suggestion(number: int) -> Remember:
    return Remember(key=f"suggestion:{number}", value=None)


def approve(memory: Memory, suggestion: Suggestion) -> Remember:
    """Puts it at the end of the queue."""
    place = max((s.approved or 0 for s in memory.suggestions), default=0) + 1
    return remember_suggestion(replace(suggestion, approved=place))


def remember_pause(pause: Pause | None) -> Remember:
    if pause is None:
        return Remember(key="pause", value=None)
    return Remember(key="pause", value={"until": pause.until.isoformat() if pause.until else None})
