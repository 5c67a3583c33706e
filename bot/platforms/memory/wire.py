"""How a world is spoken to over HTTP: JSON of the port's own types, one codec for both ends.

| call | query or body | answer |
|---|---|---|
| `GET /chat/about` | | `About` |
| `GET /chat/events` | `since`, `wait` (seconds) | events |
| `POST /chat/perform` | `Deed` | `Done` |
| `GET /chat/performed` | `key` | `Done` or null |
| `GET /chat/item`, `thread` | `id` | item or null, items |
| `GET /chat/member` | `name` | member or null |
| `GET /chat/members`, `policies` | `place` | members, rules |
| `GET /chat/elsewhere` | `link` | discussions |
| `GET /chat/newest` | `community` | discussions |

Whatever goes wrong is answered with a `Problem`, and the status that a proxy would understand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from bot.actions import External
from bot.model import Discussion, PlaceKind, Policy
from bot.platforms.memory.port import Done, Event, Item, Member
from bot.platforms.protocol import Busy, PlatformError, Refused, SignedOut, Unclear, Unreachable


@dataclass(frozen=True, slots=True)
class About:
    """The bot's name, the places, and where newcomers start to read."""

    bot: str
    places: dict[str, PlaceKind]
    first: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of the bot and its idempotency key."""

    key: str
    action: Annotated[External, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Problem:
    """A `PlatformError` on its way; `after` is in seconds."""

    kind: Literal["busy", "refused", "signed_out", "unclear", "unreachable"]
    message: str
    after: float | None = None
    code: str = ""


ABOUT: Final = TypeAdapter(About)
DEED: Final = TypeAdapter(Deed)
DONE: Final = TypeAdapter(Done)
PERFORMED: Final[TypeAdapter[Done | None]] = TypeAdapter(Done | None)
EVENTS: Final = TypeAdapter(tuple[Event, ...])
ITEM: Final[TypeAdapter[Item | None]] = TypeAdapter(Item | None)
ITEMS: Final = TypeAdapter(tuple[Item, ...])
MEMBER: Final[TypeAdapter[Member | None]] = TypeAdapter(Member | None)
MEMBERS: Final = TypeAdapter(tuple[Member, ...])
POLICIES: Final = TypeAdapter(tuple[Policy, ...])
DISCUSSIONS: Final = TypeAdapter(tuple[Discussion, ...])
PROBLEM: Final = TypeAdapter(Problem)

STATUS: Final = {"busy": 429, "refused": 403, "signed_out": 401, "unclear": 504, "unreachable": 503}


def problem(error: PlatformError) -> Problem:
    """The error as it travels."""
    match error:
        case Busy():
            return Problem("busy", str(error), error.after.total_seconds() if error.after else None)
        case Refused():
            return Problem("refused", str(error), code=error.code)
        case SignedOut():
            return Problem("signed_out", str(error))
        case Unreachable():
            return Problem("unreachable", str(error))
        case _:
            return Problem("unclear", str(error))


def error(told: Problem) -> PlatformError:
    """The inverse of `problem`."""
    match told.kind:
        case "busy":
            return Busy(told.message, None if told.after is None else timedelta(seconds=told.after))
        case "refused":
            return Refused(told.message, told.code)
        case "signed_out":
            return SignedOut(told.message)
        case "unreachable":
            return Unreachable(told.message)
        case "unclear":
            return Unclear(told.message)
