"""What came out of holding a message against rules: frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.moderation.disguise import GUESSED
from plugins.moderation.facts import Field, Need, Target
from plugins.moderation.rule import Label, Rule
from plugins.moderation.subject import Subject
from plugins.moderation.views import AS_WRITTEN


@dataclass(frozen=True, slots=True)
class Find:
    """Where one check found one of its values: the field, the place in it, those words, and the view that showed them.

    `groups` are the words in the brackets of its expression; the first is the whole, as on Reddit.
    """

    name: str
    target: Target
    field: Field
    span: tuple[int, int]
    text: str
    view: str = AS_WRITTEN
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, and what its checks found, in the order of the file; nothing for a rule without such checks.

    `labels` are those that it sets, and `item` is the message with all that was fetched, once the rule is to act.
    """

    rule: Rule
    finds: tuple[Find, ...] = ()
    labels: tuple[tuple[Target, Label], ...] = ()
    item: Subject | None = None

    @property
    def evidence(self) -> Find | None:
        """What to quote: the first find in the message itself, or else the first one."""
        own = (find for find in self.finds if find.target is Target.ITEM)
        return next(own, next(iter(self.finds), None))

    @property
    def field(self) -> Field | None:
        return self.evidence.field if self.evidence else None

    @property
    def span(self) -> tuple[int, int] | None:
        return self.evidence.span if self.evidence else None

    @property
    def text(self) -> str | None:
        return self.evidence.text if self.evidence else None

    @property
    def view(self) -> str:
        return self.evidence.view if self.evidence else AS_WRITTEN

    @property
    def is_guess(self) -> bool:
        """Whether the words were only guessed behind a disguise: a human decides then."""
        return any(find.view == GUESSED for find in self.finds)


@dataclass(frozen=True, slots=True)
class Pending:
    """A rule that holds as far as is known, and what would have to be fetched to tell."""

    rule: Rule
    needs: frozenset[Need]


@dataclass(frozen=True, slots=True)
class Found:
    """The rules that hold or may hold, highest priority first; and those that nobody can tell of: they ran out of time."""

    answers: tuple[Match | Pending, ...] = ()
    slow: tuple[Rule, ...] = ()

    @property
    def matches(self) -> tuple[Match, ...]:
        return tuple(answer for answer in self.answers if isinstance(answer, Match))
