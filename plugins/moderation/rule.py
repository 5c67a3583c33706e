"""What a rule is once it has been read: frozen data, no behaviour. The reader makes it, the matcher evaluates it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from bot.api import Platform

#: A sanction for good: longer than anybody's life, and than any span that can be written.
FOREVER = timedelta.max


class Kind(StrEnum):
    """What AutoModerator's `type` tells apart. In a chat room a message is a text post, a reply is a comment."""

    LINK = "link submission"
    TEXT = "text submission"
    COMMENT = "comment"


ANY_KIND = frozenset(Kind)


class Method(StrEnum):
    """How a value is looked for in a text."""

    WORD = "includes-word"
    PART = "includes"
    START = "starts-with"
    END = "ends-with"
    EXACT = "full-exact"
    TEXT = "full-text"
    DOMAIN = "domain"  # the host itself or a subdomain of it, nothing else


class Field(StrEnum):
    """The texts of a message that a check may search."""

    TITLE = "title"
    BODY = "body"
    URL = "url"
    DOMAIN = "domain"
    ID = "id"
    AUTHOR = "author name"
    AUTHOR_ID = "author id"


class Mode(StrEnum):
    WATCH = "watch"  # matches are shown to the moderators; nothing is done
    ENFORCE = "enforce"


class Verb(StrEnum):
    REMOVE = "remove"
    SPAM = "spam"
    FILTER = "filter"
    REPORT = "report"
    APPROVE = "approve"


#: The verbs that take a message away.
REMOVING = frozenset({Verb.REMOVE, Verb.SPAM, Verb.FILTER})


@dataclass(frozen=True, slots=True)
class Check:
    """One search check. It holds when a field contains a value; a negated one when no field contains any."""

    key: str  # as written, to be quoted in explanations
    line: int
    fields: tuple[Field, ...]
    method: Method
    values: tuple[str, ...]
    regex: bool = False
    case_sensitive: bool = False
    negated: bool = False


class Fact(StrEnum):
    """What a rule may compare besides texts."""

    REPORTS = "reports"  # how many members reported it
    BODY_LENGTH = "body length"  # characters between the first and the last letter or digit
    ACCOUNT_AGE = "account_age"  # seconds
    EDITED = "is_edited"
    TOP_LEVEL = "is_top_level"
    SUBMITTER = "is_submitter"  # the author began the thread
    MODERATOR = "is_moderator"
    CONTRIBUTOR = "is_contributor"  # an approved user of Reddit is somebody trusted here
    GOLD = "is_gold"  # nobody has Reddit's gold here


@dataclass(frozen=True, slots=True)
class Condition:
    """Compares a fact; one that is unknown never satisfies a condition. Yes and no are 1 and 0."""

    key: str
    line: int
    fact: Fact
    operator: Literal["<", ">", "=", ">="]
    value: float


#: What makes messages alike.
Same = Literal["text", "link", "any"]


@dataclass(frozen=True, slots=True)
class Repeat:
    """So many messages of one person within a span. `same`: equal text, a common link, or whatever else matches."""

    count: int
    within: timedelta
    same: Same


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts that the rule must catch and must let pass, checked each time it is loaded."""

    catch: tuple[str, ...] = ()
    let_pass: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `version` changes with every change of its text; `number` counts the rules of one file from 1."""

    name: str
    file: str
    line: int
    number: int
    version: str
    source: str
    kinds: frozenset[Kind] = ANY_KIND
    checks: tuple[Check, ...] = ()
    conditions: tuple[Condition, ...] = ()
    thresholds: tuple[Condition, ...] = ()  # of the author
    any_threshold: bool = False
    repeat: Repeat | None = None
    places: frozenset[str] = frozenset()  # empty: all
    platforms: frozenset[Platform] = frozenset()  # empty: all
    priority: int = 0
    moderators_exempt: bool | None = None
    mode: Mode | None = None  # None: as the settings say
    action: Verb | None = None
    reason: str | None = None
    comment: str | None = None
    message: str | None = None
    modmail: str | None = None
    lock: bool | None = None
    sticky: bool | None = None
    warn: str | None = None  # the warning's text; "" for the standard one
    strikes: int = 0
    severe: bool = False
    ban: timedelta | None = None
    mute: timedelta | None = None
    examples: Examples = Examples()

    @property
    def removes(self) -> bool:
        return self.action in REMOVING

    @property
    def punishes(self) -> bool:
        """Whether a match falls on the person."""
        return (
            self.removes
            or any(act is not None for act in (self.warn, self.ban, self.mute))
            or self.strikes > 0
        )


Level = Literal["error", "warning", "off"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a moderator should know about a rule file.

    `error`: a mistake; what it touches is not used. `off`: the rule is fine, but it asks what cannot be known here, so
    it is not loaded. `warning`: the rule is loaded.
    """

    file: str
    line: int
    rule: str
    key: str
    level: Level
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        what = ": ".join(part for part in (self.rule, self.key) if part)
        return f"{where}{what}: {self.message}" if what else where + self.message


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What came out of a file: the rules that are in force, how many there were, and every problem, by line."""

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...]
    count: int = 0  # rules in the file, loaded or not

    @property
    def off(self) -> int:
        return self.count - len(self.rules)
