"""A thread in its own words: the sentences that stand for it, flat or by sub-discussion.

Nothing here writes a sentence. Each function exists as steps for an event loop (`steps.run_slowly`) and runs to its end
with `steps.finish`; `summarize` and `digest` do that.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from plugins.summaries import grouping, openings, prose, score
from plugins.summaries.score import Candidate, Facts, Rated, Weights
from plugins.summaries.steps import Steps, finish
from plugins.summaries.terms import Terms
from plugins.summaries.tree import Comment, Tree, grow

#: The weights that were measured.
MEASURED = Weights()
#: Weights for people who read: a sentence that hangs in the air costs them more than it costs ROUGE.
READING = Weights(dangling=0.3)
#: Words in the opening comment that say, with the title, what the thread asks.
_OPENING = 60
#: A sentence of fewer words says nothing by itself.
_FEWEST = 3
#: A sentence of this many words that stands in what it answers, too, is a quotation without marks.
_COPY = 5
#: In a digest, longer sentences are not quoted (in words).
_LONGEST = 60
_GROUPS = 7
_QUESTIONS = 3
_QUESTION_MARKS = ("?", "？", "؟", "⁇", "⁈", "\u037e", "፧")
#: A shorter question ("Why?") needs what stands before it (in words).
_ASKING = 5
#: A reply is set beside the line it answers when this many comments follow it, or this share of that line's votes.
_STRONG_REPLIES, _STRONG_VOTES = 3, 0.5


@dataclass(frozen=True, slots=True)
class Sentence:
    """A verbatim sentence and the id of its comment."""

    text: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A quoted sentence. `shown` has the same words as `text`, without markup; `cut` says that joining words before it
    were left off. `answers` are the first words of what its comment replies to, `reply` a strong answer to it.
    """

    text: str
    shown: str
    id: str
    author: str
    votes: int | None
    replies: int
    cut: bool = False
    answers: str | None = None
    reply: Line | None = None


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


@dataclass(frozen=True, slots=True)
class _Read:
    """A thread, read: its tree, and the sentences that may be quoted with what is counted of them."""

    comments: Sequence[Comment]
    tree: Tree
    facts: list[Facts]
    terms: Terms
    opening: list[str]
    sentences: list[prose.Sentence]
    candidates: list[Candidate]


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
    read = yield from _read(thread, title)
    rated = yield from score.rate(read.candidates, read.facts, read.opening, weights)
    chosen = yield from score.choose(rated, read.facts, budget_words, weights)
    order = sorted(chosen[:-1]) + chosen[-1:]
    return [Sentence(read.sentences[i].text, thread[read.candidates[i].comment].id) for i in order]


def digest_steps(
    thread: Sequence[Comment], title: str, budget_words: float, weights: Weights = READING
) -> Steps[Digest]:
    """The steps of `digest`."""
    read = yield from _read(thread, title)
    words: list[list[str]] = [[] for _ in thread]
    for candidate in read.candidates:
        words[candidate.comment].extend(candidate.terms)
        yield
    numbers = grouping.group(thread, read.tree, words)
    yield
    headings = grouping.headings(numbers, thread, words)
    yield
    rated = yield from score.rate(read.candidates, read.facts, read.opening, weights, numbers)
    chosen = yield from _by_group(read, rated, numbers, budget_words, weights)
    written = read.terms.written(
        (read.sentences[i].shown for i in range(len(read.sentences))), headings.values()
    )
    yield
    speaking = [i for i, comment in enumerate(thread) if not comment.silent]
    members: dict[int, list[int]] = defaultdict(list)
    for i in speaking:
        members[numbers[i]].append(i)
    groups = tuple(
        Group(
            heading=tuple(written[term] for term in headings[number]),
            comments=len(members[number]),
            people=len({thread[i].author for i in members[number]}),
            lines=_lines(read, rated, sorted(indices)),
        )
        for number, indices in chosen.items()
    )
    quotable = {candidate.comment for candidate in read.candidates}
    times = [comment.at for comment in thread if comment.at is not None]
    return Digest(
        comments=len(speaking),
        people=len({thread[i].author for i in speaking}),
        since=min(times, default=None),
        until=max(times, default=None),
        groups=groups,
        open_questions=_open_questions(read, rated, {i for found in chosen.values() for i in found}),
        left_out=LeftOut(
            silent=len(thread) - len(speaking),
            short=sum(i not in quotable for i in speaking),
            groups=len(members) - len(groups),
        ),
    )


