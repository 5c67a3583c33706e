"""What was changed about rules by chat, as it is remembered: who, when, what, and the lines that differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff

from bot.api import Json
from plugins.moderation.rulebook import ADDED, SWITCHED

#: Where the changes are remembered, the newest last, so that they can be taken back.
LOG = "changes"
#: Changes that are kept.
KEPT = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of the text of a rule or of its mode. `before` and `after` are what is remembered under `key`."""

    what: str
    key: str
    before: Json
    after: Json
    by: str
    at: str

    @classmethod
    def of(cls, entry: Json) -> Change | None:
        """A remembered entry; None where it is none."""
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
            return None
        what, key, by, at = (str(entry.get(name, "")) for name in ("what", "key", "by", "at"))
        return cls(what, key, entry.get("before"), entry.get("after"), by, at)

    @property
    def is_text(self) -> bool:
        return self.key.startswith(ADDED)


def changes_of(log: Iterable[Json], name: str) -> list[Change]:
    """The changes of one rule, the oldest first."""
    wanted = name.strip().strip("\"'“”").casefold()
    found = (Change.of(entry) for entry in log)
    return [change for change in found if change and change.key in {ADDED + wanted, SWITCHED + wanted}]


def told(change: Change) -> str:
    """One line: when, who, what."""
    return f"{change.at[:16].replace('T', ' ')} {change.by}: {change.what}"


def compared(change: Change, original: str) -> list[str]:
    """The lines that a change took out (-) and put in (+); `original` is the text in the files, if any."""
    if not change.is_text:
        return []
    before, after = (
        str(value["text"]) if isinstance(value, dict) else original for value in (change.before, change.after)
    )
    rows = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return [row for row in rows if not row.startswith(("---", "+++", "@@"))]
