"""Who speaks to the bot on Lemmy: those who begin a line with a mention of it, and those who write to it in private.

A bare `!help` is no command there, by the custom of the larger servers, and neither is a reply without a mention.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.prefixes import prefix_of

_FENCE = re.compile(r" {0,3}(```|~~~)")


def listener(name: str, host: str, prefixes: tuple[str, ...] = ("!",)) -> Callable[[str], str | None]:
    """A function from a text to the command in it, for the account `name@host`; None where there is none.

    A command is what follows a mention at the beginning of a line: `@bot@host ban …`, `@bot !ban …`, or
    the link that Lemmy's own editor makes of a mention. Quotes and code blocks mention nobody.
    """
    who = rf"@?{re.escape(name)}@{re.escape(host)}"
    mention = re.compile(
        rf" {{0,3}}(?:\[{who}\]\([^()\s]*\)|@{re.escape(name)}(?:@{re.escape(host)})?(?![\w@-]|\.\w))[:,]?",
        re.IGNORECASE,
    )

    def command(text: str) -> str | None:
        fenced = False
        start = 0
        for line in text.splitlines(keepends=True):
            if _FENCE.match(line):
                fenced = not fenced
            elif not fenced and (found := mention.match(line)):
                return bare(text[start + found.end() :], prefixes)
            start += len(line)
        return None

    return command


def bare(text: str, prefixes: tuple[str, ...]) -> str | None:
    """A command without its prefix, which is optional wherever it is clear whom somebody speaks to; None when empty."""
    text = text.strip()
    return text.removeprefix(prefix_of(text, prefixes)).lstrip() or None
