"""Gathering the lists that are followed, and who is here."""

from __future__ import annotations

from bot.api import Author, Capability, Context, Place, PlaceKind, Platform, Role
from plugins.policy_lists.rules import Hall, Rule, binding
from plugins.policy_lists.settings import PolicySettings

Policies = Context[PolicySettings]


def followed(ctx: Policies) -> list[Place]:
    """The policy lists of the community that are to be followed."""
    wanted = ctx.settings.follow
    return [p for p in ctx.community.of_kind(PlaceKind.POLICY) if not wanted or p.alias in wanted]


def rooms(ctx: Policies, platform: Platform, capability: Capability = Capability.BAN) -> list[Place]:
    """Where people of that platform (or with `SERVERS` whole servers) can be shut out: everywhere but among the moderators."""
    kinds = (PlaceKind.COMMUNITY, PlaceKind.ROOM)
    return [
        place
        for kind in kinds
        for place in ctx.community.of_kind(kind)
        if place.platform is platform and ctx.can(capability, place.alias)
    ]


async def rules(ctx: Policies, platform: Platform) -> list[Rule]:
    """The rules of all followed lists of a platform; a list that cannot be had now has none."""
    found: list[Rule] = []
    for place in followed(ctx):
        if place.platform is platform:
            found += binding(place.alias, await ctx.policies(place.alias) or ())
    return found


async def hall(ctx: Policies, platform: Platform) -> Hall | None:
    """Who is in the community's rooms; None when a room does not tell: then nobody knows how many a rule would hit."""
    people: dict[str, Author] = {}
    places = rooms(ctx, platform)
    for place in places:
        members = await ctx.members(place.alias)
        if members is None:
            return None
        for person in members:
            known = people.get(person.key)
            people[person.key] = person if known is None or person.role > known.role else known
    staff: list[Author] = []
    room = ctx.community.place(ctx.community.moderators_room or "")
    if room is not None and room.platform is platform:
        members = await ctx.members(room.alias)
        if members is None:
            return None
        staff = [person for person in members if person.role >= Role.MODERATOR]
    me = next((me for place in places if (me := ctx.me(place.alias)) is not None), None)
    known_staff = {person.key for person in staff}
    return Hall(me, [p for p in people.values() if p.key not in known_staff], staff)
