"""Speed and memory of summaries on long threads, beside sumy's LexRank where it is installed.

    python benchmarks/summaries.py                       # made-up text
    python benchmarks/summaries.py --data dev.jsonl      # real comments, joined to one thread
    python benchmarks/summaries.py --peer                # sumy's LexRank too, up to 500 comments, in this process

Prints, for 1,000 and 5,000 comments: seconds of the processor for the flat summary and the digest, the resident memory at its highest,
the longest stretch of work in which an event loop got no turn, and the growth between the two sizes. Figures differ between machines;
the ratios are what matters. Time of the processor, because other work on the machine is nobody's fault.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

from plugins.summaries.digest import digest_steps, summarize
from plugins.summaries.steps import run_slowly
from plugins.summaries.tree import Comment

SIZES = (1_000, 5_000)


def made_up(count: int, seed: int = 7) -> list[Comment]:
    """A thread of invented words whose frequencies fall as in real text (Zipf), two to three sentences a comment."""
    draw = random.Random(seed)
    letters = "aeioustrnlmdkp"
    vocabulary = ["".join(draw.choices(letters, k=draw.randint(3, 9))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    said: list[Comment] = []
    for n in range(count):
        sentences = [
            " ".join(draw.choices(vocabulary, weights, k=draw.randint(4, 30))).capitalize()
            + draw.choice("..?!")
            for _ in range(draw.choice((1, 2, 3, 6)))
        ]
        parent = str(draw.randrange(n)) if n and draw.random() < 0.7 else None
        said.append(
            Comment(
                id=str(n), parent=parent, author=f"p{draw.randrange(count // 4)}", text=" ".join(sentences)
            )
        )
    return said


def joined(path: Path, count: int) -> list[Comment]:
    """Real comments of a file of threads, one a line, put together until there are enough."""
    said: list[Comment] = []
    for line in path.read_text("utf-8").splitlines():
        thread = json.loads(line)
        for comment in thread["thread"]:
            if len(said) == count:
                return said
            parent = comment["parent"]
            said.append(
                Comment(
                    id=f"{thread['id']}/{comment['id']}",
                    parent=None if parent is None else f"{thread['id']}/{parent}",
                    author=comment["author"],
                    text=comment["text"],
                    score=comment.get("score"),
                )
            )
    return said


def measure(said: list[Comment]) -> dict[str, float]:
    start = time.process_time()
    summarize(said, "", 240)
    flat = time.process_time() - start
    start = time.process_time()
    wait = asyncio.run(_longest_wait(said))
    return {"flat": flat, "digest": time.process_time() - start, "wait": wait, "rss": rss()}


async def _longest_wait(said: list[Comment]) -> float:
    """The longest pause between two turns of an event loop in which a digest is being made."""
    longest, last = 0.0, time.process_time()
    work = asyncio.create_task(run_slowly(digest_steps(said, "", 240)))
    while not work.done():
        await asyncio.sleep(0)
        now = time.process_time()
        longest, last = max(longest, now - last), now
    await work
    return longest


def rss() -> float:
    """The highest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lexrank(said: list[Comment]) -> float:
    """Seconds that sumy's LexRank takes for the same sentences."""
    from plugins.summaries.prose import sentences  # noqa: PLC0415

    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence  # noqa: PLC0415  # isort: skip
    from sumy.summarizers.lex_rank import LexRankSummarizer  # noqa: PLC0415

    class Words:
        language = "english"

        def to_words(self, text: str) -> tuple[str, ...]:
            return tuple(text.split())

    rows = [Sentence(s.text, Words()) for comment in said for s in sentences(comment.text) if s.length >= 3]
    start = time.process_time()
    LexRankSummarizer()(ObjectDocumentModel([Paragraph(rows)]), 10)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="threads, one a line")
    parser.add_argument("--peer", action="store_true", help="measure sumy's LexRank, too (slow)")
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:  # in a process of its own, so that memory is that size's alone
        said = joined(args.data, args.only) if args.data else made_up(args.only)
        print(json.dumps({**measure(said), "comments": len(said)}))
        return
    rows = []
    for size in SIZES:
        command = [sys.executable, __file__, "--only", str(size)]
        done = subprocess.run(
            command + (["--data", str(args.data)] if args.data else []),
            capture_output=True,
            text=True,
            check=True,
        )
        rows.append(json.loads(done.stdout))
        row = rows[-1]
        print(
            f"{row['comments']:,} comments: flat {row['flat']:.2f} s, digest {row['digest']:.2f} s,"
            f" {row['rss']:.0f} MiB at most, longest wait {1000 * row['wait']:.0f} ms"
        )
    print(
        f"growth: flat {rows[1]['flat'] / rows[0]['flat']:.1f}-fold, digest {rows[1]['digest'] / rows[0]['digest']:.1f}-fold"
    )
    if args.peer:
        said = joined(args.data, 500) if args.data else made_up(500)
        small, large = lexrank(said[:250]), lexrank(said)
        # Its matrix grows with the square of the sentences; real threads grow faster still.
        at_5000 = large * 100
        print(
            f"sumy LexRank: 250 comments {small:.1f} s, 500 comments {large:.1f} s, 5,000 extrapolated {at_5000:.0f} s;"
            f" ratio at 5,000 comments 1 : {at_5000 / rows[1]['flat']:.0f}"
        )


if __name__ == "__main__":
    main()
