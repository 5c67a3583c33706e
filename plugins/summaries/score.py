"""Which sentences stand for a thread: a score for each, then a choice that does not repeat itself.

The method: similarity to the centre of the thread (TF-IDF, a comment being a document; Radev et al. 2004), what the
thread itself says about a comment (its place, replies and votes), and maximal marginal relevance (Carbonell and
Goldstein 1998) with small fees for a second sentence by one person or of one comment.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass

Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much. Few numbers, each with its reason; measured once on the dev split, docs/summaries.md."""

    centre: float = 1.6  # being about what the thread is about
    group: float = 0.5  # share of that measured inside the sub-discussion, where the thread has been grouped
    title: float = 0.2  # being about what the opening asks
    place: float = 0.15  # people open with their point: divided by the sentence's place in its comment
    depth: float = 0.05  # answers to the root are about the topic, deep ones about each other
    votes: float = 0.05  # little: votes alone choose no better than chance
    replies: float = 0.1  # what people answered to is what they discussed
    describing: float = (
        0.6  # words that tell of things ("of the", "which is") are what makes a sentence stand alone,
    )
    addressing: float = 0.8  # "I" and "you" tie it to who spoke with whom
    dangling: float = 0.16  # a sentence that points at the one before it cannot be understood alone
    shortest: float = 8.0  # words below which a sentence says too little
    longest: float = 38.0  # words above which it says too much at once
    repeated: float = 0.45  # likeness to a sentence already chosen
    same: float = 0.9  # so much likeness is the same said again: not chosen at all
    person: float = 0.03  # each earlier sentence by the same person
    comment: float = 0.10  # each earlier sentence of the same comment
    part: float = 0.07  # a sub-discussion that has a sentence already
    common: float = 0.5  # a word in more than this share of the comments tells nothing


