"""Reading foreign JSON one field at a time: a field of the wrong type counts as missing.

What somebody else's server sends is never trusted: texts are made storable, numbers and times are kept in range. Where a
field has another name in another version, both are given: the first that holds something counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

#: Identifiers beyond this are none: the ledger's integers have 64 bits.
LARGEST = 2**63 - 1


class Malformed(ValueError):
    """A row lacks what it cannot do without; the message names the field."""


def part(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under `key`. Raises Malformed where there is none."""
    value = row.get(key)
    if not isinstance(value, dict):
        raise Malformed(f"{key} is not an object")
    return value


def maybe(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under `key`; an empty one where there is none."""
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def ident(row: Mapping[str, Any], key: str = "id") -> int:
    """The positive number under `key`. Raises Malformed."""
    value = number(row, key)
    if value is None or value <= 0:
        raise Malformed(f"{key} is not an identifier")
    return value


def number(row: Mapping[str, Any], key: str) -> int | None:
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    return None


def flag(row: Mapping[str, Any], key: str) -> bool:
    return row.get(key) is True


def text(row: Mapping[str, Any], *keys: str) -> str:
    """The text under a key, fit for any database: without NUL and lone surrogates. Empty where there is none."""
    value = next((row[key] for key in keys if isinstance(row.get(key), str) and row[key]), "")
    return str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def moment(row: Mapping[str, Any], *keys: str) -> datetime | None:
    """The time under a key in UTC. Lemmy before 0.19 left the zone out and meant UTC."""
    try:
        value = datetime.fromisoformat(text(row, *keys))
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def when(row: Mapping[str, Any], *keys: str) -> datetime:
    """The time under a key. Raises Malformed where there is none."""
    value = moment(row, *keys)
    if value is None:
        raise Malformed(f"{keys[0]} is not a time")
    return value


def host(url: str) -> str:
    """The host of a web address, with its port; empty where it is no web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in {"http", "https"} else ""


def harvest(rows: object, read: Callable[[Mapping[str, Any]], T]) -> tuple[list[T], int]:
    """Reads each row of a list; returns what could be read, and how many rows had to be skipped."""
    if not isinstance(rows, list):
        return [], 0
    found: list[T] = []
    skipped = 0
    for row in rows:
        try:
            found.append(read(row if isinstance(row, dict) else {}))
        except Malformed:
            skipped += 1
    return found, skipped


def rows(answer: Mapping[str, Any], key: str) -> list[Any]:
    """The list under `key`, whatever is in it; empty where there is none."""
    value = answer.get(key)
    return value if isinstance(value, list) else []
