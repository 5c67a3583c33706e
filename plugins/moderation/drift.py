"""Drift watch: an enforced rule that suddenly hits far more than its backtest goes back to watching, and asks.

A slip in an expression removes everything within minutes, and whoever made it is asleep. What a rule would have hit
over the last days is remembered by its backtest; each hour is held against that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.api import Action, Code, Context, Json, Remember, Report, document, line
from plugins.moderation.match import Match
from plugins.moderation.rule import Mode, Rule
from plugins.moderation.rulebook import SWITCHED

#: Where the hits of a version in a backtest are remembered, and its hits of the last hour.
EXPECTED = "backtest/"
HITS = "hits/"
#: Fewer hits an hour are nothing to worry about, whatever the backtest said.
LEAST = 10
#: So many times what was to be expected in an hour is too much.
FACTOR = 20
WINDOW = timedelta(hours=1)


def expectation(rule: Rule, hits: int, span: timedelta) -> Remember:
    """What a backtest tells about a version of a rule."""
    return Remember(key=EXPECTED + rule.version, value={"hits": hits, "hours": span / timedelta(hours=1)})


def too_many(hits: int, expected: Json) -> float | None:
    """How many an hour were to be expected, where `hits` in one are far more; None while all is well."""
    if not isinstance(expected, dict):
        return None
    known, hours = expected.get("hits"), expected.get("hours")
    if not isinstance(known, int | float) or not isinstance(hours, int | float) or hours <= 0:
        return None
    an_hour = known / hours
    return an_hour if hits >= LEAST and hits > FACTOR * an_hour else None


async def watched(ctx: Context[Any], matches: Iterable[Match]) -> list[Action]:
    """Counts what enforced rules hit; what has drifted is switched to watching, and the moderators are asked."""
    actions: list[Action] = []
    for rule in (match.rule for match in matches):
        expected = await ctx.recall(EXPECTED + rule.version)
        if expected is None:
            continue
        times = [*_lately(await ctx.recall(HITS + rule.version), ctx.now), ctx.now.isoformat()]
        normal = too_many(len(times), expected)
        actions += (
            [Remember(key=HITS + rule.version, value=[*times])]
            if normal is None
            else _fallen_back(rule, len(times), normal, ctx.now, ctx.community.moderators_prefix)
        )
    return actions


def _lately(known: Json, now: datetime) -> list[str]:
    since = (now - WINDOW).isoformat()
    return [at for at in known if isinstance(at, str) and at > since] if isinstance(known, list) else []


def _fallen_back(rule: Rule, hits: int, normal: float, now: datetime, prefix: str) -> list[Action]:
    """The backtest is forgotten with it: if a moderator enforces the rule all the same, that is the last word."""
    mode: Json = {
        "mode": str(Mode.WATCH),
        "version": rule.version,
        "by": "drift watch",
        "at": now.isoformat(),
    }
    told = document(
        line(
            f"The rule {rule.name} hit {hits} times within an hour; by its backtest {normal:.2g} were to be expected. "
            "So it only watches from now on. Please look at what it hit; to undo a case: ",
            Code(f"{prefix}undo #number"),
            ". If all of it was right: ",
            Code(f"{prefix}rules enforce {rule.name}"),
        )
    )
    return [
        Remember(key=SWITCHED + rule.name.casefold(), value=mode),
        Remember(key=HITS + rule.version, value=None),
        Remember(key=EXPECTED + rule.version, value=None),
        Report(text=told),
    ]
