"""A world's event about something said, in our terms."""

from __future__ import annotations

from bot.model import Author, Edited, Message, Occurrence, Reacted, Removed, Reported, Restored
from bot.platforms.memory.port import Event


def about(event: Event, message: Message, by: Author) -> Occurrence | None:
    """What happened to something said."""
    place, number = message.place, str(event.seq)
    match event.kind:
        case "said":
            return message
        case "edited":
            return Edited(message, event.at)
        case "removed":
            by_author = by.id == message.author.id
            return Removed(message.ref, place, None if by_author else by, event.detail, event.at)
        case "restored":
            return Restored(message.ref, place, by, event.detail, number, event.at)
        case "reacted":
            return Reacted(message.ref, place, by, event.detail, number, event.at)
        case "reported":
            return Reported(message, by, event.detail, number, event.at)
        case _:  # "acted": nobody asked for it yet
            return None
