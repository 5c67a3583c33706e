"""`!slowmode` and `!lockdown`: what calms a place down as a whole. Both end by themselves."""

from __future__ import annotations

from datetime import timedelta

from bot.api import (
    Action,
    Answer,
    Call,
    Capability,
    CaseNumber,
    Inline,
    Lock,
    Lockdown,
    Message,
    Moment,
    Outcome,
    Place,
    PlaceKind,
    Post,
    Reopen,
    Reply,
    Rest,
    Role,
    document,
    line,
)
from plugins.moderation import notice, slowmode
from plugins.moderation.handlers import Moderation, plugin
from plugins.moderation.recompute import stands
from plugins.moderation.sanctions import NOTHING, answer, privately
from plugins.moderation.slowmode import SlowMode
from plugins.moderation.spans import show_span
from plugins.moderation.terms import Unclear, meeting_places, read_terms

#: How long both last where nobody says so.
A_WHILE = timedelta(hours=1)

#: Nobody waits longer between two messages than that.
LONGEST_WAIT = timedelta(hours=6)


@plugin.command("slowmode", role=Role.MODERATOR, examples=["!slowmode 30s", "!slowmode 30s for 2h in lounge"])
async def slow(ctx: Moderation, call: Call, wait: str, how_long_and_where: Rest = NOTHING) -> Answer:
    """Let each member send only one message in a while, for an hour unless you say otherwise; “slowmode off” ends it.

    The bot removes what comes sooner and tells the person once. That is no strike. Trusted people are spared.
    """
    try:
        every = read_terms(wait, ctx.community, _somewhere(ctx)).span
        terms = read_terms(how_long_and_where, ctx.community, call.message.place)
    except Unclear as problem:
        return str(problem)
    if every is None:
        return f"How long is the wait between two messages? It comes first: “{ctx.community.prefix}slowmode 30s”."
    if every > LONGEST_WAIT:
        return f"At most {show_span(LONGEST_WAIT)} between two messages; “lockdown” stops them all."
    span = terms.span or A_WHILE
    if every >= span:
        return f"One message in {show_span(every)}, for {show_span(span)}? The wait comes first: “{ctx.community.prefix}slowmode 30s for 2h”."
    places = [place for place in terms.places if ctx.can(Capability.REMOVE, place.alias)]
    if not places:
        return "There I may not remove messages, so I cannot slow anybody down."
    mode = SlowMode(every, ctx.now + span)
    acts = [act for place in places for act in await slowmode.begin(ctx, place, mode)]
    told = _announced(
        call, places, notice.SLOWED_DOWN.format(every=show_span(every)), Moment(mode.until), "."
    )
    done = answer(
        call, f"{_names(places)}: one message in {show_span(every)}, until ", Moment(mode.until), "."
    )
    return Outcome(f"slow mode by {call.author.name}", (*acts, *told, *_unless_here(call, places, done)))


@plugin.command("slowmode off", role=Role.MODERATOR, examples=["!slowmode off", "!slowmode off in lounge"])
async def slow_off(ctx: Moderation, call: Call, where: Rest = NOTHING) -> Answer:
    """End slow mode."""
    try:
        places = read_terms(where or _all_or_here(ctx, call), ctx.community, call.message.place).places
    except Unclear as problem:
        return str(problem)
    slowed = [place for place in places if await slowmode.slow_mode(ctx, place.alias)]
    if not slowed:
        return f"There is no slow mode in {_names(places)}."
    acts = [act for place in slowed for act in await slowmode.end(ctx, place)]
    done = answer(call, f"There is no slow mode in {_names(slowed)} any more.")
    return Outcome(f"slow mode ended by {call.author.name}", (*acts, done))


@plugin.command("lockdown", role=Role.MODERATOR, examples=["!lockdown", "!lockdown for 30m in lounge"])
async def lockdown(ctx: Moderation, call: Call, how_long_and_where: Rest = NOTHING) -> Answer:
    """Let only moderators write in a room, for an hour unless you say otherwise; “lockdown off” ends it.

    In a Lemmy community nobody else can post then, while comments go on; answer a post with it, and that one is locked instead.
    """
    try:
        terms = read_terms(how_long_and_where, ctx.community, call.message.place)
    except Unclear as problem:
        return str(problem)
    until = ctx.now + (terms.span or A_WHILE)
    if not terms.named and (one := _one_post(ctx, call, until - ctx.now)):
        return one
    places = [place for place in terms.places if ctx.can(Capability.LOCKDOWN, place.alias)]
    if not places:
        return _impossible(terms.places)
    standing = await _standing(ctx)
    if closed := [p for p in places if p.kind is PlaceKind.COMMUNITY and p.alias in standing]:
        # Only the first time can tell what is to be put back.
        return f"{_names(closed)} is locked down already; end that first: “{ctx.community.prefix}lockdown off in {closed[0].alias}”."
    reason = f"lock-down by {call.author.name}"
    acts = [Lockdown(place=place.alias, reason=reason, until=until) for place in places]
    # Once it is locked down, nobody else may answer; the bot may, so it says so afterwards.
    told = _announced(call, places, notice.LOCKED_DOWN, Moment(until), ".")
    left = [place for place in terms.places if place not in places]
    but = f" {_impossible(left)}" if left else ""
    done = answer(call, f"{_holds(places)} until ", Moment(until), ", case ", CaseNumber(), f".{but}")
    return Outcome(reason, (*acts, *told, *([done] if left else _unless_here(call, places, done))))


