"""From what happened to what was decided: finds the handlers, calls them, turns answers into decisions. Writes nothing."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.actions import Action, Reply
from bot.arguments import Refusal, case_of, person_of, target_of
from bot.commands import (
    CompiledCommand,
    Found,
    Mistake,
    Numbered,
    Unknown,
    compile_command,
    parse,
)
from bot.decision import Answer, Decision, Outcome
from bot.fuse import Fuse, Verdict
from bot.handler import Call, Context
from bot.model import Author, Community, Edited, Message, Occurrence, PlaceKind, Role, Tick
from bot.plugin import Handler, Plugin, PluginError, Schedule
from bot.text import Document, document

log = logging.getLogger(__name__)

#: Gives a plugin, by its name, the context for the occurrence at hand.
Contexts = Callable[[str], Context[Any]]


class Breaker:
    """Counts a plugin's failures; after `limit` within `window` the plugin is paused until somebody resumes it."""

    def __init__(self, limit: int = 5, window: timedelta = timedelta(minutes=10)) -> None:
        self._limit = limit
        self._window = window
        self._failures: dict[str, deque[datetime]] = {}
        self._paused: set[str] = set()

    @property
    def paused(self) -> frozenset[str]:
        return frozenset(self._paused)

    def failed(self, plugin: str, now: datetime) -> bool:
        """Notes a failure; True when it is the one that pauses the plugin."""
        times = self._failures.setdefault(plugin, deque(maxlen=self._limit))
        times.append(now)
        tripped = len(times) == self._limit and now - times[0] <= self._window and plugin not in self._paused
        if tripped:
            self._paused.add(plugin)
        return tripped

    def resume(self, plugin: str) -> bool:
        """Lets a paused plugin work again; False when it was not paused."""
        self._failures.pop(plugin, None)
        was = plugin in self._paused
        self._paused.discard(plugin)
        return was


class Router:
    """The handlers of one community's plugins, in the order of its configuration."""

    def __init__(self, plugins: Sequence[Plugin[Any]], breaker: Breaker, community: Community) -> None:
        """Raises PluginError when a declaration is wrong or two plugins claim one command."""
        self._community = community
        self.plugins = tuple(plugins)
        self.breaker = breaker
        self._fuse = Fuse()
        self.commands: Mapping[str, CompiledCommand] = _table(plugins)

    async def decide(self, occurrence: Occurrence, community: str, contexts: Contexts) -> list[Decision]:
        """One decision for each interested handler; an empty list when nobody is interested."""
        if isinstance(occurrence, Tick):
            found = self._schedule(occurrence)
            runs = (
                [(found.plugin, found.handler, found.func, found.timeout)]
                if found and not occurrence.missed
                else []
            )
        else:
            runs = [
                (one.plugin, one.handler, one.func, one.timeout)
                for plugin in self.plugins
                for one in plugin.listeners
                if isinstance(occurrence, one.types)
            ]
        command = await self._command(occurrence, community, contexts)
        decisions = [*command]
        # A command may carry anything else that members must not say, so rules see it, too; a moderator's does not.
        if not command or _author(occurrence).role < Role.MODERATOR:
            for plugin, handler, func, timeout in runs:
                if plugin not in self.breaker.paused:
                    run = self._run(func, (contexts(plugin), occurrence), {}, timeout)
                    decisions += await _decisions(run, occurrence.key, community, plugin, handler)
        return decisions

    def _schedule(self, tick: Tick) -> Schedule | None:
        every = (s for plugin in self.plugins for s in plugin.schedules)
        return next((s for s in every if (s.plugin, s.handler) == (tick.plugin, tick.handler)), None)

    async def _command(self, occurrence: Occurrence, community: str, contexts: Contexts) -> list[Decision]:
        """What is decided about a command; nothing when `occurrence` is none, or is one that we do not know and ignore."""
        if not isinstance(occurrence, Message) or occurrence.command is None or occurrence.author.is_bot:
            return []
        verdict = self._fuse.judge(occurrence)
        if verdict is Verdict.SILENCE:
            return []
        if verdict is Verdict.LAST:
            slower = "That is a lot at once. I answer again in a minute."
            return _said(occurrence, community, "core", "fuse", slower)
        prefix = self._community.within(occurrence.place.alias).prefix
        found = parse(
            occurrence.command, self.commands, has_target=occurrence.parent is not None, prefix=prefix
        )
        if isinstance(found, Unknown):
            # Several bots share a room, so an unknown "!word" there is somebody else's business.
            if occurrence.place.kind is PlaceKind.ROOM and occurrence.author.role < Role.MODERATOR:
                return []
            hint = f" Did you mean “{found.near}”?" if found.near else " “help” lists what I can do."
            return _said(
                occurrence, community, "core", f"!{found.name}", f"I do not know “{found.name}”.{hint}"
            )
        command = found.command.command
        if occurrence.author.role < command.role:
            return _said(
                occurrence,
                community,
                command.plugin,
                command.handler,
                f"{prefix}{command.name} is for moderators.",
            )
        if command.plugin in self.breaker.paused:
            sorry = f"{prefix}{command.name} is paused after repeated errors; the moderators know."
            return _said(occurrence, community, command.plugin, command.handler, sorry)
        context = contexts(command.plugin)
        run = self._call(found, occurrence, context)
        return await _decisions(
            run, occurrence.key, community, command.plugin, command.handler, by=occurrence
        )

    async def _call(self, found: Found, message: Message, context: Context[Any]) -> Answer:
        """Resolves the people and cases among the arguments, then calls the command's handler."""
        if isinstance(found.arguments, Mistake):
            return Reply(to=message.ref, text=found.arguments.text)
        answered = await context.spoken(message.parent) if message.parent else None
        target = await target_of(message, answered, context)
        command = found.command.command
        call = Call(message=message, name=command.name, rest=found.rest, target=target)
        needed = {one.name for one in found.command.parameters if one.required}
        arguments: dict[str, object] = {}
        for name, value in found.arguments.items():
            if isinstance(value, Numbered):
                arguments[name] = case_of(value, answered, required=name in needed)
            else:
                arguments[name] = await person_of(value, call, context)
        return await self._run(command.func, (context, call), arguments, command.timeout)

    @staticmethod
    async def _run(
        func: Handler, args: tuple[object, ...], kwargs: Mapping[str, object], patience: timedelta
    ) -> Answer:
        async with asyncio.timeout(patience.total_seconds()):
            answer = func(*args, **kwargs)
            return await answer if inspect.isawaitable(answer) else answer


