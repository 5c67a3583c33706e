"""Messages a second that rules can be held against, beside a plain loop over `re` and one over `regex`, in one run.

    python benchmarks/moderation.py                       # made-up rules: 50, 500 and 5,000 patterns
    python benchmarks/moderation.py --rules FILE…         # real rule files, each by itself
    python benchmarks/moderation.py --quick               # fewer messages

What is timed is the whole decision: from a message to the rules that act on it. The loops only search: each pattern as
AutoModerator writes it, or (for files) one pattern a check, as AutoModerator does. Where a message is plain ASCII and the
rules have no conditions, the loops must find the same. Figures differ between machines; the ratios are what matters.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from pydoc_data.topics import topics

import regex

from bot.api import Author, Message, Place, PlaceKind, Platform, Ref
from plugins.moderation.matching import Matcher
from plugins.moderation.passes import Terms, passes
from plugins.moderation.reader import read, read_files
from plugins.moderation.rule import Check, Rule
from plugins.moderation.subject import subject

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOM = Place(Platform.MEMORY, "lounge", "lounge", PlaceKind.ROOM, "moot", "bot")
SIZES = (50, 500, 5_000)
#: Patterns of one rule.
TOGETHER = 10
#: A loop over thousands of patterns is so slow that it gets fewer messages.
LOOPED = 1_000


def english(count: int, draw: random.Random) -> list[str]:
    """Messages in the manner of English: a chain of word pairs from Python's own manual, with links, names, emoji."""
    manual = " ".join(topics.values())
    words = re.findall(r"(?<!\S)(?:[A-Za-z][a-z'-]+|[aI])[.,;:!?]?(?!\S)", manual)
    after: dict[str, list[str]] = {}
    for one, other in pairwise(words):
        after.setdefault(one, []).append(other)
    starts = list(after)
    said: list[str] = []
    for _ in range(count):
        word = draw.choice(starts)
        parts = [word]
        for _ in range(min(int(draw.lognormvariate(3.1, 0.9)), 350)):
            word = draw.choice(after.get(word, starts))
            parts.append(word)
        extra = draw.random()
        if extra < 0.08:
            parts.append(
                f"https://{draw.choice(starts).strip('.,:`').lower() or 'x'}.example/{draw.randrange(10_000)}"
            )
        elif extra < 0.14:
            parts.append(draw.choice(("😀", "it’s", "naïve", "Привет, мир", "café", "日本語")))
        elif extra < 0.18:
            parts.insert(0, f"@{draw.choice(starts).strip('.,:`')}")
        said.append(" ".join(parts))
    return said


