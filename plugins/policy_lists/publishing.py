"""Publishing: own bans for good go to a list that others can follow, and come off it when they are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.api import (
    Action,
    Author,
    Ban,
    Case,
    Json,
    Outcome,
    Place,
    PlaceKind,
    PublishBan,
    Remember,
    Report,
    State,
    Stored,
    Tick,
    document,
)
from plugins.policy_lists import hall
from plugins.policy_lists.following import PATIENCE, excerpt, plugin
from plugins.policy_lists.hall import Policies

#: Bans that were decided so long ago are not published any more.
LATEST = timedelta(days=60)

#: So many bans are published at once; the others follow.
_ROUND = 20


def own_list(ctx: Policies) -> Place | None:
    """The list on which the community publishes; None where none is set, or what is set is no list."""
    place = ctx.community.place(ctx.settings.publish_to or "")
    return place if place is not None and place.kind is PlaceKind.POLICY else None


@plugin.every(lambda settings: settings.every if settings.publish_to else None, timeout=PATIENCE)
async def publish(ctx: Policies, tick: Tick) -> list[Outcome] | Outcome:
    """Publish bans for good that stand, and withdraw those that were taken back."""
    del tick
    place = own_list(ctx)
    if place is None:
        return Outcome(f"{ctx.settings.publish_to} is no policy list of this community")
    key = f"publishing/{place.alias}"
    since = _moment(await ctx.recall(key))
    if since is None:
        # What was decided before anybody thought of publishing it stays at home.
        return Outcome("bans are published from now on", (Remember(key=key, value=ctx.now.isoformat()),))
    known = await ctx.recall_all("published/")
    return [*await _fresh(ctx, place, since, known), *await _stale(ctx, place, known)]


async def _fresh(ctx: Policies, place: Place, since: datetime, known: dict[str, Json]) -> list[Outcome]:
    outcomes: dict[str, Outcome] = {}
    others = [rule for rule in await hall.rules(ctx, place.platform) if rule.place != place.alias]
    for case in reversed(await ctx.cases(since=max(since, ctx.now - LATEST), kinds=("ban",))):
        who = case.person
        # What another list brought is that list's to say.
        if who is None or who.platform is not place.platform or case.plugin == plugin.name:
            continue
        key = f"published/{who.key}"
        ban = next((s.action for s in case.actions if _for_good(s)), None)
        if key in known or key in outcomes or not isinstance(ban, Ban):
            continue
        if any(rule.names(who) for rule in others):
            # Another bot may have banned them for that list: it is not ours to repeat.
            outcomes[key] = Outcome("a list that we follow names them already", (published(who),))
            continue
        outcomes[key] = Outcome(
            f"banned for good in case #{case.number}",
            (
                PublishBan(place=place.alias, person=who, reason=excerpt(ban.reason)),
                published(who, case.number),
            ),
        )
    return list(outcomes.values())[:_ROUND]


async def _stale(ctx: Policies, place: Place, known: dict[str, Json]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for key, value in known.items():
        number = value.get("case") if isinstance(value, dict) else None
        case = await ctx.case(number) if isinstance(number, int) else None
        if case is None or case.person is None or _stands(case):
            continue
        theirs = await ctx.cases(case.person, alone=True, kinds=("ban", "publish_ban"))
        other = next((one for one in theirs if _stands(one)), None)
        if other is not None:
            kept = published(case.person, other.number)
            outcomes.append(Outcome(f"still banned for good in case #{other.number}", (kept,)))
            continue
        forgotten = Remember(key=key, value=None)
        acts = withdrawal(theirs, place)
        if acts:
            said = f"{case.person.name} is taken off {place.alias}: the ban of case #{case.number} does not stand any more."
            acts = (*acts, Report(text=document(said)))
        outcomes.append(Outcome(f"case #{number} does not stand any more", (*acts, forgotten)))
    return outcomes


def withdrawal(cases: Sequence[Case], place: Place) -> tuple[Action, ...]:
    """What takes back whatever was published on that list in these cases, and still stands."""
    return tuple(
        replace(act, undoes=stored.id)
        for case in cases
        for stored in case.actions
        if isinstance(stored.action, PublishBan)
        and stored.action.place == place.alias
        and stored.state is State.SENT
        and stored.undone_by is None
        for act in stored.action.undo(stored.receipt)
    )


def published(who: Author, number: int | None = None) -> Remember:
    """That somebody stands on a list: for case `number`, or for no case of ours."""
    return Remember(key=f"published/{who.key}", value={"case": number}, about=who.key)


def _stands(case: Case) -> bool:
    return case.plugin != plugin.name and any(_for_good(stored) for stored in case.actions)


def _for_good(stored: Stored) -> bool:
    """Whether it is a ban without an end that was carried out and holds."""
    act = stored.action
    return (
        isinstance(act, Ban) and act.until is None and stored.state is State.SENT and stored.undone_by is None
    )


def _moment(value: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else None
    except ValueError:
        return None