def _table(plugins: Sequence[Plugin[Any]]) -> dict[str, CompiledCommand]:
    table: dict[str, CompiledCommand] = {}
    for plugin in plugins:
        for command in plugin.commands:
            compiled = compile_command(command)
            for word in command.words:
                if word in table:
                    other = table[word].command.plugin
                    raise PluginError(
                        f"plugins {other} and {plugin.name} both have a command !{word}; switch one of them off"
                    )
                table[word] = compiled
    return table


async def _decisions(
    run: Any, cause: str, community: str, plugin: str, handler: str, by: Message | None = None
) -> list[Decision]:
    """Awaits a handler and wraps what it answered; an error becomes a failed decision, never an exception."""
    failed = False
    try:
        outcomes = as_outcomes(await run, by)
    except Refusal as refusal:
        outcomes = [Outcome("the command could not be carried out", _answer(by, refusal.text))]
    except TimeoutError:
        failed, outcomes = True, [Outcome("the handler took too long", _apology(by))]
        log.warning("%s.%s took too long over %s", plugin, handler, cause, extra={"code": "handler.timeout"})
    except Exception as error:
        why = f"the handler raised {type(error).__name__}: {error}"[:500]
        failed, outcomes = True, [Outcome(why, _apology(by))]
        log.exception("%s.%s failed over %s", plugin, handler, cause, extra={"code": "handler.failed"})
    return [
        Decision(
            cause=cause, community=community, plugin=plugin, outcome=outcome, failed=failed,
            handler=handler if number == 1 else f"{handler}/{number}",
            by=None if outcome.own else by.author if by else outcome.by,
        )
        for number, outcome in enumerate(outcomes, start=1)
    ]  # fmt: skip


def as_outcomes(answer: Answer, command: Message | None = None) -> list[Outcome]:
    """Any of the answers that a handler may return, as one or more `Outcome`s. Raises TypeError on anything else."""
    match answer:
        case None:
            return [Outcome("seen, nothing to do")]
        case Outcome():
            return [answer]
        case str():
            if command is None:
                raise TypeError("only a command may answer with a bare string; return an action")
            return [Outcome("answered", _answer(command, document(*answer.split("\n\n"))))]
        case Action():
            return [Outcome("acted", (answer,))]
        case Iterable():
            given: tuple[object, ...] = tuple(answer)
            outcomes = [one for one in given if isinstance(one, Outcome)]
            actions = tuple(one for one in given if isinstance(one, Action))
            if len(given) not in {len(actions), len(outcomes)}:
                raise TypeError("a handler returned something among its actions that is none")
            return outcomes or [Outcome("acted" if actions else "seen, nothing to do", actions)]
        case _:
            raise TypeError(f"a handler returned {type(answer).__name__}, which is no action")


def _answer(command: Message | None, text: Document) -> tuple[Action, ...]:
    return (Reply(to=command.ref, text=text),) if command else ()


def _apology(command: Message | None) -> tuple[Action, ...]:
    return _answer(command, document("Something went wrong on my side; the operator finds it in the log."))


def _said(message: Message, community: str, plugin: str, handler: str, text: str) -> list[Decision]:
    decision = Decision(
        cause=message.key, community=community, plugin=plugin, handler=handler, by=message.author,
        outcome=Outcome("answered without doing anything", _answer(message, document(text))),
    )  # fmt: skip
    return [decision]


def _author(occurrence: Occurrence) -> Author:
    """Who caused it, for commands: only messages carry one."""
    if isinstance(occurrence, Message):
        return occurrence.author
    if isinstance(occurrence, Edited):
        return occurrence.message.author
    raise TypeError(f"{type(occurrence).__name__} is no command")
