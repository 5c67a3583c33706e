"""`folkmoot rules backtest`: what rules would have done to what was really said."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.rules import PLUGIN, CannotTry, usable

if TYPE_CHECKING:
    from bot.model import Community
    from bot.settings import Loaded
    from plugins.moderation.history import Backtest
    from plugins.moderation.rule import Rule
    from plugins.moderation.settings import ModerationSettings

#: People whom a report names, of those whom a rule would have hit.
MOST = 5


def backtest(
    file: Annotated[Path, typer.Argument(help="a rule file")],
    place: Annotated[
        str,
        typer.Option(
            help="the place's name in the configuration; left out, all places of the only community"
        ),
    ] = "",
    since: Annotated[str, typer.Option(help="how far back, such as 30d")] = "30d",
    config: Annotated[Path, typer.Option("-c", "--config", help="the configuration file")] = Path(
        "config.yaml"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Show what rules would have done to what was really said: hits, samples, people, the ladder's effect.

    What it finds is remembered for the drift watch, where it is about all places of the community.
    """
    from bot import duration
    from bot.clock import SystemClock
    from bot.ledger import LedgerError
    from bot.settings import SettingsError, load
    from bot.settings.plugins import find

    try:
        rules = usable(file)
        span = duration.parse(since)
        loaded = load(config, find, os.environ)
        scope = _scope(loaded, place)
        replayed = asyncio.run(_replayed(rules, loaded, scope, SystemClock().now() - span))
    except (CannotTry, LedgerError, SettingsError, ValueError) as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None
    print(json.dumps(_data(replayed), ensure_ascii=False) if as_json else _report(replayed))
    if not scope.is_whole:
        print(
            "The drift watch is not told: it counts in all places of the community. Leave --place out to tell it.",
            file=sys.stderr,
        )
        return
    try:
        asyncio.run(_remembered(rules, loaded, scope, replayed.result, span))
    except LedgerError as problem:
        print(f"The drift watch is not told: {problem}", file=sys.stderr)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where to look: some places of a community, or with `is_whole` all in which rules hold."""

    community: Community
    places: frozenset[str]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Replayed:
    result: Backtest
    seconds: float  # of the processor, for all rules


def _scope(loaded: Loaded, place: str) -> _Scope:
    """Raises CannotTry."""
    from bot.model import PlaceKind

    known = ", ".join(p.alias for c in loaded.communities.values() for p in c.places)
    if place:
        community = next((c for c in loaded.communities.values() if c.place(place)), None)
        if community is None:
            raise CannotTry(f"there is no place {place!r} in {loaded.path}; there are {known}")
    elif len(loaded.communities) == 1:
        community = next(iter(loaded.communities.values()))
    else:
        raise CannotTry(f"there are several communities in {loaded.path}; say --place, one of {known}")
    public = frozenset(
        p.alias
        for p in community.places
        if p.kind is not PlaceKind.PRIVATE and p.alias != community.moderators_room
    )
    chosen = frozenset({place}) if place else public
    return _Scope(community, chosen, chosen >= public)


async def _replayed(rules: tuple[Rule, ...], loaded: Loaded, scope: _Scope, since: datetime) -> _Replayed:
    """Reads the ledger beside a running bot and holds everything said there against the rules."""
    from bot.ledger import Ledger
    from plugins.moderation.history import Replay

    settings = _settings(loaded, scope.community.name)
    replay = Replay(rules, settings.steps, settings.expiry, settings.cooldown)
    ledger = await Ledger.open(loaded.configuration.storage.database, read_only=True)
    seconds = 0.0
    only = next(iter(scope.places)) if len(scope.places) == 1 else None
    try:
        with _counter("messages") as count:
            async for message in ledger.history(scope.community.name, since, only):
                if message.place.alias in scope.places:
                    begun = thread_time()
                    replay.take(message)
                    seconds += thread_time() - begun
                count()
    finally:
        await ledger.close()
    return _Replayed(replay.result, seconds)


async def _remembered(
    rules: tuple[Rule, ...], loaded: Loaded, scope: _Scope, result: Backtest, span: timedelta
) -> None:
    """Tells the drift watch, as a backtest by chat does."""
    from bot.ledger import Ledger
    from plugins.moderation.drift import expectation

    acts = [expectation(rule, result.hits[rule.name].count, span) for rule in rules]
    ledger = await Ledger.open(loaded.configuration.storage.database, beside=True)
    try:
        await ledger.remember(scope.community.name, PLUGIN, acts)
    finally:
        await ledger.close()


def _settings(loaded: Loaded, community: str) -> ModerationSettings:
    """The community's own settings, for its ladder; the default ones where it does not use the plugin yet."""
    from plugins.moderation.settings import ModerationSettings

    given = loaded.plugin_settings[community].get(PLUGIN)
    return given if isinstance(given, ModerationSettings) else ModerationSettings()


def _data(replayed: _Replayed) -> dict[str, Any]:
    result = replayed.result
    return {
        "messages": result.messages,
        "people": result.people,
        "rules": [
            {
                "rule": name,
                "hits": hits.count,
                "people": len(hits.people),
                "by_person": dict(hits.people.most_common()),
                "samples": [
                    {
                        "at": s.at.isoformat(),
                        "author": s.author,
                        "text": s.text,
                        "words": s.words,
                        "url": s.url,
                    }
                    for s in hits.samples
                ],
            }
            for name, hits in result.hits.items()
        ],
        "ladder": {str(deed): count for deed, count in result.steps.items()},
        "slow": dict(result.slow),
        "ms": round(1_000 * replayed.seconds, 1),
    }


def _report(replayed: _Replayed) -> str:
    from plugins.moderation.notice import excerpt

    result = replayed.result
    rows = [f"{result.messages} messages, {result.people} people hit."]
    for name, hits in sorted(result.hits.items(), key=lambda pair: -pair[1].count):
        rows.append(f"{name}: {hits.count} hits, {len(hits.people)} people")
        if hits.people:
            rows.append("    " + ", ".join(f"{who} {count}" for who, count in hits.people.most_common(MOST)))
        rows += [f"    {s.at:%Y-%m-%d %H:%M} {s.author}: {excerpt(s.text, 100)}" for s in hits.samples]
    if result.steps:
        rows.append(
            "The ladder would have led to: " + ", ".join(f"{n} × {deed}" for deed, n in result.steps.items())
        )
    rows += [f"{name} ran out of time {count} times" for name, count in result.slow.items()]
    rows.append(f"It took {1_000 * replayed.seconds:.0f} ms.")
    return "\n".join(rows)


@contextmanager
def _counter(what: str) -> Iterator[Callable[[], None]]:
    """Counts on the terminal what comes in unknown number; silent where nobody is watching."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.completed:.0f} " + what)
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda: bar.advance(task)
