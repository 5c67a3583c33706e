"""What commands begin with, by place. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bot.model import Community, PlaceKind

#: What is listened to in each place, by its alias.
Prefixes = Mapping[str, Collection[str]]

USUAL = ("!",)


def heard(communities: Iterable[Community], account: str) -> dict[str, tuple[str, ...]]:
    """For each place of an account. In private every prefix goes: what is told there may name the one of the room that it is about."""
    own = {
        place.alias: (place.kind, community.within(place.alias).prefix)
        for community in communities
        for place in community.places
        if place.account == account
    }
    every = tuple(sorted({prefix for _, prefix in own.values()}))
    return {alias: every if kind is PlaceKind.PRIVATE else (prefix,) for alias, (kind, prefix) in own.items()}


def prefix_of(text: str, prefixes: Collection[str]) -> str:
    """The longest of `prefixes` that `text` begins with; empty where it begins with none."""
    return max((prefix for prefix in prefixes if text.startswith(prefix)), key=len, default="")
