"""Messages a second that rules can be held against, beside a plain loop over `re` and one over `regex`, in one run.

    python -m benchmarks.moderation                       # made-up rules: 50, 500 and 5,000 patterns
    python -m benchmarks.moderation --rules FILE…         # real rule files or folders of them, each file by itself
    python -m benchmarks.moderation --quick               # fewer messages

What is timed is the whole decision: from a message to the rules that act on it. The loops only search: each pattern as
AutoModerator writes it, or (for files) one pattern a check, as AutoModerator does. The made-up rules have no conditions,
so there the loops must find the same, message by message; real files have conditions, exceptions and kinds of message,
which the loops know nothing of. Figures differ between machines; the ratios are what matters. A loop that an expression
holds up for more than three seconds is given up there.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import signal
import statistics
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from pydoc_data.topics import topics
from types import ModuleType

import regex

from bot.api import Author, Message, Place, PlaceKind, Platform, Ref
from plugins.moderation.matching import Matcher
from plugins.moderation.passes import Terms, passes
from plugins.moderation.reader import read, read_files
from plugins.moderation.rule import Check, Rule
from plugins.moderation.subject import subject
from plugins.moderation.tally import label

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOM = Place(Platform.MEMORY, "lounge", "lounge", PlaceKind.ROOM, "moot", "bot")
SIZES = (50, 500, 5_000)
#: Patterns of one rule.
TOGETHER = 10
#: Messages that one search gets before it is another's turn.
BLOCK = 100
#: Processor time that one search gets, in seconds; a slow loop sees fewer messages.
BUDGET = 20
#: After so long a loop is given up on a message, and after so many such messages altogether.
PATIENCE = 3
STUCK = 2


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
    """`costs` are seconds a message, by blocks; `hits` whether something was found, message by message."""

    costs: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)
    stuck: int = 0

    @property
    def rate(self) -> float:
        """Messages a second, in the middle one of all blocks: what else the machine does counts less."""
        return 1 / statistics.median(self.costs)

    @property
    def p99(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.99)]


Search = Callable[[Message], object]


def measure(searches: Mapping[str, Search], messages: Sequence[Message]) -> dict[str, Measured]:
    """All of them in turns, block by block, in processor time, so that a busy machine is busy for all alike."""
    found = {name: Measured() for name in searches}
    gc.collect()
    for start in range(0, len(messages), BLOCK):
        for name, search in searches.items():
            one = found[name]
            if sum(one.times) < BUDGET:
                _block(one, search, messages[start : start + BLOCK])
    return found


def _block(into: Measured, search: Search, messages: Sequence[Message]) -> None:
    times: list[float] = []
    for one in messages:
        begun = time.thread_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
        try:
            into.hits.append(bool(search(one)))
        except TimeoutError:
            into.hits.append(False)
            into.stuck += 1
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        times.append(time.thread_time() - begun)
        if into.stuck > STUCK:
            break
    into.times += times
    into.costs.append(sum(times) / len(times))


def _give_up(*_: object) -> None:
    raise TimeoutError


def loop(engine: ModuleType, sources: Sequence[str]) -> Search:
    flags = engine.IGNORECASE | engine.DOTALL
    compiled = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what `re` will read otherwise one day
        for source in sources:
            try:
                compiled.append(engine.compile(source, flags))
            except engine.error as error:
                print(f"{engine.__name__} cannot read {source[:60]!r}: {error}", file=sys.stderr)
    return lambda one: any([pattern.search(one.text) for pattern in compiled])  # noqa: C419 - all, as when counting


def ours(rules: Sequence[Rule], warm: Sequence[Message]) -> Search:
    matcher = Matcher(rules)
    for one in warm:
        decide(matcher, one)
    return lambda one: decide(matcher, one)


def row(name: str, count: int, here: Measured, plain: Measured, other: Measured) -> str:
    same = sum(a == b for a, b in zip(here.hits, plain.hits, strict=False))
    stuck = [f"{one.stuck} × stuck" if one.stuck else f"{one.rate:,.0f}" for one in (plain, other)]
    ratios = [f"{here.rate / one.rate:,.1f} ×" for one in (plain, other)]
    return (
        f"| {name} | {count:,} | {here.rate:,.0f} | {1e3 * here.p99:.2f} | {1e3 * max(here.times):.1f} | "
        f"{stuck[0]} | {stuck[1]} | {ratios[0]} | {ratios[1]} | {same}/{len(plain.hits)} |"
    )


def made_up(messages: Sequence[Message], said: Sequence[str]) -> None:
    """The three sizes, beside each other."""
    searches: dict[str, Search] = {}
    counts: dict[int, int] = {}
    warm, rest = messages[: len(messages) // 4], messages[len(messages) // 4 :]
    for size in SIZES:
        rules = read(made_up_rules(size, random.Random(size), said)).rules
        sources = patterns((check for rule in rules for check in rule.checks), joined=False)
        counts[size] = len(sources)
        searches |= {
            f"ours {size}": ours(rules, warm), f"re {size}": loop(re, sources), f"regex {size}": loop(regex, sources)
        }  # fmt: skip
    found = measure(searches, rest)
    for size in SIZES:
        three = (found[f"{engine} {size}"] for engine in ("ours", "re", "regex"))
        print(row(f"made up, {size:,}", counts[size], *three))
    ratio = found["ours 50"].rate / found["ours 5000"].rate
    print(f"\n5,000 patterns cost {ratio:.2f} × what 50 cost.")


def real(paths: Iterable[Path], messages: Sequence[Message]) -> None:
    """Each file by itself."""
    warm, rest = messages[: len(messages) // 4], messages[len(messages) // 4 :]
    for path in paths:
        rules = read_files([path]).rules
        sources = patterns((check for rule in rules for check in rule.checks), joined=True)
        if sources:
            searches = {"ours": ours(rules, warm), "re": loop(re, sources), "regex": loop(regex, sources)}
            found = measure(searches, rest)
            print(row(label(path.name), len(sources), found["ours"], found["re"], found["regex"]), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rules", nargs="*", type=Path, default=[])
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    signal.signal(signal.SIGVTALRM, _give_up)
    said = english(2_000 if given.quick else 20_000, random.Random(7))
    messages = [message(text, n) for n, text in enumerate(said)]
    print(
        "| rules | patterns | messages/s | p99 ms | worst ms | re loop | regex loop | × re | × regex | same |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    if given.rules:
        real(
            (file for path in given.rules for file in (sorted(path.iterdir()) if path.is_dir() else [path])),
            messages,
        )
    else:
        made_up(messages, said)


if __name__ == "__main__":
    main()
