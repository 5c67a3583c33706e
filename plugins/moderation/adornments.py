"""What a match brings along besides a sanction: comments, reports, labels, locks, pins."""

from __future__ import annotations

from collections.abc import Mapping

from bot.api import (
    Action,
    Block,
    Document,
    Link,
    Lock,
    Message,
    Pin,
    Prose,
    Reply,
    Report,
    Resolve,
    Strong,
    Tell,
    document,
    line,
    quote,
)
from plugins.moderation import labels, notice
from plugins.moderation.facts import Fact, Field, Target
from plugins.moderation.match import Match
from plugins.moderation.rule import Rule, Verb


def adornments(match: Match, message: Message, words: Mapping[str, str]) -> tuple[Action, ...]:
    """What a rule does besides punishing."""
    rule, ref = match.rule, message.ref
    actions: list[Action] = []
    if rule.action is Verb.APPROVE and any(condition.fact is Fact.REPORTS for condition in rule.conditions):
        actions.append(Resolve(ref=ref))
    if rule.action is Verb.REPORT:
        actions.append(report(match, message, reason_of(rule, words)))
    if rule.comment:
        actions.append(Reply(to=ref, text=document(notice.fill(rule.comment, words))))
    if rule.message:
        text = _letter(rule.message_subject, rule.message, message, words)
        actions.append(Tell(place=ref.place, person=message.author, text=text))
    if rule.modmail:
        text = _letter(rule.modmail_subject, rule.modmail, message, words)
        actions.append(Report(text=text, about=ref))
    actions += _marks(match, message, words)
    return tuple(actions)


def _letter(subject: str | None, text: str, message: Message, words: Mapping[str, str]) -> Document:
    """A text with its subject, if it has one, as a heading; it names the message, as on Reddit, unless it does itself."""
    blocks: list[Block | Prose] = [line(Strong(notice.fill_plain(subject, words)))] if subject else []
    if "{{permalink}}" not in text.replace(" ", ""):
        blocks.append(line("About ", Link("this message", message.url or message.ref), ":"))
    return document(*blocks, notice.fill(text, words))


def _marks(match: Match, message: Message, words: Mapping[str, str]) -> list[Action]:
    """Locks, pins and labels: on the message, and on the post above it."""
    rule, ref, reason = match.rule, message.ref, reason_of(match.rule, words)
    is_post = message.root == ref
    actions: list[Action] = []
    if is_post and rule.lock is not None:
        actions.append(Lock(ref=ref, reason=reason, on=rule.lock))
    if is_post and rule.sticky is not None:
        actions.append(Pin(ref=ref, on=rule.sticky))
    if not is_post and rule.post_lock is not None:
        actions.append(Lock(ref=message.root, reason=reason, on=rule.post_lock))
    if not is_post and rule.post_sticky is not None:
        actions.append(Pin(ref=message.root, on=rule.post_sticky))
    post = match.item.above.get(Target.POST) if match.item else None
    for target, label in match.labels:
        if target is Target.AUTHOR:
            actions.append(labels.of_person(label, message.author.key))
        elif target is Target.ITEM:
            actions.append(labels.of_post(label, ref, message.author.key))
        elif post is not None:
            author = f"{post.platform}:{post.texts[Field.AUTHOR_ID][0]}"
            actions.append(labels.of_post(label, message.root, author))
    return actions


def reason_of(rule: Rule, words: Mapping[str, str]) -> str:
    return notice.fill_plain(rule.reason, words) if rule.reason else rule.name


def report(match: Match, message: Message, reason: str) -> Report:
    """A match, shown to the moderators."""
    where = Link("this message", message.url or message.ref)
    heading = line("Please look at ", where, f" by {message.author.name}: {reason} ({found_in(match)}).")
    return Report(
        text=document(heading, quote(notice.excerpt(message.text or message.title or ""))), about=message.ref
    )


def found_in(match: Match) -> str:
    """Rule, field, words, place and view of a match, for the record and for `!why`."""
    if match.text is None or match.span is None:
        return "the message meets the rule's conditions"
    start, end = match.span
    return f"“{notice.excerpt(match.text, 120)}” in the {match.field} (characters {start + 1} to {end}, {match.view})"