def _read(thread: Sequence[Comment], title: str) -> Steps[_Read]:
    tree = grow(thread)
    facts = [
        Facts(comment.author, tree.depth[i], comment.score or 0, tree.below[i])
        for i, comment in enumerate(thread)
    ]
    terms = Terms(comment.text for comment in thread)
    yield
    sentences: list[prose.Sentence] = []
    candidates: list[Candidate] = []
    said: dict[str, int] = {}
    for i, comment in enumerate(thread):
        yield
        if comment.silent:
            continue
        for sentence in prose.sentences(comment.text):
            if sentence.length < _FEWEST:
                continue
            first = said.setdefault(sentence.shown.lower(), i)
            if first != i and sentence.length >= _COPY and _answers(tree, i, first):
                continue  # it repeats what it answers: a quotation without marks
            sentences.append(sentence)
            candidates.append(
                Candidate(
                    comment=i,
                    place=sentence.place,
                    length=sentence.length,
                    dangling=openings.dangles(sentence.shown),
                    terms=tuple(terms(prose.without_links(sentence.shown))),
                )
            )
    opening = terms(title)
    if thread and not thread[0].silent:
        opening += [term for s in prose.sentences(thread[0].text) for term in terms(s.shown)][:_OPENING]
    return _Read(thread, tree, facts, terms, opening, sentences, candidates)


def _answers(tree: Tree, reply: int, other: int) -> bool:
    """Whether `reply` answers `other`, at once or over others."""
    above = tree.parent[reply]
    while above is not None and above != other:
        above = tree.parent[above]
    return above is not None


def _by_group(
    read: _Read, rated: Rated, numbers: Sequence[int], budget: float, weights: Weights
) -> Steps[dict[int, list[int]]]:
    """The chosen candidates of the largest groups, each with a share of the budget that grows with its root."""
    among: dict[int, list[int]] = defaultdict(list)
    for index, candidate in enumerate(read.candidates):
        if candidate.length <= _LONGEST:
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


def _lines(read: _Read, rated: Rated, indices: Sequence[int]) -> tuple[Line, ...]:
    """The lines of a group; what a line answers is told unless it is quoted, too."""
    quoted = {read.candidates[i].comment for i in indices}
    lines = []
    for index in indices:
        line = _line(read, rated, index)
        told = read.tree.parent[read.candidates[index].comment] in quoted
        twice = line.reply is not None and line.reply.id in {read.comments[i].id for i in quoted}
        lines.append(
            replace(line, answers=None if told else line.answers, reply=None if twice else line.reply)
        )
    return tuple(lines)


def _line(read: _Read, rated: Rated, index: int, *, deep: bool = True) -> Line:
    """The candidate as a line; with the start of what it answers, and a strong reply unless `deep` is False."""
    candidate, sentence = read.candidates[index], read.sentences[index]
    comment = read.comments[candidate.comment]
    above = read.tree.parent[candidate.comment]
    return Line(
        text=sentence.text,
        shown=sentence.shown,
        id=comment.id,
        author=comment.author,
        votes=comment.score,
        replies=read.tree.below[candidate.comment],
        cut=sentence.cut,
        answers=None if above is None or not deep else _first_words(read.comments[above]),
        reply=_reply(read, rated, index) if deep else None,
    )


def _first_words(comment: Comment, count: int = 5) -> str | None:
    """The first words of a comment, or characters where words are not parted; None where there are none to show."""
    if comment.silent:
        return None
    first = next((s.shown for s in prose.sentences(comment.text)), "")
    short = " ".join(first.split()[:count])[:40]
    return short + ("…" if len(short) < len(first) else "") if short else None


def _reply(read: _Read, rated: Rated, index: int) -> Line | None:
    """The strongest sentence of the strongest answer to the candidate's comment that speaks of the same."""
    comment = read.candidates[index].comment
    facts = read.facts[comment]

    def strong(i: int) -> bool:
        return read.facts[i].below >= _STRONG_REPLIES or (
            facts.votes > 1 and read.facts[i].votes >= _STRONG_VOTES * facts.votes
        )

    answers = {i for i in read.tree.children[comment] if strong(i) and read.facts[i].author != facts.author}
    own = set(read.candidates[index].terms)
    fit = [
        k
        for k in _of_comments(read, answers)
        if own & set(read.candidates[k].terms)
        and read.candidates[k].length <= _LONGEST
        and not read.candidates[k].dangling
    ]
    best = max(fit, key=lambda k: (rated.values[k], -k), default=None)
    return None if best is None else _line(read, rated, best, deep=False)


def _of_comments(read: _Read, comments: set[int]) -> list[int]:
    return (
        [k for k, candidate in enumerate(read.candidates) if candidate.comment in comments]
        if comments
        else []
    )


def _open_questions(read: _Read, rated: Rated, taken: set[int]) -> tuple[Line, ...]:
    """The most central questions in comments that nobody else replied to."""

    def unanswered(i: int) -> bool:
        return all(read.facts[child].author == read.facts[i].author for child in read.tree.children[i])

    asked = [
        k
        for k, (candidate, sentence) in enumerate(zip(read.candidates, read.sentences, strict=True))
        if sentence.shown.rstrip("\"'”’)»」』 ").endswith(_QUESTION_MARKS)
        and not candidate.dangling
        and _ASKING <= candidate.length <= _LONGEST
        and k not in taken
        and unanswered(candidate.comment)
    ]
    best = sorted(asked, key=lambda k: (-rated.values[k], k))
    comments: set[int] = set()
    found: list[int] = []
    for k in best:
        if read.candidates[k].comment not in comments and len(found) < _QUESTIONS:
            comments.add(read.candidates[k].comment)
            found.append(k)
    return tuple(_line(read, rated, k) for k in sorted(found))
