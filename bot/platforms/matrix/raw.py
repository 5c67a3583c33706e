"""Reading foreign JSON: whatever is not of the type that is asked for counts as missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Beyond this no integer is canonical JSON.
LARGEST = 2**53 - 1


def mapping(value: object) -> dict[str, Any]:
    """The object itself; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """The list itself, whatever is in it; an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def objects(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list; other things in it are left out."""
    return (item for item in items(value) if isinstance(item, dict))


def text(value: object) -> str:
    """The text, fit for any database: without NUL and lone surrogates. Empty in place of anything else."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def integer(value: object) -> int | None:
    """The whole number, within what canonical JSON knows; None in place of anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    return None