@dataclass(frozen=True, slots=True)
class Facts:
    """What the thread says about one comment."""

    author: str
    depth: int
    votes: int
    below: int  # comments below it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be chosen. `comment` is the index of its comment, `terms` are its counted words.

    `addressing` and `describing` are shares of its words (`Terms.manner`).
    """

    comment: int
    place: int
    length: float
    dangling: bool
    terms: tuple[str, ...]
    addressing: float = 0.0
    describing: float = 0.0


@dataclass(frozen=True, slots=True)
class Rated:
    """Candidates with a unit vector and a value each."""

    candidates: Sequence[Candidate]
    vectors: Sequence[Vector]
    values: Sequence[float]


def rate(
    candidates: Sequence[Candidate],
    facts: Sequence[Facts],
    opening: Sequence[str],
    weights: Weights,
    groups: Sequence[int] | None = None,
) -> Generator[None, None, Rated]:
    """What each candidate is worth by itself. `opening` are the terms of the title and the first comment.

    `groups` gives each comment the number of its sub-discussion, which then is a centre of its own.
    """
    idf = yield from _idf(candidates, weights)
    vectors: list[Vector] = []
    for candidate in candidates:
        vectors.append(
            unit({w: (1 + math.log(n)) * idf[w] for w, n in Counter(candidate.terms).items() if w in idf})
        )
        yield
    inner = groups or [0] * len(facts)
    total: Vector = defaultdict(float)
    totals: dict[int, Vector] = defaultdict(lambda: defaultdict(float))
    for candidate, vector in zip(candidates, vectors, strict=True):
        part = totals[inner[candidate.comment]]
        for word, x in vector.items():
            total[word] += x
            part[word] += x
        yield
    share = weights.group if groups else 0.0
    centre = unit(total)
    yield
    centres: dict[int, Vector] = {}
    for group, vector in totals.items() if groups else ():
        centres[group] = unit(vector)
        yield
    asked = unit({w: n * idf[w] for w, n in Counter(opening).items() if w in idf})
    most_below = math.log1p(max((f.below for f in facts), default=0)) or 1.0
    most_votes = math.log1p(max((0, *(f.votes for f in facts)))) or 1.0
    values: list[float] = []
    for candidate, vector in zip(candidates, vectors, strict=True):
        fact = facts[candidate.comment]
        central = (1 - share) * dot(vector, centre)
        if groups:
            central += share * dot(vector, centres[groups[candidate.comment]])
        value = (
            weights.centre * central
            + weights.title * dot(vector, asked)
            + weights.place / (1 + candidate.place)
            + weights.depth / (1 + fact.depth)
            + weights.votes * math.log1p(max(0, fact.votes)) / most_votes
            + weights.replies * math.log1p(fact.below) / most_below
            + weights.describing * candidate.describing
            - weights.addressing * candidate.addressing
            - weights.dangling * candidate.dangling
        )
        values.append(value * _comfort(candidate.length, weights))
        yield
    return Rated(candidates, vectors, values)


def choose(
    rated: Rated,
    facts: Sequence[Facts],
    budget: float,
    weights: Weights,
    *,
    among: Sequence[int] | None = None,
    taken: Sequence[int] = (),
    parts: Sequence[int | None] | None = None,
) -> Generator[None, None, list[int]]:
    """Indices of the best candidates, best first, until `budget` words are reached.

    `among` limits the choice, `taken` are chosen already: they are not returned, but nothing shall repeat them. `parts`
    gives each comment its sub-discussion, None where it is part of none; each shall have its say.
    Greedy and lazy: a value only ever falls, so a stale best one is brought up to date and put back (Minoux 1978).
    """
    before = [rated.candidates[index].comment for index in taken]
    by_comment = Counter(before)
    by_person = Counter(facts[comment].author for comment in before)
    heard: set[int | None] = set()
    repeated: dict[int, float] = defaultdict(float)
    chosen: list[int] = list(taken)
    heap = [
        (-rated.values[index], index, 0) for index in (range(len(rated.values)) if among is None else among)
    ]
    heapq.heapify(heap)
    spent = 0.0
    while heap and spent < budget:
        yield
        _, index, known = heapq.heappop(heap)
        candidate = rated.candidates[index]
        person = facts[candidate.comment].author
        if known == len(chosen):
            chosen.append(index)
            spent += candidate.length
            by_person[person] += 1
            by_comment[candidate.comment] += 1
            if parts is not None:
                heard.add(parts[candidate.comment])
            continue
        for other in chosen[known:]:
            repeated[index] = max(repeated[index], dot(rated.vectors[index], rated.vectors[other]))
        if repeated[index] >= weights.same:
            continue
        value = (
            rated.values[index]
            - weights.repeated * repeated[index]
            - weights.person * by_person[person]
            - weights.comment * by_comment[candidate.comment]
        )
        if parts is not None and (part := parts[candidate.comment]) is not None:
            value -= weights.part * (part in heard)
        heapq.heappush(heap, (-value, index, len(chosen)))
    return chosen[len(taken) :]


def _idf(candidates: Sequence[Candidate], weights: Weights) -> Generator[None, None, Vector]:
    """How telling each term is; terms of more than `weights.common` of the comments are left out."""
    said: dict[int, set[str]] = defaultdict(set)
    for candidate in candidates:
        said[candidate.comment].update(candidate.terms)
        yield
    counts: Counter[str] = Counter()
    for terms in said.values():
        counts.update(terms)
        yield
    comments = max(2, len(said))
    limit = max(weights.common * comments, 10)
    return {word: math.log(1 + comments / n) for word, n in counts.items() if n <= limit}


def _comfort(length: float, weights: Weights) -> float:
    if length < weights.shortest:
        return length / weights.shortest
    return math.sqrt(weights.longest / length) if length > weights.longest else 1.0


def unit(vector: Vector) -> Vector:
    """The vector of length 1 in the same direction; an empty one stays empty."""
    norm = math.sqrt(sum(x * x for x in vector.values())) or 1.0
    return {word: x / norm for word, x in vector.items()}


def dot(a: Vector, b: Vector) -> float:
    """The cosine, of unit vectors."""
    if len(a) > len(b):
        a, b = b, a
    return sum(x * b[word] for word, x in a.items() if word in b)
