"""The commands: look at lists, try them out, ask about a person, and publish by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.api import (
    Action,
    Answer,
    Block,
    Call,
    CaseNumber,
    Code,
    Inline,
    Outcome,
    Person,
    Place,
    Plain,
    Policy,
    PolicyKind,
    PublishBan,
    Remember,
    Reply,
    Rest,
    Role,
    Strong,
    WithdrawBan,
    bullets,
    document,
    line,
)
from plugins.policy_lists import hall
from plugins.policy_lists.following import PATIENCE, excerpt, plugin, preview
from plugins.policy_lists.hall import Policies
from plugins.policy_lists.publishing import own_list, published, withdrawal
from plugins.policy_lists.rules import BAN, binding
from plugins.policy_lists.settings import Mode

#: Rows that an answer shows.
SHOWN = 20

NOTHING = Rest("")

_KINDS = {PolicyKind.USER: "people", PolicyKind.SERVER: "servers", PolicyKind.ROOM: "rooms"}


@plugin.command("policies", "policies list", role=Role.MODERATOR, examples=["!policies"])
async def policies(ctx: Policies, call: Call) -> Answer:
    """Which lists are followed, how many rules they hold, and what is done with them."""
    places = hall.followed(ctx)
    if not places:
        return "No list is followed: a place with `policy:` in the configuration is one."
    rows = [(Strong(place.alias), f": {_count(await ctx.policies(place.alias))}") for place in places]
    missing = sorted(set(ctx.settings.follow) - {place.alias for place in places})
    mode = (
        "Whom they name is banned, once."
        if ctx.settings.mode is Mode.ENFORCE
        else "They are only watched: nobody is banned for them."
    )
    notes = [f"There is no list called {', '.join(missing)} here."] if missing else []
    if ctx.settings.publish_to:
        notes.append(_publishing(ctx, own_list(ctx)))
    return Reply(to=call.message.ref, text=document(bullets(*rows), mode, *notes))


def _publishing(ctx: Policies, place: Place | None) -> str:
    if place is None:
        return f"Nothing is published: {ctx.settings.publish_to} is no list of this community."
    return f"Your own bans for good are published on {place.alias}."


def _count(found: Sequence[Policy] | None) -> str:
    if found is None:
        return "cannot be read now"
    counts = Counter(policy.kind for policy in found if policy.recommendation == BAN)
    told = [f"{counts[kind]} about {word}" for kind, word in _KINDS.items() if counts[kind]]
    others = len(found) - counts.total()
    return ", ".join([*told, *([f"{others} that ask for no ban"] if others else [])]) or "no rules"


@plugin.command(
    "policies preview", role=Role.MODERATOR, examples=["!policies preview badlist"], timeout=PATIENCE
)
async def preview_list(ctx: Policies, call: Call, name: str) -> Answer:
    """Whom a list would hit now, and which of its rules are not followed; nothing is done."""
    place = next((p for p in hall.followed(ctx) if p.alias.lower() == name.lower()), None)
    if place is None:
        known = ", ".join(p.alias for p in hall.followed(ctx)) or "none"
        return f"There is no list called “{name[:60]}”. Followed are: {known}."
    found = await ctx.policies(place.alias)
    told = await preview(ctx, binding(place.alias, found), place.platform) if found is not None else None
    if told is None:
        return "The server does not answer at the moment. Try again in a few minutes."
    blocks: list[Block | str] = [
        f"{place.alias} would hit {_people(len(told.hits))} who {'is' if len(told.hits) == 1 else 'are'} here now."
    ]
    rows: list[tuple[str | Inline, ...]] = [
        (Strong(who.name), ": ", Code(excerpt(rule.policy.entity)), f", {_reason(rule.policy)}")
        for who, rule in told.hits
    ]
    blocks += _listed(rows)
    if told.refused:
        blocks.append("These rules are not followed:")
        blocks += _listed(
            [(Code(excerpt(one.rule.policy.entity)), f": {one.refused}") for one in told.refused]
        )
    return Reply(to=call.message.ref, text=document(*blocks))


@plugin.command("policies check", role=Role.MODERATOR, examples=["!policies check @ana:example.org"])
async def check(ctx: Policies, call: Call, person: Person) -> Answer:
    """Which rules name somebody, whether or not they are here."""
    who = person.author
    found = [rule for rule in await hall.rules(ctx, who.platform) if rule.names(who)]
    if not found:
        return f"No rule of the followed lists names {who.name}."
    rows: list[tuple[str | Inline, ...]] = [
        (Strong(rule.place), ": ", Code(excerpt(rule.policy.entity)), f", {_reason(rule.policy)}")
        for rule in found
    ]
    return Reply(to=call.message.ref, text=document(f"{who.name} is named by:", *_listed(rows)))


@plugin.command(
    "policies add", role=Role.MODERATOR, examples=["!policies add @ana:example.org advertising everywhere"]
)
async def add(ctx: Policies, call: Call, person: Person, reason: Rest = NOTHING) -> Answer:
    """Put somebody on your own list, for everybody who follows it."""
    place, who = own_list(ctx), person.author
    if place is None:
        return _no_list(ctx)
    if who.platform is not place.platform:
        return f"{who.name} is not on the platform of {place.alias}."
    why = excerpt(reason) or "not given"
    act = PublishBan(place=place.alias, person=who, reason=why)
    said = line(Plain(f"{who.name} is put on {place.alias}: case "), CaseNumber(), ".")
    kept = () if await ctx.recall(f"published/{who.key}") is not None else (published(who),)
    return Outcome(why, (act, *kept, Reply(to=call.message.ref, text=document(said))))


@plugin.command(
    "policies remove", role=Role.MODERATOR, examples=["!policies remove @ana:example.org it was a mistake"]
)
async def remove(ctx: Policies, call: Call, person: Person, reason: Rest = NOTHING) -> Answer:
    """Take somebody off your own list, whoever put them there."""
    place, who = own_list(ctx), person.author
    if place is None:
        return _no_list(ctx)
    why = excerpt(reason) or "taken off by a moderator"
    acts: tuple[Action, ...] = withdrawal(await ctx.cases(who, alone=True, kinds=("publish_ban",)), place)
    # What others put there has no case with us.
    acts = acts or (WithdrawBan(place=place.alias, person=who, reason=why),)
    said = document(f"{who.name} is taken off {place.alias}.")
    known = await ctx.recall(f"published/{who.key}")
    # Who was published for a ban that stands is remembered, so that the next look does not publish them again.
    number = known.get("case") if isinstance(known, dict) else None
    forgotten = () if isinstance(number, int) else (Remember(key=f"published/{who.key}", value=None),)
    return Outcome(why, (*acts, *forgotten, Reply(to=call.message.ref, text=said)))


def _no_list(ctx: Policies) -> str:
    if ctx.settings.publish_to:
        return _publishing(ctx, None)
    return "There is no list of your own: `publish_to` in the configuration names it."


def _reason(policy: Policy) -> str:
    return excerpt(policy.reason) or "no reason given"


def _people(count: int) -> str:
    return {0: "nobody", 1: "1 person"}.get(count, f"{count} people")


def _listed(rows: Sequence[tuple[str | Inline, ...]]) -> list[Block | str]:
    more = [f"… and {len(rows) - SHOWN} more."] if len(rows) > SHOWN else []
    return [bullets(*rows[:SHOWN]), *more] if rows else []
