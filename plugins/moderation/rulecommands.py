"""Rules by chat: look at them, and try them out."""

from __future__ import annotations

from datetime import timedelta

from bot.api import (
    Answer,
    Block,
    Call,
    Code,
    Inline,
    Outcome,
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
from plugins.moderation.drift import expectation
from plugins.moderation.examples import example
from plugins.moderation.handlers import Moderation, is_public, plugin, rules_in_force
from plugins.moderation.history import Backtest, Replay
from plugins.moderation.matching import Match
from plugins.moderation.offence import effect
from plugins.moderation.rule import Kind, Mode, Rule
from plugins.moderation.rulebook import InForce
from plugins.moderation.rulechanges import unknown
from plugins.moderation.spans import parse_span, show_span

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
        (Strong(rule.name), f": {_state(rules, rule)}, {effect(rule)}") for rule in rules.rules[:SHOWN]
    ]
    more = [f"… and {len(rules.rules) - SHOWN} more."] if len(rules.rules) > SHOWN else []
    off = ctx.settings.ruleset.off
    note = [f"{off} more in the files are off; “folkmoot rules check” says why."] if off else []
    return Reply(to=call.message.ref, text=document(bullets(*rows), *more, *note))


def _state(rules: InForce, rule: Rule) -> str:
    mode = str(rules.mode(rule))
    return (
        f"{mode}, but not tried any more because it took too long twice" if rules.is_given_up(rule) else mode
    )


@plugin.command("rules show", role=Role.MODERATOR, examples=["!rules show No gambling"])
async def show_rule(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """One rule as it is written, with its version and mode."""
    rules = await rules_in_force(ctx)
    rule = rules.find(name)
    if rule is None:
        return unknown(name)
    heading = line(
        Strong(rule.name), f": {_state(rules, rule)}, version {rule.version}, {rule.file} line {rule.line}"
    )
    text = "\n".join(rule.source.splitlines()[:40])
    return Reply(to=call.message.ref, text=document(heading, quote(text)))


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
        return unknown(words)
    replay = Replay([rule], ctx.settings.steps, ctx.settings.expiry, ctx.settings.cooldown)
    async for message in ctx.history(ctx.now - span):
        if is_public(message, ctx):
            replay.take(message)
    told = Reply(to=call.message.ref, text=document(*_report(rule, rules.mode(rule), replay.result, span)))
    kept = expectation(rule, replay.result.hits[rule.name].count, span)
    return Outcome(f"backtest of {rule.name}", (kept, told))


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
