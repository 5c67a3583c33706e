"""Reads rule files in AutoModerator's language, with Folkmoot's additions.

Never widens: what cannot be understood or known here switches its rule off or is left out of it in such a way that the
rule does less. Never crashes, and never drops anything without a word: see `Problem`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from plugins.moderation.build import build
from plugins.moderation.lints import set_problems
from plugins.moderation.rule import Problem, Rule, RuleSet
from plugins.moderation.syntax import BrokenSection, Items, Mapping, Node, Section, mended, sections, tree

#: Bytes of one file; far more than the largest known, little enough to be read at every start.
LARGEST = 5_000_000


def read(text: str, file: str = "rules") -> RuleSet:
    """All rules of a file's text; `file` is only quoted in problems."""
    rules: list[Rule] = []
    problems: list[Problem] = []
    count = 0
    for section in sections(text):
        found, complaints = _bodies(section, file, count)
        problems += complaints
        # A broken section held a rule, too: it counts as one that is not in force.
        count += sum(1 for problem in complaints if problem.level == "error")
        for body, source in found:
            count += 1
            rule, complaints = build(body, file=file, number=count, source=source)
            problems += complaints
            if rule:
                rules.append(rule)
    unique, complaints = _unique(rules)
    problems += [*complaints, *set_problems(unique)]
    return RuleSet(unique, tuple(sorted(problems, key=lambda problem: problem.line)), count, ((file, text),))


def read_files(paths: Iterable[Path]) -> RuleSet:
    """The rules of several files together. A file that cannot be read is a problem, too."""
    sets: list[RuleSet] = []
    for path in paths:
        try:
            data = path.read_bytes()
            sets.append(read(data.decode("utf-8"), str(path)) if len(data) <= LARGEST else _too_large(path))
        except OSError as error:
            sets.append(
                _unreadable(path, f"the file cannot be read: {(error.strerror or str(error)).lower()}")
            )
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            sets.append(_unreadable(path, "the file is not UTF-8; save it as UTF-8", line))
    return together(sets)


def together(sets: Iterable[RuleSet]) -> RuleSet:
    """Several sets as one, each rule under a name of its own."""
    sets = tuple(sets)
    unique, complaints = _unique([rule for ruleset in sets for rule in ruleset.rules])
    problems = [problem for ruleset in sets for problem in ruleset.problems]
    texts = tuple(text for ruleset in sets for text in ruleset.texts)
    return RuleSet(unique, (*problems, *complaints), sum(ruleset.count for ruleset in sets), texts)


def _too_large(path: Path) -> RuleSet:
    return _unreadable(path, f"the file has more than {LARGEST:,} bytes; split it")


def _unreadable(path: Path, message: str, line: int = 1) -> RuleSet:
    return RuleSet((), (Problem(str(path), line, "", "", "error", message),))


def _bodies(section: Section, file: str, before: int) -> tuple[list[tuple[Mapping, str]], list[Problem]]:
    """The mappings in a section that are rules, each with its source text, and what is wrong with the section itself."""

    def problem(line: int, level: str, message: str) -> Problem:
        rule = f"rule {before + 1}" if level == "error" else ""
        return Problem(file, line, rule, "", "error" if level == "error" else "warning", message)

    try:
        whole, odd = mended(section)
        node = tree(whole)
    except BrokenSection as error:
        return [], [problem(error.line, "error", str(error))]
    remarks = [problem(line, "warning", remark) for line, remark in odd]
    match node:
        case None:
            return [], remarks
        case Mapping():
            return [(node, section.text.strip("\n"))], remarks
        case Items(items=items) if any(isinstance(item, Mapping) for item in items):
            message = (
                "the rules are written as one list, which AutoModerator ignores; they are read here, but separate "
                "them by lines of --- instead of starting each with a hyphen"
            )
            return _listed(items, section), [*remarks, problem(node.line, "warning", message)]
        case _:
            message = "this section is no rule but text; put # in front of comments"
            return [], [*remarks, problem(node.line, "warning", message)]


def _listed(items: tuple[Node, ...], section: Section) -> list[tuple[Mapping, str]]:
    rows = section.text.splitlines()
    starts = [item.line - section.line for item in items]
    ends = [*starts[1:], len(rows)]
    return [
        (item, "\n".join(rows[start:end]))
        for item, start, end in zip(items, starts, ends, strict=True)
        if isinstance(item, Mapping)
    ]


def _unique(rules: Iterable[Rule]) -> tuple[tuple[Rule, ...], list[Problem]]:
    """The rules under names that tell them apart."""
    seen: set[str] = set()
    out: list[Rule] = []
    problems: list[Problem] = []
    for rule in rules:
        name = rule.name
        number = 2
        while name.casefold() in seen:
            name = f"{rule.name} ({number})"
            number += 1
        seen.add(name.casefold())
        if name != rule.name and not rule.name.startswith("rule "):
            message = f"another rule has this name already, so this one is called {name!r}; give it a `name:` of its own"
            problems.append(Problem(rule.file, rule.line, name, "name", "warning", message))
        out.append(rule if name == rule.name else replace(rule, name=name))
    return tuple(out), problems
