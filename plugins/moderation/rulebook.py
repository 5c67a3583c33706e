"""The rules in force in a community: those of its files, those that moderators added, and what was switched by chat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from bot.api import Json
from plugins.moderation.facts import Need
from plugins.moderation.inquiry import Profiles
from plugins.moderation.matching import QUARANTINE_AFTER, Found, Matcher
from plugins.moderation.patterns import Patience
from plugins.moderation.reader import read
from plugins.moderation.rule import Mode, Rule, RuleSet
from plugins.moderation.subject import Subject

#: Where this plugin remembers rules and switches; the name follows, in lower case.
ADDED = "rules/added/"
SWITCHED = "rules/mode/"
#: How often a version of a rule ran out of time; the version follows.
LATE = "rules/late/"
MEMORY = "rules/"


class InForce:
    """The rules at one moment, ready to match."""

    def __init__(
        self,
        rules: Iterable[Rule],
        modes: Mapping[str, Mode],
        default: Mode,
        late: Mapping[str, int] | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self._modes = modes
        self.default = default
        self._late = late or {}

    @cached_property
    def matcher(self) -> Matcher:
        """Those rules that do anything here."""
        used = (rule for rule in self.rules if rule.acts and self.mode(rule) is not Mode.OFF)
        return Matcher(used, late=self._late)

    @cached_property
    def needs(self) -> frozenset[Need]:
        """What any of the rules may ask to be fetched."""
        return self.matcher.needs

    def match(self, subject: Subject, patience: Patience | None = None) -> Found:
        return self.matcher.match(subject, patience)

    def mode(self, rule: Rule) -> Mode:
        """What was switched by chat counts for that version of the rule only; then its own word, then the settings'."""
        return self._modes.get(rule.version) or rule.mode or self.default

    def is_given_up(self, rule: Rule) -> bool:
        """Whether the rule ran out of time so often that it is not tried any more."""
        return self._late.get(rule.version, 0) >= QUARANTINE_AFTER

    def find(self, name: str) -> Rule | None:
        """A rule by its name or number, without regard to case."""
        wanted = name.strip().strip("\"'“”").casefold()
        by_name = {rule.name.casefold(): rule for rule in self.rules}
        return by_name.get(wanted) or by_name.get(f"rule {wanted.removeprefix('#')}")


@dataclass(frozen=True, slots=True)
class Added:
    """A rule that a moderator added by chat."""

    text: str
    by: str
    at: str  # ISO 8601


class Rulebook:
    """The rules of the files, and on top of them what is remembered. Prepared again only when that changes."""

    def __init__(self, files: RuleSet, default: Mode) -> None:
        self.profiles = Profiles()
        self._files = files
        self._default = default
        self._prepared: tuple[Mapping[str, Json], InForce] | None = None

    def in_force(self, memory: Mapping[str, Json]) -> InForce:
        """`memory` is everything that is remembered under `MEMORY`."""
        if self._prepared is None or self._prepared[0] != memory:
            self._prepared = dict(memory), self._prepare(memory)
        return self._prepared[1]

    def _prepare(self, memory: Mapping[str, Json]) -> InForce:
        rules = {rule.name.casefold(): rule for rule in self._files.rules}
        for key, value in memory.items():
            if key.startswith(ADDED) and isinstance(value, dict):
                for rule in read(str(value["text"]), "chat").rules:
                    rules[key.removeprefix(ADDED)] = rule
        modes = {
            str(value["version"]): Mode(cast(str, value["mode"]))
            for key, value in memory.items()
            if key.startswith(SWITCHED) and isinstance(value, dict)
        }
        late = {
            key.removeprefix(LATE): value
            for key, value in memory.items()
            if key.startswith(LATE) and isinstance(value, int)
        }
        return InForce(rules.values(), modes, self._default, late)
