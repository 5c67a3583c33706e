"""Quoted lines: who said them, to whom, and what was answered; and the questions that nobody answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plugins.summaries import prose
from plugins.summaries.gathering import FEWEST, Read
from plugins.summaries.score import Rated
from plugins.summaries.steps import Steps
from plugins.summaries.tree import Comment

#: In a digest, longer sentences are not quoted (in words).
LONGEST = 60
_QUESTIONS = 3
_QUESTION_MARKS = ("?", "？", "؟", "⁇", "⁈", "\u037e", "፧")
#: A shorter question ("Why?") needs what stands before it (in words).
_ASKING = 5
#: A reply is set beside the line it answers when this many comments follow it, or this share of that line's votes.
_STRONG_REPLIES, _STRONG_VOTES = 3, 0.5


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


def quoted_lines(read: Read, rated: Rated, indices: Sequence[int]) -> tuple[Line, ...]:
    """The lines of a group. What a line answers is told unless it is quoted, too; a strong reply stands beside it."""
    lines = {index: _line(read, rated, index) for index in indices}
    ids = {line.id for line in lines.values()}
    beside: set[int] = set()
    for index, line in lines.items():
        if index in beside:
            continue
        reply = next(
            (
                k
                for k, other in lines.items()
                if line.reply is not None and other.id == line.reply.id and k > index
            ),
            None,
        )
        if reply is not None:  # chosen for the group as well: it moves up
            beside.add(reply)
            lines[index] = replace(line, reply=replace(lines[reply], answers=None, reply=None))
    above = read.tree.parent
    for index in [k for k in lines if k not in beside]:
        parent = above[read.candidates[index].comment]
        if parent is not None and read.comments[parent].id in ids:
            lines[index] = replace(lines[index], answers=None)
    return tuple(line for index, line in lines.items() if index not in beside)


def _line(read: Read, rated: Rated, index: int, *, deep: bool = True) -> Line:
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
    said = prose.sentences(comment.text)
    first = next((s.shown for s in said if s.length >= FEWEST), said[0].shown if said else "")
    short = " ".join(first.split()[:count])[:40]
    return short + ("…" if len(short) < len(first) else "") if short else None


def _reply(read: Read, rated: Rated, index: int) -> Line | None:
    """The strongest sentence of the strongest answer to the candidate's comment that speaks of the same."""
    comment = read.candidates[index].comment
    facts = read.facts[comment]

    def strong(i: int) -> bool:
        return read.facts[i].below >= _STRONG_REPLIES or (
            facts.votes > 1 and read.facts[i].votes >= _STRONG_VOTES * facts.votes
        )

    own = set(read.candidates[index].terms)
    fit = [
        k
        for i in read.tree.children[comment]
        if strong(i) and read.facts[i].author != facts.author
        for k in read.of_comment(i)
        if not own.isdisjoint(read.candidates[k].terms)
        and read.candidates[k].length <= LONGEST
        and "://" not in read.sentences[k].shown
        and not read.candidates[k].dangling
    ]
    best = max(fit, key=lambda k: (rated.values[k], -k), default=None)
    return None if best is None else _line(read, rated, best, deep=False)


def open_questions(read: Read, rated: Rated, told: set[str]) -> Steps[tuple[Line, ...]]:
    """The most central questions in comments that nobody else replied to; without those whose text is in `told`."""

    def unanswered(i: int) -> bool:
        return all(read.facts[child].author == read.facts[i].author for child in read.tree.children[i])

    asked: list[int] = []
    for k, (candidate, sentence) in enumerate(zip(read.candidates, read.sentences, strict=True)):
        yield
        if (
            sentence.shown.rstrip("\"'”’)»」』 ").endswith(_QUESTION_MARKS)
            and not candidate.dangling
            and _ASKING <= candidate.length <= LONGEST
            and sentence.text not in told
            and "://" not in sentence.shown
            and unanswered(candidate.comment)
        ):
            asked.append(k)
    best = sorted(asked, key=lambda k: (-rated.values[k], k))
    comments: set[int] = set()
    found: list[int] = []
    for k in best:
        if read.candidates[k].comment not in comments and len(found) < _QUESTIONS:
            comments.add(read.candidates[k].comment)
            found.append(k)
    return tuple(_line(read, rated, k) for k in sorted(found))
