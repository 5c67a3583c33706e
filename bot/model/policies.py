"""Policy lists: rules about people, servers and rooms that moderators of many communities share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The one recommendation that Matrix's specification knows.
BAN = "m.ban"


class PolicyKind(StrEnum):
    """What a rule is about."""

    USER = "user"
    SERVER = "server"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule of a list. `entity` is a glob over full ids or server names; `*` is any text, `?` any one character.

    `recommendation` is `BAN`, or whatever else the rule says; `by` is the id of who made it.
    """

    kind: PolicyKind
    entity: str
    recommendation: str
    reason: str = ""
    by: str = ""
