"""What a match brings along besides a sanction: comments, reports, locks, pins; and the placeholders in their texts."""

from __future__ import annotations

from bot.api import (
    Action,
    Link,
    Lock,
    Message,
    Pin,
    Reply,
    Report,
    Tell,
    document,
    line,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.matching import Match
from plugins.moderation.rule import Rule, Verb
from plugins.moderation.subject import host


def adornments(match: Match, message: Message, words: dict[str, str]) -> tuple[Action, ...]:
    """What a rule does besides punishing."""
    rule, ref = match.rule, message.ref
    actions: list[Action] = []
    if rule.action is Verb.REPORT:
        actions.append(report(match, message, reason_of(rule, words)))
    if rule.comment:
        actions.append(Reply(to=ref, text=document(notice.fill(rule.comment, words))))
    if rule.message:
        actions.append(
            Tell(place=ref.place, person=message.author, text=document(notice.fill(rule.message, words)))
        )
    if rule.modmail:
        actions.append(Report(text=document(notice.fill(rule.modmail, words)), about=ref))
    if message.title is not None and rule.lock is not None:
        actions.append(Lock(ref=ref, reason=reason_of(rule, words), on=rule.lock))
    if message.root == ref and rule.sticky is not None:
        actions.append(Pin(ref=ref, on=rule.sticky))
    return tuple(actions)


def reason_of(rule: Rule, words: dict[str, str]) -> str:
    return notice.fill_plain(rule.reason, words) if rule.reason else rule.name


def report(match: Match, message: Message, reason: str) -> Report:
    """A match, shown to the moderators."""
    where = Link("this message", message.url or message.ref)
    heading = line("Please look at ", where, f" by {message.author.name}: {reason} ({found_in(match)}).")
    return Report(
        text=document(heading, quote(notice.excerpt(message.text or message.title or ""))), about=message.ref
    )


def placeholders(match: Match, message: Message) -> dict[str, str]:
    """AutoModerator's placeholders, and `{{rule}}`."""
    found = match.text or ""
    kind = "comment" if message.parent else "submission"
    return {
        "author": message.author.name,
        "body": message.text,
        "title": message.title or "",
        "kind": kind,
        "permalink": message.url or "",
        "url": message.link or "",
        "domain": host(message.link or "") or "",
        "subreddit": message.place.alias,
        "match": found,
        "match-1": found,
        "rule": match.rule.name,
    }


def found_in(match: Match) -> str:
    """Rule, field, words, place and view of a match, for the record and for `!why`."""
    if match.text is None or match.span is None:
        return "the message meets the rule's conditions"
    start, end = match.span
    return f"“{notice.excerpt(match.text, 120)}” in the {match.field} (characters {start + 1} to {end}, {match.view})"
