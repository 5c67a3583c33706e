"""A rule while it is being read: what was understood so far, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from plugins.moderation import keys
from plugins.moderation.checks import read_check
from plugins.moderation.conditions import Known
from plugins.moderation.facts import Fact, Field, Target
from plugins.moderation.options import text_of
from plugins.moderation.rule import Check, Condition, Label, Level, Problem, SetLabel
from plugins.moderation.scalars import BadValue
from plugins.moderation.syntax import Entry, Mapping, Scalar


@dataclass(slots=True)
class Draft:
    """Collects a rule's parts. `fields` are fields of `Rule` by name; `decorations` the keys without a counterpart."""

    body: Mapping
    file: str
    name: str
    problems: list[Problem] = field(default_factory=list)
    is_off: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    catch_alls: list[tuple[Entry, str]] = field(
        default_factory=list
    )  # checks with a value found in every text
    conditions: list[Condition] = field(default_factory=list)
    labels: list[SetLabel] = field(default_factory=list)
    decorations: list[str] = field(default_factory=list)

    # -- problems

    def tell(self, level: Level, entry: Entry | None, message: str, key: str | None = None) -> None:
        entry = entry or Entry("", self.body, self.body.line)
        self.problems.append(
            Problem(self.file, entry.line, self.name, entry.key if key is None else key, level, message)
        )

    def warn(self, entry: Entry | None, message: str) -> None:
        self.tell("warning", entry, message)

    def refuse(self, level: Level, entry: Entry | None, message: str) -> None:
        """A problem that keeps the whole rule from being used."""
        self.is_off = True
        self.tell(level, entry, message)

    # -- entries

    def read(self, reader: Callable[[Entry], None], entry: Entry) -> None:
        """A bad value switches the rule off: nobody knows what it was to mean."""
        try:
            reader(entry)
        except (BadValue, keys.BadKey) as error:
            self.refuse("error", entry, str(error))

    def last_of_each(self, mapping: Mapping) -> list[Entry]:
        """Entries with lower-case keys. Of equal keys the last one counts, as on Reddit, but not without a word."""
        entries: dict[str, Entry] = {}
        for entry in mapping.entries:
            low = replace(entry, key=entry.key.strip().lower())
            if low.key in entries:
                name = low.key.partition("(")[0].strip()
                remedy = (
                    "delete one of both"
                    if name in keys.PLAIN_KEYS
                    else f"to check both, add a suffix: `{name}#2`"
                )
                before = entries[low.key].line
                self.warn(low, f"stood in line {before} already, and only the last one counts; {remedy}")
            entries[low.key] = low
        return list(entries.values())

    def entry(self, key: str) -> Entry | None:
        return next((e for e in self.body.entries if e.key.strip().lower() == key), None)

    # -- parts

    def check(
        self, entry: Entry, known: dict[str, Field], target: Target = Target.ITEM, *, key: str | None = None
    ) -> None:
        """Reads a search check. Raises keys.BadKey."""
        outcome = read_check(entry, known, target, key=key)
        for level, message in outcome.problems:
            self.tell(level, entry, message)
        if outcome.off:
            level, message = outcome.off
            self.refuse(level, entry, message)
        if outcome.catches_all is not None:
            self.catch_alls.append((entry, outcome.catches_all))
        if outcome.check:
            self.checks.append(outcome.check)

    def condition(
        self, entry: Entry, known: Known, target: Target = Target.ITEM, *, alternative: bool = False
    ) -> None:
        """Reads a comparison. Raises BadValue."""
        operator, value = known.read(entry)
        if known.fact is Fact.ACCOUNT_AGE and operator == "=":
            self.warn(entry, "means exactly that age, to the second; write < or > in front of it")
        if known.fact.endswith("karma") and text_of(entry).isdigit() and value > 1:
            self.warn(entry, f"means exactly {value:.0f}, as on Reddit; write < or > in front of it")
        if known.fact is Fact.NOTHING and value:
            self.refuse(
                "off", entry, f"{known.remark}, so the rule would never match; leave the condition out"
            )
            return
        if known.remark:
            self.warn(entry, f"is taken as it means here: {known.remark}")
        self.conditions.append(
            Condition(entry.key, entry.line, known.fact, operator, value, target, alternative)
        )

    def label(self, target: Target, label: Label | None, overwrite: bool) -> None:
        if label is not None:
            self.labels.append(SetLabel(target, label, overwrite))

    def decorate(self, entry: Entry) -> None:
        self.decorations.append(entry.key)
        self.warn(entry, "has no counterpart here and is left out")

    def foreign(self, entry: Entry) -> bool:
        """Deals with what Lemmy and Matrix do not have; False when `entry` is nothing of that kind."""
        if entry.key in keys.DECORATIONS or (entry.key in keys.FOREIGN_GROUPS and _only_adorns(entry)):
            self.decorate(entry)
        elif entry.key in keys.FOREIGN_CONDITIONS | keys.FOREIGN_GROUPS:
            self.refuse("off", entry, f"`{entry.key}` cannot be known here, so the rule is off")
        else:
            return False
        return True


def _only_adorns(entry: Entry) -> bool:
    return isinstance(entry.value, Mapping) and all(
        inner.key.strip().lower() in keys.DECORATIONS | {"set_flair", "overwrite_flair"}
        for inner in entry.value.entries
    )


def title_of(body: Mapping, longest: int) -> str | None:
    """What a rule calls itself: its name, else the reason that it gives."""
    for wanted in ("name", "friendly_name", "action_reason", "report_reason"):
        for entry in body.entries:
            if entry.key.strip().lower() == wanted and isinstance(entry.value, Scalar):
                text = " ".join(entry.value.text.split())
                if text and "{{" not in text and len(text) <= longest:
                    return text
    return None
