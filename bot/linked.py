"""When somebody is shut out with one account: what a moderator is offered to do about their other ones. Pure.

A sanction falls on the account that offended, where it did. Whether the human behind it is shut out elsewhere, too, is for
a moderator to say: each linked account becomes a case of its own that waits for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.actions import Ban
from bot.decision import COUNTING, Case, Decision, Outcome, Reviewed, State
from bot.model import Author, Community, PlaceKind

#: Where somebody can be shut out.
_PUBLIC = frozenset({PlaceKind.COMMUNITY, PlaceKind.ROOM})


def banned(verdicts: Iterable[Reviewed]) -> list[Ban]:
    """The bans that come about or wait for a moderator: one for each person."""
    found = {
        verdict.action.person.key: verdict.action
        for verdict in verdicts
        if isinstance(verdict.action, Ban) and verdict.state in {State.PENDING, State.HELD}
    }
    return list(found.values())


def proposal(
    decision: Decision, ban: Ban, other: Author, cases: Sequence[Case], community: Community, number: int
) -> Decision | None:
    """To ban `other`, too, who is the same human as whom `ban` shuts out, wherever their platform has a place here.

    `cases` are those of that very account: where a ban of it stands for as long, or waits for a moderator, there is
    nothing to propose. `number` tells the proposals of one decision apart.
    """
    known = [
        stored.action
        for case in cases
        for stored in case.actions
        if isinstance(stored.action, Ban) and stored.state in {*COUNTING, State.HELD}
    ]
    bans = tuple(
        Ban(place=place.alias, person=other, reason=ban.reason, until=ban.until, proposed=True)
        for place in community.places
        if place.platform is other.platform
        and place.kind in _PUBLIC
        and place.alias != community.moderators_room
        and not any(one.place == place.alias and _covers(one.until, ban.until) for one in known)
    )
    if not bans:
        return None
    return Decision(
        cause=decision.cause,
        community=decision.community,
        plugin=decision.plugin,
        handler=f"{decision.handler}/linked-{number}",
        outcome=Outcome(f"the other account of {ban.person.name}, who is banned for: {ban.reason}", bans),
        by=decision.by,
    )


def _covers(one: datetime | None, other: datetime | None) -> bool:
    """Whether a ban until `one` lasts as long as one until `other`."""
    return one is None or (other is not None and one >= other)
