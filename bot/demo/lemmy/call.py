"""One call to the in-memory server's API: who calls, and with which arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.demo.lemmy.records import LemmyError, Person
from bot.demo.lemmy.state import Instance
from bot.demo.lemmy.views import Views
from bot.demo.lemmy.views4 import Views4

T = TypeVar("T")

LARGEST_PAGE = 50
LARGEST_PAGE_NUMBER = 100
DEFAULT_PAGE = 10


@dataclass(frozen=True, slots=True)
class Call:
    """`caller` is None for a stranger, which includes people with a dead token."""

    instance: Instance
    caller: Person | None
    args: Mapping[str, Any]

    @property
    def me(self) -> Person:
        """Who calls. Raises LemmyError for a stranger."""
        if self.caller is None:
            raise LemmyError("incorrect_login")
        return self.caller

    @property
    def views(self) -> Views:
        return Views(self.instance, self.caller)

    @property
    def views4(self) -> Views4:
        return Views4(self.instance, self.caller)

    def number(self, name: str) -> int:
        """A whole number. Raises LemmyError where it is missing or none."""
        value = self.maybe_number(name)
        if value is None:
            raise LemmyError("unknown", f"missing field `{name}`")
        return value

    def maybe_number(self, name: str) -> int | None:
        value = self.args.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise LemmyError("unknown", f"{name}: a number was expected") from None

    def text(self, name: str) -> str:
        value = self.maybe_text(name)
        if value is None:
            raise LemmyError("unknown", f"missing field `{name}`")
        return value

    def maybe_text(self, name: str) -> str | None:
        value = self.args.get(name)
        return value if isinstance(value, str) else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        if isinstance(value, bool):
            return value
        return default if value is None else value == "true"

    def page(self, things: Iterable[T]) -> list[T]:
        """The asked-for page of a list; Lemmy counts from 1 and gives 10 by default, at most 50."""
        number = self.maybe_number("page") or 1
        limit = self.maybe_number("limit")
        size = DEFAULT_PAGE if limit is None else limit
        if not 1 <= size <= LARGEST_PAGE or not 1 <= number <= LARGEST_PAGE_NUMBER:
            raise LemmyError("couldnt_get_posts")
        return list(things)[(number - 1) * size : number * size]
