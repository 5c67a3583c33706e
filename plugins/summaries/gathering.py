"""Reads a thread: its tree, and the sentences that may be quoted with what is counted of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plugins.summaries import openings, prose
from plugins.summaries.score import Candidate, Facts
from plugins.summaries.steps import Steps
from plugins.summaries.terms import Terms
from plugins.summaries.tree import Comment, Tree, grow

#: Words in the opening comment that say, with the title, what the thread asks.
_OPENING = 60
#: A sentence of fewer words says nothing by itself.
FEWEST = 3
#: A sentence of this many words that stands in what it answers, too, is a quotation without marks.
_COPY = 5
#: People quote what they answer, and what that answers; further up is not looked.
_QUOTED_UP = 4


@dataclass(frozen=True, slots=True)
class Read:
    """A thread, read. `candidates` are what is counted of `sentences`, one for each; `opening` what the thread asks."""

    comments: Sequence[Comment]
    tree: Tree
    facts: list[Facts]
    terms: Terms
    opening: list[str]
    sentences: list[prose.Sentence]
    candidates: list[Candidate]

    def of_comment(self, comment: int) -> range:
        """The indices of the candidates of one comment (they go by comment)."""

        def place(candidate: Candidate) -> int:
            return candidate.comment

        return range(
            bisect_left(self.candidates, comment, key=place),
            bisect_right(self.candidates, comment, key=place),
        )


def read_thread(thread: Sequence[Comment], title: str) -> Steps[Read]:
    """The steps of reading a thread with that title."""
    tree = grow(thread)
    facts = [
        Facts(comment.author, tree.depth[i], comment.score or 0, tree.below[i])
        for i, comment in enumerate(thread)
    ]
    terms = Terms(comment.text for comment in thread)
    yield
    sentences: list[prose.Sentence] = []
    candidates: list[Candidate] = []
    heard: dict[int, str] = {}
    for i, comment in enumerate(thread):
        yield
        if comment.silent:
            continue
        above = [_heard(thread, k, heard) for k in _above(tree, i)]
        for sentence in prose.sentences(comment.text):
            if sentence.length < FEWEST:
                continue
            if sentence.length >= _COPY and any(_folded(sentence.text) in text for text in above):
                continue  # it repeats what it answers: a quotation without marks
            readable = prose.without_links(sentence.shown)
            addressing, describing = terms.manner(readable)
            sentences.append(sentence)
            candidates.append(
                Candidate(
                    comment=i,
                    place=sentence.place,
                    length=sentence.length,
                    dangling=openings.dangles(sentence.shown),
                    terms=tuple(terms(readable)),
                    addressing=addressing,
                    describing=describing,
                )
            )
    opening = terms(title)
    if thread and not thread[0].silent:
        opening += [term for s in prose.sentences(thread[0].text) for term in terms(s.shown)][:_OPENING]
    return Read(thread, tree, facts, terms, opening, sentences, candidates)


def _above(tree: Tree, reply: int) -> Iterator[int]:
    """What `reply` answers, at once or over others, nearest first."""
    above = tree.parent[reply]
    for _ in range(_QUOTED_UP):
        if above is None:
            return
        yield above
        above = tree.parent[above]


def _heard(thread: Sequence[Comment], comment: int, heard: dict[int, str]) -> str:
    """A comment's whole text for looking sentences up in, kept in `heard`."""
    if comment not in heard:
        heard[comment] = _folded(thread[comment].text)
    return heard[comment]


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
