"""`folkmoot rules check|test`: look at rule files before they are live."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from plugins.moderation.history import Replay
    from plugins.moderation.rule import Rule, RuleSet
    from plugins.moderation.trial import Trials

PLUGIN = "moderation"
#: From so many items on, progress is shown.
MANY = 20

T = TypeVar("T")


class CannotTry(Exception):
    """There is nothing to try rules on; the message says why and what to do."""


def register(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    from bot.cli.backtest import backtest
    from bot.cli.ruleexport import export

    rules = typer.Typer(
        help="Check rule files, try them out before they are live, and write down what is in force.",
        no_args_is_help=True,
    )
    rules.command("check")(check)
    rules.command("test")(try_out)
    rules.command("backtest")(backtest)
    rules.command("export")(export)
    app.add_typer(rules, name="rules")


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="rule files in AutoModerator's language")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
    table: Annotated[bool, typer.Option("--table", help="print Markdown tables that quote no rule")] = False,
) -> None:
    """Name every mistake in rule files with its line; exit 1 when there is an error."""
    from plugins.moderation.reader import read_files, together
    from plugins.moderation.tally import tables

    each = [(str(file), read_files([file])) for file in _progress(files, "reading")]
    found = together(ruleset for _, ruleset in each)
    if table:
        print(tables(each))
    elif as_json:
        print(json.dumps(_checked(found), ensure_ascii=False))
    else:
        for problem in found.problems:
            print(
                f"{problem.file}:{problem.line}: {problem.level}: {_about(problem.rule, problem.key)}{problem.message}"
            )
        print(f"{found.count} rules, {len(found.rules)} loaded, {found.off} off.")
    if any(problem.level == "error" for problem in found.problems):
        raise typer.Exit(1)


def _checked(found: RuleSet) -> dict[str, Any]:
    """The result of a check as DESIGN 7 promises it."""
    return {
        "rules": found.count,
        "loaded": len(found.rules),
        "off": found.off,
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "rule": problem.rule,
                "key": problem.key,
                "level": problem.level,
                "message": problem.message,
            }
            for problem in found.problems
        ],
    }


def _about(rule: str, key: str) -> str:
    parts = [part for part in (rule, key) if part]
    return f"{': '.join(parts)}: " if parts else ""


def try_out(
    file: Annotated[Path, typer.Argument(help="a rule file")],
    messages: Annotated[
        str,
        typer.Option(
            help="a file with one JSON object a line, or - for standard input: "
            '{"text": "…"} and, if you like, "id", "author", "title", "link", "kind" (comment, submission or message: in '
            'a chat room), "parent" (the id of an earlier line), "at" (ISO time), "reports", "edited", "place", "nsfw", '
            '"role" (member, trusted, moderator or bot), "account_age_days", and what else is known, by its name in '
            'rules: "comment_karma", "message_count", "flair_text", "author_flair_text", "bio_text" and their like'
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a message")] = False,
) -> None:
    """Show which rules match each message, and what they would do. Lines that are no message are named and left out."""
    from bot.clock import SystemClock
    from plugins.moderation.history import Replay
    from plugins.moderation.ladder import DEFAULT, Ladder
    from plugins.moderation.trial import Trials

    try:
        rules = usable(file)
        rows = _rows(messages)
    except CannotTry as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None
    replay = Replay(rules, Ladder(DEFAULT), timedelta(days=30))
    trials = Trials(SystemClock().now())
    for number, row in enumerate(_progress(rows, "matching"), start=1):
        if row.strip():
            print(_tried(row, number, trials, replay, as_json=as_json))


def _tried(row: str, number: int, trials: Trials, replay: Replay, *, as_json: bool) -> str:
    from time import perf_counter

    from plugins.moderation.findings import as_data, as_sentence
    from plugins.moderation.trial import BadLine

    try:
        one = trials.read(row, number)
    except BadLine as problem:
        return json.dumps({"line": number, "error": str(problem)}) if as_json else f"line {number}: {problem}"
    begun = perf_counter()
    taken = replay.take(one.message, one.subject)
    cost = perf_counter() - begun
    if as_json:
        shown = {"line": number, "id": one.id} | as_data(taken, one.message) | {"ms": round(1_000 * cost, 3)}
        return json.dumps(shown, ensure_ascii=False)
    return f"{one.id}: {as_sentence(taken, one.message)}"


def usable(file: Path) -> tuple[Rule, ...]:
    """The rules of a file that load; what is wrong with the others goes to standard error. Raises CannotTry."""
    from plugins.moderation.reader import read_files

    found = read_files([file])
    for problem in found.problems:
        if problem.level != "warning":
            print(f"{problem.file}:{problem.line}: {problem.level}: {problem.message}", file=sys.stderr)
    if not found.rules:
        raise CannotTry(f"{file}: no rule of this file can be used; “folkmoot rules check {file}” says why")
    return found.rules


def _rows(source: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CannotTry(
            f"{source}: cannot be read ({reason}); expected a file with one JSON object a line"
        ) from None
    return data.decode("utf-8-sig", "replace").splitlines()


def _progress(items: list[T], what: str) -> Iterator[T]:
    """The items, with a progress bar where there are many and somebody is watching."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if len(items) < MANY or not console.is_terminal:
        yield from items
    else:
        yield from track(items, what, console=console, transient=True)
