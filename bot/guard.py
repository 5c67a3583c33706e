"""Reviews decisions before they are committed: pure, and every verdict has a reason.

The guard never adds power: it lets an action go, holds it for a moderator, turns it into a rehearsal, or drops it. It
also lowers what a platform cannot do in one step (a timed ban becomes a ban now and an unban later) and adds the one
line by which the moderators learn of a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, cast

from bot.actions import (
    Action,
    AnyAction,
    Ban,
    Capability,
    Edit,
    Internal,
    Lockdown,
    Mute,
    Remove,
    Reopen,
    Reply,
    Report,
    Tell,
    Unban,
    Unmute,
    Warn,
)
from bot.decision import SECOND, Decision, Reviewed, State, may_target
from bot.describe import case_line, describe
from bot.model import Author, Community, Place, Ref, Role
from bot.text import CaseNumber, Document, Made, document, line, made_in


class Limits(Protocol):
    """The community's safety limits, from the settings."""

    @property
    def bans_per_hour(self) -> int: ...
    @property
    def acts_per_hour(self) -> int: ...
    @property
    def dry_run(self) -> bool: ...
    @property
    def hold_permanent_bans(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the guard knows. `roles` are live ones, by person key; `bans` counts people whom the bot banned by itself in the last hour, `acts` what
    the moderator behind the decision did to people in that time, warnings apart; `own` are the keys of the bot's accounts. `staff` are the
    moderators, where they have no room of their own.
    """

    community: Community
    limits: Limits
    capabilities: Mapping[str, frozenset[Capability]]  # by place alias
    roles: Mapping[str, Role]
    bans: int
    acts: int = 0
    own: frozenset[str] = frozenset()
    staff: tuple[Author, ...] = ()
    now: datetime


def people(decision: Decision) -> dict[str, tuple[Author, str]]:
    """Everybody whom this decision's sanctions fall on, with a place to look up their role in, by key."""
    found: dict[str, tuple[Author, str]] = {}
    for action in decision.outcome.actions:
        person = getattr(action, "person", None)
        if action.sanction and isinstance(person, Author):
            found.setdefault(person.key, (person, place_of(action, decision.outcome.actions) or ""))
    return found


def place_of(action: object, siblings: Sequence[object]) -> str | None:
    """The alias of the place where an action happens; a `Made` target is where the named sibling happens."""
    match getattr(action, "place", None):
        case str() as alias:
            return alias
        case _:
            pass
    target = getattr(action, "ref", None) or getattr(action, "to", None)
    match target:
        case Ref():
            return target.place
        case Made():
            named = next((s for s in siblings if getattr(s, "name", None) == target.made), None)
            return place_of(named, siblings) if named is not None and named is not action else None
        case _:
            return None


def bans(reviewed: Sequence[tuple[Decision, Sequence[Reviewed]]]) -> int:
    """How many of these decisions ban somebody, by the bot's own will and at once: they count against the next one's limit."""
    return sum(
        decision.by is None and any(isinstance(v.action, Ban) and v.state is State.PENDING for v in verdicts)
        for decision, verdicts in reviewed
    )


def review(decision: Decision, facts: Facts) -> list[Reviewed]:
    """A verdict for each action of the decision, followed by what the guard had to add. Pure."""
    verdicts: list[Reviewed] = []
    for action in decision.outcome.actions:
        verdict = _one(_closed(action), decision, facts)
        verdicts.append(verdict)
        lift = None if action.witnessed else _lift(action, facts)
        if lift is not None:
            verdicts.append(replace(verdict, action=lift, why=f"goes with what it lifts: {verdict.why}"))
    verdicts = _warned_first(_seconded(_excused(verdicts, decision), decision, facts), facts)
    shown = case_line(decision, verdicts, facts.community)
    verdicts += [_one(shown, decision, facts)] if shown else []
    return [told for verdict in verdicts for told in _in_person(verdict, decision, facts)]


def is_unheard(verdict: Reviewed) -> bool:
    """Whether it asks the moderators for a decision, and there is no room in which they would read that."""
    return isinstance(verdict.action, Report) and verdict.action.asks and verdict.place is None


def _in_person(verdict: Reviewed, decision: Decision, facts: Facts) -> list[Reviewed]:
    """What waits for a decision is told to each moderator where there is no room; everything else is as it is."""
    home = facts.community.front
    if home is None or not facts.staff or not is_unheard(verdict):
        return [verdict]
    text = cast(Report, verdict.action).text
    return [_one(Tell(place=home.alias, person=who, text=text), decision, facts) for who in facts.staff]


@dataclass(frozen=True, slots=True)
class _Matter:
    """One action under review, with everything a check may need. `key` is the person it falls on."""

    action: AnyAction
    decision: Decision
    facts: Facts
    place: Place
    key: str | None


_Verdict = tuple[State, str] | None


def _able(matter: _Matter) -> _Verdict:
    needs = matter.action.needs
    if needs is None or needs in matter.facts.capabilities.get(matter.place.alias, frozenset()):
        return None
    return State.DROPPED, f"{matter.place.platform} cannot do that: {needs}"


def _entitled(matter: _Matter) -> _Verdict:
    if not matter.action.sanction or matter.key is None:
        return None
    if matter.key in matter.facts.own and not isinstance(matter.action, Remove):
        return State.DROPPED, "that is me"
    if matter.decision.by and matter.key == matter.decision.by.key and not isinstance(matter.action, Remove):
        return State.DROPPED, "that is you"
    actor = matter.decision.by.role if matter.decision.by else None
    refusal = may_target(actor, matter.facts.roles.get(matter.key, Role.EVERYONE))
    return (State.DROPPED, refusal) if refusal else None


def _told(matter: _Matter) -> _Verdict:
    return (State.PENDING, "for the moderators") if isinstance(matter.action, Report) else None


def _rehearsed(matter: _Matter) -> _Verdict:
    if matter.decision.outcome.watch:
        return State.SIMULATED, "the rule is only watching"
    # Whoever gives a command is answered in a dry run, too.
    answers = matter.decision.by is not None and isinstance(matter.action, Reply | Tell)
    if matter.facts.limits.dry_run and not answers:
        return State.SIMULATED, "this community is set to dry_run"
    return None


def _proposed(matter: _Matter) -> _Verdict:
    if matter.action.sanction and (matter.action.proposed or matter.decision.outcome.propose):
        return State.HELD, "proposed: a moderator decides"
    return None


def _limited(matter: _Matter) -> _Verdict:
    if not isinstance(matter.action, Ban) or matter.decision.by is not None:
        return None
    limits = matter.facts.limits
    if matter.action.until is None and limits.hold_permanent_bans:
        return State.HELD, "bans for good are decided by a moderator"
    if matter.facts.bans >= limits.bans_per_hour:
        return State.HELD, f"more than {limits.bans_per_hour} bans within an hour: a moderator decides"
    return None


#: In this order; the first that has something to say decides.
_CHECKS = (_able, _entitled, _told, _rehearsed, _proposed, _limited)


def _one(action: AnyAction, decision: Decision, facts: Facts) -> Reviewed:
    """The verdict on a single action."""
    if isinstance(action, Internal):
        return Reviewed(action, State.PENDING, "kept in the ledger", person=getattr(action, "about", None))
    place = _address(action, decision, facts.community)
    if place is None:
        missing = (
            "there is no moderators' room"
            if isinstance(action, Report)
            else "that place is not part of this community"
        )
        return Reviewed(action, State.DROPPED, missing)
    person = getattr(action, "person", None)
    key = person.key if isinstance(person, Author) else None
    if action.witnessed:
        return Reviewed(action, State.PENDING, "done by hand already", place=place.alias, person=key)
    matter = _Matter(action, decision, facts, place, key)
    state, why = next((v for check in _CHECKS if (v := check(matter))), (State.PENDING, "allowed"))
    waits_for = _basis(action)
    return Reviewed(
        action, state, why, account=place.account, place=place.alias, person=key, waits_for=waits_for
    )


def _basis(action: AnyAction) -> tuple[str, ...]:
    """The names of the siblings that must have been performed first, where this points at what they will have made."""
    return tuple(sorted(m.made for m in made_in(action)))


def _address(action: AnyAction, decision: Decision, community: Community) -> Place | None:
    if isinstance(action, Report):
        return community.place(community.moderators_room) if community.moderators_room else None
    alias = place_of(action, decision.outcome.actions)
    return community.place(alias) if alias else None


def _closed(action: Action) -> AnyAction:
    """Plugins are typed to the base class; the union of actions is closed."""
    return cast(AnyAction, action)


def _lift(action: Action, facts: Facts) -> AnyAction | None:
    """What ends a timed ban, mute or lock-down, where the platform does not do that by itself."""
    match action:
        case Ban(until=until, place=place, person=person) if until:
            timed = Capability.TIMED_BAN in facts.capabilities.get(place, frozenset())
            return (
                None
                if timed
                else Unban(place=place, person=person, reason="the time is up", not_before=until)
            )
        case Mute(until=until, place=place, person=person) if until:
            return Unmute(place=place, person=person, reason="the time is up", not_before=until)
        case Lockdown(until=until, place=place) if until:
            return Reopen(place=place, reason="the time is up", not_before=until)
        case _:
            return None


def _excused(verdicts: list[Reviewed], decision: Decision) -> list[Reviewed]:
    """Where a commanded sanction was dropped, nothing else of that command is said or done: the reason is, instead."""
    refused = next((v for v in verdicts if v.action.sanction and v.state is State.DROPPED), None)
    if decision.by is None or refused is None:
        return verdicts
    kept = [
        Reviewed(
            v.action,
            State.DROPPED,
            f"goes with what was refused: {refused.why}",
            v.account,
            v.place,
            v.person,
        )
        if v.state is not State.DROPPED
        else v
        for v in verdicts
        if not isinstance(v.action, Internal)
    ]
    # Who reacted to a card gets no reply otherwise, so the card that would have been edited is answered.
    answered = next((v for v in verdicts if isinstance(v.action, Reply | Edit)), None)
    if answered is not None and isinstance(answered.action, Reply | Edit):
        to = answered.action.to if isinstance(answered.action, Reply) else answered.action.ref
        said = Reply(to=to, text=_refusal(refused))
        kept.append(Reviewed(said, State.PENDING, "explains the refusal", answered.account, answered.place))
    return kept


def _warned_first(verdicts: list[Reviewed], facts: Facts) -> list[Reviewed]:
    """A server's own warning is about something that is there, so it is given before what it is about is removed."""
    removed = {v.action.ref for v in verdicts if isinstance(v.action, Remove)}

    def first(verdict: Reviewed) -> bool:
        native = Capability.NATIVE_WARN in facts.capabilities.get(verdict.place or "", frozenset())
        return native and isinstance(verdict.action, Warn) and verdict.action.about in removed

    warnings = [replace(v, urgency=Remove.urgency) for v in verdicts if first(v)]
    return [*warnings, *(v for v in verdicts if not first(v))]


def _seconded(verdicts: list[Reviewed], decision: Decision, facts: Facts) -> list[Reviewed]:
    """Beyond a moderator's budget for the hour all that they ask for waits, so that nothing is said that is not so."""
    falling = [v for v in verdicts if is_destructive(v.action) and v.state is State.PENDING]
    if decision.by is None or facts.acts < facts.limits.acts_per_hour or not falling:
        return verdicts
    why = f"{SECOND}: {decision.by.name} has done {facts.acts} such things within an hour"
    held = [replace(v, state=State.HELD, why=why) if v.state is State.PENDING else v for v in verdicts]
    answered = next((v for v in verdicts if isinstance(v.action, Reply | Edit)), None)
    if answered is not None and isinstance(answered.action, Reply | Edit):
        to = answered.action.to if isinstance(answered.action, Reply) else answered.action.ref
        said = document(line("Case ", CaseNumber(), f" waits: {why}. They can put ✅ below it in your room."))
        held.append(
            Reviewed(Reply(to=to, text=said), State.PENDING, "explains", answered.account, answered.place)
        )
    return held


def is_destructive(action: Action) -> bool:
    """What counts against a moderator's budget: all that falls on people, but a warning, and what was done by hand."""
    return action.sanction and not action.witnessed and not isinstance(action, Warn)


def _refusal(refused: Reviewed) -> Document:
    return document(f"Not done ({describe(refused.action)}): {refused.why}.")
