"""AutoModerator's placeholders in a rule's texts, and ours: what each of them stands for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.api import Message
from plugins.moderation.facts import Field, Target
from plugins.moderation.labels import trimmed
from plugins.moderation.match import Find, Match
from plugins.moderation.notice import PLACEHOLDER
from plugins.moderation.rule import Kind, Label
from plugins.moderation.subject import Subject, host, kind_of

#: `match`, `match-2`, `match-title`, `match-title+body#2-3`.
_MATCH = re.compile(r"match(?:-(?P<name>.*?[^\d-].*?))?(?:-(?P<number>\d+))?")


#: What stands for something in every text, and in the texts of a warning.
KNOWN = frozenset(
    {"author", "body", "title", "kind", "permalink", "url", "domain", "subreddit", "author_flair_text",
     "author_flair_css_class", "author_flair_template_id", "parent_submission_author", "rule",
     "strikes", "next_step", "appeal"}
)  # fmt: skip
_ANY = re.compile(r"\{\{([^{}]*)\}\}")


def unknown(text: str, checks: Iterable[str]) -> list[str]:
    """The placeholders in a text that will never stand for anything; `checks` are the names of the rule's checks."""
    names = {part for name in checks for part in (name, name.partition("#")[0])}

    def is_known(name: str) -> bool:
        asked = _MATCH.fullmatch(name)
        return name in KNOWN or (asked is not None and (asked["name"] is None or asked["name"] in names))

    return [found for found in _ANY.findall(text) if not is_known(found.strip().lower())]


class Words(Mapping[str, str]):
    """What the placeholders in the texts of a rule stand for after a match: AutoModerator's, `{{rule}}`, and `more`."""

    def __init__(self, match: Match, message: Message, more: Mapping[str, str] | None = None) -> None:
        self._match = match
        self._known = {**_known(match, message), **(more or {})}

    def __getitem__(self, name: str) -> str:
        name = name.strip().lower()
        if name in self._known:
            return self._known[name]
        asked = _MATCH.fullmatch(name)
        found = _found(self._match, asked["name"], int(asked["number"] or 1)) if asked else None
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _known(match: Match, message: Message) -> dict[str, str]:
    item = match.item
    post = item.above.get(Target.POST) if item else None
    is_comment = kind_of(message) is Kind.COMMENT
    return {
        "author": message.author.name,
        "body": message.text,
        "title": _text(post, Field.TITLE) if is_comment else message.title or "",
        "kind": "comment" if is_comment else "submission",
        "permalink": message.url or "",
        "url": message.link or "",
        "domain": host(message.link or "") or "",
        "subreddit": message.place.alias,
        "author_flair_text": _text(item, Field.AUTHOR_FLAIR),
        "author_flair_css_class": _text(item, Field.AUTHOR_FLAIR_CLASS),
        "author_flair_template_id": _text(item, Field.AUTHOR_FLAIR_TEMPLATE),
        "parent_submission_author": _text(post, Field.AUTHOR),
        "rule": match.rule.name,
    }


def _text(item: Subject | None, field: Field) -> str:
    return next(iter(item.texts.get(field, ())), "") if item else ""


def _found(match: Match, name: str | None, number: int) -> str | None:
    """The words that a check found, or what one pair of its brackets held.

    Where no check is named, the first in the file counts (on Reddit any one does). A name may leave out its suffix.
    """
    find = match.evidence if name is None else _named(match.finds, name)
    if find is None:
        return "" if name is None and number == 1 else None
    groups = find.groups or (find.text,)
    return groups[number - 1] if 1 <= number <= len(groups) else None


def _named(finds: tuple[Find, ...], name: str) -> Find | None:
    own = [find for find in finds if find.target is Target.ITEM]
    exact = next((find for find in own if find.name == name), None)
    return exact or next((find for find in own if find.name.partition("#")[0] == name), None)


def filled(template: str, words: Mapping[str, str]) -> str:
    """A text with its placeholders filled in as they are. Unknown ones stay, so that the operator sees them."""
    return PLACEHOLDER.sub(lambda found: words.get(found[1].lower(), found[0]), template)


def new_labels(match: Match, item: Subject, words: Mapping[str, str]) -> tuple[tuple[Target, Label], ...]:
    """The labels that a match sets: where there is one already, only if the rule overwrites it."""
    found: list[tuple[Target, Label]] = []
    for wanted in match.rule.labels:
        there = item.above.get(Target.POST) if wanted.target is Target.POST else item
        if there is None or (_is_labelled(there, wanted.target) and not wanted.overwrite):
            continue
        parts = (wanted.label.text, wanted.label.css_class, wanted.label.template)
        found.append((wanted.target, trimmed(*(filled(part, words) for part in parts))))
    return tuple(found)


def _is_labelled(item: Subject, target: Target) -> bool:
    fields = (
        (Field.AUTHOR_FLAIR, Field.AUTHOR_FLAIR_CLASS)
        if target is Target.AUTHOR
        else (Field.FLAIR, Field.FLAIR_CLASS)
    )
    return any(_text(item, field) for field in fields)
