"""How a plugin is declared: one module-level `Plugin` object, decorated functions, and a read-only `Context`.

    plugin = Plugin("hello", Settings)

    @plugin.command("hello", examples=["!hello", "!hello Ana"])
    def hello(ctx: Context[Settings], call: Call, name: str = "you") -> str:
        \"\"\"Say hello to somebody.\"\"\"
        return f"Hello {name}!"

A handler gets what happened and a context, and returns what should be done (`Answer`). It performs nothing itself.
Everything that can be wrong with a declaration (a missing docstring, an unknown parameter type, two commands of one
name) is found when the module is loaded, not when somebody speaks.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Generic, TypeVar

from bot.actions import Capability
from bot.decision import Answer
from bot.handler import S
from bot.model import (
    Community,
    Discussion,
    Edited,
    Joined,
    Json,
    Message,
    Noticed,
    Occurrence,
    Reacted,
    Removed,
    Reported,
    Resolved,
    Restored,
    Role,
    Sanctioned,
)

Handler = Callable[..., Answer | Awaitable[Answer]]
H = TypeVar("H", bound=Handler)
#: Called as `func(ctx, post)`: where else a post is discussed, as one plugin knows it for all (`Context.discussed`).
Finder = Callable[[Any, Message], Awaitable[Sequence[Discussion]]]
F = TypeVar("F", bound=Finder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command's declaration. `words` are its names, the first one the real one (`rules check` is two words)."""

    plugin: str
    words: tuple[str, ...]
    func: Handler
    role: Role
    examples: tuple[str, ...]
    timeout: timedelta
    summary: str  # first line of the docstring
    details: str  # the rest of it

    @property
    def name(self) -> str:
        return self.words[0]

    @property
    def handler(self) -> str:
        return f"!{self.words[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A handler of occurrences of the classes `types`."""

    plugin: str
    handler: str
    types: tuple[type, ...]
    func: Handler
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of a timetable. `series` and `name` name it for ever; nothing at or before `since` is due.

    `since` None is when the series was first seen: what is put into a timetable does not begin in the past.
    """

    series: str
    name: str
    at: datetime
    since: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.series}/{self.name}"


#: The times of a plugin's timetable that may have come by now, from its settings, its community and its memory.
Timetable = Callable[[Any, Community, Mapping[str, Json], datetime], Iterable[Slot]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A handler that runs once a local day at `at`, once in every `every`, or at the `times` of a timetable.

    Exactly one of the three is given.

    Both may depend on the plugin's settings; a function that returns None switches the schedule off. A run that comes
    more than `late_by` after its time is recorded as missed instead.
    """

    plugin: str
    handler: str
    func: Handler
    timeout: timedelta
    at: Callable[[Any], time | None] | None = None
    every: Callable[[Any], timedelta | None] | None = None
    times: Timetable | None = None
    late_by: Callable[[Any], timedelta] = field(default=lambda _: timedelta(hours=3))


class PluginError(Exception):
    """A plugin's declaration is wrong; the message names the plugin, the function and the remedy."""


#: Handlers answer within this, or their decision is recorded as failed.
PATIENCE = timedelta(seconds=10)

_OCCURRENCES = (
    Message,
    Edited,
    Removed,
    Joined,
    Reacted,
    Reported,
    Resolved,
    Restored,
    Sanctioned,
    Noticed,
)


