"""What never leaves the house: the ledger carries it out in the transaction that commits the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.actions.base import Action
from bot.model import Json


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
