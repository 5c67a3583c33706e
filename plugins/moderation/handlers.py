"""What happens to messages, edits and reports: the rules of the community, held against each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.api import (
    Action,
    Author,
    Context,
    Edited,
    Link,
    Message,
    Outcome,
    PlaceKind,
    Plugin,
    Remember,
    Report,
    Reported,
    Role,
    State,
    Warn,
    document,
    line,
)
from plugins.moderation.adornments import report
from plugins.moderation.cards import report_card
from plugins.moderation.matching import Found, Match
from plugins.moderation.offence import Setting, answer, punish
from plugins.moderation.repeats import is_repeated
from plugins.moderation.rule import Fact, Mode, Rule, Verb
from plugins.moderation.rulebook import MEMORY, InForce
from plugins.moderation.settings import ModerationSettings, problems
from plugins.moderation.subject import subject
from plugins.moderation.sweep import with_sweep

plugin = Plugin(
    "moderation",
    ModerationSettings,
    about="Rules in AutoModerator's language, a few warnings, then a ban; with cases, appeals and undo.",
)
plugin.check(problems)

Moderation = Context[ModerationSettings]

#: A warning in one of these states was never given.
_NEVER_GIVEN = frozenset({State.SIMULATED, State.DROPPED})


async def rules_in_force(ctx: Moderation) -> InForce:
    """The rules of the files and of the chat, as they are now."""
    return ctx.settings.rulebook.in_force(await ctx.recall_all(MEMORY))


@plugin.on_message
async def check_message(ctx: Moderation, message: Message) -> Outcome | None:
    """Hold the rules against a new message."""
    return await _check(ctx, message)


@plugin.on(Edited)
async def check_edit(ctx: Moderation, edited: Edited) -> Outcome | None:
    """Hold the rules against what a message says after an edit; it never brings a second strike."""
    return await _check(ctx, edited.message, is_edited=True)


@plugin.on(Reported)
async def check_report(ctx: Moderation, reported: Reported) -> Outcome | None:
    """Show a member's report to the moderators, and hold the rules that count reports against the message."""
    shown, outcome = await receive(ctx, reported)
    return _with(outcome, *shown) if outcome else Outcome("a member's report", shown)


async def reporters(ctx: Moderation, message: Message) -> list[str]:
    """Who reported a message, by their keys in the ledger."""
    known = await ctx.recall(f"reports/{message.ref}")
    return [who for who in known if isinstance(who, str)] if isinstance(known, list) else []


async def receive(ctx: Moderation, reported: Reported) -> tuple[tuple[Action, ...], Outcome | None]:
    """What becomes of a report: its card, and what rules that count reports make of it. Nobody counts twice."""
    message = reported.message
    known = await reporters(ctx, message)
    counted = [*known, *({reported.reporter.key} - set(known))]
    kept = Remember(key=f"reports/{message.ref}", value=[*counted], about=message.author.key)
    shown = [await report_card(ctx, reported, len(counted))] if ctx.settings.show_reports else []
    outcome = await _check(ctx, message, reports=len(counted))
    # The rules decide, not the member.
    return (kept, *shown), replace(outcome, own=True) if outcome else None


def is_exempt(message: Message, ctx: Moderation) -> bool:
    """Bots, moderators, trusted people, private messages and the moderators' room are not held against the rules."""
    return (
        message.author.is_bot
        or message.author.role >= Role.TRUSTED
        or message.gone
        or not is_public(message, ctx)
    )


def is_public(message: Message, ctx: Moderation) -> bool:
    """Whether it was said where the rules hold: neither in private nor among the moderators."""
    return (
        message.place.kind is not PlaceKind.PRIVATE and message.place.alias != ctx.community.moderators_room
    )


async def _check(
    ctx: Moderation, message: Message, *, is_edited: bool = False, reports: int = 0
) -> Outcome | None:
    rules = await rules_in_force(ctx)
    if not rules.rules or is_exempt(message, ctx):
        return None
    starter = await _starter(ctx, message, rules.rules)
    item = subject(message, now=ctx.now, is_edited=is_edited or None, starter=starter, reports=reports)
    found = rules.match(item)
    seen_before = is_edited or bool(reports)
    matches = [m for m in found.matches if not reports or _counts_reports(m.rule)]
    matches = [m for m in matches if await _repeats(ctx, m.rule, message)]
    if seen_before:
        matches = await _new(ctx, message, matches)
    enforced = [m for m in matches if rules.mode(m.rule) is Mode.ENFORCE]
    watched = [m for m in matches if rules.mode(m.rule) is Mode.WATCH]
    outcome = await _act(ctx, message, enforced, seen_before=seen_before) if enforced else None
    outcome = await with_sweep(ctx, outcome) if outcome else None
    if outcome is None and watched:
        outcome = await _rehearse(ctx, message, watched, seen_before=seen_before)
    elif outcome is not None:
        outcome = _with(outcome, *(_would(m, message) for m in watched[:3]))
    return _with_slow(outcome, found, message)