class Plugin(Generic[S]):
    """A plugin's name, settings and handlers. `needs` are capabilities it cannot do without, for `folkmoot check`."""

    def __init__(self, name: str, settings: type[S], *, about: str, needs: Sequence[Capability] = ()) -> None:
        self.name = name
        self.settings = settings
        self.about = about
        self.needs = tuple(needs)
        self.commands: list[Command] = []
        self.listeners: list[Listener] = []
        self.schedules: list[Schedule] = []
        self.finder: Finder | None = None
        self._check: Callable[[S], list[tuple[str, str]]] | None = None

    def command(
        self,
        name: str,
        *aliases: str,
        role: Role = Role.EVERYONE,
        examples: Sequence[str] = (),
        timeout: timedelta = PATIENCE,
    ) -> Callable[[H], H]:
        """Declares a command. Its parameters after (ctx, call) are its arguments; its docstring is its help."""

        def declare(func: H) -> H:
            summary, details = self._docstring(func)
            if any(name in command.words for command in self.commands):
                raise PluginError(
                    f"plugin {self.name}: two commands are called !{name}; give one another name"
                )
            if not examples:
                raise PluginError(
                    f'plugin {self.name}: !{name} needs at least one example, such as "!{name}"'
                )
            self.commands.append(
                Command(
                    plugin=self.name,
                    words=(name, *aliases),
                    func=func,
                    role=role,
                    examples=tuple(examples),
                    timeout=timeout,
                    summary=summary,
                    details=details,
                )
            )
            return func

        return declare

    def on(self, *types: type[Occurrence], timeout: timedelta = PATIENCE) -> Callable[[H], H]:
        """Calls the function as `func(ctx, occurrence)` for each occurrence of these classes."""
        for kind in types:
            if kind not in _OCCURRENCES:
                raise PluginError(f"plugin {self.name}: on({kind.__name__}) is not something that can happen")

        def declare(func: H) -> H:
            self.listeners.append(
                Listener(plugin=self.name, handler=func.__name__, types=types, func=func, timeout=timeout)
            )
            return func

        return declare

    def on_message(self, func: H) -> H:
        """Calls the function as `func(ctx, message)` for each new message that is not a command."""
        return self.on(Message)(func)

    def daily(
        self,
        at: Callable[[S], time | None],
        *,
        late_by: Callable[[S], timedelta] = lambda _: timedelta(hours=3),
        timeout: timedelta = PATIENCE,
    ) -> Callable[[H], H]:
        """Calls the function as `func(ctx, tick)` once a local date of the community, at a time from the settings."""
        return self._scheduled(timeout, at=at, late_by=late_by)

    def every(
        self, interval: Callable[[S], timedelta | None], *, timeout: timedelta = PATIENCE
    ) -> Callable[[H], H]:
        """Calls the function as `func(ctx, tick)` once in every interval from the settings; missed ones are not made up."""
        return self._scheduled(timeout, every=interval, late_by=_however_late)

    def timetable(self, times: Timetable, *, timeout: timedelta = PATIENCE) -> Callable[[H], H]:
        """Calls the function as `func(ctx, tick)` once for each slot that has come; `tick.slot` is its key.

        However late it is: the function sees when it was due, and judges for itself.
        """
        return self._scheduled(timeout, times=times, late_by=_however_late)

    def _scheduled(self, timeout: timedelta, **when: Any) -> Callable[[H], H]:
        """Declares a schedule; `when` are the fields of `Schedule` that say when it comes."""

        def declare(func: H) -> H:
            schedule = Schedule(plugin=self.name, handler=func.__name__, func=func, timeout=timeout, **when)
            self.schedules.append(schedule)
            return func

        return declare

    def finds_discussions(self, func: F) -> F:
        """Lets other plugins ask this one where else a post is discussed (`Context.discussed`)."""
        self.finder = func
        return func

    def check(self, func: Callable[[S], list[tuple[str, str]]]) -> Callable[[S], list[tuple[str, str]]]:
        """Declares what else must hold of valid settings: returns (key path, sentence) for each problem.

        Runs when the configuration is read (files named by the settings are read here, too), so that nothing is
        parsed for the first time when a message arrives.
        """
        self._check = func
        return func

    def problems(self, settings: S) -> list[tuple[str, str]]:
        return self._check(settings) if self._check else []

    def _docstring(self, func: Handler) -> tuple[str, str]:
        doc = inspect.getdoc(func)
        if not doc:
            raise PluginError(
                f"plugin {self.name}: {func.__name__} needs a docstring; its first line is the help"
            )
        first, _, rest = doc.partition("\n")
        return first.strip(), rest.strip()


def _however_late(_: object) -> timedelta:
    return timedelta.max
