"""AutoModerator's standard conditions, with lists of our own: `standard: video hosting sites` stands for a check."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from plugins.moderation.keys import guess
from plugins.moderation.scalars import BadValue
from plugins.moderation.syntax import Mapping, Section, tree

_FILE = Path(__file__).with_name("standards.yaml")


@cache
def _all() -> dict[str, Mapping]:
    """Each standard's checks, by its name."""
    texts: dict[str, str] = yaml.safe_load(_FILE.read_text("utf-8"))
    found = {name: tree(Section(text, 1)) for name, text in texts.items()}
    return {name: body for name, body in found.items() if isinstance(body, Mapping)}


def standard(name: str) -> Mapping:
    """The checks that a standard stands for. Raises BadValue."""
    known = _all()
    wanted = " ".join(name.lower().split())
    if wanted not in known:
        raise BadValue(
            f"there is no standard {name!r} (there are {', '.join(known)}){guess(wanted, frozenset(known))}"
        )
    return known[wanted]
