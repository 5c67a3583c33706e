"""What the plugins of a community have to be able to do in each of its places, for `folkmoot check --online`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.actions import Capability
from bot.model import Community, Place, PlaceKind
from bot.plugin import Plugin

#: For each capability the plugins that need it.
Needs = Mapping[Capability, tuple[str, ...]]

#: What a plugin needs only where it posts.
_OF_POSTS = frozenset({Capability.POST, Capability.PIN})


def needs(community: Community, plugins: Iterable[tuple[Plugin[Any], Any]]) -> dict[str, Needs]:
    """By the alias of each place, from the plugins with their settings.

    Among the moderators the bot only speaks. A plugin that posts does so in its setting `place`, if it has one, else in the
    community's front; and it pins unless its setting `pin` is off.
    """
    served = list(plugins)
    return {place.alias: _here(place, community, served) for place in community.places}


def _here(place: Place, community: Community, plugins: Iterable[tuple[Plugin[Any], Any]]) -> Needs:
    found: dict[Capability, tuple[str, ...]] = {}
    if place.alias == community.moderators_room or place.kind not in {PlaceKind.ROOM, PlaceKind.COMMUNITY}:
        return found
    for plugin, settings in plugins:
        front = community.front.alias if community.front else None
        posts = (getattr(settings, "place", None) or front) == place.alias
        pins = getattr(settings, "pin", True)
        for one in plugin.needs:
            if (posts or one not in _OF_POSTS) and (pins or one is not Capability.PIN):
                found[one] = (*found.get(one, ()), plugin.name)
    return found