def made_up_rules(count: int, draw: random.Random, said: Sequence[str]) -> str:
    """`count` patterns, ten a rule: seven words, two phrases, one expression. Some stand in some of the messages."""
    used = Counter(word for text in said for word in set(re.findall(r"[a-z]{5,}", text)))
    rare = sorted(used, key=lambda word: (used[word], word))[: len(used) // 2]
    letters = "aeioustrnlmdkp"

    def word() -> str:
        return (
            draw.choice(rare)
            if draw.random() < 0.02
            else "".join(draw.choices(letters, k=draw.randint(5, 11)))
        )

    shapes: tuple[Callable[[], str], ...] = (
        lambda: rf"{word()}\s+{word()}",
        lambda: rf"{word()[:3]}[o0]{word()[:4]}s?",
        lambda: rf"({word()}|{word()})(s|ed|ing)?",
        lambda: rf"{word()}\W?{word()[:5]}",
        lambda: rf"(?<!no ){word()}(?! please)",
        lambda: rf"\b{word()[:4]}\w{{2,6}}{word()[:3]}\b",
    )
    rules: list[str] = []
    for number in range(0, count, TOGETHER):
        n = min(TOGETHER, count - number)
        literals = [word() for _ in range(n * 7 // 10)] + [f"{word()} {word()}" for _ in range(n * 2 // 10)]
        expressions = [draw.choice(shapes)() for _ in range(n - len(literals))]
        rules.append(
            f"name: r{number}\nbody#words: {literals}\naction: report\n---\n"
            f"name: x{number}\nbody (regex): {expressions!r}\naction: report"
        )
    return "\n---\n".join(rules)


def message(text: str, number: int) -> Message:
    ref = Ref(Platform.MEMORY, "lounge", str(number))
    author = Author(
        Platform.MEMORY, f"p{number % 200}", f"p{number % 200}", since=datetime(2020, 1, 1, tzinfo=UTC)
    )
    return Message(ref=ref, place=ROOM, author=author, text=text, sent_at=NOW, root=ref)


TERMS = Terms(lambda _: True, lambda _: True, lambda *_: ())


def decide(matcher: Matcher, one: Message) -> list[str]:
    """The whole decision about one message: the names of the rules that act."""
    item = subject(one, now=NOW, wishes=matcher.wishes)
    found = matcher.match(item)
    if not found.answers:
        return []
    try:
        next(passes(matcher, found, item, TERMS))
    except StopIteration as done:
        return [match.rule.name for match in done.value.matches]
    raise AssertionError("nothing can be fetched here")


_EDGES = {
    "includes-word": (r"(?:^|\W|\b)", r"(?:$|\W|\b)"),
    "includes": ("", ""),
    "starts-with": ("^", ""),
    "ends-with": ("", "$"),
    "full-exact": ("^", "$"),
    "full-text": (r"^\W*", r"\W*$"),
    "domain": (r"(?:^|\W|\b)(?:.*?\.)?", r"(?:$|\W|\b)"),
}
_FLAGS = re.compile(r"\(\?[imsu]+\)")


def patterns(checks: Iterable[Check], *, joined: bool) -> list[str]:
    """What AutoModerator would search for; `joined`, one pattern a check."""
    out: list[str] = []
    for check in checks:
        before, after = _EDGES[str(check.method)]
        values = [_FLAGS.sub("", v) if check.regex else re.escape(v) for v in check.values]
        groups = ["|".join(values)] if joined else values
        out += [f"{before}({group}){after}" for group in groups]
    return out


@dataclass
class Measured:
    rate: float  # messages a second
    p99: float  # seconds
    worst: float
    hits: list[bool]


def measure(search: Callable[[Message], object], messages: Sequence[Message], *, warm: int) -> Measured:
    """In processor time, so that other programs on the machine do not count."""
    for one in messages[:warm]:
        search(one)
    gc.collect()
    times: list[float] = []
    hits: list[bool] = []
    for one in messages:
        start = time.thread_time()
        hits.append(bool(search(one)))
        times.append(time.thread_time() - start)
    ordered = sorted(times)
    return Measured(len(times) / sum(times), ordered[int(len(times) * 0.99)], ordered[-1], hits)


def loop(engine: object, sources: Sequence[str]) -> Callable[[Message], bool]:
    flags = engine.IGNORECASE | engine.DOTALL  # type: ignore[attr-defined]
    compiled = []
    for source in sources:
        try:
            compiled.append(engine.compile(source, flags))  # type: ignore[attr-defined]
        except Exception as error:  # noqa: BLE001 - what an engine cannot read, it does not search
            print(f"{engine.__name__} cannot read {source[:60]!r}: {error}", file=sys.stderr)  # type: ignore[attr-defined]
    return lambda one: any([pattern.search(one.text) for pattern in compiled])  # noqa: C419 - all, as when counting


def compare(name: str, rules: Sequence[Rule], messages: Sequence[Message], *, joined: bool) -> Measured:
    """One row of the table: ours, the loops, and how many messages they agree on."""
    sources = patterns((check for rule in rules for check in rule.checks), joined=joined)
    ours = measure(lambda one: decide(Matcher_of[name], one), messages, warm=len(messages) // 4)
    few = messages[: max(100, min(LOOPED, 400_000 // max(len(sources), 1)))]
    plain = measure(loop(re, sources), few, warm=5)
    other = measure(loop(regex, sources), few, warm=5)
    same = sum(a == b for a, b in zip(ours.hits, plain.hits, strict=False))
    print(
        f"| {name} | {len(sources):,} | {ours.rate:,.0f} | {1e3 * ours.p99:.2f} | {1e3 * ours.worst:.1f} | "
        f"{plain.rate:,.0f} | {other.rate:,.0f} | {ours.rate / plain.rate:,.0f} × | {ours.rate / other.rate:,.0f} × | "
        f"{same}/{len(few)} |",
        flush=True,
    )
    return ours


Matcher_of: dict[str, Matcher] = {}


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rules", nargs="*", type=Path, default=[])
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    draw = random.Random(7)
    said = english(2_000 if given.quick else 20_000, draw)
    messages = [message(text, n) for n, text in enumerate(said)]
    print(
        "| rules | patterns | messages/s | p99 ms | worst ms | re loop | regex loop | × re | × regex | same |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    rates = {}
    for size in () if given.rules else SIZES:
        rules = read(made_up_rules(size, random.Random(size), said)).rules
        name = f"made up, {size:,}"
        Matcher_of[name] = Matcher(rules)
        rates[size] = compare(name, rules, messages, joined=False).rate
    for path in given.rules:
        rules = read_files([path]).rules
        if rules:
            Matcher_of[path.name] = Matcher(rules)
            compare(path.name, rules, messages, joined=True)
    if rates:
        print(f"\n5,000 patterns cost {rates[50] / rates[5_000]:.2f} × what 50 cost.")


if __name__ == "__main__":
    main()