@plugin.command(
    "lockdown off", "unlock", role=Role.MODERATOR, examples=["!lockdown off", "!unlock in lounge"]
)
async def lockdown_off(ctx: Moderation, call: Call, where: Rest = NOTHING) -> Answer:
    """Let everybody write again. Below a post on Lemmy, where no place is named, that post is opened."""
    if not where and (post := _post(ctx, call)):
        opened = Lock(ref=post.root, on=False, reason=f"opened by {call.author.name}")
        return Outcome("opened", (opened, answer(call, "That post is open again.")))
    try:
        places = read_terms(where or _all_or_here(ctx, call), ctx.community, call.message.place).places
    except Unclear as problem:
        return str(problem)
    able = [place for place in places if ctx.can(Capability.LOCKDOWN, place.alias)]
    if not able:
        return _impossible(places)
    known = await _standing(ctx)
    if not where and call.message.place not in able:
        able = [place for place in able if place.alias in known]
        if not able:
            return "Nothing is locked down."
    reason = f"reopened by {call.author.name}"
    acts = [
        Reopen(place=place.alias, reason=reason, undoes=ident)
        for place in able
        # without one, what was locked down by hand
        for ident in known.get(place.alias, [None])
    ]
    done = answer(call, f"{_names(able)}: everybody can write again.")
    return Outcome(reason, (*acts, done))


async def _standing(ctx: Moderation) -> dict[str, list[int]]:
    """The lock-downs that hold now, by place: the ids of the actions."""
    known: dict[str, list[int]] = {}
    for case in await ctx.cases(kinds=("lockdown",)):
        for stored in case.actions:
            act = stored.action
            if isinstance(act, Lockdown) and stands(stored) and (act.until is None or act.until > ctx.now):
                known.setdefault(act.place, []).append(stored.id)
    return known


def _all_or_here(ctx: Moderation, call: Call) -> str:
    """What is to end where no place is named: what holds here, or from the moderators' room all of it."""
    return "" if call.message.place in meeting_places(ctx.community) else "everywhere"


def _one_post(ctx: Moderation, call: Call, span: timedelta) -> Answer:
    """Locks the post that was answered, or below which something was; None where nothing like that was."""
    post = _post(ctx, call)
    if post is None:
        return None
    until = ctx.now + span
    reason = f"locked by {call.author.name}"
    locked = Lock(ref=post.root, reason=reason)
    opened = Lock(ref=post.root, on=False, reason="the time is up", not_before=until)
    # In private: nobody may answer below a locked post any more, the bot included.
    said = privately(ctx, call, document(line("That post is locked until ", Moment(until), ".")))
    return Outcome(reason, (locked, opened, *([said] if said else [])))


def _post(ctx: Moderation, call: Call) -> Message | None:
    message = call.target or call.message
    is_post = message.place.kind is PlaceKind.COMMUNITY and ctx.can(Capability.LOCK, message.place.alias)
    return message if is_post else None


def _impossible(places: tuple[Place, ...] | list[Place]) -> str:
    return (
        f"{_names(places)} cannot be locked down as a whole: the platform has nothing for it, or I may not. "
        "A single post can: answer it with “lockdown”. “slowmode” works everywhere."
    )


def _somewhere(ctx: Moderation) -> Place:
    """Any place where members meet, for reading what names none."""
    return next(place for place in ctx.community.places if place.kind is not PlaceKind.POLICY)


def _holds(places: list[Place]) -> str:
    """What holds where; in a community it is not the same as in a room."""
    communities = [place for place in places if place.kind is PlaceKind.COMMUNITY]
    rooms = [place for place in places if place not in communities]
    said = [f"{_names(rooms)}: only moderators can write"] if rooms else []
    said += [f"{_names(communities)}: only moderators can post, comments go on,"] if communities else []
    return "; ".join(said)


def _names(places: tuple[Place, ...] | list[Place]) -> str:
    return ", ".join(place.alias for place in places)


def _announced(call: Call, places: list[Place], *words: str | Inline) -> list[Action]:
    """The sentence for the members of each room; on Lemmy it would be a post, and that is more than it is worth."""
    text = document(line(*words))
    return [
        Reply(to=call.message.ref, text=text)
        if place.alias == call.message.place.alias
        else Post(place=place.alias, text=text)
        for place in places
        if place.kind is PlaceKind.ROOM
    ]


def _unless_here(call: Call, places: list[Place], done: Action) -> list[Action]:
    """The answer to the moderator, where the members' is not given in the same place already."""
    is_told = (
        len(places) == 1 and places[0].alias == call.message.place.alias and places[0].kind is PlaceKind.ROOM
    )
    return [] if is_told else [done]
