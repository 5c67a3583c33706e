"""The rules of a policy list, from the raw state of its room.

Each rule is a piece of state; taking one back leaves an empty content behind. (Source: Matrix client-server API v1.16,
"Moderation policy lists". The two older spellings, of MSC2313 and of Mjolnir's first days, still stand in lists.)
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.model import Policy, PolicyKind
from bot.model.policies import BAN
from bot.platforms.matrix import raw

log = logging.getLogger(__name__)

#: What a rule is about, by the type of its event.
KINDS: Mapping[str, PolicyKind] = {
    f"{family}.{kind}": kind
    for family in ("m.policy.rule", "m.room.rule", "org.matrix.mjolnir.rule")
    for kind in PolicyKind
}

#: The type of the rules that we publish.
USER_RULE = "m.policy.rule.user"

_BANS = frozenset({BAN, "org.matrix.mjolnir.ban"})

#: So many rules of one list are kept, and none with a longer entity: no id has more than 255 bytes.
RULES = 50_000
LONGEST_ENTITY = 500
_LONGEST_REASON = 1_000

#: Where a piece of state stands: its type and its key.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Rule:
    policy: Policy
    event: str
    sender: str


class Rules:
    """The rules that stand in one room."""

    def __init__(self) -> None:
        self._rules: dict[Key, _Rule] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Takes over a rule, or that it was taken back; anything else is passed over."""
        kind, key = event.get("type"), event.get("state_key")
        if not isinstance(kind, str) or kind not in KINDS or not isinstance(key, str):
            return
        sender = raw.text(event.get("sender"))
        policy = policy_of(kind, raw.mapping(event.get("content")), sender)
        if policy is None:
            self._rules.pop((kind, key), None)
        elif len(self._rules) < RULES or (kind, key) in self._rules:
            self._rules[kind, key] = _Rule(policy, raw.text(event.get("event_id")), sender)
            if len(self._rules) == RULES:
                log.warning("a policy list has %d rules or more; what comes beyond that is left out", RULES)

    def redacted(self, event: str, by: str, *, entitled: bool) -> None:
        """What an event said was taken away, by its sender or by somebody who may; else it stands."""
        for key, rule in list(self._rules.items()):
            if rule.event == event and (entitled or rule.sender == by):
                del self._rules[key]

    @property
    def policies(self) -> list[Policy]:
        """Each rule once, however often it stands there."""
        return list(dict.fromkeys(rule.policy for rule in self._rules.values()))

    def banning(self, user: str) -> list[Key]:
        """Where the rules stand that ask for a ban of exactly that person."""
        return [key for key, rule in self._rules.items() if bans(rule.policy, user)]


def policy_of(kind: str, content: Mapping[str, Any], sender: str = "") -> Policy | None:
    """The rule in the content of an event of type `kind`; None where there is none."""
    entity, recommendation = raw.text(content.get("entity")), raw.text(content.get("recommendation"))
    if kind not in KINDS or not entity or not recommendation or len(entity) > LONGEST_ENTITY:
        return None
    return Policy(
        kind=KINDS[kind],
        entity=entity,
        recommendation=BAN if recommendation in _BANS else recommendation[:LONGEST_ENTITY],
        reason=raw.text(content.get("reason"))[:_LONGEST_REASON],
        by=sender,
    )


def bans(policy: Policy, user: str) -> bool:
    """Whether the rule asks for a ban of exactly that person."""
    return policy.kind is PolicyKind.USER and policy.recommendation == BAN and policy.entity == user


def state_key(entity: str) -> str:
    """Where a ban of `entity` is published: where Draupnir and Meowlnir would put it, so that one replaces the other.

    The Base64 form of the SHA-256 of the entity followed by the recommendation.
    """
    return base64.b64encode(hashlib.sha256(f"{entity}{BAN}".encode()).digest()).decode()
