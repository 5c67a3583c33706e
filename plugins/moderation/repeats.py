"""Whether somebody says the same again and again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.api import Message
from plugins.moderation.matching import Matcher
from plugins.moderation.rule import Rule
from plugins.moderation.subject import links, subject
from plugins.moderation.views import lower, unmask


def is_repeated(rule: Rule, message: Message, recent: Iterable[Message], now: datetime) -> bool:
    """Whether `message` is the rule's `count`th of its kind within its window; `recent` may hold it already.

    With `same: any` the earlier ones must meet the rule's text checks, too.
    """
    repeat = rule.repeat
    assert repeat is not None
    since = now - repeat.within
    earlier = [one for one in recent if one.ref != message.ref and one.sent_at > since]
    match repeat.same:
        case "text":
            wanted = _plain(message)
            alike = [one for one in earlier if _plain(one) == wanted]
        case "link":
            shared = _links(message)
            alike = [one for one in earlier if shared & _links(one)]
        case "any":
            once = Matcher([replace(rule, repeat=None)], indexed=False)
            alike = [one for one in earlier if once.match(subject(one, now=now)).matches]
    return len(alike) + 1 >= repeat.count


def _plain(message: Message) -> str:
    return " ".join(lower(unmask(f"{message.title or ''} {message.text}")).split())


def _links(message: Message) -> frozenset[str]:
    found = (*links(message.text), *((message.link,) if message.link else ()))
    return frozenset(link.rstrip("/").casefold() for link in found)