def _counts_reports(rule: Rule) -> bool:
    return any(condition.fact is Fact.REPORTS for condition in rule.conditions)


async def _starter(ctx: Moderation, message: Message, rules: Sequence[Rule]) -> str | None:
    """Who began the thread, asked for only where a rule wants to know."""
    if message.root == message.ref or not any(
        condition.fact is Fact.SUBMITTER for rule in rules for condition in rule.conditions
    ):
        return None
    root = await ctx.message(message.root)
    return root.author.id if root else None


async def _repeats(ctx: Moderation, rule: Rule, message: Message) -> bool:
    if rule.repeat is None:
        return True
    recent = await ctx.recent(message.author, ctx.now - rule.repeat.within)
    return is_repeated(rule, message, recent, ctx.now)


async def _new(ctx: Moderation, message: Message, matches: list[Match]) -> list[Match]:
    """Of the matches of an edited or reported message, those that were not acted upon before."""
    done = await ctx.recall(f"did/{message.ref}")
    before = {str(version) for version in done} if isinstance(done, list) else set()
    return [match for match in matches if match.rule.version not in before]


async def _act(
    ctx: Moderation, message: Message, matches: list[Match], *, seen_before: bool
) -> Outcome | None:
    """Removal and punishment first, and only once; the other rules act on what is still there."""
    punishing = next((match for match in matches if match.rule.punishes), None)
    if punishing:
        outcome = punish(
            punishing,
            message,
            await setting(ctx, message.author, again=await _struck(ctx, message, seen_before)),
        )
        return _with(outcome, _did(message, [punishing]))
    acting = [match for match in matches if match.rule.action is not Verb.APPROVE]
    if not acting:
        return Outcome(f"approved by the rule {matches[0].rule.name}", rule=matches[0].rule.name)
    outcomes = [answer(match, message) for match in acting]
    first, *others = outcomes
    return _with(first, *(action for other in others for action in other.actions), _did(message, acting))


def _did(message: Message, matches: Sequence[Match]) -> Remember:
    """So that an edit does not bring the same answer again."""
    versions = [match.rule.version for match in matches]
    return Remember(key=f"did/{message.ref}", value=[*versions], about=message.author.key)


async def _rehearse(ctx: Moderation, message: Message, matches: list[Match], *, seen_before: bool) -> Outcome:
    """What watching rules would do: recorded and shown, never done."""
    punishing = next((match for match in matches if match.rule.punishes), None)
    if punishing:
        outcome = punish(
            punishing,
            message,
            await setting(ctx, message.author, again=await _struck(ctx, message, seen_before)),
        )
    else:
        outcome = answer(matches[0], message)
    shown = [action for action in outcome.actions if not isinstance(action, Report)]
    lines = [] if punishing else [_would(match, message) for match in matches[:3]]
    return Outcome(outcome.because, (*shown, *lines), outcome.rule, outcome.evidence, watch=True)


def _would(match: Match, message: Message) -> Report:
    told = report(match, message, f"the rule {match.rule.name} is only watching and did nothing")
    return Report(text=told.text, about=message.ref)


async def setting(ctx: Moderation, person: Author, *, again: bool = False) -> Setting:
    """What an offence of this person is weighed against."""
    settings = ctx.settings
    return Setting(
        now=ctx.now,
        community=ctx.community,
        can=ctx.can,
        ladder=settings.steps,
        expiry=settings.expiry,
        cooldown=settings.cooldown,
        tell_removals=settings.tell_removals,
        strikes=await ctx.strikes(person),
        again=again,
    )


async def _struck(ctx: Moderation, message: Message, seen_before: bool) -> bool:
    """Whether this message brought a strike before, taken back or not: there is one for a message, ever."""
    if not seen_before:
        return False
    return any(
        case.about == message.ref
        and any(isinstance(s.action, Warn) and s.state not in _NEVER_GIVEN for s in case.actions)
        for case in await ctx.cases(message.author)
    )


def _with_slow(outcome: Outcome | None, found: Found, message: Message) -> Outcome | None:
    """A rule that ran out of time leaves the message to a human."""
    if not found.slow:
        return outcome
    lines = [
        Report(
            text=document(
                line(
                    f"The rule {rule.name} took too long over ",
                    Link("this message", message.url or message.ref),
                    f" by {message.author.name} and was given up, so please look at it yourself. "
                    "Simplify its regular expression; after a second time it is not tried any more.",
                )
            ),
            about=message.ref,
        )
        for rule in found.slow
    ]
    return _with(outcome or Outcome("a rule ran out of time"), *lines)


def _with(outcome: Outcome, *more: Action) -> Outcome:
    return replace(outcome, actions=(*outcome.actions, *more))
