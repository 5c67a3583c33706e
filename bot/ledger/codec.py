"""Our frozen data ↔ JSON text. Unknown fields in old rows are ignored, missing ones get their defaults."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, TypeAdapter, ValidationError

from bot.actions import AnyAction
from bot.ledger.errors import LedgerCorrupt
from bot.ledger.tables import clean
from bot.model import (
    Author,
    Edited,
    Joined,
    Json,
    Message,
    Noticed,
    Occurrence,
    Reacted,
    Receipt,
    Ref,
    Removed,
    Reported,
    Resolved,
    Restored,
    Sanctioned,
    Tick,
)

T = TypeVar("T")

ACTION: TypeAdapter[AnyAction] = TypeAdapter(Annotated[AnyAction, Field(discriminator="kind")])
AUTHOR = TypeAdapter(Author)
RECEIPT = TypeAdapter(Receipt)
MESSAGE = TypeAdapter(Message)
JSON: TypeAdapter[Json] = TypeAdapter(Json)

#: The classes of occurrences by the word they are stored under.
KINDS: dict[str, type[Occurrence]] = {
    "message": Message,
    "edited": Edited,
    "removed": Removed,
    "joined": Joined,
    "reacted": Reacted,
    "reported": Reported,
    "resolved": Resolved,
    "restored": Restored,
    "sanctioned": Sanctioned,
    "noticed": Noticed,
    "tick": Tick,
}
OCCURRENCES: dict[str, TypeAdapter[Any]] = {kind: TypeAdapter(cls) for kind, cls in KINDS.items()}


def pack(adapter: TypeAdapter[T], value: T) -> str:
    """`value` as JSON text. What no database can store is replaced, see `clean`."""
    try:
        return adapter.dump_json(value).decode()
    except ValueError:  # pydantic's serialization error is one: half a surrogate pair, most likely
        return adapter.dump_json(_clean(value)).decode()


def unpack(adapter: TypeAdapter[T], text: str) -> T:
    """The inverse of `pack`. Raises LedgerCorrupt when the text is not what it should be."""
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LedgerCorrupt(
            f"the ledger holds something unreadable ({first['msg']} at {where or 'the start'}): {text[:80]!r}; restore a backup"
        ) from None


def kind_of(occurrence: Occurrence) -> str:
    return next(kind for kind, cls in KINDS.items() if isinstance(occurrence, cls))


def read_message(kind: str, body: str) -> Message:
    """The message inside a stored message, edit or report."""
    found = unpack(OCCURRENCES[kind], body)
    return found if isinstance(found, Message) else cast(Message, found.message)


def community_of(occurrence: Occurrence) -> str:
    return occurrence.community if isinstance(occurrence, Tick) else occurrence.place.community


def person_of(occurrence: Occurrence) -> Author | None:
    """Who did it."""
    match occurrence:
        case Message(author=who) | Joined(author=who) | Reacted(author=who) | Reported(reporter=who):
            return who
        case Edited(message=message):
            return message.author
        case Removed(by=by) | Resolved(by=by) | Restored(by=by) | Sanctioned(by=by):
            return by
        case _:
            return None


def ref_of(occurrence: Occurrence) -> Ref | None:
    """What it is about."""
    match occurrence:
        case (
            Message(ref=ref) | Removed(ref=ref) | Resolved(ref=ref) | Restored(ref=ref) | Reacted(target=ref)
        ):
            return ref
        case Edited(message=message) | Reported(message=message):
            return message.ref
        case Sanctioned(about=ref):
            return ref
        case _:
            return None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def dump(value: Json) -> str:
    """Any JSON value as text, people's letters kept as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _clean(value: Any) -> Any:
    """A copy of `value` with every string in it cleaned."""
    if isinstance(value, str) and type(value) is str:
        return clean(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_clean(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{f.name: _clean(getattr(value, f.name)) for f in fields(value) if f.init})
    return value
