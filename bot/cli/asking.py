"""Asking one question at a time, for `folkmoot init`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer


class Refused(Exception):
    """Nothing was written; the message says why and what to do."""


def answer(
    question: str,
    value: str | None,
    check: Callable[[str], str],
    *,
    flag: str,
    default: str | None = None,
    hide: bool = False,
) -> str:
    """`value` as `check` makes it, or what the person answers; asked again until it is right.

    Raises Refused where `value` was given by `flag` and is wrong.
    """
    if value is not None:
        try:
            return check(value)
        except ValueError as error:
            raise Refused(f"{flag}: {error}") from None
    while True:
        try:
            return check(
                str(typer.prompt(question, default=default, hide_input=hide, show_default=bool(default)))
            )
        except ValueError as error:
            typer.echo(f"  {error}")


def require(flags: Mapping[str, str | None], no_input: bool) -> None:
    """Raises Refused when nothing may be asked and some of these flags are missing."""
    missing = [flag for flag, value in flags.items() if value is None]
    if no_input and missing:
        raise Refused(f"found no {', '.join(missing)}, expected them together with --no-input")


def password(text: str) -> str:
    """A password as it may be typed. Raises ValueError."""
    if not text.strip() or "\n" in text:
        raise ValueError("found no password, expected one line of text")
    return text


def address(text: str) -> str:
    """The address of a server; `https://` may be left out. Raises ValueError."""
    from bot.settings import values

    return values.check_address(text if "://" in text else f"https://{text}")


def some(text: str) -> str:
    """A line with something in it. Raises ValueError."""
    from bot.settings import values

    return values.check_some(text)[:200]
