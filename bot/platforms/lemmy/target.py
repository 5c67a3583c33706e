"""A ref taken apart into what Lemmy's calls want."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Ref
from bot.platforms.lemmy.fields import LARGEST
from bot.platforms.protocol import Refused

KINDS = frozenset({"post", "comment", "message"})


@dataclass(frozen=True, slots=True)
class Target:
    """`post`, `comment` or `message`, and the local id."""

    kind: str
    number: int

    @classmethod
    def of(cls, ref: Ref) -> Target:
        """Raises Refused for what is no id of Lemmy's."""
        kind, _, digits = ref.id.partition("/")
        if kind in KINDS and digits.isascii() and digits.isdigit() and int(digits[:20]) <= LARGEST:
            return cls(kind, int(digits[:20]))
        raise Refused(f"{ref}: Lemmy's ids look like post/12, comment/34 or message/5", "bad_ref")
