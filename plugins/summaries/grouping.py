"""Which comments belong together, and what three words tell one group from the others.

The reply tree knows: subtrees below the root agree with people's own groupings about as well as two people agree with
each other, clusters of words do not (docs/summaries.md). In a chat without replies, a pause parts the groups.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from plugins.summaries.score import dot, unit
from plugins.summaries.steps import Steps
from plugins.summaries.tree import Comment, Tree

#: A subtree of this share of the thread is no sub-discussion but the thread itself: its own subtrees are.
_ALL_OF_IT = 0.8
#: In a chat, a message that answers nothing belongs to the one before it until a pause as long as this.
_PAUSE = timedelta(minutes=20)
#: Groups of fewer comments are put to the one whose words are nearest.
_SMALL = 3
#: ... if they are at all near (cosine).
_NEAR = 0.1
#: Only so many groups, the largest, take small ones in: no others are shown.
_TARGETS = 12
#: A word in a heading is held by so many comments, in a small group (of so many) by fewer.
_HEARD, _HEARD_IN_SMALL, _SMALL_GROUP = 3, 2, 9


def group(comments: Sequence[Comment], tree: Tree, terms: Sequence[Sequence[str]]) -> Steps[list[int]]:
    """The number of each comment's group; numbers go by size, the largest is 0. `terms` are each comment's words."""
    members = yield from _merge(subtrees(comments, tree), terms)
    members.sort(key=lambda group: (-len(group), group[0]))
    number = [0] * len(comments)
    for n, indices in enumerate(members):
        for i in indices:
            number[i] = n
    return number


def parts(comments: Sequence[Comment], tree: Tree) -> list[int | None]:
    """The number of each comment's subtree; None in those too small to be a discussion."""
    found: list[int | None] = [None] * len(comments)
    for number, members in enumerate(subtrees(comments, tree)):
        if len(members) > _SMALL:
            for i in members:
                found[i] = number
    return found


def subtrees(comments: Sequence[Comment], tree: Tree) -> list[list[int]]:
    """The indices of the comments below each top of the discussion; what stands above all of them is a group, too."""
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


def _merge(groups: list[list[int]], terms: Sequence[Sequence[str]]) -> Steps[list[list[int]]]:
    """Small groups go to the large one that shares most of their words; those that share none stay together, apart."""
    large = sorted((group for group in groups if len(group) >= _SMALL), key=lambda group: -len(group))
    if not large:
        return [sorted(i for group in groups for i in group)] if groups else []
    targets = [list(group) for group in large[:_TARGETS]]
    bags: list[Counter[str]] = []
    for group in targets:
        bags.append(Counter())
        for i in group:
            bags[-1].update(terms[i])
            yield
    held_by = Counter(word for bag in bags for word in bag)
    weight = {word: math.log(1 + len(bags) / n) for word, n in held_by.items()}
    vectors = [unit({word: n * weight[word] for word, n in bag.items()}) for bag in bags]
    rest: list[int] = []
    for small in (group for group in groups if len(group) < _SMALL):
        counts = Counter(word for i in small for word in terms[i] if word in weight)
        vector = unit({word: n * weight[word] for word, n in counts.items()})
        likeness, best = max((dot(vector, other), -n) for n, other in enumerate(vectors))
        if likeness >= _NEAR:
            targets[-best].extend(small)
        else:
            rest.extend(small)
        yield
    return [sorted(group) for group in (*targets, *large[_TARGETS:], rest) if group]


def headings(
    numbers: Sequence[int],
    comments: Sequence[Comment],
    terms: Sequence[Sequence[str]],
    wanted: Collection[int],
    size: int = 3,
) -> Steps[dict[int, tuple[str, ...]]]:
    """The `size` most distinctive terms of each `wanted` group, which three comments (of a small one two) of two people hold."""
    people: dict[int, dict[str, set[str]]] = {n: defaultdict(set) for n in wanted}
    held: dict[int, Counter[str]] = {n: Counter() for n in wanted}
    everywhere: Counter[str] = Counter()
    sizes: Counter[int] = Counter()
    for i, comment in enumerate(comments):
        yield
        if comment.silent:
            continue
        n = numbers[i]
        sizes[n] += 1
        words = {word for word in terms[i] if not word.isdigit()}
        everywhere.update(words)
        if n in held:
            held[n].update(words)
            for word in words:
                people[n][word].add(comment.author)
    found: dict[int, tuple[str, ...]] = {}
    for n, counts in held.items():
        enough = _HEARD if sizes[n] > _SMALL_GROUP else _HEARD_IN_SMALL
        fit = {
            word: _distinct(count, everywhere[word], sizes[n], sizes.total())
            for word, count in counts.items()
            if count >= enough and len(people[n][word]) > 1
        }
        best = sorted((word for word in fit if fit[word] > 0), key=lambda w: (-fit[w], w))
        found[n] = tuple(best[:size])
        yield
    return found


def _distinct(inside: int, everywhere: int, size: int, total: int) -> float:
    """How well a word tells a group of `size` comments from the rest: its count there, times the log of the odds."""
    if size == total:  # there is no rest
        return inside
    here, there = inside / size, (everywhere - inside + 0.5) / (total - size + 1)
    return inside * math.log(here / there) if here > there else 0.0
