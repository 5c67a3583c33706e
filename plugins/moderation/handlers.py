"""What happens to messages, edits and reports: the rules of the community, held against each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.api import (
    Action,
    Answer,
    Author,
    Block,
    Capability,
    Case,
    Context,
    Edited,
    Joined,
    Link,
    Message,
    Outcome,
    PlaceKind,
    Plugin,
    Remember,
    Remove,
    Report,
    Reported,
    State,
    Warn,
    document,
    line,
    points,
)
from plugins.moderation import openingpost, raids
from plugins.moderation.adornments import report
from plugins.moderation.cards import report_card
from plugins.moderation.cleared import is_cleared
from plugins.moderation.drift import watched
from plugins.moderation.inquiry import Inquiry, reporters
from plugins.moderation.judging import Occasion, judge, keeps_records
from plugins.moderation.ladder import Taken
from plugins.moderation.match import Match
from plugins.moderation.matching import QUARANTINE_AFTER
from plugins.moderation.offence import Setting, answer, evidence, punish
from plugins.moderation.recompute import taken
from plugins.moderation.returned import returned
from plugins.moderation.rule import Rule
from plugins.moderation.rulebook import LATE, MEMORY, InForce
from plugins.moderation.settings import ModerationSettings, problems
from plugins.moderation.slowmode import paced
from plugins.moderation.spared import Exemption, as_trusted, exemptions
from plugins.moderation.sweep import with_sweep

plugin = Plugin(
    "moderation",
    ModerationSettings,
    about="Rules in AutoModerator's language, a few warnings, then a ban; with cases, appeals and undo.",
    needs=(Capability.REMOVE, Capability.KICK, Capability.BAN, Capability.MUTE, Capability.LOCKDOWN),
)
plugin.check(problems)

Moderation = Context[ModerationSettings]

#: A warning in one of these states was never given.
_NEVER_GIVEN = frozenset({State.SIMULATED, State.DROPPED})


async def rules_in_force(ctx: Moderation) -> InForce:
    """The rules of the files and of the chat, as they are now."""
    return ctx.settings.rulebook.in_force(await ctx.recall_all(MEMORY))


@plugin.on_message
async def check_message(ctx: Moderation, message: Message) -> Answer:
    """Hold the rules against a new message; what they leave is slowed down where there is slow mode."""
    outcomes = await _check(ctx, message)
    if not is_public(message, ctx):
        return outcomes
    is_gone = any(
        isinstance(act, Remove) and act.ref == message.ref for one in outcomes for act in one.actions
    )
    slowed = None if is_gone else await paced(ctx, message)
    return [*outcomes, *(one for one in (slowed, await raids.on_message(ctx, message)) if one)]


@plugin.on(Joined)
async def watch_joins(ctx: Moderation, joined: Joined) -> Outcome | None:
    """See whether many join at once."""
    return await raids.on_join(ctx, joined)


@plugin.on(Edited)
async def check_edit(ctx: Moderation, edited: Edited) -> Answer:
    """Hold the rules against what a message says after an edit; it never brings a second strike."""
    return await returned(ctx, edited) or await _check(ctx, edited.message, is_edited=True)


@plugin.on(Reported)
async def check_report(ctx: Moderation, reported: Reported) -> Answer:
    """Show a member's report to the moderators, and hold the rules that count reports against the message."""
    shown, outcomes = await receive(ctx, reported)
    # What a card quotes is evidence, so that it is kept no longer than evidence is.
    first, *others = outcomes or [Outcome("a member's report", (), evidence=evidence(reported.message))]
    return [_with(first, *shown), *others]


async def receive(ctx: Moderation, reported: Reported) -> tuple[tuple[Action, ...], list[Outcome]]:
    """What becomes of a report: its card, and what rules that count reports make of it. Nobody counts twice."""
    message = reported.message
    known = await reporters(ctx, message)
    counted = [*known, *({reported.reporter.key} - set(known))]
    kept = Remember(key=f"reports/{message.ref}", value=[*counted], about=message.author.key)
    shown = [await report_card(ctx, reported, len(counted))] if ctx.settings.show_reports else []
    outcomes = await _check(ctx, message, reports=len(counted))
    # The rules decide, not the member.
    return (kept, *shown), [replace(outcome, own=True) for outcome in outcomes]


def is_beyond(message: Message, ctx: Moderation) -> bool:
    """Whether no rule is held against it: bots, what is gone, private messages and the moderators' room."""
    return message.author.is_bot or message.gone or not is_public(message, ctx)


def is_public(message: Message, ctx: Moderation) -> bool:
    """Whether it was said where the rules hold: neither in private nor among the moderators."""
    return (
        message.place.kind is not PlaceKind.PRIVATE and message.place.alias != ctx.community.moderators_room
    )


