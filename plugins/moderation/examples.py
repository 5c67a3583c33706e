"""Holds a rule against the texts that it carries as its own tests."""

from __future__ import annotations

from dataclasses import replace

from bot.api import Platform
from plugins.moderation.facts import Field, Target
from plugins.moderation.lints import show
from plugins.moderation.matching import Matcher
from plugins.moderation.rule import Check, Kind, Rule
from plugins.moderation.subject import Subject, host, links


def example(text: str, kind: Kind) -> Subject:
    """A message that says `text` wherever a text can stand, its links included."""
    urls = links(text)
    texts: dict[Field, tuple[str, ...]] = {Field.TITLE: (text,), Field.BODY: (text,)}
    if urls:
        texts |= {Field.URL: urls, Field.DOMAIN: tuple(h for h in map(host, urls) if h)}
    return Subject(kind, "", Platform.MEMORY, texts)


def failures(rule: Rule) -> list[str]:
    """One sentence for each example that the rule's text checks do not treat as it says.

    What has nothing to do with the text (age, reports, people, the post above …) is taken to hold.
    """
    if rule.examples.catch == rule.examples.let_pass == ():
        return []
    texts_only = replace(
        rule,
        checks=tuple(check for check in rule.checks if _is_about_text(check)),
        conditions=(),
        repeat=None,
        places=frozenset(),
        platforms=frozenset(),
        kinds=frozenset(Kind),
    )
    matcher = Matcher([texts_only], indexed=False)

    def caught(text: str) -> bool:
        return bool(matcher.match(example(text, min(rule.kinds))).matches)

    missed = [
        f"the example {show(t)} should be caught and is not" for t in rule.examples.catch if not caught(t)
    ]
    hit = [f"the example {show(t)} should pass and is caught" for t in rule.examples.let_pass if caught(t)]
    return missed + hit


#: Where an example can stand.
_TEXTS = frozenset({Field.TITLE, Field.BODY, Field.OWN_BODY, Field.URL, Field.DOMAIN})


def _is_about_text(check: Check) -> bool:
    return check.target is Target.ITEM and not _TEXTS.isdisjoint(check.fields)
