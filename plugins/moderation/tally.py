"""What a check of many rule files found, as Markdown tables that quote no rule. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from plugins.moderation.rule import Problem, RuleSet

#: What a message quotes from a rule: it stays out of the tables.
_QUOTED = re.compile(r"“[^”]*”|'[^']*'|\(([^()]* at character \d+)\)|line \d+", re.DOTALL)


def tables(found: Sequence[tuple[str, RuleSet]]) -> str:
    """One table of files, one of the kinds of problems; `found` has each file's name and what was read from it."""
    rows = [
        "| file | rules | loaded | off | without effect | errors | warnings |",
        "|---|---|---|---|---|---|---|",
    ]
    for file, ruleset in found:
        levels = Counter(problem.level for problem in ruleset.problems)
        rows.append(
            f"| {label(file)} | {ruleset.count} | {len(ruleset.rules)} | {ruleset.off} | {_idle(ruleset)} "
            f"| {levels['error']} | {levels['warning']} |"
        )
    count, loaded = sum(r.count for _, r in found), sum(len(r.rules) for _, r in found)
    idle = sum(_idle(ruleset) for _, ruleset in found)
    rows.append(f"| **together** | **{count}** | **{loaded}** | **{count - loaded}** | **{idle}** | | |")
    kinds = Counter(kind(problem) for _, ruleset in found for problem in ruleset.problems)
    rows += ["", "| times | level | problem |", "|---|---|---|"]
    rows += [
        f"| {times} | {level} | {message} |" for (level, message), times in sorted(kinds.items(), key=_rank)
    ]
    return "\n".join(rows)


def _idle(ruleset: RuleSet) -> int:
    """Rules that are loaded and match, but whose only effect has no counterpart here."""
    return sum(not rule.acts for rule in ruleset.rules)


def _rank(item: tuple[tuple[str, str], int]) -> tuple[int, str, str]:
    (level, message), times = item
    return -times, level, message


def kind(problem: Problem) -> tuple[str, str]:
    """A problem without what is particular to its rule."""
    message = " ".join(_QUOTED.sub("…", problem.message).split())
    return problem.level, message.replace("|", "\\|")


def label(file: str) -> str:
    """`owner__repository__path` as `owner/repository`, with the file's own name; other names as they are."""
    parts = Path(file).name.split("__")
    return f"{parts[0]}/{parts[1]}: {'/'.join(parts[2:])}" if len(parts) > 2 else Path(file).name
