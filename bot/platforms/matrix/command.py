"""Who speaks to the bot in a room: with the room's prefix, by naming the bot first, or in private.

What stands in a quotation, in a code block, in a notice or in an edit is never a command. Whose command it is, is told by
the sender's full id alone; names are what people call themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.platforms.matrix import hypertext, links, raw
from bot.platforms.matrix.events import MESSAGE, Event
from bot.platforms.matrix.words import own_body, plain
from bot.prefixes import prefix_of

_QUOTING = re.compile(r"\s*<(?:pre|code|blockquote)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom people speak to: the account's id (`@folkmoot:example.org`) and its display name, where it has one."""

    user: str
    name: str | None = None

    def command(self, event: Event, *, prefixes: Collection[str], private: bool) -> str | None:
        """What `event` asks of the bot, without one of the prefixes or name; None when it talks to others.

        A name needs `:` or `,` behind it where no mention says that the bot is meant.
        """
        text = _typed(event)
        if text is None:
            return None
        rest = self._after_name(text, mentioned=self.user in event.mentions)
        prefix = prefix_of(text if rest is None else rest, prefixes)
        if rest is not None:
            text = rest.removeprefix(prefix)
        elif prefix and text[len(prefix) : len(prefix) + 1].isalpha():
            text = text[len(prefix) :]
        elif not private:
            return None
        return text.strip() or None

    def _after_name(self, text: str, *, mentioned: bool) -> str | None:
        """What follows the bot's name at the beginning of `text`; None where another word stands there."""
        local = re.escape(self.user[1:].partition(":")[0])
        full = re.escape(self.user)
        called = "|".join(
            [f"@?{local}", *([re.escape(self.name)] if self.name and self.name.strip() else [])]
        )
        found = re.match(
            rf"(?:{full}(?![\w.:-]*\w)|(?P<name>@?(?:{called}))(?![\w-]))(?P<mark>\s*[:,])?(?:\s+|$)",
            text,
            re.IGNORECASE,
        )
        if found is None or (found["name"] and not (found["mark"] or mentioned or text.startswith("@"))):
            return None
        return text[found.end() :].strip()


def _typed(event: Event) -> str | None:
    """What the sender typed, with the people whom they picked from a list by their ids; None where nothing was typed."""
    if event.kind != MESSAGE or event.state_key is not None or event.msgtype != "m.text" or event.replaces:
        return None
    body = own_body(raw.text(event.content.get("body")), reply=event.carries_reply).strip()
    formatted = raw.text(event.content.get("formatted_body"))
    if not formatted:
        return body
    if event.carries_reply:
        formatted = hypertext.without_reply(formatted)
    if _QUOTING.match(formatted):
        return None
    if "matrix" not in formatted.lower():
        return body
    # In the body a person picked from a list is but a name, which others may bear as well.
    seen = hypertext.seen(formatted)
    if any(map(links.parse, seen.links)) and plain(seen.text) == plain(body):
        return hypertext.seen(formatted, _pill).text.strip()
    return body


def _pill(address: str) -> str | None:
    """The person whom a link names, or the whole address where it leads to a room or an event."""
    target = links.parse(address)
    if target is None:
        return None
    return target.user or address
