"""Holds a message against the rules in force: builds what they see, fetches what they ask, and runs the two passes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.api import Context, Message, Role
from plugins.moderation.facts import Fact, Field, Need, Target
from plugins.moderation.inquiry import Inquiry
from plugins.moderation.match import Found, Match
from plugins.moderation.passes import Labels, Steps, Terms, Verdict, everything, passes, spares
from plugins.moderation.patterns import HASTE, Patience
from plugins.moderation.placeholders import Words, new_labels
from plugins.moderation.repeats import is_repeated
from plugins.moderation.rule import Mode, Rule
from plugins.moderation.rulebook import InForce
from plugins.moderation.subject import Subject, subject
from plugins.moderation.views import quoted_rows

#: Longer messages, and those over which an expression takes long, are matched beside the event loop.
LONG = 2_000
#: What can be fetched for a message while the bot runs.
FETCHED = frozenset(Need)
#: With any of these, the bot remembers how much people said and since when.
_RECORDED = frozenset({Need.RECORD, Need.KARMA, Need.KARMA_HERE})


@dataclass(frozen=True, slots=True)
class Judged:
    """What acts, what only watches, what was only guessed behind a disguise, and the rules that ran out of time."""

    enforced: tuple[Match, ...] = ()
    watched: tuple[Match, ...] = ()
    guesses: tuple[Match, ...] = ()
    slow: tuple[Rule, ...] = ()


def keeps_records(rules: InForce) -> bool:
    """Whether a rule asks how long or how well somebody is known, so that the bot has to remember it."""
    return not rules.needs.isdisjoint(_RECORDED)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a message is judged: it is new, or was edited, or has so many reports. `done` are the versions of rules that
    acted before, or from which the author is exempt.

    What a moderator `cleared` is not taken away because of reports.
    """

    is_edited: bool = False
    reports: int = 0
    done: frozenset[str] = frozenset()
    cleared: bool = False


async def judge(
    ctx: Context[Any], rules: InForce, message: Message, about: Inquiry, occasion: Occasion
) -> Judged:
    """Every rule that acts on the message or would, after both passes."""
    if message.author.role >= Role.TRUSTED and all(
        spares(rule, message.author) for rule in rules.matcher.rules
    ):
        return Judged()
    item, found = await _match(ctx, rules, message, about, occasion)
    if not found.answers:
        return Judged(slow=found.slow)
    recent = await _recent(ctx, message, found)

    def counts(match: Match) -> bool:
        rule = match.rule
        return (
            rule.version not in occasion.done
            and not (occasion.cleared and rule.punishes)
            and (not occasion.reports or any(c.fact is Fact.REPORTS for c in rule.conditions))
            and (rule.repeat is None or is_repeated(rule, message, recent, ctx.now))
        )

    def labels(match: Match, known: Subject) -> Labels:
        return new_labels(match, known, Words(match, message))

    def terms(mode: Mode) -> Terms:
        return Terms(
            lambda rule: rules.mode(rule) is mode and not spares(rule, message.author), counts, labels
        )

    acting = await _walk(passes(rules.matcher, found, item, terms(Mode.ENFORCE)), about)
    # What only watches sees the labels as they are; none that it would set itself is set.
    would = await _walk(passes(rules.matcher, found, acting.item, terms(Mode.WATCH)), about)
    return Judged(
        acting.matches,
        would.matches,
        (*acting.guesses, *would.guesses),
        (*found.slow, *acting.slow, *would.slow),
    )


async def held_against(ctx: Context[Any], rules: InForce, message: Message) -> list[Match]:
    """Every rule that catches a message, each by itself and whomever it spares: for trying rules out."""
    about = Inquiry(ctx, message, ctx.settings.rulebook.profiles)
    item, found = await _match(ctx, rules, message, about, Occasion())
    recent = await _recent(ctx, message, found)
    terms = Terms(
        lambda _: True,
        lambda match: match.rule.repeat is None or is_repeated(match.rule, message, recent, ctx.now),
        lambda *_: (),
    )
    verdict = await _walk(everything(rules.matcher, found, item, terms), about)
    return [*verdict.matches, *verdict.guesses]


async def _match(
    ctx: Context[Any], rules: InForce, message: Message, about: Inquiry, occasion: Occasion
) -> tuple[Subject, Found]:
    item = _seen(ctx, rules, message, occasion)
    found = await _held(rules, item, message)
    if any(_is_quoted(find.span, message.text) for match in found.matches for find in match.finds
           if find.field is Field.BODY and find.target is Target.ITEM):  # fmt: skip
        body = await about.unquoted()
        if body is not None:
            item = _seen(ctx, rules, message, occasion, body)
            found = await _held(rules, item, message)
    return item, found


def _seen(
    ctx: Context[Any], rules: InForce, message: Message, occasion: Occasion, body: str | None = None
) -> Subject:
    return subject(
        message,
        now=ctx.now,
        zone=ctx.community.zone,
        is_edited=occasion.is_edited or None,
        reports=occasion.reports,
        needs=FETCHED,
        body=body,
        wishes=rules.matcher.wishes,
    )


async def _held(rules: InForce, item: Subject, message: Message) -> Found:
    if len(message.text) < LONG:
        found = rules.match(item, Patience(HASTE))
        if not found.slow:
            return found
    return await asyncio.to_thread(rules.match, item)


def _is_quoted(span: tuple[int, int], text: str) -> bool:
    return any(start <= span[0] < end for start, end in quoted_rows(text))


async def _recent(ctx: Context[Any], message: Message, found: Found) -> Iterable[Message]:
    """What the author said lately, as far back as any of the rules that hold wants to look."""
    repeats = (answer.rule.repeat for answer in found.answers)
    within = max((repeat.within for repeat in repeats if repeat), default=timedelta())
    return await ctx.recent(message.author, ctx.now - within) if within else ()


async def _walk(steps: Steps, about: Inquiry) -> Verdict:
    """Runs a pass and fetches what it asks for."""
    try:
        item, needs = next(steps)
        while True:
            item, needs = steps.send(await about.learn(item, needs))
    except StopIteration as done:
        verdict: Verdict = done.value
        return verdict
