"""Taking strikes back: what else falls with them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.api import Action, Ban, Case, Mute, Note, State, Stored, Strike, Unban, Unmute, Warn, points
from plugins.moderation.ladder import Deed, Ladder, Step, Taken
from plugins.moderation.notice import until
from plugins.moderation.offence import BY_LADDER, BY_SEVERE
from plugins.moderation.rule import FOREVER


@dataclass(frozen=True, slots=True)
class Lifted:
    """A later case whose ban or mute no longer stands on enough strikes, and what takes it back or shortens it."""

    case: Case
    actions: tuple[Action, ...]


def recompute(
    cases: Sequence[Case],
    void: Collection[int],
    ladder: Ladder,
    now: datetime,
    remember: timedelta = timedelta(),
) -> list[Lifted]:
    """What is lifted when the cases numbered `void` no longer count.

    `cases` are all cases of one person. A ban that the ladder gave stays only as far as the strikes that remain, and the
    steps taken before (for as long as `remember`), would have led to it at that time. What does not hang on `void` stays
    as it is, and so do direct bans by a rule or a moderator.
    """
    lifted: list[Lifted] = []
    # The steps that stand in what is lifted, so that what they raised falls, too.
    fallen: dict[int, Step | None] = dict.fromkeys(void)
    for case in sorted(cases, key=lambda case: case.number):
        if case.number in void or not any(_by_ladder(stored) for stored in case.actions):
            continue
        past = [other for other in cases if other.number <= case.number]
        before = _reached(case, past, (), {}, ladder, remember)
        after = _reached(case, past, void, fallen, ladder, remember)
        if before is None or (after is not None and after.weight >= before.weight):
            continue
        actions = _adjusted(case, after, now)
        if actions:
            lifted.append(Lifted(case, actions))
            fallen[case.number] = after
    return lifted


def _reached(
    case: Case,
    past: Sequence[Case],
    void: Collection[int],
    fallen: Mapping[int, Step | None],
    ladder: Ladder,
    remember: timedelta,
) -> Step | None:
    """The step that a case comes to; `past` are it and those before it."""
    strikes = [
        Strike(other.number, other.at, _points_at(other, case.at), None, "")
        for other in past
        if other.number not in void
    ]
    earlier = [other for other in past if other.number != case.number]
    steps = [one for one in taken(earlier, case.at - remember) if one.case not in fallen] if remember else []
    steps += [
        Taken(other.at, step, other.number)
        for other in earlier
        if (step := fallen.get(other.number)) is not None
    ]
    severe = any((stored.action.name or "").startswith(f"{BY_SEVERE}:") for stored in case.actions)
    return ladder.reached(strikes, case.at, severe=severe, taken=steps)


def spare_others(actions: Sequence[Action], cases: Sequence[Case], now: datetime) -> tuple[Action, ...]:
    """`actions` without lifting a ban or mute that another case still asks for; what was to be undone still is."""
    undone = {action.undoes for action in actions if action.undoes is not None}
    standing = {
        (type(stored.action), stored.action.place, stored.action.person.key)
        for case in cases
        for stored in case.actions
        if isinstance(stored.action, Ban | Mute)
        and stands(stored)
        and stored.state is not State.HELD
        and stored.id not in undone
        and (stored.action.until is None or stored.action.until > now)
    }
    return tuple(_spared(action, standing) for action in actions)


def _spared(action: Action, standing: Collection[tuple[type, str, str]]) -> Action:
    if not isinstance(action, Unban | Unmute) or action.not_before is not None:
        return action
    kind: type = Ban if isinstance(action, Unban) else Mute
    if (kind, action.place, action.person.key) in standing:
        return Note(text="taken back, but another sanction stands", undoes=action.undoes)
    return action


def taken(cases: Sequence[Case], since: datetime) -> list[Taken]:
    """The mutes and bans that the ladder gave since then and that nobody took back."""
    return [
        Taken(case.at, Step(1, _deed(stored.action), _span(stored.action, case.at)), case.number)
        for case in cases
        if case.at >= since
        for stored in case.actions
        if _by_ladder(stored) and stored.state is not State.HELD
    ]


def _deed(given: Action) -> Deed:
    return Deed.MUTE if isinstance(given, Mute) else Deed.BAN


def _span(given: Action, at: datetime) -> timedelta:
    end = getattr(given, "until", None)
    return end - at if isinstance(end, datetime) else FOREVER


def _by_ladder(stored: Stored) -> bool:
    by = (stored.action.name or "").partition(":")[0]
    return by in {BY_LADDER, BY_SEVERE} and isinstance(stored.action, Ban | Mute) and stands(stored)


def stands(stored: Stored) -> bool:
    """Whether an action holds, is about to, or waits for a moderator, and was not taken back."""
    return stored.undone_by is None and (stored.counts or stored.state is State.HELD)


def _points_at(case: Case, at: datetime) -> int:
    """Points of a case that still counts, as far as they were live at `at`."""
    if not points(case):
        return 0
    warnings = (
        stored.action for stored in case.actions if isinstance(stored.action, Warn) and stands(stored)
    )
    return sum(w.points for w in warnings if w.expires_at is None or w.expires_at > at)


def _adjusted(case: Case, step: Step | None, now: datetime) -> tuple[Action, ...]:
    actions: list[Action] = []
    for stored in case.actions:
        given = stored.action
        if not _by_ladder(stored) or not isinstance(given, Ban | Mute):
            continue
        is_over = given.until is not None and given.until <= now
        due = None if step is None or step.span is None else until(case.at, step.span)
        keeps = step is not None and (step.span == FOREVER or due is not None)
        if is_over or (keeps and (due is None or (given.until is not None and given.until <= due))):
            continue
        if keeps and due is not None and due > now:
            actions.append(_lift(given, "fewer strikes remain, so it ends sooner", not_before=due))
        else:
            actions.append(
                replace(_lift(given, "the strike that led to it was taken back"), undoes=stored.id)
            )
    return tuple(actions)


def _lift(given: Ban | Mute, reason: str, not_before: datetime | None = None) -> Unban | Unmute:
    if isinstance(given, Ban):
        return Unban(place=given.place, person=given.person, reason=reason, not_before=not_before)
    return Unmute(place=given.place, person=given.person, reason=reason, not_before=not_before)
