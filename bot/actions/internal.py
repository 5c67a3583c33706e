"""What never leaves the house: the ledger carries it out in the transaction that commits the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.actions.base import Action
from bot.model import Author, Json, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(Action):
    """Keeps `value` in the plugin's memory; None forgets it. `about` is a person's key, so that erasure finds it.

    `fresh` is for what must be there once only (the prompt of a date): where the key is kept already, since another
    decision of the same moment was faster, nothing is committed and the occurrence is decided anew.
    """

    key: str
    value: Json
    about: str | None = None
    fresh: bool = False
    kind: Literal["remember"] = "remember"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(Action):
    """Lets the held actions of case `case` go (`approve`), or drops them."""

    case: int
    approve: bool
    kind: Literal["settle"] = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Action):
    """A line in the ledger, nothing else: for acts whose effect is only that they are on record."""

    text: str
    about: str | None = None
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAccounts(Action):
    """`person` and `other` are accounts of one human in this community from now on, with all that counts for either.

    Both have proved it: `person` was given the code that the plugin remembers under `proof`, and `other` brought it.
    The code is used up with this. Where it is gone by then, or the human would have more than `most` accounts, nothing
    of it is committed, and it is decided anew.
    """

    most: ClassVar[int] = 5

    person: Author
    other: Author
    proof: str
    kind: Literal["link_accounts"] = "link_accounts"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        """As if they had never been linked: what is taken back does not count any more."""
        del receipt
        return (Note(text="the link is taken back"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkAccount(Action):
    """`person` stands alone from now on. What counted until here goes on counting for both sides."""

    person: Author
    kind: Literal["unlink_account"] = "unlink_account"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Note(text="the accounts are together again"),)
