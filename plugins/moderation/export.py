"""The rules in force as one text in their own language: the files as they were written, with what chat changed put in place.

Comments, order, and whatever was not changed stay as they are, letter for letter. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from plugins.moderation.rule import Mode, Rule, RuleSet
from plugins.moderation.rulebook import InForce
from plugins.moderation.syntax import SEPARATOR, normal

_MODE = re.compile(r"(?i)^(?P<before>\s*(?:-\s+)?[\"']?mode[\"']?\s*:\s*)(?P<value>[^\s#]*)")


def exported(files: RuleSet, rules: InForce) -> str:
    """`files` are the rules as the files have them, `rules` those in force. Read anew, the result gives the latter again."""
    now = {rule.name.casefold(): rule for rule in rules.rules}
    texts = [_with_changes(file, text, files.rules, now, rules) for file, text in files.texts if text.strip()]
    there = {rule.name.casefold() for rule in files.rules}
    new = [_moded(rule.source, rule, rules) for name, rule in now.items() if name not in there]
    return _joined([*_labelled(texts, files), *new])


def _labelled(texts: Sequence[str], files: RuleSet) -> list[str]:
    """Each text, with the name of its file where there are several."""
    names = [file for file, text in files.texts if text.strip()]
    if len(texts) < 2:
        return list(texts)
    return [f"# from {name}\n{text}" for name, text in zip(names, texts, strict=True)]


def _joined(texts: Iterable[str]) -> str:
    """One text, a line of --- between the parts."""
    whole = ""
    for text in texts:
        whole = f"{whole.rstrip()}\n---\n{text}" if whole.strip() else text
    return whole if whole.endswith("\n") or not whole else f"{whole}\n"


def _with_changes(
    file: str, text: str, rules: Iterable[Rule], now: dict[str, Rule], in_force: InForce
) -> str:
    """A file's text with each rule as it is now; the very same text where nothing was changed."""
    rows = normal(text).split("\n")
    changed = False
    for rule in sorted((r for r in rules if r.file == file), key=lambda r: r.line, reverse=True):
        current = now.get(rule.name.casefold(), rule)
        mode = in_force.mode(current)
        is_switched = mode is not (current.mode or in_force.default)
        if current is rule and not is_switched:
            continue
        changed = True
        first, last = _place(rows, rule)
        rows[first:last] = _replaced(rows[first:last], rule, current, mode if is_switched else None)
    return "\n".join(rows) if changed else text


def _place(rows: Sequence[str], rule: Rule) -> tuple[int, int]:
    """The rows of a rule: from its first key to before the next separator, or the next rule of a list."""
    first = rule.line - 1
    last = next((at for at in range(first, len(rows)) if SEPARATOR.match(rows[at])), len(rows))
    item = re.match(r"\s*- ", rows[first])
    if item:
        last = next((at for at in range(first + 1, last) if rows[at].startswith(item.group())), last)
    while last > first + 1 and (not rows[last - 1].strip() or _is_remark(rows[last - 1])):
        last -= 1
    return first, last


def _is_remark(row: str) -> bool:
    return row.startswith("#")


def _replaced(rows: Sequence[str], old: Rule, new: Rule, mode: Mode | None) -> list[str]:
    if new is old:
        return _set_mode(list(rows), mode) if mode else list(rows)
    text = new.source.split("\n")
    text = _set_mode(text, mode) if mode else text
    item = re.match(r"\s*- +", rows[0])
    if item is None:
        return text
    indent = " " * len(item.group())
    return [f"{item.group() if at == 0 else indent if row else ''}{row}" for at, row in enumerate(text)]


def _moded(text: str, rule: Rule, in_force: InForce) -> str:
    mode = in_force.mode(rule)
    is_switched = mode is not (rule.mode or in_force.default)
    return "\n".join(_set_mode(text.split("\n"), mode)) if is_switched else text


def _set_mode(rows: list[str], mode: Mode) -> list[str]:
    """The rows of one rule with its `mode:` set."""
    first = next(at for at, row in enumerate(rows) if row.strip() and not row.lstrip().startswith("#"))
    key = re.match(r"(?P<indent>\s*(?:- +)?)(?P<flow>\{?)", rows[first])
    assert key is not None
    if key["flow"]:
        last = max(at for at, row in enumerate(rows) if "}" in row)
        before, _, after = rows[last].rpartition("}")
        return [*rows[:last], f"{before.rstrip(' ,')}, mode: {mode}}}{after}", *rows[last + 1 :]]
    indent = len(key["indent"])
    found = {at: match for at, row in enumerate(rows) if (match := _MODE.match(row))}
    here = {at: match for at, match in found.items() if at >= first and _indent(match["before"]) == indent}
    changed = [
        f"{here[at]['before']}{mode}{row[here[at].end() :]}" if at in here else row
        for at, row in enumerate(rows)
    ]
    return changed if here else [*rows, f"{' ' * indent}mode: {mode}"]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" -"))


def same_but_for_place(one: Rule, other: Rule, one_mode: Mode, other_mode: Mode) -> bool:
    """Whether two rules say and do the same, wherever they are written."""
    return one_mode is other_mode and meaning(one) == meaning(other)


def meaning(rule: Rule) -> Rule:
    """A rule without where it is written, how, and its mode."""
    return replace(
        rule,
        file="",
        line=0,
        number=0,
        version="",
        source="",
        mode=None,
        checks=tuple(replace(check, line=0) for check in rule.checks),
        conditions=tuple(replace(condition, line=0) for condition in rule.conditions),
    )
