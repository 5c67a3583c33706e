"""The digest of a day or a week: what was said in a community or a room, posted at a time of its own."""

from __future__ import annotations

from datetime import date, timedelta

from bot.api import Action, Context, Outcome, Place, PlaceKind, Post, Tick, dates
from plugins.summaries.handlers import PATIENCE, plugin
from plugins.summaries.kept import Kept
from plugins.summaries.making import make, material
from plugins.summaries.settings import SummarySettings

_SPANS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


@plugin.daily(at=lambda s: s.regular_at if s.regular in _SPANS else None, timeout=PATIENCE)
async def regular(ctx: Context[SummarySettings], tick: Tick) -> Outcome | None:
    """Posts the digest of each place whose turn it is; of too little there is none."""
    day = date.fromisoformat(tick.slot)
    settings = ctx.settings
    if settings.regular == "weekly" and dates.WEEKDAYS[day.weekday()] != settings.regular_day:
        return None
    actions: list[Action] = []
    for place in _places(ctx):
        note = Kept(
            name=f"digest:{place.alias}:{day}", place=place.alias, words=settings.words, at=ctx.now,
            since=tick.due - _SPANS[settings.regular], until=tick.due,
        )  # fmt: skip
        stuff = await material(ctx, note)
        if stuff is None or stuff.size < settings.min_comments:
            continue
        fresh, text = await make(ctx, note, stuff)
        title = _title(settings.regular, day) if place.kind is PlaceKind.COMMUNITY else None
        if fresh.quoted:
            actions += [Post(name=note.name, place=place.alias, title=title, text=text), fresh.remember()]
    return Outcome(f"{len(actions) // 2} digests, {settings.regular}", tuple(actions))


def _places(ctx: Context[SummarySettings]) -> list[Place]:
    """Where digests are posted: the places named in the settings, else every Lemmy community. Never among moderators."""
    named = ctx.settings.regular_places
    return [
        place
        for place in ctx.community.places
        if place.alias != ctx.community.moderators_room
        and (place.alias in named if named else place.kind is PlaceKind.COMMUNITY)
        and place.kind in {PlaceKind.COMMUNITY, PlaceKind.ROOM}
    ]


def _title(regular: str, day: date) -> str:
    return f"What was said here {'today' if regular == 'daily' else 'this week'}, {day}"
