"""Which comments belong together, and what three words tell one group from the others.

The reply tree knows: subtrees below the root agree with people's own groupings about as well as two people agree with
each other, clusters of words do not (docs/summaries.md). In a chat without replies, a pause parts the groups.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from plugins.summaries.tree import Comment, Tree

#: A subtree of this share of the thread is no sub-discussion but the thread itself: its own subtrees are.
_ALL_OF_IT = 0.8
#: In a chat, a message that answers nothing belongs to the one before it until a pause as long as this.
_PAUSE = timedelta(minutes=20)
#: Groups of fewer comments are put to the one whose words are nearest.
_SMALL = 3
#: ... if they are at all near (cosine).
_NEAR = 0.1


def group(comments: Sequence[Comment], tree: Tree, terms: Sequence[Sequence[str]]) -> list[int]:
    """The number of each comment's group; numbers go by size, the largest is 0. `terms` are each comment's words."""
    members = _merge(_subtrees(comments, tree), terms)
    members.sort(key=lambda group: (-len(group), group[0]))
    number = [0] * len(comments)
    for n, indices in enumerate(members):
        for i in indices:
            number[i] = n
    return number


def _subtrees(comments: Sequence[Comment], tree: Tree) -> list[list[int]]:
    tops = [i for i, above in enumerate(tree.parent) if above is None]
    loose: list[int] = []
    while tops and max(tree.below[i] + 1 for i in tops) >= _ALL_OF_IT * len(comments) > 1:
        main = max(tops, key=lambda i: tree.below[i])
        if not tree.children[main]:
            break
        loose.append(main)
        tops = [i for i in tops if i != main] + list(tree.children[main])
    found: list[list[int]] = []
    last: Comment | None = None
    for top in sorted(tops):
        comment = comments[top]
        goes_on = last is not None and last.at and comment.at and comment.at - last.at <= _PAUSE
        if not (goes_on and found):
            found.append([])
        stack = [top]
        while stack:
            i = stack.pop()
            found[-1].append(i)
            stack.extend(tree.children[i])
        last = comment if comment.parent is None else None
    if loose:
        found.append(loose)
    return [sorted(group) for group in found]


def _merge(groups: list[list[int]], terms: Sequence[Sequence[str]]) -> list[list[int]]:
    """Small groups go to the large one that shares most of their words; those that share none stay together, apart."""
    large = [list(group) for group in groups if len(group) >= _SMALL]
    if not large:
        return [sorted(i for group in groups for i in group)] if groups else []
    bags = [Counter(word for i in group for word in terms[i]) for group in large]
    seen_in = Counter(word for bag in bags for word in bag)
    weight = {word: math.log(1 + len(bags) / n) for word, n in seen_in.items()}
    norms = [_norm(bag, weight) for bag in bags]
    holders: dict[str, list[int]] = defaultdict(list)
    for n, bag in enumerate(bags):
        for word in bag:
            holders[word].append(n)
    rest: list[int] = []
    for small in (group for group in groups if len(group) < _SMALL):
        bag = Counter(word for i in small for word in terms[i])
        likeness: Counter[int] = Counter()
        for word, count in bag.items():
            for n in holders.get(word, ()):
                likeness[n] += count * bags[n][word] * weight[word] ** 2 / (norms[n] * _norm(bag, weight))  # type: ignore[assignment]
        best = max(likeness, key=lambda n: (likeness[n], -n), default=None)
        if best is not None and likeness[best] >= _NEAR:
            large[best].extend(small)
        else:
            rest.extend(small)
    return [sorted(group) for group in (*large, rest) if group]


def _norm(bag: Mapping[str, int], weight: Mapping[str, float]) -> float:
    return math.sqrt(sum((n * weight.get(word, 0.0)) ** 2 for word, n in bag.items())) or 1.0


def headings(
    numbers: Sequence[int], comments: Sequence[Comment], terms: Sequence[Sequence[str]], size: int = 3
) -> dict[int, tuple[str, ...]]:
    """The `size` most distinctive terms of each group, which at least three comments of two people hold."""
    people: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    held: dict[int, Counter[str]] = defaultdict(Counter)
    everywhere: Counter[str] = Counter()
    sizes: Counter[int] = Counter()
    for i, comment in enumerate(comments):
        if comment.silent:
            continue
        sizes[numbers[i]] += 1
        for word in set(terms[i]):
            held[numbers[i]][word] += 1
            people[numbers[i]][word].add(comment.author)
            everywhere[word] += 1
    total = sum(sizes.values())
    found: dict[int, tuple[str, ...]] = {}
    for n, counts in held.items():

        def distinct(word: str, n: int = n, counts: Counter[str] = counts) -> float:
            if sizes[n] == total:  # there are no others to be told from
                return counts[word]
            inside = counts[word] / sizes[n]
            outside = (everywhere[word] - counts[word] + 0.5) / (total - sizes[n] + 1)
            return counts[word] * math.log(inside / outside) if inside > outside else 0.0

        fit = [w for w, count in counts.items() if count >= 3 and len(people[n][w]) >= 2 and distinct(w) > 0]
        found[n] = tuple(sorted(fit, key=lambda w: (-distinct(w), w))[:size])
    return found
