"""What a rule does to the post above a comment: AutoModerator's `action:` inside of `parent_submission:`.

It falls on somebody else than the comment does, so it is a decision and a case of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.api import (
    Action,
    Capability,
    Context,
    Link,
    Message,
    Outcome,
    Remove,
    Report,
    Resolve,
    Restore,
    Role,
    State,
    Stored,
    Tell,
    document,
    line,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.adornments import found_in
from plugins.moderation.facts import Fact, Target
from plugins.moderation.inquiry import Inquiry
from plugins.moderation.match import Match
from plugins.moderation.offence import evidence, versioned
from plugins.moderation.placeholders import Words
from plugins.moderation.rule import REMOVING, Verb
from plugins.moderation.settings import ModerationSettings
from plugins.moderation.spared import exemption


async def above(
    ctx: Context[ModerationSettings], message: Message, about: Inquiry, matches: Sequence[Match]
) -> list[Outcome]:
    """The outcomes for the post above `message`, one for each of the rules that act on it."""
    found: list[Outcome] = []
    for match in matches:
        post = await about.above(Target.POST) if match.rule.post_action else None
        if post is None:
            continue
        actions = await _actions(ctx, match, message, post)
        removes = any(isinstance(action, Remove) for action in actions)
        because = f"{found_in(match)} of a comment by {message.author.name}; no strike"
        outcome = Outcome(because, actions, versioned(match.rule), evidence(post) if removes else None)
        holds = match.rule.post_action is Verb.FILTER and not ctx.can(Capability.RESTORE, post.ref.place)
        found += [outcome if not (removes and holds) else _proposed(outcome)] if actions else []
    return found


def _proposed(outcome: Outcome) -> Outcome:
    """A room cannot bring back what was removed, so there a filter holds the removal instead."""
    asked = tuple(action for action in outcome.actions if isinstance(action, Remove))
    return Outcome(outcome.because, asked, outcome.rule, outcome.evidence, propose=True)


async def _actions(
    ctx: Context[ModerationSettings], match: Match, message: Message, post: Message
) -> tuple[Action, ...]:
    rule = match.rule
    reason = notice.fill_plain(rule.post_reason, Words(match, message)) if rule.post_reason else rule.name
    if rule.post_action is Verb.APPROVE:
        return await _approval(ctx, match, post, reason)
    if rule.post_action in REMOVING and not await _is_spared(ctx, post):
        return () if post.gone else _removal(ctx, match, post, reason)
    return (_report(match, message, post, reason),)


async def _is_spared(ctx: Context[Any], post: Message) -> bool:
    """Whether its author is one of those whom rules leave alone: then the moderators look at it instead."""
    return post.author.role >= Role.TRUSTED or await exemption(ctx, post.author) is not None


def _removal(
    ctx: Context[ModerationSettings], match: Match, post: Message, reason: str
) -> tuple[Action, ...]:
    actions: list[Action] = [Remove(ref=post.ref, person=post.author, reason=reason)]
    if ctx.settings.tell_removals and ctx.can(Capability.TELL, post.ref.place):
        text = notice.removal(
            rule=match.rule.name,
            quoted=post.title or post.text,
            waits=match.rule.post_action is Verb.FILTER,
            prefix=ctx.community.prefix,
        )
        actions.append(Tell(place=post.ref.place, person=post.author, text=text))
    return tuple(actions)


def _report(match: Match, message: Message, post: Message, reason: str) -> Report:
    heading = line(
        "Please look at ",
        Link("this post", post.url or post.ref),
        f" by {post.author.name}: {reason} (",
        Link("a comment", message.url or message.ref),
        f" by {message.author.name}: {found_in(match)}).",
    )
    return Report(text=document(heading, quote(notice.excerpt(post.title or post.text))), about=post.ref)


async def _approval(
    ctx: Context[ModerationSettings], match: Match, post: Message, reason: str
) -> tuple[Action, ...]:
    """Brings back what rules removed, never what a human did, and closes reports where the rule asks for them."""
    asks = any(c.fact is Fact.REPORTS and c.target is Target.POST for c in match.rule.conditions)
    closed: list[Action] = [Resolve(ref=post.ref)] if asks else []
    removed = [
        stored
        for case in await ctx.cases(post.author, kinds=("remove",))
        if case.about == post.ref and case.rule and case.by is None
        for stored in case.actions
        if _took_away(stored, post)
    ]
    if not ctx.can(Capability.RESTORE, post.ref.place):
        return tuple(closed)
    return (*closed, *(Restore(ref=post.ref, reason=reason, undoes=stored.id) for stored in removed))


def _took_away(stored: Stored, post: Message) -> bool:
    action = stored.action
    is_done = stored.state is State.SENT and not action.witnessed
    return isinstance(action, Remove) and action.ref == post.ref and is_done
