"""A thread as JSON: `{"id", "title", "budget_words", "thread": [{"id", "parent", "author", "text", "score"?}]}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plugins.summaries.tree import Comment

#: Words to quote, where a thread does not say how many.
WORDS = 240


class BadThread(ValueError):
    """The text holds no thread; the message says where, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class ThreadFile:
    """A thread to be summarized in about `words` words. `ids` gives each comment's id as the file writes it."""

    comments: tuple[Comment, ...]
    title: str = ""
    words: int = WORDS
    ids: Mapping[str, Any] = field(default_factory=dict)


def parse(text: str, where: str) -> ThreadFile:
    """The thread that `text` holds. `where` names its source in messages. Raises BadThread."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as problem:
        at = f"line {problem.lineno}, column {problem.colno}"
        raise BadThread(
            f"{where}: no JSON at {at} ({problem.msg}); expected one thread as an object"
        ) from None
    except (ValueError, RecursionError) as problem:  # a number of 5,000 digits, a thousand brackets
        raise BadThread(f"{where}: no readable JSON ({problem}); expected one thread as an object") from None
    if not isinstance(data, dict) or not isinstance(data.get("thread"), list):
        raise BadThread(
            f'{where}: expected an object with a list "thread" of comments'
            f' {{"id", "parent", "author", "text"}}, found {_brief(data)}'
        )
    words = data.get("budget_words", WORDS)
    if not isinstance(words, int | float) or isinstance(words, bool) or not 0 < words < 1e9:
        raise BadThread(f"{where}: budget_words: expected a number above 0, found {_brief(words)}")
    title = data.get("title")
    comments = tuple(_comment(item, f"{where}: thread[{n}]") for n, item in enumerate(data["thread"]))
    ids = {str(item["id"]): item["id"] for item in data["thread"]}
    return ThreadFile(comments, title if isinstance(title, str) else "", max(1, int(words)), ids)


def _comment(item: Any, where: str) -> Comment:
    if not isinstance(item, dict):
        raise BadThread(f"{where}: expected a comment as an object, found {_brief(item)}")
    ident, parent, author = item.get("id"), item.get("parent"), item.get("author")
    text, score = item.get("text"), item.get("score")
    if isinstance(ident, bool) or not isinstance(ident, str | int):
        raise BadThread(f"{where}.id: expected text or a number, found {_brief(ident)}")
    if not isinstance(text, str):
        raise BadThread(f"{where}.text: expected the comment's text, found {_brief(text)}")
    return Comment(
        id=str(ident),
        parent=None if parent is None else str(parent),
        author="" if author is None else str(author),
        text=text,
        score=int(score) if isinstance(score, int | float) and abs(score) < 1e15 else None,
    )


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
