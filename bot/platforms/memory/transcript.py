"""How a world's transcript reads: one entry for each act, like a play."""

from __future__ import annotations

from datetime import datetime

from bot.platforms.memory.port import Item

_EXCERPT = 40  # characters; enough to recognise a message


def excerpt(item: Item) -> str:
    """The title, or the beginning of the text, in quotation marks."""
    whole = item.title or " ".join(item.text.split())
    short = whole if len(whole) <= _EXCERPT else whole[: _EXCERPT - 1].rstrip() + "…"
    return f"“{short}”"


def entry(place: str, deed: str, text: str | None = None) -> str:
    """`place | deed: text`; further lines of the text are indented by four spaces, blank ones left out."""
    if text is None:
        return f"{place} | {deed}"
    first, *rest = text.strip().splitlines() or [""]
    head = f"{place} | {deed}: {first}".rstrip()
    return "\n".join([head, *(f"    {row}".rstrip() for row in rest if row.strip())])


def because(reason: str) -> str:
    """The reason in brackets; nothing where none is given."""
    return f" ({reason})" if reason else ""


def term(until: datetime | None) -> str:
    """How long a ban is meant to last."""
    return f"until {until:%Y-%m-%d %H:%M}" if until else "for good"
