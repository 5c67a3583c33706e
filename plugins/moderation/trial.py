"""Messages from a JSON Lines file, to try rules on. Pure but for nothing: lines in, messages or sentences out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.api import Author, Message, Place, PlaceKind, Platform, Ref
from plugins.moderation.subject import Subject, subject

#: What a line may hold; shown in the command's help.
FORM = (
    '{"text": "…"} and, if you like, "id", "author", "title", "link", "kind" (comment or submission), '
    '"account_age_days", "at" (ISO time), "reports", "edited", "place"'
)


class BadLine(Exception):
    """A line is no message; the message says what was found and expected."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str = ""
    id: str | int | None = None
    author: str = "somebody"
    title: str | None = None
    link: str | None = None
    kind: str | None = None
    account_age_days: float | None = None
    at: datetime | None = None
    reports: int = 0
    edited: bool = False
    place: str = "somewhere"


@dataclass(frozen=True, slots=True)
class Trial:
    """One message to try rules on, with the id that its line gave."""

    id: str
    message: Message
    subject: Subject


def trial(line: str, number: int, now: datetime) -> Trial:
    """The message in one line. Raises BadLine."""
    try:
        given = _Line.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise BadLine(f"this is no JSON ({error.msg.lower()} at character {error.pos + 1})") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadLine(f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}; a line is {FORM}") from None
    except (RecursionError, ValueError) as error:
        raise BadLine(f"this cannot be read ({error})") from None
    if not (given.text or given.title or given.link):
        raise BadLine(f"text is missing; a line is {FORM}")
    message = _message(given, number, now)
    item = subject(message, now=message.sent_at, is_edited=given.edited, reports=given.reports)
    return Trial(str(given.id if given.id is not None else number), message, item)


def _message(given: _Line, number: int, now: datetime) -> Message:
    at = given.at or now
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    is_post = given.title is not None
    place = Place(
        Platform.MEMORY, given.place, given.place, PlaceKind.COMMUNITY if is_post else PlaceKind.ROOM, "", ""
    )
    ref = Ref(Platform.MEMORY, given.place, f"line {number}")
    is_comment = given.kind == "comment" or (given.kind is None and not is_post and not given.link)
    root = Ref(Platform.MEMORY, given.place, "thread") if is_comment else ref
    more: dict[str, Any] = {"parent": root} if is_comment else {}
    since = None
    if given.account_age_days is not None:
        since = at - timedelta(days=max(0.0, min(given.account_age_days, 365_000 / 10)))
    return Message(
        ref=ref,
        place=place,
        author=Author(Platform.MEMORY, given.author, given.author, since=since),
        text=given.text,
        sent_at=at,
        root=root,
        title=given.title,
        link=given.link,
        **more,
    )
