"""What a rule is once it has been read: frozen data, no behaviour. The reader makes it, the matcher evaluates it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from bot.api import Platform
from plugins.moderation.facts import Fact, Field, Target

#: A sanction for good: longer than anybody's life, and than any span that can be written.
FOREVER = timedelta.max


class Kind(StrEnum):
    """What AutoModerator's `type` tells apart. In a chat room a message is a text post, a reply is a comment."""

    LINK = "link submission"
    TEXT = "text submission"
    COMMENT = "comment"


ANY_KIND = frozenset(Kind)
POSTS = frozenset({Kind.LINK, Kind.TEXT})


class Method(StrEnum):
    """How a value is looked for in a text."""

    WORD = "includes-word"
    PART = "includes"
    START = "starts-with"
    END = "ends-with"
    EXACT = "full-exact"
    TEXT = "full-text"
    DOMAIN = "domain"  # the host itself or a subdomain of it, nothing else


class Mode(StrEnum):
    WATCH = "watch"  # matches are shown to the moderators; nothing is done
    ENFORCE = "enforce"
    OFF = "off"  # kept, and held against nothing


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
    target: Target = Target.ITEM

    @property
    def name(self) -> str:
        """What `{{match-name}}` calls it: the key without its modifiers."""
        return self.key.partition("(")[0].strip()


@dataclass(frozen=True, slots=True)
class Condition:
    """Compares a fact; one that is unknown never satisfies a condition. Yes and no are 1 and 0.

    Of the `alternative` ones about the same target, one is enough. `in` compares a day with a set of days: bit 0 of the
    value is Monday.
    """

    key: str
    line: int
    fact: Fact
    operator: Literal["<", ">", "=", ">=", "in"]
    value: float
    target: Target = Target.ITEM
    alternative: bool = False


#: What makes messages alike.
Same = Literal["text", "link", "mention", "any", "message"]


@dataclass(frozen=True, slots=True)
class Repeat:
    """So many messages of one person within a span.

    `same`: equal text, a common link, a common mention, any that the rule's checks match, or just any message.
    """

    count: int
    within: timedelta
    same: Same


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in for Reddit's flair: a text, a class and a template's id, on a post or a person."""

    text: str = ""
    css_class: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class SetLabel:
    """Puts a label (its parts may hold placeholders) on the message, its author or the post above it."""

    target: Target
    label: Label
    overwrite: bool = False


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
    repeat: Repeat | None = None
    places: frozenset[str] = frozenset()  # empty: all
    platforms: frozenset[Platform] = frozenset()  # empty: all
    priority: int = 0
    moderators_exempt: bool | None = None
    stop: bool | None = (
        None  # whether rules further down are left alone after a match; None: as AutoModerator does
    )
    mode: Mode | None = None  # None: as the settings say
    action: Verb | None = None
    reason: str | None = None
    comment: str | None = None
    message: str | None = None
    message_subject: str | None = None
    modmail: str | None = None
    modmail_subject: str | None = None
    lock: bool | None = None
    sticky: bool | None = None
    post_lock: bool | None = None  # the post above a comment
    post_sticky: bool | None = None
    post_action: Verb | None = None
    post_reason: str | None = None
    labels: tuple[SetLabel, ...] = ()
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

    @property
    def acts(self) -> bool:
        """Whether a match leads to anything here."""
        others = (
            self.action, self.comment, self.message, self.modmail,
            self.lock, self.sticky, self.post_lock, self.post_sticky, self.post_action,
        )  # fmt: skip
        return self.punishes or bool(self.labels) or any(act is not None for act in others)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in which placeholders may stand."""
        labels = (
            part for one in self.labels for part in (one.label.text, one.label.css_class, one.label.template)
        )
        given = (
            self.reason, self.post_reason, self.comment, self.message, self.message_subject, self.modmail,
            self.modmail_subject, self.warn, *labels,
        )  # fmt: skip
        return tuple(text for text in given if text)

    @property
    def spares_moderators(self) -> bool:
        """Moderators are exempt from what removes, punishes or reports, and from the rest only where it says so."""
        if self.moderators_exempt is not None:
            return self.moderators_exempt
        return self.punishes or self.action is Verb.REPORT


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
    texts: tuple[tuple[str, str], ...] = ()  # each file's name, and what is written there

    @property
    def off(self) -> int:
        return self.count - len(self.rules)
