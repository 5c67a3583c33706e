"""What the account blocks: servers leave that out of every list, so a moderator's eyes must block nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.fields import Malformed

#: Lists in `my_user`, and where in a row of version 3 the blocked one stands; in version 4 it is the row itself.
_LISTS = {
    "person_blocks": "target",
    "community_blocks": "community",
    "instance_blocks": "instance",
    "instance_communities_blocks": "instance",
    "instance_persons_blocks": "instance",
}


def blocked(mine: Mapping[str, Any]) -> list[str]:
    """People and communities by their addresses, servers by their names, and words, as `my_user` of either version holds them."""
    found = [_name(row, part) for key, part in _LISTS.items() for row in fields.rows(mine, key)]
    words = [f"“{word}”" for word in fields.rows(mine, "keyword_blocks") if isinstance(word, str)]
    return list(dict.fromkeys([*found, *words]))


def _name(row: object, part: str) -> str:
    if not isinstance(row, dict):
        return "something"
    thing = fields.maybe(row, part) or row
    try:
        return fields.text(thing, "domain") or shapes.address(thing)
    except Malformed:
        return "something"
