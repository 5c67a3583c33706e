"""Rules by chat: look at them, try them out, switch them, add one, take the last change back."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from bot.api import (
    Answer,
    Block,
    Call,
    Code,
    Inline,
    Json,
    Outcome,
    Remember,
    Reply,
    Rest,
    Role,
    Strong,
    bullets,
    document,
    line,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.examples import example
from plugins.moderation.handlers import Moderation, is_public, plugin, rules_in_force
from plugins.moderation.history import Backtest, Replay
from plugins.moderation.matching import Match
from plugins.moderation.offence import effect
from plugins.moderation.reader import read
from plugins.moderation.rule import Kind, Mode, Rule
from plugins.moderation.rulebook import ADDED, SWITCHED
from plugins.moderation.sanctions import answer
from plugins.moderation.spans import parse_span, show_span

#: Where the changes are remembered, the newest last, so that they can be taken back.
LOG = "changes"
#: Changes that are kept.
KEPT = 50
#: How far back a backtest looks where no span is given.
MONTH = timedelta(days=30)
#: Rules that a list shows.
SHOWN = 40


@plugin.command("rules list", "rules", role=Role.MODERATOR, examples=["!rules list"])
async def list_rules(ctx: Moderation, call: Call) -> Answer:
    """All rules, and whether they watch or are enforced."""
    rules = await rules_in_force(ctx)
    if not rules.rules:
        return "There are no rules yet. “!rules add”, and the rule on the lines below, adds one; it will only watch at first."
    rows: list[tuple[str | Inline, ...]] = [
        (Strong(rule.name), f": {rules.mode(rule)}, {effect(rule)}") for rule in rules.rules[:SHOWN]
    ]
    more = [f"… and {len(rules.rules) - SHOWN} more."] if len(rules.rules) > SHOWN else []
    off = ctx.settings.ruleset.off
    note = [f"{off} more in the files are off; “folkmoot rules check” says why."] if off else []
    return Reply(to=call.message.ref, text=document(bullets(*rows), *more, *note))


@plugin.command("rules show", role=Role.MODERATOR, examples=["!rules show No gambling"])
async def show_rule(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """One rule as it is written, with its version and mode."""
    rules = await rules_in_force(ctx)
    rule = rules.find(name)
    if rule is None:
        return _unknown(name)
    heading = line(
        Strong(rule.name), f": {rules.mode(rule)}, version {rule.version}, {rule.file} line {rule.line}"
    )
    text = "\n".join(rule.source.splitlines()[:40])
    return Reply(to=call.message.ref, text=document(heading, quote(text)))


def _unknown(name: str) -> str:
    return f"There is no rule “{notice.excerpt(name, 60)}”. “!rules list” shows them all."


@plugin.command("rules enforce", role=Role.MODERATOR, examples=["!rules enforce No gambling"])
async def enforce_rule(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """Let a rule act from now on. “!rules backtest” first shows what it would have done."""
    return await _switch(ctx, call, name, Mode.ENFORCE)


@plugin.command("rules watch", role=Role.MODERATOR, examples=["!rules watch No gambling"])
async def watch_rule(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """Let a rule only show what it would do."""
    return await _switch(ctx, call, name, Mode.WATCH)


async def _switch(ctx: Moderation, call: Call, name: str, mode: Mode) -> Answer:
    rules = await rules_in_force(ctx)
    rule = rules.find(name)
    if rule is None:
        return _unknown(name)
    if rules.mode(rule) is mode:
        return f"{rule.name} is on {mode} already."
    key = SWITCHED + rule.name.casefold()
    value: Json = {
        "mode": str(mode),
        "version": rule.version,
        "by": call.author.name,
        "at": ctx.now.isoformat(),
    }
    what = f"{rule.name} → {mode}"
    said = "is enforced from now on" if mode is Mode.ENFORCE else "only watches from now on"
    return await _change(ctx, call, key, value, what, f"{rule.name} {said}.")


async def _change(ctx: Moderation, call: Call, key: str, value: Json, what: str, said: str) -> Answer:
    """Remembers a value, and in the log who changed what when, and what was there before."""
    log = await _log(ctx)
    entry: Json = {
        "what": what,
        "key": key,
        "before": await ctx.recall(key),
        "after": value,
        "by": call.author.name,
        "at": ctx.now.isoformat(),
    }
    return Outcome(
        f"{what}, by {call.author.name}",
        (Remember(key=key, value=value), Remember(key=LOG, value=[*log, entry][-KEPT:]), answer(call, said)),
    )


async def _log(ctx: Moderation) -> list[Json]:
    known = await ctx.recall(LOG)
    return known if isinstance(known, list) else []


@plugin.command("rules undo", role=Role.MODERATOR, examples=["!rules undo"])
async def undo_change(ctx: Moderation, call: Call) -> Answer:
    """Take the last change of a rule by chat back."""
    log = await _log(ctx)
    if not log:
        return "No rule was changed by chat."
    last = cast(dict[str, Json], log[-1])
    return Outcome(
        f"change of rules taken back by {call.author.name}: {last['what']}",
        (
            Remember(key=str(last["key"]), value=last["before"]),
            Remember(key=LOG, value=log[:-1] or None),
            answer(call, f"Taken back: {last['what']} (changed by {last['by']})."),
        ),
    )


@plugin.command(
    "rules add",
    role=Role.MODERATOR,
    examples=[
        "!rules add\nname: No gambling\nbody: [casino, free spins]\nwarn: Please no gambling here.\naction: remove"
    ],
)
async def add_rule(ctx: Moderation, call: Call, text: Rest) -> Answer:
    """Add a rule, or a new version of one; its text follows on the next lines. It watches until you enforce it."""
    found = read(_unfenced(text), "chat")
    problems = [f"line {problem.line}: {problem.message}" for problem in found.problems]
    if found.count != 1 or len(found.rules) != 1:
        reasons = problems or ["one rule was expected"]
        return Reply(
            to=call.message.ref,
            text=document("I did not add that rule:", bullets(*reasons), "Mend it and send it again."),
        )
    rule = found.rules[0]
    if rule.name.startswith("rule "):
        return "Please give the rule a name, in a line of its own: name: No gambling"
    value: Json = {"text": rule.source, "by": call.author.name, "at": ctx.now.isoformat()}
    remarks = f" Remarks: {'; '.join(problems)}." if problems else ""
    said = f"{rule.name} is added and only watches. “!rules backtest {rule.name}” shows what it would have done.{remarks}"
    if rule.mode is Mode.ENFORCE:
        said = f"{rule.name} is added and enforced, as it says.{remarks}"
    return await _change(ctx, call, ADDED + rule.name.casefold(), value, f"{rule.name} added", said)


def _unfenced(text: str) -> str:
    """The rule without the code fence that people put around it to keep its form."""
    rows = text.strip("\n").splitlines()
    if len(rows) >= 2 and rows[0].startswith("```") and rows[-1].strip() == "```":
        rows = rows[1:-1]
    return "\n".join(rows)


@plugin.command("rules test", role=Role.MODERATOR, examples=["!rules test join my casino"])
async def test_rules(ctx: Moderation, call: Call, text: Rest) -> Answer:
    """Which rules would catch a text, if somebody said it."""
    rules = await rules_in_force(ctx)
    found: dict[str, Match] = {}
    for kind in Kind:
        for match in rules.match(example(text, kind)).matches:
            found.setdefault(match.rule.name, match)
    if not found:
        return "No rule catches that."
    rows: list[tuple[str | Inline, ...]] = []
    for match in found.values():
        words = f", found “{notice.excerpt(match.text, 60)}”" if match.text else ""
        rows.append((Strong(match.rule.name), f": {rules.mode(match.rule)}, {effect(match.rule)}{words}"))
    return Reply(to=call.message.ref, text=document(bullets(*rows)))


@plugin.command(
    "rules backtest",
    role=Role.MODERATOR,
    examples=["!rules backtest No gambling 30d", "!rules backtest No gambling"],
    timeout=timedelta(minutes=2),
)
async def backtest_rule(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """What a rule would have done to the last days (30d, or as long as you say), with samples and the ladder's effect."""
    words, span = _name_and_span(name)
    rules = await rules_in_force(ctx)
    rule = rules.find(words)
    if rule is None:
        return _unknown(words)
    replay = Replay([rule], ctx.settings.steps, ctx.settings.expiry, ctx.settings.cooldown)
    async for message in ctx.history(ctx.now - span):
        if is_public(message, ctx):
            replay.take(message)
    return Reply(to=call.message.ref, text=document(*_report(rule, rules.mode(rule), replay.result, span)))


