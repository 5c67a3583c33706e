"""Telling what is said to the bot from what is said to others."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.prefixes import prefix_of


def command_in(text: str, *, prefixes: Collection[str], name: str, private: bool) -> str | None:
    """What `text` asks of the bot: the words after the prefix or the bot's name; None when it talks to others.

    In private everything is meant for the bot. `! wow` and `!!` are no commands: a letter must follow the prefix.
    """
    text = text.strip()
    mention = re.match(rf"@?{re.escape(name)}\s*[:,]\s*", text, re.IGNORECASE)
    if mention:
        text = text[mention.end() :]
    prefix = prefix_of(text, prefixes)
    if mention:
        text = text.removeprefix(prefix)
    elif prefix and text[len(prefix) : len(prefix) + 1].isalpha():
        text = text[len(prefix) :]
    elif not private:
        return None
    return text or None
