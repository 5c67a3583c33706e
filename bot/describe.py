"""Actions and cases in plain words, for the moderators' room, `!why` and the log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.actions import (
    Action,
    Ban,
    Kick,
    LetIn,
    Lockdown,
    Mute,
    Pin,
    Post,
    PublishBan,
    Remove,
    Reopen,
    Report,
    Restore,
    ShutOut,
    Tell,
    Unban,
    Unmute,
    Warn,
    WithdrawBan,
)
from bot.decision import Decision, Reviewed, State
from bot.model import Author, Community
from bot.text import CaseNumber, Inline, Plain, Strong, document, line, quote

#: How much of somebody's words a line in the moderators' room shows.
EXCERPT = 200

#: So many servers are named where an action is about more.
_SERVERS = 5

#: Rules carry their version behind their name: `No insults (38fe1bee)`.
_VERSION = re.compile(r" \([0-9a-f]{8}\)$")


def describe(action: Action) -> str:
    """`ban ana until 2026-03-04 09:00 UTC`, in the imperative."""
    person = getattr(action, "person", None)
    who = person.name if isinstance(person, Author) else "somebody"
    words = {
        Warn: f"warn {who}",
        Remove: f"remove what {who} wrote",
        Restore: "bring the message back",
        Mute: f"mute {who} in {getattr(action, 'place', 'here')}{_until(action)}",
        Unmute: f"unmute {who} in {getattr(action, 'place', 'here')}",
        Kick: f"put {who} out of {getattr(action, 'place', 'here')}",
        Ban: f"ban {who} from {getattr(action, 'place', 'here')}{_until(action)}",
        Unban: f"lift the ban of {who} from {getattr(action, 'place', 'here')}",
        Lockdown: f"lock {getattr(action, 'place', 'here')} down{_until(action, 'until it is reopened')}",
        Reopen: f"reopen {getattr(action, 'place', 'here')}",
        ShutOut: f"shut {_servers(action)} out of {getattr(action, 'place', 'here')}",
        LetIn: f"let {_servers(action)} into {getattr(action, 'place', 'here')} again",
        PublishBan: f"put {who} on the list {getattr(action, 'place', '')}",
        WithdrawBan: f"take {who} off the list {getattr(action, 'place', '')}",
        Tell: f"write to {who}",
        Post: f"post in {getattr(action, 'place', 'here')}",
        Pin: "pin" if getattr(action, "on", True) else "unpin",
    }
    return words.get(type(action), type(action).__name__.lower())


def _servers(action: Action) -> str:
    """The servers that an action is about; of many, the first ones."""
    names: tuple[str, ...] = getattr(action, "servers", ())
    more = f" and {len(names) - _SERVERS} more" if len(names) > _SERVERS else ""
    return f"the server{'s' if len(names) != 1 else ''} {', '.join(names[:_SERVERS])}{more}"


def excerpt(text: str, length: int = EXCERPT) -> str:
    """`text` in one line, cut at `length` characters with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def case_line(decision: Decision, verdicts: Sequence[Reviewed], community: Community) -> Report | None:
    """What the moderators read about a decision that falls on somebody; None where it falls on nobody."""
    falling = [v for v in verdicts if v.action.sanction and v.state is not State.DROPPED]
    if not falling or (decision.outcome.quiet and all(v.state is State.PENDING for v in falling)):
        return None
    states = {v.state for v in falling}
    acts = "; ".join(_together([v.action for v in falling]))
    opening: list[str | Inline]
    if states == {State.SIMULATED}:
        opening = [Strong("Only watching"), Plain(" — would: ")]
    elif State.HELD in states:
        opening = [Strong("Your decision"), Plain(" "), CaseNumber(), Plain(" — proposed: ")]
    else:
        opening = [Strong("Case"), Plain(" "), CaseNumber(), Plain(" — ")]
    blocks = [line(*opening, f"{acts} ({_reason(decision)})")]
    if State.HELD in states:
        why, prefix = next(v.why for v in falling if v.state is State.HELD), community.moderators_prefix
        how = "Put ✅ or ❌ below this, or say" if community.moderators_room else "Say"
        said = f"{why[0].upper()}{why[1:]}. {how} {prefix}approve or {prefix}reject "
        blocks.append(line(said, CaseNumber(), "."))
    text = document(
        *blocks, *([quote(excerpt(decision.outcome.evidence))] if decision.outcome.evidence else [])
    )
    return Report(name="case", text=text, asks=State.HELD in states)


def _together(actions: Sequence[Action]) -> list[str]:
    """Each action in words; several removals are told as one."""
    removals = [action for action in actions if isinstance(action, Remove)]
    if len(removals) < 2:
        return [describe(action) for action in actions]
    words = [describe(action) if action not in removals else "" for action in actions]
    words[actions.index(removals[0])] = f"remove {len(removals)} messages of {removals[0].person.name}"
    return [word for word in words if word]


def _reason(decision: Decision) -> str:
    """Why: who asked for it, or which rule spoke. The rule's version is left to `!why`."""
    if decision.by:
        return f"by {decision.by.name}: {decision.outcome.because}"
    if decision.outcome.rule:
        return f"rule “{_VERSION.sub('', decision.outcome.rule)}”: {decision.outcome.because}"
    return f"{decision.plugin}: {decision.outcome.because}"


def _until(action: Action, endless: str = "for good") -> str:
    until = getattr(action, "until", None)
    return f" until {until:%Y-%m-%d %H:%M} UTC" if isinstance(until, datetime) else f" {endless}"