def _name_and_span(text: str) -> tuple[str, timedelta]:
    head, _, last = text.strip().rpartition(" ")
    try:
        return (head, parse_span(last)) if head else (text, MONTH)
    except ValueError:
        return text, MONTH


def _report(rule: Rule, mode: Mode, result: Backtest, span: timedelta) -> list[Block | str]:
    hits = result.hits[rule.name]
    heading = line(
        Strong(rule.name),
        f" over the last {show_span(span)}: {hits.count} of {result.messages} messages, by {_people(len(hits.people))}.",
    )
    blocks: list[Block | str] = [heading]
    if result.steps:
        steps = ", ".join(f"{count} × {deed}" for deed, count in result.steps.items())
        blocks.append(line(f"The ladder would have led to: {steps}."))
    if hits.samples:
        blocks.append(
            bullets(
                *((f"{s.author}: “{notice.excerpt(s.text, 120)}”", *_words(s.words)) for s in hits.samples)
            )
        )
    if result.slow:
        blocks.append("It ran out of time on some messages; simplify its regular expression.")
    if mode is Mode.WATCH:
        blocks.append(line("To let it act: ", Code(f"!rules enforce {rule.name}")))
    return blocks


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _words(words: str | None) -> tuple[str, ...]:
    return (f" ({notice.excerpt(words, 40)})",) if words else ()
