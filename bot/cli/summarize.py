"""`folkmoot summarize`: a thread's own sentences, from a file, standard input or a public Lemmy post."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from plugins.summaries.digest import Digest, Sentence
    from plugins.summaries.files import ThreadFile
    from plugins.summaries.quoting import Line


def register(app: typer.Typer) -> None:
    """Adds `summarize` to the command line."""

    @app.command()
    def summarize(
        source: Annotated[
            str,
            typer.Argument(metavar="URL|THREAD.json|-", help="a Lemmy post, a file, or - for standard input"),
        ],
        words: Annotated[int | None, typer.Option(min=1, help="about how many words to quote")] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help='print a list of {"text", "id"}, verbatim')
        ] = False,
        jsonl: Annotated[
            bool, typer.Option("--jsonl", help="one thread a line in, one list a line out")
        ] = False,
    ) -> None:
        """Quote the sentences that stand for a long thread: extracts only, nobody's words changed, no AI."""
        from plugins.summaries.digest import digest, summarize
        from plugins.summaries.files import BadThread

        try:
            if jsonl:
                raise typer.Exit(_each_line(_text(source), words))
            thread = _read(source)
            if as_json:
                print(_json(thread, summarize(thread.comments, thread.title, words or thread.words)))
            else:
                print(_shown(digest(thread.comments, thread.title, words or thread.words)))
        except BadThread as problem:
            print(problem, file=sys.stderr)
            raise typer.Exit(1) from None


def _read(source: str) -> ThreadFile:
    from plugins.summaries.files import parse

    if source.startswith(("http://", "https://")):
        return _fetch(source)
    return parse(_text(source), "standard input" if source == "-" else source)


def _text(source: str) -> str:
    from plugins.summaries.files import BadThread

    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise BadThread(
            f"{source}: cannot be read ({why}); expected a file that holds a thread as JSON"
        ) from None
    return data.decode("utf-8-sig", "replace")


def _fetch(url: str) -> ThreadFile:
    from bot.platforms.lemmy.public import read_thread
    from bot.platforms.protocol import PlatformError
    from plugins.summaries.files import BadThread, ThreadFile
    from plugins.summaries.reading import comments, topic

    try:
        with _progress() as watch:
            thread = read_thread(url, watch=watch)
    except PlatformError as problem:
        raise BadThread(str(problem)) from None
    if not thread.complete:
        print(
            f"{url}: the server gave {len(thread.messages):,} of {thread.expected:,} comments; the rest is not in this summary",
            file=sys.stderr,
        )
    names = {message.author.key: message.author.name for message in thread.messages}
    said = (replace(one, author=names[one.author]) for one in comments(thread.messages))
    return ThreadFile(tuple(said), topic(thread.root))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Shows how much of a long thread has come, where somebody is watching."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading comments", total=None)
        yield lambda read, expected: bar.update(task, completed=read, total=max(read, expected))


def _each_line(text: str, words: int | None) -> int:
    """Answers every thread with a list on a line of its own; 1 when one of them was bad (its list is empty)."""
    from plugins.summaries.digest import summarize
    from plugins.summaries.files import BadThread, parse

    status = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            thread = parse(line, f"line {number}")
        except BadThread as problem:
            status = 1
            print(problem, file=sys.stderr)
            print("[]", flush=True)
        else:
            found = summarize(thread.comments, thread.title, words or thread.words)
            print(_json(thread, found), flush=True)
    return status


def _json(thread: ThreadFile, sentences: list[Sentence]) -> str:
    # Escaped to ASCII, so that half of an emoji or another terminal's encoding cannot spoil the output.
    return json.dumps([{"text": s.text, "id": thread.ids.get(s.id, s.id)} for s in sentences])


def _shown(found: Digest) -> str:
    """The digest for a terminal."""
    rows = [
        f"{found.comments} comments by {found.people} people · extracts only, nobody's words changed, no AI"
    ]
    for group in found.groups:
        rows.append("")
        rows.append(
            f"{' · '.join(group.heading) or 'Also'}: {group.comments} comments, {group.people} people"
        )
        for line in group.lines:
            rows.append(f"  {_quoted(line)}")
            if line.reply is not None:
                rows.append(f"    ↳ {_quoted(line.reply)}")
    if found.open_questions:
        rows += ["", "Asked, not answered yet:", *(f"  {_quoted(line)}" for line in found.open_questions)]
    return "\n".join(rows).encode("utf-8", "replace").decode()


def _quoted(line: Line) -> str:
    return f"{'… ' if line.cut else ''}{line.shown} — {line.author}"
