"""What a handler decided, and what became of it: the vocabulary between plugins, the guard and the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.actions import Action, Note, Urgency, Warn
from bot.model import Author, Receipt, Ref, Role


class State(StrEnum):
    """Where an action stands. The legal moves are in `MOVES`."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"  # an attempt was cut off: nobody knows whether it worked
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"  # waits for a moderator
    SIMULATED = "simulated"  # dry run: recorded, never performed
    DROPPED = "dropped"
    UNDONE = "undone"


#: Every legal move of an action; the ledger refuses all others. docs/architecture.md draws this table.
MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.SENDING, State.DROPPED, State.FAILED, State.UNDONE}),
    State.SENDING: frozenset({State.SENT, State.FAILED, State.PENDING, State.UNKNOWN, State.UNDONE}),
    State.UNKNOWN: frozenset({State.PENDING, State.SENT, State.FAILED, State.UNDONE}),
    State.HELD: frozenset({State.PENDING, State.DROPPED}),
    State.SENT: frozenset({State.UNDONE}),
    State.FAILED: frozenset({State.UNDONE}),
    State.SIMULATED: frozenset(),
    State.DROPPED: frozenset(),
    State.UNDONE: frozenset(),
}

#: Why something waits that a moderator asked for: they did much within the hour. Somebody else has to agree.
SECOND = "a second moderator has to agree"

_YES = frozenset({"✅", "👍", "✔️", "✔"})
_NO = frozenset({"❌", "👎", "✖️", "✖"})

#: A warning in one of these states counts as a strike (unless undone): it was given, or is about to be.
COUNTING = frozenset({State.PENDING, State.SENDING, State.UNKNOWN, State.SENT})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler answers: why, and what should be done. No actions means "seen, nothing to do".

    `rule` names the rule that spoke (with its version), `evidence` is what it saw, word for word. `watch` asks for a
    rehearsal: everything is recorded and reported, nothing performed. `propose` holds the sanctions until a moderator
    agrees. `by` is the human on whose behalf it is, where that is not who gave a command: who reacted, or acted by hand.
    `quiet` spares the moderators the line about it: the case is on record all the same.
    `own` says that the bot decides by itself, although a command was the occasion: nobody's power stands behind it.
    """

    because: str
    actions: tuple[Action, ...] = ()
    rule: str | None = None
    evidence: str | None = None
    watch: bool = False
    propose: bool = False
    by: Author | None = None
    own: bool = False
    quiet: bool = False


#: What a handler may return; the router turns each into one or more `Outcome`s. Several are for what falls on several people:
#: each is a decision, and a case, of its own.
Answer = Outcome | Action | Iterable[Outcome] | Iterable[Action] | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One handler's outcome for one occurrence. Unique by (cause, plugin, handler)."""

    cause: str  # the occurrence's key
    community: str
    plugin: str
    handler: str
    outcome: Outcome
    by: Author | None = None  # who commanded it; None when the bot decided by itself
    failed: bool = False  # the handler raised or ran out of time


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An action after the guard looked at it; `why` is always filled.

    `place` is the alias of where it happens, `account` the account that does it, `person` the key of the one it falls
    on; each None where there is none (internal actions have neither place nor account).
    """

    action: Action
    state: State
    why: str
    account: str | None = None
    place: str | None = None
    person: str | None = None
    waits_for: tuple[str, ...] = ()  # the names of the sibling actions that must be performed first
    urgency: Urgency | None = None  # where it is another one than the action's own


@dataclass(frozen=True, slots=True)
class Stored:
    """An action as the ledger holds it."""

    id: int
    action: Action
    state: State
    why: str = ""
    receipt: Receipt | None = None
    error: str = ""
    undone_by: int | None = None

    @property
    def counts(self) -> bool:
        """Whether it was performed, or is about to be."""
        return self.state in COUNTING


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something the bot said, by what it came from: the action, and the number of its decision's case where it has one."""

    action: Action
    case: int | None


@dataclass(frozen=True, slots=True)
class Linked:
    """Who else belongs to the human behind an account: `others` without the account itself.

    `deeds` are the stored actions that linked this very account; what takes one back names it in `undoes`.
    """

    others: tuple[Author, ...] = ()
    deeds: tuple[int, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(who.key for who in self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A decision that fell on somebody, by the number people quote."""

    number: int
    community: str
    at: datetime
    cause: str
    plugin: str
    handler: str
    because: str
    rule: str | None
    evidence: str | None
    person: Author | None
    by: Author | None
    about: Ref | None
    actions: tuple[Stored, ...]

    @property
    def undone(self) -> bool:
        """True when every action that fell on the person has been taken back or never happened."""
        return all(s.state not in {*COUNTING, State.HELD} for s in self.actions if s.action.sanction)

    @property
    def held(self) -> bool:
        return any(s.state is State.HELD for s in self.actions)

    @property
    def needs_second(self) -> bool:
        """Whether it waits for a moderator other than the one who asked for it."""
        return any(s.state is State.HELD and s.why.startswith(SECOND) for s in self.actions)

    def undo(self) -> tuple[Action, ...]:
        """The opposite of everything in this case that was done or is under way, last first.

        Each carries the id of what it takes back; the ledger marks that as undone in the same transaction, so a
        strike stops counting at once, and drops what had not been performed yet.
        """
        opposite: list[Action] = []
        for stored in reversed(self.actions):
            if not stored.action.sanction or stored.state not in COUNTING:
                continue
            acts = stored.action.undo(stored.receipt) or (Note(text="taken back"),)
            opposite.extend(replace(act, undoes=stored.id) for act in acts)
        return tuple(opposite)


def points(case: Case) -> int:
    """Strike points that this case still counts for."""
    return sum(s.action.points for s in case.actions if isinstance(s.action, Warn) and s.state in COUNTING)


def may_target(actor: Role | None, target: Role) -> str | None:
    """Why somebody of role `target` may not be sanctioned by `actor` (None: the bot itself); None when it is fine.

    Moderators are never targets, and nobody acts on an equal.
    """
    if target >= Role.MODERATOR:
        return "moderators are never a target"
    if actor is not None and actor <= target:
        return "nobody acts on somebody of the same or a higher role"
    return None


def agrees(symbol: str) -> bool | None:
    """What a reaction says to a suggestion: taken up, declined; None where it says neither."""
    return True if symbol in _YES else False if symbol in _NO else None
