"""What a handler is given: its settings, a read-only `Context`, and for a command the `Call` with its arguments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.actions import Capability
from bot.decision import Case, Linked, Spoken
from bot.model import (
    Author,
    Community,
    Discussion,
    Json,
    Message,
    Policy,
    Profile,
    Receipt,
    Ref,
    Strike,
    Thread,
)


class PlatformError(Exception):
    """A platform did not give what it was asked for; the message is a sentence for the operator.

    What else can be known about it stands in the subclasses in `bot/platforms/protocol.py`.
    """


class Settings(BaseModel):
    """Base of a plugin's settings. Every field needs a description: it becomes the reference and the example file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


S = TypeVar("S", bound=Settings)
S_co = TypeVar("S_co", bound=Settings, covariant=True)


class Context(Protocol[S_co]):
    """Everything a handler may look at. Reading only; whatever a handler wants done, it returns."""

    @property
    def now(self) -> datetime: ...
    @property
    def community(self) -> Community: ...
    @property
    def settings(self) -> S_co: ...

    # Memory and ledger
    async def recall(self, key: str) -> Json:
        """What this plugin remembered under `key` in this community; None when nothing."""
        ...

    async def recall_all(self, prefix: str = "") -> dict[str, Json]:
        """All of this plugin's memory whose key starts with `prefix`, by key."""
        ...

    async def made(self, name: str) -> Receipt | None:
        """The receipt of this plugin's newest performed action called `name` in this community."""
        ...

    async def spoken(self, ref: Ref) -> Spoken | None:
        """What the bot said at `ref`, by the action that said it; None when that was not the bot, or not here."""
        ...

    async def strikes(self, person: Author) -> list[Strike]:
        """The person's strikes in this community, over all accounts that they linked; oldest first, expired ones too, undone ones not."""
        ...

    async def case(self, number: int) -> Case | None: ...

    async def cases(
        self,
        person: Author | None = None,
        *,
        since: datetime | None = None,
        alone: bool = False,
        before: int | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Case]:
        """Cases of this community, newest first, at most 200; of one person where given; those below the number `before`.

        Those of all accounts of that human, as in `strikes`; with `alone`, of this very account: what was done to it where it is.
        With `kinds`, those in which such an action was decided: `kinds=("ban", "mute")`.
        """
        ...

    async def linked(self, person: Author) -> Linked:
        """The other accounts that the same human has linked with this one."""
        ...

    async def recent(self, person: Author, since: datetime) -> list[Message]:
        """What the person said in this community since then, oldest first, the present message included."""
        ...

    def history(self, since: datetime, place: str | None = None) -> AsyncIterator[Message]:
        """Everything said in this community since then that the ledger still keeps, oldest first."""
        ...

    # Platforms
    def can(self, capability: Capability, place: str) -> bool:
        """Whether the account that reads `place` is able to do that there."""
        ...

    async def message(self, target: Ref | str) -> Message | None:
        """A message by its ref or by a link to it; None when it is not to be found."""
        ...

    async def thread(self, root: Ref) -> Thread:
        """The whole thread below `root`. May take seconds on a large one. Raises PlatformError, LookupError."""
        ...

    async def elsewhere(self, target: Ref | str) -> list[Discussion]:
        """Other discussions of the same link or text, or of a page by its link, as the platform knows them.

        Raises PlatformError.
        """
        ...

    async def discussed(self, post: Message) -> list[Discussion]:
        """Where else a post is discussed, busiest first, as the plugin that looks after that would show it.

        Empty where the community has no such plugin.
        """
        ...

    async def newest(self, community: str) -> list[Discussion]:
        """The newest posts of any community (`name@instance`), as far as the platform knows it. Raises PlatformError."""
        ...

    async def profile(self, person: Author, place: str, *, here: bool = False) -> Profile | None:
        """What the platform shows of somebody, with `here` only as far as that place goes; None when it does not tell."""
        ...

    async def person(self, handle: str, place: str) -> Author | None:
        """Who is meant by a handle (`@ana`, `ana@lemmy.example`, `@ana:server`, a profile link); None when unknown."""
        ...

    async def members(self, place: str) -> list[Author] | None:
        """Who is in a room now, the bot apart; of a Lemmy community its moderators; None when the platform does not answer."""
        ...

    async def policies(self, place: str) -> list[Policy] | None:
        """The rules of a policy list; empty for any other place, None when they cannot be had now."""
        ...

    def me(self, place: str) -> Author | None:
        """The bot's own account in a place; None where it has none."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A command that somebody gave. `target` is the message it answers, if it answers one."""

    message: Message
    name: str
    rest: str  # everything after the command's name, as typed
    target: Message | None = None

    @property
    def author(self) -> Author:
        return self.message.author


@dataclass(frozen=True, slots=True)
class Person:
    """A command argument that names somebody. Left out in a reply, it is the author of what is answered."""

    author: Author


class CaseNo(int):
    """A command argument that is the number of a case, `#12`. Left out in an answer to what the bot said about one, it is that one."""

    __slots__ = ()


class Rest(str):
    """A command argument that takes the rest of what was said as it was typed."""

    __slots__ = ()


class Brief(Rest):
    """The same for what is shown to people, such as a reason: more than `MOST` characters are refused with a sentence."""

    __slots__ = ()
    MOST: ClassVar[int] = 2_000
