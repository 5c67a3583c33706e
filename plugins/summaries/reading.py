"""From a platform's messages to a thread that can be summarized: who may be quoted, and who may not."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.api import Message, Thread
from plugins.summaries.tree import Comment


def quotable(message: Message, out: Collection[str] = ()) -> bool:
    """Whether the message may be quoted: it stands, and its author did not ask to be left out.

    `out` are the keys of people who said so by command.
    """
    author = message.author
    return not (message.gone or author.opted_out or author.key in out)


def counts(message: Message) -> bool:
    """Whether the message is part of the discussion: people's are, bots' and commands are not."""
    return message.command is None and not message.author.is_bot


def comments(messages: Sequence[Message], out: Collection[str] = ()) -> list[Comment]:
    """`messages` for the summary, without bots and commands; those that may not be quoted are silent.
    They keep their text, so that a copy of it in somebody's answer is known for one.

    The author is the person's key, so that two people of one name stay two.
    """
    return [
        Comment(
            id=message.ref.id,
            parent=message.parent.id if message.parent else None,
            author=message.author.key,
            text=message.text,
            score=message.score,
            at=message.sent_at,
            silent=not quotable(message, out),
        )
        for message in messages
        if counts(message)
    ]


def discussion(thread: Thread) -> tuple[Message, ...]:
    """What is said in a thread: the comments of a post, which itself stands above them; or all of a chat's thread."""
    return thread.messages if thread.root.title is not None else (thread.root, *thread.messages)


def below(messages: Sequence[Message], top: Message) -> list[Message]:
    """The subtree of `top`, itself first. `messages` are in order of time, parents before their answers."""
    inside = {top.ref}
    found = [top]
    for message in messages:
        if message.ref not in inside and message.parent in inside:
            inside.add(message.ref)
            found.append(message)
    return found


def topic(root: Message) -> str:
    """What a thread asks: the post's title and text; nothing where a chat's thread has neither."""
    return f"{root.title}\n\n{root.text}" if root.title is not None else ""
