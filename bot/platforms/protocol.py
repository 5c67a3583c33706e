"""What the rest of the bot asks of a platform, and how an adapter says that something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from bot.actions import Capability, External
from bot.handler import PlatformError
from bot.model import (
    Author,
    Discussion,
    Message,
    Occurrence,
    Place,
    Platform,
    Policy,
    Profile,
    Receipt,
    Ref,
    Thread,
)

__all__ = [
    "Adapter",
    "Batch",
    "Busy",
    "PlatformError",
    "Refused",
    "SignedOut",
    "TellsRights",
    "Unclear",
    "Unreachable",
]


class Busy(PlatformError):
    """The platform asks us to wait; nothing was done. `after` is None when it did not say how long.

    `whole` says that it asks the account and not only this call: whatever else is tried meanwhile is refused as well.
    """

    def __init__(self, message: str, after: timedelta | None = None, *, whole: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.whole = whole


class Unreachable(PlatformError):
    """The call certainly did not happen (refused connection, no DNS): try again later."""


class Unclear(PlatformError):
    """The call may have happened (time-out, reset, a proxy's error page): look before trying again."""


class Refused(PlatformError):
    """The platform understood and said no. `code` is its own word for it; trying again is pointless."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class SignedOut(PlatformError):
    """The account's token is dead: this adapter stops until the operator signs it in again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What an adapter read in one go.

    `cursor` is to be stored once every occurrence is handled (None: keep the old one). `again` is how long to wait
    before the next poll; zero asks for one at once. `stored` is called when all of it is in the ledger: later polls may
    have been made by then.
    """

    occurrences: tuple[Occurrence, ...]
    cursor: str | None
    again: timedelta
    stored: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)


class Adapter(Protocol):
    """One account on one platform.

    Adapters translate, nothing else: they hold no rules, write to no ledger, and raise only `PlatformError`s. They skip
    what their own account said, mark bots, and fill roles and `command`. Reading is at least once: the ledger drops
    what it knows already.
    """

    @property
    def platform(self) -> Platform: ...
    @property
    def account(self) -> str:
        """The account's name in the configuration."""
        ...

    @property
    def places(self) -> Mapping[str, Place]:
        """The places this account reads, by alias."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    @property
    def settle(self) -> timedelta:
        """How long after an attempt that was cut off the platform may still be carrying it out."""
        ...

    async def open(self) -> None:
        """Signs in and looks up the places. Raises PlatformError with a sentence for the operator."""
        ...

    async def close(self) -> None: ...

    async def poll(self, cursor: str | None, wait: timedelta) -> Batch:
        """What happened since `cursor`, oldest first in each place. Waits at most `wait` for something to happen."""
        ...

    async def perform(self, action: External, key: str) -> Receipt:
        """Does it. Documents are resolved, refs are real. `key` is the same for every attempt of one action.

        Where the platform knows idempotency keys, `key` is used as one.
        """
        ...

    async def find(
        self, action: External, key: str, since: datetime, taken: frozenset[Ref]
    ) -> Receipt | None:
        """Whether an earlier attempt of `action`, made at `since` or later, worked after all; None when it did not.

        Where the platform cannot tell, an action whose retry is `FREE` gives None, too. `taken` are refs that are known to
        belong to other actions; they reach an hour further back, and an adapter looks no further than that: clocks differ.
        """
        ...

    async def message(self, target: Ref | str) -> Message | None: ...

    async def thread(self, root: Ref) -> Thread: ...

    async def elsewhere(self, target: Ref | str) -> list[Discussion]:
        """Other discussions of what was said at a ref, or of the page at a link, as the platform knows them."""
        ...

    async def newest(self, community: str) -> list[Discussion]:
        """The newest posts of any community (`name@instance`), newest first; empty where it is not known."""
        ...

    async def person(self, handle: str, place: str) -> Author | None: ...

    async def profile(self, person: Author, place: str, *, here: bool = False) -> Profile | None:
        """What somebody shows of themselves and how what they said was received; with `here`, only in that place.

        None where the platform knows nothing of the kind.
        """
        ...

    async def refresh(self, person: Author, place: str) -> Author:
        """The same person with the role that they have in `place` right now. Used by the guard."""
        ...

    @property
    def me(self) -> Author | None:
        """The account itself; None before it is signed in."""
        ...

    async def members(self, place: str) -> list[Author]:
        """Who is in `place` now, the account itself apart; of a Lemmy community, which tells of no others, the moderators."""
        ...

    async def policies(self, place: str) -> list[Policy]:
        """The rules of the policy list `place`; empty where that is none. Raises PlatformError when not to be had."""
        ...

    async def working(self, ref: Ref) -> None:
        """Shows for some seconds, where the platform has a way to, that an answer to `ref` is being prepared."""
        ...

    def url(self, ref: Ref) -> str | None:
        """A link for people to something said, without asking the server."""
        ...

    async def check(self) -> list[str]:
        """What is missing for the configured places, one sentence each; for `folkmoot check --online`."""
        ...


@runtime_checkable
class TellsRights(Protocol):
    """An adapter that can also say what the bot may do where."""

    async def rights(self) -> list[str]:
        """One line for each place; to be asked after `check`."""
        ...
