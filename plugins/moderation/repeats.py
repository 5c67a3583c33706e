"""Whether somebody says the same again and again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.api import Message
from plugins.moderation.facts import Fact, Target
from plugins.moderation.matching import Matcher
from plugins.moderation.rule import Rule
from plugins.moderation.subject import links, mentions, subject
from plugins.moderation.views import lower, unmask


def is_repeated(rule: Rule, message: Message, recent: Iterable[Message], now: datetime) -> bool:
    """Whether `message` is the rule's `count`th of its kind within its window; `recent` may hold it already.

    With `same: any` the earlier ones must meet the rule's text checks, too.
    """
    repeat = rule.repeat
    assert repeat is not None
    since = now - repeat.within
    earlier = [one for one in recent if one.ref != message.ref and since < one.sent_at <= now]
    match repeat.same:
        case "text":
            wanted = _plain(message)
            alike = [one for one in earlier if wanted and _plain(one) == wanted]
        case "link":
            shared = _links(message)
            alike = [one for one in earlier if shared & _links(one)]
        case "mention":
            named = frozenset(mentions(message.text))
            alike = [one for one in earlier if named.intersection(mentions(one.text))]
        case "any":
            once = _texts_only(rule)
            alike = [one for one in earlier if once.match(subject(one, now=now)).matches]
        case "message":
            alike = earlier
    return len(alike) + 1 >= repeat.count


@lru_cache(maxsize=100)
def _texts_only(rule: Rule) -> Matcher:
    """The rule without what is the same for all messages of one person, and without what stood above earlier ones."""
    own = replace(
        rule,
        repeat=None,
        checks=tuple(check for check in rule.checks if check.target is Target.ITEM),
        conditions=tuple(
            c for c in rule.conditions if c.target is Target.ITEM and c.fact is not Fact.REPORTS
        ),
    )
    return Matcher([own], indexed=False)


def _plain(message: Message) -> str:
    return " ".join(lower(unmask(f"{message.title or ''} {message.text} {message.link or ''}")).split())


def _links(message: Message) -> frozenset[str]:
    found = (*links(message.text), *((message.link,) if message.link else ()))
    return frozenset(link.rstrip("/").casefold() for link in found)
