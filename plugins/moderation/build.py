"""Builds one rule from its YAML tree, key by key, and collects what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from plugins.moderation import keys, scalars
from plugins.moderation.checks import read_check
from plugins.moderation.examples import failures
from plugins.moderation.options import NAME_LENGTH, OPTIONS, text_of
from plugins.moderation.rule import Check, Condition, Fact, Level, Problem, Rule, Verb
from plugins.moderation.scalars import BadValue
from plugins.moderation.syntax import Entry, Mapping, Scalar


def build(body: Mapping, *, file: str, number: int, source: str) -> tuple[Rule | None, list[Problem]]:
    """The rule, or None when it is not in force, and every problem of it."""
    builder = _Builder(body, file, number, source)
    return builder.rule(), builder.problems


class _Builder:
    def __init__(self, body: Mapping, file: str, number: int, source: str) -> None:
        self.body = body
        self.file = file
        self.name = _name(body) or f"rule {number}"
        self.problems: list[Problem] = []
        self.is_off = False
        self.decorations: list[str] = []
        self.foreign_thresholds: list[Entry] = []
        self.checks: list[Check] = []
        self.conditions: list[Condition] = []
        self.thresholds: list[Condition] = []
        version = hashlib.sha256(
            f"{number if source.lstrip().startswith('-') else ''}{source}".encode()
        ).hexdigest()[:8]
        self.fields: dict[str, Any] = {
            "name": self.name,
            "file": file,
            "line": body.line,
            "number": number,
            "version": version,
            "source": source,
        }

    # -- problems

    def tell(self, level: Level, entry: Entry, message: str, line: int | None = None) -> None:
        self.problems.append(Problem(self.file, line or entry.line, self.name, entry.key, level, message))

    def refuse(self, level: Level, entry: Entry | None, message: str, line: int | None = None) -> None:
        """A problem that keeps the whole rule from being used."""
        self.is_off = True
        self.tell(level, entry or Entry("", self.body, self.body.line), message, line)

    # -- the rule

    def rule(self) -> Rule | None:
        for entry in self._last_of_each(self.body):
            self._read(self._top_level, entry)
        self._settle_thresholds()
        self._settle_strikes()
        rule = Rule(
            **self.fields | {"name": self.name},
            checks=tuple(self.checks),
            conditions=tuple(self.conditions),
            thresholds=tuple(self.thresholds),
        )
        if not self.is_off:
            self._complete(rule)
        if not self.is_off:
            for message in failures(rule):
                self.refuse("error", self._entry("examples"), f"{message}; the rule is off until they agree")
        return None if self.is_off else rule

    def _read(self, reader: Callable[[Entry], None], entry: Entry) -> None:
        """A bad value switches the rule off: nobody knows what it was to mean."""
        try:
            reader(entry)
        except BadValue as error:
            self.refuse("error", entry, str(error))
        except keys.BadKey as error:
            self.refuse("error", entry, str(error))

    def _last_of_each(self, mapping: Mapping) -> list[Entry]:
        """Entries with lower-case keys. Of equal keys the last one counts, as on Reddit, but not without a word."""
        entries: dict[str, Entry] = {}
        for entry in mapping.entries:
            low = Entry(entry.key.strip().lower(), entry.value, entry.line)
            if low.key in entries:
                field = low.key.partition("(")[0].strip()
                is_check = field not in keys.PLAIN_KEYS
                remedy = f"to check both, add a suffix: `{field}#2`" if is_check else "delete one of both"
                before = entries[low.key].line
                self.tell(
                    "warning", low, f"stood in line {before} already, and only the last one counts; {remedy}"
                )
            entries[low.key] = low
        return list(entries.values())

    def _entry(self, key: str) -> Entry | None:
        return next((e for e in self.body.entries if e.key.strip().lower() == key), None)

    def _top_level(self, entry: Entry) -> None:
        key, value = entry.key, entry.value
        read: Callable[[Entry], None] | None = getattr(self, f"_key_{key}", None)
        if read:
            read(entry)
        elif key in OPTIONS:
            field, value_of = OPTIONS[key]
            self.fields[field] = value_of(entry)
        elif key in keys.MESSAGE_CONDITIONS:
            self._condition(entry, keys.MESSAGE_CONDITIONS[key])
        elif key == "author":
            self._author(entry)
        elif key == "~author":
            if isinstance(value, Mapping):
                raise BadValue("a name or a list of names was expected; put `~name` into the `author:` group")
            self._check(entry, keys.AUTHOR_FIELDS, key="~name")
        elif key in keys.AUTHOR_CONDITIONS or key == "satisfy_any_threshold":
            raise BadValue("belongs into the `author:` group")
        elif key in keys.OLD_WORDS:
            raise BadValue(f"is AutoModerator's spelling before 2015; {keys.OLD_WORDS[key]}")
        elif not self._foreign(entry):
            self._check(entry, keys.MESSAGE_FIELDS)

    def _foreign(self, entry: Entry) -> bool:
        """Deals with what Lemmy and Matrix do not have; False when `entry` is nothing of that kind."""
        key, value = entry.key, entry.value
        if key in keys.DECORATIONS:
            self.decorations.append(key)
            self.tell("warning", entry, "has no counterpart here and is left out")
        elif key in keys.FOREIGN_GROUPS and isinstance(value, Mapping) and _only_adorns(value):
            self.decorations.append(key)
            self.tell("warning", entry, "only sets what has no counterpart here, and is left out")
        elif key in keys.FOREIGN_CONDITIONS | keys.FOREIGN_GROUPS:
            self.refuse("off", entry, f"`{key}` cannot be known here, so the rule is off")
        else:
            return False
        return True

    def _author(self, entry: Entry) -> None:
        if not isinstance(entry.value, Mapping):
            self._check(entry, keys.AUTHOR_FIELDS, key="name")
            return
        for inner in self._last_of_each(entry.value):
            self._read(self._author_key, inner)

    def _author_key(self, entry: Entry) -> None:
        key = entry.key
        if key == "account_age":
            self._key_account_age(entry)
        elif key == "satisfy_any_threshold":
            self.fields["any_threshold"] = scalars.boolean(text_of(entry))
        elif key in keys.AUTHOR_CONDITIONS:
            self._condition(entry, keys.AUTHOR_CONDITIONS[key])
        elif key.endswith("_karma"):
            self.foreign_thresholds.append(entry)
        elif not self._foreign(entry):
            self._check(entry, keys.AUTHOR_FIELDS)

    # -- keys

    def _key_type(self, entry: Entry) -> None:
        kinds = text_of(entry).lower()
        if kinds in keys.FOREIGN_KINDS:
            self.refuse("off", entry, f"{kinds!r} cannot be told apart here, so the rule is off")
        elif kinds in keys.KINDS:
            self.fields["kinds"] = keys.KINDS[kinds]
        else:
            known = frozenset(keys.KINDS)
            raise BadValue(
                f"there is no type {kinds!r} (there are {', '.join(keys.KINDS)}){keys.guess(kinds, known)}"
            )

    def _key_ignore_blockquotes(self, entry: Entry) -> None:
        if not scalars.boolean(text_of(entry)):
            self.tell(
                "warning", entry, "quoted lines never count here: nobody is struck for somebody else's words"
            )

    def _key_account_age(self, entry: Entry) -> None:
        compared = scalars.age(text_of(entry))
        if compared.operator == "=":
            self.tell("warning", entry, "means exactly that age, to the second; write < or > in front of it")
        self.thresholds.append(
            Condition(entry.key, entry.line, Fact.ACCOUNT_AGE, compared.operator, compared.value)
        )

    # -- conditions

    def _condition(self, entry: Entry, fact: Fact) -> None:
        key, text = entry.key, text_of(entry)
        match key:
            case "reports":
                condition = Condition(key, entry.line, fact, ">=", scalars.whole(text, least=1))
            case "body_longer_than":
                condition = Condition(key, entry.line, fact, ">", scalars.whole(text, least=0))
            case "body_shorter_than":
                condition = Condition(key, entry.line, fact, "<", scalars.whole(text, least=1))
            case _:
                condition = Condition(key, entry.line, fact, "=", float(scalars.boolean(text)))
        self.conditions.append(condition)
        if fact in keys.WEAK:
            self.tell("warning", entry, f"is taken as it means here: {keys.WEAK[fact]}")

    def _check(self, entry: Entry, fields: dict[str, Any], key: str | None = None) -> None:
        outcome = read_check(entry, fields, key=key or entry.key)
        for level, message in outcome.problems:
            self.tell(level, entry, message)
        if outcome.off:
            self.refuse(outcome.off[0], entry, outcome.off[1])
        if outcome.check:
            self.checks.append(outcome.check)

    def _settle_thresholds(self) -> None:
        """Karma can be left out where any one threshold is enough: the rule then does less. Else it is off."""
        spare = self.fields.get("any_threshold") and self.thresholds
        for entry in self.foreign_thresholds:
            if spare:
                self.tell(
                    "warning", entry, "karma is not known here; only the other thresholds of the author count"
                )
            else:
                self.refuse(
                    "off", entry, "karma is not known here, so the rule is off; `account_age` is known"
                )

    def _settle_strikes(self) -> None:
        """A warning or a severe rule is one strike unless it says otherwise; strikes come with the standard warning."""
        if "strikes" in self.fields:
            self.fields.setdefault("warn", "")
        elif "warn" in self.fields or self.fields.get("severe"):
            self.fields["strikes"] = 1

    def _complete(self, rule: Rule) -> None:
        """Refuses a rule that would match everything or do nothing."""
        strong = [condition for condition in rule.conditions if condition.fact not in keys.WEAK]
        if rule.conditions and not (rule.checks or strong or rule.thresholds or rule.repeat):
            self.refuse("off", None, "nearly everybody here meets its only condition, so the rule is off")
        elif not (rule.checks or rule.conditions or rule.thresholds or rule.repeat):
            self.refuse(
                "error",
                None,
                "has no condition, so it would match everything; add a check such as `body: [word]`",
            )
        does = (
            rule.action, rule.comment, rule.message, rule.modmail, rule.lock, rule.sticky, rule.warn, rule.ban, rule.mute
        )  # fmt: skip
        if all(effect is None for effect in does) and not rule.strikes:
            if self.decorations:
                what = ", ".join(dict.fromkeys(self.decorations))
                self.refuse(
                    "off",
                    None,
                    f"all it does is {what}, which has no counterpart here yet, so the rule is off",
                )
            else:
                self.refuse("error", None, "does nothing; add `action: report`, or another action")
        if rule.action is Verb.APPROVE and rule.punishes:
            self.refuse("error", self._entry("action"), "approves and punishes at once; take one of both out")


def _name(body: Mapping) -> str | None:
    for wanted in ("name", "friendly_name", "action_reason", "report_reason"):
        for entry in body.entries:
            if entry.key.strip().lower() == wanted and isinstance(entry.value, Scalar):
                text = " ".join(entry.value.text.split())
                if text and "{{" not in text and len(text) <= NAME_LENGTH:
                    return text
    return None


def _only_adorns(group: Mapping) -> bool:
    return all(entry.key.strip().lower() in keys.DECORATIONS for entry in group.entries)
