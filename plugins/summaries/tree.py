"""Who answers whom: the reply tree of a thread, whatever state its links are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Something said in a thread. `parent` is the id of what it answers, None or unknown for the root.

    A `silent` comment holds its place in the tree and nothing else: its author asked to be left out, or it was
    removed, or a bot wrote it.
    """

    id: str
    parent: str | None
    author: str
    text: str
    score: int | None = None
    at: datetime | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """Facts by the comment's index. `parent` and `top` are indices; `below` counts all comments under one."""

    parent: tuple[int | None, ...]
    children: tuple[tuple[int, ...], ...]
    depth: tuple[int, ...]
    below: tuple[int, ...]


def grow(comments: Sequence[Comment]) -> Tree:
    """The tree of `comments`. An unknown parent makes a root; where links run in a circle, its first comment is one."""
    parent = _parents(comments)
    children: list[list[int]] = [[] for _ in comments]
    for i, above in enumerate(parent):
        if above is not None:
            children[above].append(i)
    depth = [0] * len(comments)
    order = [i for i, above in enumerate(parent) if above is None]
    for i in order:  # grows while it is walked: parents come before their children
        for child in children[i]:
            depth[child] = depth[i] + 1
            order.append(child)
    below = [0] * len(comments)
    for i in reversed(order):
        above = parent[i]
        if above is not None:
            below[above] += below[i] + 1
    return Tree(tuple(parent), tuple(map(tuple, children)), tuple(depth), tuple(below))


def _parents(comments: Sequence[Comment]) -> list[int | None]:
    """The index of each comment's parent, with every circle cut open."""
    index: dict[str, int] = {}
    for i, comment in enumerate(comments):
        index.setdefault(comment.id, i)
    parent = [None if comment.parent is None else index.get(comment.parent) for comment in comments]
    safe = [False] * len(comments)
    for i in range(len(comments)):
        path: dict[int, None] = {}
        at: int | None = i
        while at is not None and not safe[at] and at not in path:
            path[at] = None
            at = parent[at]
        if at is not None and not safe[at]:
            circle = list(path)
            parent[min(circle[circle.index(at) :])] = None
        for seen in path:
            safe[seen] = True
    return parent
