"""Rules by chat: look at them, and try them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from time import thread_time

from bot.api import (
    Answer,
    Author,
    Block,
    Call,
    Code,
    Inline,
    Outcome,
    Prose,
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
from plugins.moderation.adornments import found_in
from plugins.moderation.drift import expectation
from plugins.moderation.examples import example
from plugins.moderation.export import exported
from plugins.moderation.handlers import Moderation, is_public, plugin, rules_in_force
from plugins.moderation.history import Backtest, Replay
from plugins.moderation.judging import held_against
from plugins.moderation.match import Match
from plugins.moderation.offence import effect
from plugins.moderation.passes import spares
from plugins.moderation.rule import Kind, Mode, Rule, Verb
from plugins.moderation.rulebook import InForce
from plugins.moderation.rulechanges import unknown
from plugins.moderation.spans import parse_span, show_span

#: How far back a backtest looks where no span is given.
MONTH = timedelta(days=30)
#: Rules that a list shows, and people that a backtest names.
SHOWN = 40
MOST = 5
#: Characters of an export that are sent in a message.
LONGEST = 8_000
#: No text given.
NOTHING = Rest("")


@plugin.command("rules list", "rules", role=Role.MODERATOR, examples=["!rules list"])
async def list_rules(ctx: Moderation, call: Call) -> Answer:
    """All rules, and whether they watch or are enforced."""
    rules = await rules_in_force(ctx)
    if not rules.rules:
        return f"There are no rules yet. “{ctx.community.prefix}rules add”, and the rule on the lines below, adds one; it will only watch at first."
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
        return unknown(ctx, name)
    heading = line(
        Strong(rule.name), f": {_state(rules, rule)}, version {rule.version}, {rule.file} line {rule.line}"
    )
    text = "\n".join(rule.source.splitlines()[:40])
    return Reply(to=call.message.ref, text=document(heading, quote(text)))


@plugin.command("rules export", role=Role.MODERATOR, examples=["!rules export"])
async def export_rules(ctx: Moderation, call: Call) -> Answer:
    """All rules as one text, with what was changed by chat: for a rule file, or to be sent back with “!rules add”."""
    text = exported(ctx.settings.ruleset, await rules_in_force(ctx))
    if not text.strip():
        return "There are no rules yet."
    if len(text) > LONGEST:
        return "That is too long for a message. “folkmoot rules export” writes it into a file."
    fence = "~" * max(3, *(len(row) + 1 for row in re.findall(r"~+", text)), 0)
    return Reply(to=call.message.ref, text=document(Prose(f"{fence}\n{text.rstrip()}\n{fence}")))


@plugin.command("rules test", role=Role.MODERATOR, examples=["!rules test join my casino", "!rules test"])
async def try_rules(ctx: Moderation, call: Call, text: Rest = NOTHING) -> Answer:
    """Which rules would catch a text if somebody new said it, or catch the message that you answer, and what would follow."""
    rules = await rules_in_force(ctx)
    begun = thread_time()
    if text:
        found = _said_by_anybody(rules, text)
    elif call.target:
        found = await held_against(ctx, rules, call.target)
    else:
        return "Say a text to try the rules on, or answer the message that they are to be held against."
    cost = f"{len(rules.rules)} rules in {1_000 * (thread_time() - begun):.1f} ms."
    if not found:
        return f"No rule catches that. {cost}"
    rows: list[tuple[str | Inline, ...]] = []
    for match in found:
        guessed = "; words were guessed, so a moderator decides" if match.is_guess else ""
        rows.append(
            (
                Strong(match.rule.name),
                f": {_state(rules, match.rule)}, {effect(match.rule)}: {found_in(match)}{guessed}",
            )
        )
    author = call.target.author if call.target and not text else None
    follows = await _next_step(ctx, found, author)
    return Reply(to=call.message.ref, text=document(bullets(*rows), *follows, _exempt(found, author), cost))


def _said_by_anybody(rules: InForce, text: str) -> list[Match]:
    """Whatever catches a text, as a post or as a comment."""
    found: dict[str, Match] = {}
    for kind in Kind:
        for match in rules.match(example(text, kind)).matches:
            found.setdefault(match.rule.name, match)
    return list(found.values())


async def _next_step(ctx: Moderation, found: Sequence[Match], author: Author | None) -> list[str]:
    """What the ladder would do for the first of the rules that gives a strike."""
    rule = next((m.rule for m in found if m.rule.strikes and not m.is_guess), None)
    if rule is None:
        return []
    strikes = await ctx.strikes(author) if author else []
    ladder = ctx.settings.steps
    ruling = ladder.decide(strikes, rule.strikes, ctx.now, severe=rule.severe, cooldown=ctx.settings.cooldown)
    who = author.name if author else "somebody without a strike"
    if ruling.same_incident:
        return [f"For {who} it would belong to the incident of the last strike, so no new one."]
    points = f"{ruling.total} strike {'point' if ruling.total == 1 else 'points'}"
    step = (
        f"{ruling.step.do}{f' for {show_span(ruling.step.span)}' if ruling.step.span else ''}"
        if ruling.step
        else "nothing"
    )
    return [f"The ladder, for {who}: {points} → {step}."]


def _exempt(found: Sequence[Match], author: Author | None) -> str:
    """Whom these rules spare, or whether they spare the author."""
    spared = [m.rule.name for m in found if spares(m.rule, author)] if author else []
    if spared:
        return f"{author.name if author else ''} is exempt from {', '.join(spared)}."
    sparing = [m.rule.name for m in found if m.rule.punishes or m.rule.action is Verb.REPORT]
    others = [m.rule.name for m in found if m.rule.name not in sparing]
    words = "Moderators, trusted people and bots are exempt"
    if not sparing:
        return "Bots are exempt; it holds for moderators and trusted people, too."
    return f"{words}, but not from {', '.join(others)}." if others else f"{words}."


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
        return unknown(ctx, words)
    replay = Replay([rule], ctx.settings.steps, ctx.settings.expiry, ctx.settings.cooldown)
    cost = 0.0
    async for message in ctx.history(ctx.now - span):
        if is_public(message, ctx):
            begun = thread_time()
            replay.take(message)
            cost += thread_time() - begun
    report = _report(rule, rules.mode(rule), replay.result, span, cost, ctx.community.prefix)
    told = Reply(to=call.message.ref, text=document(*report))
    kept = expectation(rule, replay.result.hits[rule.name].count, span)
    return Outcome(f"backtest of {rule.name}", (kept, told))


def _name_and_span(text: str) -> tuple[str, timedelta]:
    head, _, last = text.strip().rpartition(" ")
    try:
        return (head, parse_span(last)) if head else (text, MONTH)
    except ValueError:
        return text, MONTH


def _report(
    rule: Rule, mode: Mode, result: Backtest, span: timedelta, cost: float, prefix: str
) -> list[Block | str]:
    hits = result.hits[rule.name]
    heading = line(
        Strong(rule.name),
        f" over the last {show_span(span)}: {hits.count} of {result.messages} messages, by {_people(len(hits.people))}.",
    )
    blocks: list[Block | str] = [heading]
    if hits.people:
        most = ", ".join(f"{name} {count}" for name, count in hits.people.most_common(MOST))
        more = f" and {len(hits.people) - MOST} more" if len(hits.people) > MOST else ""
        blocks.append(f"Most often: {most}{more}.")
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
    blocks.append(f"It took {1_000 * cost:.0f} ms.")
    if mode is Mode.WATCH:
        blocks.append(line("To let it act: ", Code(f"{prefix}rules enforce {rule.name}")))
    return blocks


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _words(words: str | None) -> tuple[str, ...]:
    return (f" ({notice.excerpt(words, 40)})",) if words else ()
