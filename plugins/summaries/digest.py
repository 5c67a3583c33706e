"""A thread in its own words: the sentences that stand for it, flat or by sub-discussion.

Nothing here writes a sentence. Each function exists as steps for an event loop (`steps.run_slowly`) and runs to its end
with `steps.finish`; `summarize` and `digest` do that.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plugins.summaries import grouping, score
from plugins.summaries.gathering import Read, read_thread
from plugins.summaries.quoting import LONGEST, Line, open_questions, quoted_lines
from plugins.summaries.score import Rated, Weights
from plugins.summaries.steps import Steps, finish
from plugins.summaries.tree import Comment

#: The weights that were measured.
MEASURED = Weights()
#: Weights for people who read: a sentence that hangs in the air costs them more than it costs ROUGE.
READING = Weights(dangling=0.3)
_GROUPS = 7


@dataclass(frozen=True, slots=True)
class Sentence:
    """A verbatim sentence and the id of its comment."""

    text: str
    id: str


@dataclass(frozen=True, slots=True)
class Group:
    """A sub-discussion. `heading` are words that its comments use and the others do not; empty where there are none."""

    heading: tuple[str, ...]
    comments: int
    people: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Comments that are not quoted: by people who asked for it, bots or moderators; or too short to quote; and groups
    that there was no room for.
    """

    silent: int
    short: int
    groups: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A thread by sub-discussion, largest first. `since` and `until` are when its first and last comment were made."""

    comments: int
    people: int
    since: datetime | None
    until: datetime | None
    groups: tuple[Group, ...]
    open_questions: tuple[Line, ...]
    left_out: LeftOut

    @property
    def exchanges(self) -> tuple[tuple[Line, Line], ...]:
        """Lines with a strong answer. Whether the two disagree was not measured, and is not said."""
        return tuple((line, line.reply) for g in self.groups for line in g.lines if line.reply is not None)

    @property
    def quoted(self) -> frozenset[str]:
        """The ids of the comments that are quoted."""
        lines = [line for group in self.groups for line in group.lines] + list(self.open_questions)
        return frozenset(one.id for line in lines for one in (line, line.reply) if one is not None)


def summarize(thread: Sequence[Comment], title: str = "", budget_words: float = 240) -> list[Sentence]:
    """The sentences that stand for `thread`, in its order, until `budget_words` are reached.

    The weakest comes last, so whoever cuts at the budget loses the least. Empty where nothing can be quoted.
    """
    return finish(summarize_steps(thread, title, budget_words))


def digest(thread: Sequence[Comment], title: str = "", budget_words: float = 240) -> Digest:
    """`thread` by sub-discussion: the largest ones, each with its strongest sentences, and questions left open."""
    return finish(digest_steps(thread, title, budget_words))


def summarize_steps(
    thread: Sequence[Comment], title: str, budget_words: float, weights: Weights = MEASURED
) -> Steps[list[Sentence]]:
    """The steps of `summarize`."""
    read = yield from read_thread(thread, title)
    rated = yield from score.rate(read.candidates, read.facts, read.opening, weights)
    parts = grouping.parts(thread, read.tree)
    chosen = yield from score.choose(rated, read.facts, budget_words, weights, parts=parts)
    order = sorted(chosen[:-1]) + chosen[-1:]
    return [Sentence(read.sentences[i].text, thread[read.candidates[i].comment].id) for i in order]


def digest_steps(
    thread: Sequence[Comment], title: str, budget_words: float, weights: Weights = READING
) -> Steps[Digest]:
    """The steps of `digest`."""
    read = yield from read_thread(thread, title)
    words: list[list[str]] = [[] for _ in thread]
    for candidate in read.candidates:
        words[candidate.comment].extend(candidate.terms)
        yield
    numbers = yield from grouping.group(thread, read.tree, words)
    rated = yield from score.rate(read.candidates, read.facts, read.opening, weights, numbers)
    chosen = yield from _by_group(read, rated, numbers, budget_words, weights)
    headings = yield from grouping.headings(numbers, thread, words, chosen.keys())
    told = {term for heading in headings.values() for term in heading}
    telling = (
        s.shown for c, s in zip(read.candidates, read.sentences, strict=True) if not told.isdisjoint(c.terms)
    )
    written = yield from read.terms.written(telling, told)
    speaking = [i for i, comment in enumerate(thread) if not comment.silent]
    members: dict[int, list[int]] = defaultdict(list)
    for i in speaking:
        members[numbers[i]].append(i)
    groups: list[Group] = []
    for number, indices in chosen.items():
        groups.append(
            Group(
                heading=tuple(written[term] for term in headings[number]),
                comments=len(members[number]),
                people=len({thread[i].author for i in members[number]}),
                lines=quoted_lines(read, rated, sorted(indices)),
            )
        )
        yield
    told_already = {one.text for group in groups for line in group.lines for one in (line, line.reply) if one}
    questions = yield from open_questions(read, rated, told_already)
    quotable = {candidate.comment for candidate in read.candidates}
    times = [comment.at for comment in thread if comment.at is not None]
    return Digest(
        comments=len(speaking),
        people=len({thread[i].author for i in speaking}),
        since=min(times, default=None),
        until=max(times, default=None),
        groups=tuple(groups),
        open_questions=questions,
        left_out=LeftOut(
            silent=len(thread) - len(speaking),
            short=sum(i not in quotable for i in speaking),
            groups=len(members) - len(groups),
        ),
    )


def _by_group(
    read: Read, rated: Rated, numbers: Sequence[int], budget: float, weights: Weights
) -> Steps[dict[int, list[int]]]:
    """The chosen candidates of the largest groups, each with a share of the budget that grows with its root."""
    among: dict[int, list[int]] = defaultdict(list)
    for index, candidate in enumerate(read.candidates):
        # An address in the middle of a sentence is nothing to read.
        if candidate.length <= LONGEST and "://" not in read.sentences[index].shown:
            among[numbers[candidate.comment]].append(index)
        yield
    sizes = Counter(numbers)
    largest = sorted(among, key=lambda n: (-sizes[n], n))[:_GROUPS]
    share = budget / sum(math.sqrt(sizes[n]) for n in largest) if largest else 0.0
    chosen: dict[int, list[int]] = {}
    taken: list[int] = []
    for number in largest:
        quota = share * math.sqrt(sizes[number])
        found = yield from score.choose(rated, read.facts, quota, weights, among=among[number], taken=taken)
        chosen[number] = found
        taken += found
    return chosen
