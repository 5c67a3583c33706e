"""What was said before, in the order in which it was said: answers what rules ask when they are tried out. Pure.

The bot asks the platforms and its ledger; here everything comes from the messages themselves, and what nobody said (a
profile, karma) stays unknown. Labels and records grow as they would have grown.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime

from bot.api import Message, PlaceKind, Ref
from plugins.moderation.facts import Fact, Field, Need, Target
from plugins.moderation.labels import texts_of_person, texts_of_post
from plugins.moderation.match import Match
from plugins.moderation.rule import Kind, Label
from plugins.moderation.standing import Record, facts_of, first_record
from plugins.moderation.subject import Subject, kind_of, subject

#: What the past can tell.
TOLD = frozenset({Need.LABELS, Need.POST, Need.PARENT, Need.RECORD})
#: Messages that others may answer, and people, that are kept.
KEPT = 20_000


class Past:
    """Messages one after the other. `keep` what was said once it is judged."""

    def __init__(self) -> None:
        self._said: OrderedDict[Ref, Message] = OrderedDict()
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._people: dict[str, Label] = {}
        self._posts: dict[Ref, Label] = {}
        self._began: datetime | None = None

    def learn(self, message: Message, item: Subject, needs: frozenset[Need]) -> Subject:
        """`item` with what was asked for, as far as it was said."""
        if Need.LABELS in needs:
            item = item.knowing(texts=self._labels(message))
        if Need.RECORD in needs:
            facts = facts_of(self._record(message), message.sent_at)
            if Fact.ACCOUNT_AGE not in item.facts:
                facts[Fact.ACCOUNT_AGE] = facts[Fact.FIRST_SEEN]
            # A file of messages may tell it itself.
            item = item.knowing(
                facts={fact: value for fact, value in facts.items() if fact not in item.facts}
            )
        root = self._said.get(message.root) if message.root != message.ref else None
        if Need.POST in needs and root is not None:
            starter = {Fact.SUBMITTER: float(root.author.key == message.author.key)}
            item = item.knowing(facts=starter, above={Target.POST: self._seen(root, message.sent_at)})
        parent = self._said.get(message.parent) if message.parent else None
        if Need.PARENT in needs and parent is not None and _is_comment(parent):
            item = item.knowing(above={Target.PARENT: self._seen(parent, message.sent_at)})
        return item.knowing(needs=needs)

    def keep(self, message: Message, acting: tuple[Match, ...] = ()) -> None:
        """Remembers a message, and the labels that rules put on it."""
        self._records[message.author.key] = self._record(message).said(post=not _is_comment(message))
        self._said[message.ref] = message
        self._began = self._began or message.sent_at
        for match in acting:
            for target, label in match.labels:
                if target is Target.AUTHOR:
                    self._people[message.author.key] = label
                else:
                    self._posts[message.ref if target is Target.ITEM else message.root] = label
        for memory in (self._said, self._records):
            while len(memory) > KEPT:
                memory.popitem(last=False)

    def _record(self, message: Message) -> Record:
        return self._records.get(message.author.key) or first_record(
            message.sent_at, began=self._began, since=message.author.since
        )

    def _seen(self, other: Message, now: datetime) -> Subject:
        return subject(other, now=now).knowing(texts=self._labels(other))

    def _labels(self, message: Message) -> Mapping[Field, tuple[str, ...]]:
        texts = texts_of_person(self._people.get(message.author.key, Label()))
        return texts if _is_comment(message) else texts | texts_of_post(self._posts.get(message.ref, Label()))


def _is_comment(message: Message) -> bool:
    return kind_of(message) is Kind.COMMENT or (
        message.place.kind is not PlaceKind.COMMUNITY and message.parent is not None
    )
