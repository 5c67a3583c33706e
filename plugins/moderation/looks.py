"""All views of a subject's texts, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping

from plugins.moderation.disguise import folded, guessed, is_plain
from plugins.moderation.facts import Field, Target
from plugins.moderation.gate import Gate
from plugins.moderation.index import WordIndex
from plugins.moderation.patterns import Patience
from plugins.moderation.shown import shown
from plugins.moderation.subject import Subject
from plugins.moderation.views import AS_WRITTEN, View, unmasked, without_quotes, written

#: Where people type words. Addresses and ids are only ever compared as they are.
_TYPED = frozenset(
    {Field.TITLE, Field.BODY, Field.OWN_BODY, Field.AUTHOR, Field.DISPLAY_NAME, Field.BIO, Field.FLAIR,
     Field.AUTHOR_FLAIR}
)  # fmt: skip

#: Where Markdown is shown.
_MARKED = frozenset({Field.BODY, Field.OWN_BODY, Field.BIO})

#: A view, and the text that its spans lead back to.
Look = tuple[View, str]


class Looks:
    """One subject, looked at. `patience` is shared with those above it: they belong to one message."""

    def __init__(self, subject: Subject, patience: Patience | None = None, gate: Gate | None = None) -> None:
        self.subject = subject
        self.patience = patience or Patience()
        self._gate = gate
        self._open: dict[str, frozenset[int]] = {}
        self._views: dict[Field, list[Look]] = {}
        self._shown: dict[Field, list[Look]] = {}
        self._guesses: dict[Field, list[Look]] = {}
        self._above: dict[Target, Looks] = {}
        self._hits: Mapping[int, list[int]] | None = None

    def above(self, home: Target) -> Looks | None:
        """The post or the comment above, looked at; None where it is not known."""
        if home is Target.ITEM:
            return self
        if home not in self._above:
            subject = self.subject.above.get(home)
            if subject is None:
                return None
            self._above[home] = Looks(subject, self.patience, self._gate)
        return self._above[home]

    def views(self, field: Field) -> list[Look]:
        """As written first, then with disguises taken off."""
        found = self._views.get(field)
        if found is None:
            own = field is Field.OWN_BODY
            texts = self.subject.texts.get(Field.BODY if own else field, ())
            found = self._views[field] = [(view, text) for text in texts for view in _ways(text, field)]
        return found

    def shown(self, field: Field) -> list[Look]:
        """As readers see it, where Markdown changes that, and then with disguises taken off."""
        found = self._shown.get(field)
        if found is None:
            found = self._shown[field] = [
                (view, text)
                for first, text in self.views(field)
                if first.name == AS_WRITTEN and field in _MARKED and (plain := shown(first)) is not first
                for view in _undisguised(plain, field)
            ]
        return found

    def guesses(self, field: Field) -> list[Look]:
        """With digits, gaps and repetitions read as letters, where there are any."""
        found = self._guesses.get(field)
        if found is None:
            # Behind all other disguises: the last view of each text.
            ways = (*self.views(field), *self.shown(field))
            last = {id(text): (view, text) for view, text in ways}.values()
            found = self._guesses[field] = [
                (guess, text) for view, text in last if field in _TYPED for guess in guessed(view)
            ]
        return found

    def gates_open(self, view: View) -> frozenset[int]:
        """The gate's programs whose expressions may be found in a view; each text is asked once."""
        found = self._open.get(view.text)
        if found is None:
            found = self._open[view.text] = self._gate.open_in(view) if self._gate else frozenset()
        return found

    def behind_gates(self, gate: Gate) -> set[int]:
        """The checks that one of the gate's programs does not leave out, by what the message itself says."""
        programs: set[int] = set()
        for field in gate.fields:
            for view, _ in (*self.views(field), *self.shown(field)):
                programs |= self.gates_open(view)
        return {check for number in programs for check in gate.checks[number]}

    def hits(self, index: WordIndex) -> Mapping[int, list[int]]:
        """What the index knows of the words in all fields and views."""
        if self._hits is None:
            self._hits = self._look_up(index)
        return self._hits

    def _look_up(self, index: WordIndex) -> Mapping[int, list[int]]:
        words: list[str] = []
        typed: list[Field] = []
        for field in self.subject.texts:
            if field in index.fields and field not in self.subject.derived:
                for view, _ in (*self.views(field), *self.shown(field)):
                    words += view.words
                if index.guesses and field in _TYPED:
                    typed.append(field)
        is_dull = index.is_dull(words)
        for field in typed:
            # A word that is none may be one in disguise, and so may one with a sign in it.
            if not is_dull or not all(is_plain(view) for view, _ in self.views(field)):
                for view, _ in self.guesses(field):
                    words += view.words
                    is_dull = False
        return {} if is_dull else index.hits(words)


def _ways(text: str, field: Field) -> tuple[View, ...]:
    first = written(text)
    if field is Field.OWN_BODY:
        first = without_quotes(first)
    return _undisguised(first, field)


def _undisguised(first: View, field: Field) -> tuple[View, ...]:
    if first.is_ascii:
        return (first,)  # nearly always
    plain = unmasked(first)
    read = folded(plain) if field in _TYPED else plain
    return tuple({id(view): view for view in (first, plain, read)}.values())
