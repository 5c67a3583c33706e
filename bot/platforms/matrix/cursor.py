"""Where we are in the account's stream: the server's token, and what is still to be done about rooms.

One piece of text, so that the ledger stores it in one go once everything before it is handled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.platforms.matrix import raw


@dataclass(frozen=True, slots=True)
class Gap:
    """A room of which the server left something out: to be read on from `token`.

    What comes before the event `after` (the bot's own joining) is history and is passed over.
    """

    token: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is the token of `/sync`; `gaps` are rooms to catch up with; `invites` are rooms to enter, with who asked.

    `at` is when this was read, in ms since 1970, by the server's clock as far as events tell.
    """

    since: str
    at: int = 0
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    invites: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The inverse of `str`; None when `text` is none of ours."""
        try:
            found = raw.mapping(json.loads(text))
        except (ValueError, RecursionError):
            return None
        since = raw.text(found.get("since"))
        gaps = {
            room: Gap(raw.text(pair[0]), raw.text(pair[1]))
            for room, pair in raw.mapping(found.get("gaps")).items()
            if isinstance(pair, list) and len(pair) == 2
        }
        invites = {room: raw.text(who) for room, who in raw.mapping(found.get("invites")).items()}
        return cls(since, raw.integer(found.get("at")) or 0, gaps, invites) if since else None

    def __str__(self) -> str:
        kept: dict[str, object] = {"since": self.since, "at": self.at}
        if self.gaps:
            kept["gaps"] = {room: [gap.token, gap.after] for room, gap in self.gaps.items()}
        if self.invites:
            kept["invites"] = dict(self.invites)
        return json.dumps(kept, separators=(",", ":"))

    def gap(self, room: str, gap: Gap | None) -> Cursor:
        """With that gap in the room, or with none any more."""
        others = {ident: known for ident, known in self.gaps.items() if ident != room}
        return replace(self, gaps={**others, room: gap} if gap else others)