async def _check(
    ctx: Moderation, message: Message, *, is_edited: bool = False, reports: int = 0
) -> list[Outcome]:
    """What becomes of the message, and of the post above it."""
    rules = await rules_in_force(ctx)
    if not rules.rules or is_beyond(message, ctx):
        return []
    seen_before = is_edited or bool(reports)
    done = await _done(ctx, message) if seen_before else frozenset()
    about = Inquiry(ctx, message, ctx.settings.rulebook.profiles)
    occasion = Occasion(is_edited, reports, done, cleared=bool(reports) and await is_cleared(ctx, message))
    judged = await judge(ctx, rules, message, about, occasion)
    if judged.enforced or judged.watched or judged.guesses:
        given = await exemptions(ctx, message.author)
        if freed := as_trusted(message, given):
            judged = await judge(ctx, rules, freed, about, occasion)
        elif spared := _versions(rules, given):
            judged = await judge(ctx, rules, message, about, replace(occasion, done=done | spared))
    outcome = (
        await _act(ctx, message, judged.enforced, done, seen_before=seen_before) if judged.enforced else None
    )
    outcome = await with_sweep(ctx, outcome) if outcome else None
    outcome = _with(outcome, *await watched(ctx, judged.enforced)) if outcome else None
    if outcome is None and judged.watched:
        outcome = await _rehearse(ctx, message, judged.watched, seen_before=seen_before)
    elif outcome is not None:
        outcome = _with(outcome, *(_would(m, message) for m in judged.watched[:3]))
    for guess in judged.guesses[:1]:
        told = report(guess, message, f"the rule {guess.rule.name} may fit, so please decide yourself")
        guessed = Outcome("words were guessed behind a disguise", evidence=evidence(message))
        outcome = _with(outcome or guessed, told)
    outcome = _with_slow(outcome, judged.slow, rules, message)
    if keeps_records(rules) and not seen_before:
        outcome = _with(outcome or Outcome("seen, nothing to do"), *await about.recorded())
    return [*([outcome] if outcome else []), *await openingpost.above(ctx, message, about, judged.enforced)]


def _versions(rules: InForce, given: Mapping[str, Exemption]) -> frozenset[str]:
    """The versions of the rules from which somebody is exempt."""
    names = [one.rule for one in given.values() if one.rule]
    return frozenset(rule.version for name in names if (rule := rules.find(name)))


async def _done(ctx: Moderation, message: Message) -> frozenset[str]:
    """The versions of the rules that acted on the message before: each acts once."""
    done = await ctx.recall(f"did/{message.ref}")
    return frozenset(str(version) for version in done) if isinstance(done, list) else frozenset()


async def _act(
    ctx: Moderation, message: Message, matches: Sequence[Match], done: frozenset[str], *, seen_before: bool
) -> Outcome | None:
    """What falls on the person first; the other rules act on what is still there."""
    remembered = _did(message, matches, done)
    outcomes: list[Outcome] = []
    for match in matches:
        if match.rule.punishes:
            weighed = await setting(ctx, message.author, again=await _struck(ctx, message, seen_before))
            outcomes.append(punish(match, message, weighed))
        else:
            outcomes.append(answer(match, message))
    first, *others = outcomes
    return _with(first, *(action for other in others for action in other.actions), remembered)


def _did(message: Message, matches: Sequence[Match], done: frozenset[str]) -> Remember:
    """So that an edit does not bring the same answer again."""
    versions = sorted({*done, *(match.rule.version for match in matches)})
    return Remember(key=f"did/{message.ref}", value=[*versions], about=message.author.key)


async def _rehearse(
    ctx: Moderation, message: Message, matches: Sequence[Match], *, seen_before: bool
) -> Outcome:
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
    # What is only remembered would be remembered at once, rehearsal or not.
    shown = [action for action in outcome.actions if not isinstance(action, Report | Remember)]
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
        taken=await _taken(ctx, person),
        again=again,
    )


async def _taken(ctx: Moderation, person: Author) -> Sequence[Taken]:
    """The steps of the ladder that are still remembered; nothing else of a long record is read for it."""
    if not ctx.settings.remember:
        return ()
    since = ctx.now - ctx.settings.remember
    return taken(await ctx.cases(person, since=since, kinds=("ban", "mute")), since)


async def struck(ctx: Moderation, message: Message) -> Case | None:
    """The case in which this message brought a strike that still stands: there is never a second one for it."""
    cases = await ctx.cases(message.author, kinds=("warn",))
    return next((case for case in cases if case.about == message.ref and points(case)), None)


async def _struck(ctx: Moderation, message: Message, seen_before: bool) -> bool:
    """Whether this message brought a strike before, taken back or not: there is one for a message, ever."""
    if not seen_before:
        return False
    return any(
        case.about == message.ref
        and any(isinstance(s.action, Warn) and s.state not in _NEVER_GIVEN for s in case.actions)
        for case in await ctx.cases(message.author, kinds=("warn",))
    )


def _with_slow(
    outcome: Outcome | None, slow: Sequence[Rule], rules: InForce, message: Message
) -> Outcome | None:
    """A rule that ran out of time leaves the message to a human; the second time it is given up, also over restarts."""
    told: list[Action] = []
    for rule in dict.fromkeys(slow):
        times = rules.matcher.timeouts(rule)
        told += [
            Remember(key=LATE + rule.version, value=times),
            Report(text=document(_took_too_long(rule, message, times)), about=message.ref),
        ]
    return _with(outcome or Outcome("a rule ran out of time"), *told) if told else outcome


def _took_too_long(rule: Rule, message: Message, times: int) -> Block:
    return line(
        f"The rule {rule.name} took too long over ",
        Link("this message", message.url or message.ref),
        f" by {message.author.name} and was given up, so please look at it yourself. "
        + (
            "It is not tried any more: mend its regular expression."
            if times >= QUARANTINE_AFTER
            else "Simplify its regular expression; after a second time it is not tried any more."
        ),
    )


def _with(outcome: Outcome, *more: Action) -> Outcome:
    return replace(outcome, actions=(*outcome.actions, *more))
