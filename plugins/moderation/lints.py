"""Mistakes that real rule files make in their values, each with its remedy."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from plugins.moderation.facts import Fact
from plugins.moderation.rule import Method, Problem, Rule

_DOUBLED = re.compile(r"\\\\[wWdDsSbB]")
#: Before a sign it may well be meant, where other signs bear a single one.
_DOUBLED_SIGN = re.compile(r"\\\\[.?*+()\[\]{}|/-]")
#: What nobody writes into a plain word list.
_LOOKS_LIKE_REGEX = re.compile(
    r"\\[bBwWdDsS.$?|]|\(\?[:=!<imsx]|\.[*+]|\[\^?\w-\w|\][+*?]|\)[+*?]|\w\|\w|\([^()]*\|[^()]*\)|\[\w{2,8}\]\w|^\^\w|\w\$$"
)
_CURLY = "“”„«»‘’"


def value_problems(value: str, method: Method, *, regex: bool) -> list[str]:
    """What is suspicious about one value of a search check, one sentence each."""
    found: list[str] = []
    if "\x08" in value:
        found.append(
            f"{show(value)} holds a backspace, which nobody types: in double quotes YAML reads \\b as one; "
            "use single quotes ('\\bword')"
        )
    if regex and _is_doubled(value):
        found.append(
            f"{show(value)} looks for a real backslash: it is doubled, but not in double quotes; write each backslash once"
        )
    if not regex and _LOOKS_LIKE_REGEX.search(value):
        found.append(
            f"{show(value)} looks like a regular expression but is searched for letter by letter; "
            "add the modifier: `(regex)`"
        )
    if not regex and value.count(",") >= 2 and re.fullmatch(r"[^,.!?]{1,40}(?:,\s*[^,.!?]{1,40}){2,}", value):
        found.append(f"{show(value)} is one value; if a list was meant, put it in brackets: [a, b, c]")
    if not regex and method is Method.PART and len(value.strip()) <= 3 and value.strip().isalpha():
        found.append(
            f"{show(value)} is short, and `includes` finds it inside other words, too; leave the modifier out to "
            "search whole words"
        )
    if value and (value[0] in _CURLY or value[-1] in _CURLY):
        found.append(
            f"{show(value)} holds a curly quote that belongs to the text; type straight ones around values"
        )
    if method is Method.DOMAIN and ("/" in value or "." not in value.strip(".")):
        found.append(
            f"{show(value)} is no domain and will never match; write `example.org`, or search `url` instead"
        )
    return found


def _is_doubled(value: str) -> bool:
    single = "\\" in value.replace("\\\\", "")
    return bool(_DOUBLED.search(value)) or (bool(_DOUBLED_SIGN.search(value)) and not single)


def show(value: str) -> str:
    """A value in a message, not too long."""
    return f"“{value if len(value) <= 60 else value[:57] + '…'}”"


_REPORTS = re.compile(r"(?im)^(\s*reports\s*:\s*).*$")
_COMMENTS = re.compile(r"(?m)^\s*#.*$|\s+$")


def set_problems(rules: Iterable[Rule]) -> list[Problem]:
    """What is suspicious about rules beside each other."""
    copies: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if any(condition.fact is Fact.REPORTS for condition in rule.conditions):
            copies[_COMMENTS.sub("", _REPORTS.sub(r"\1", rule.source))].append(rule)
    return [
        Problem(
            rule.file,
            rule.line,
            rule.name,
            "reports",
            "warning",
            f"differs from the rule in line {first.line} only in `reports`; the number means “at least so many”, "
            "so the rule with the smallest one is enough",
        )
        for first, *others in copies.values()
        for rule in others
    ]
