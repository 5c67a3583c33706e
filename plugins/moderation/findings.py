"""What trying rules on a message found, as data and as a sentence. Pure."""

from __future__ import annotations

from typing import Any

from bot.api import Message
from plugins.moderation.history import Taken
from plugins.moderation.ladder import Step
from plugins.moderation.match import Match
from plugins.moderation.offence import effect
from plugins.moderation.passes import spares
from plugins.moderation.spans import show_span


def as_data(taken: Taken, message: Message) -> dict[str, Any]:
    """Which rules hold and what they found; which of them act; the ladder's next step; who is exempt."""
    return {
        "matches": [
            {
                "rule": match.rule.name,
                "line": match.rule.line,
                "version": match.rule.version,
                "does": effect(match.rule),
                "field": match.field,
                "span": match.span,
                "text": match.text,
                "view": match.view,
                "exempt": spares(match.rule, message.author),
                "guess": match.is_guess,
            }
            for match in taken.matches
        ],
        "acts": [match.rule.name for match in taken.acting],
        "step": _step(taken.step) if taken.step else None,
        "slow": [rule.name for rule in taken.slow],
    }


def as_sentence(taken: Taken, message: Message) -> str:
    """The same for people: `No gambling (“casino” in the body) → remove, 1 strike; the ladder: warn`."""
    acting = {match.rule.version for match in taken.acting}
    parts = []
    for match in taken.matches:
        words = f" (“{match.text}” in the {match.field})" if match.text is not None else ""
        parts.append(f"{match.rule.name}{words} → {_does(match, message, acting)}")
    if taken.step:
        parts.append(f"the ladder: {_step(taken.step)}")
    parts += [f"{rule.name} took too long" for rule in taken.slow]
    return "; ".join(parts) or "no rule matches"


def _does(match: Match, message: Message, acting: set[str]) -> str:
    if spares(match.rule, message.author):
        return f"nothing: {message.author.role.name.lower()}s are exempt"
    if match.is_guess:
        return "a moderator decides, because words were guessed behind a disguise"
    if match.rule.version not in acting:
        return "nothing, because another rule acts first"
    return effect(match.rule)


def _step(step: Step) -> str:
    return f"{step.do} {show_span(step.span)}" if step.span else str(step.do)
