"""What people are told: kind, short, exact, always with the words, the count, the expiry, the case and the appeal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.api import (
    Author,
    Block,
    CaseNumber,
    Code,
    Document,
    Inline,
    Moment,
    Name,
    Plain,
    Prose,
    Strong,
    document,
    line,
    quote,
)
from plugins.moderation.ladder import Deed, Ruling, Step
from plugins.moderation.rule import FOREVER
from plugins.moderation.spans import show_span

#: What the members of a room are told; when it ends follows.
LOCKED_DOWN = "The moderators have locked this room down for a while; it opens again by itself at "
SLOWED_DOWN = "Slow mode: please send at most one message in {every}, until "

#: How much of somebody's words a notice quotes.
EXCERPT = 300

#: `{{author}}`, `{{match-title+body#2}}`
PLACEHOLDER = re.compile(r"\{\{\s*([\w#+~-]+)\s*\}\}")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def excerpt(text: str, length: int = EXCERPT) -> str:
    """`text` in one line, cut at `length` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def fill(template: str, values: Mapping[str, str]) -> Prose:
    """An operator's text with its `{{placeholders}}` filled in. What people wrote can neither format nor mention there.

    Unknown placeholders stay as they are, so that the operator sees them.
    """

    def one(found: re.Match[str]) -> str:
        name = found[1].lower()
        if name not in values:
            return found[0]
        if name in {"permalink", "url", "appeal"}:
            return re.sub(r"[\s<>()\[\]]", "", values[name]) if name != "appeal" else values[name]
        return _PUNCTUATION.sub(r"\\\1", " ".join(values[name].split()))

    return Prose(PLACEHOLDER.sub(one, template))


def fill_plain(template: str, values: Mapping[str, str]) -> str:
    """The same for one line without markup, such as a reason."""
    return PLACEHOLDER.sub(lambda found: excerpt(values.get(found[1].lower(), found[0]), 80), template)


def step_words(step: Step, after: Step | None = None) -> str:
    """`a ban of 1d`, as in "the next step is …"; `after` is the step that is taken now."""
    match step.do:
        case Deed.REMIND:
            return "another reminder"
        case Deed.WARN:
            return "a warning" if after and after.do is Deed.REMIND else "another warning"
        case Deed.PROPOSE_BAN:
            return "the moderators' decision about a ban for good"
        case _:
            return f"a {step.do} {'for good' if step.span == FOREVER else f'of {show_span(step.span)}'}"


def warning(
    person: Author,
    *,
    rule: str,
    quoted: str | None,
    text: Prose | None,
    ruling: Ruling,
    expires_at: datetime | None,
    prefix: str = "!",
) -> Document:
    """The warning itself. `rule` is what was broken, `quoted` the words, `text` what the rule's author wants said."""
    is_reminder = ruling.step is not None and ruling.step.do is Deed.REMIND
    opening = ", a friendly reminder of our rule: " if is_reminder else ", please note our rule: "
    blocks: list[Block | str] = [line(Name(person, notify=True), opening, Strong(rule), ".")]
    if text and text.markdown:
        blocks.append(text)
    if quoted:
        blocks.append(quote(excerpt(quoted)))
    if ruling.points:
        blocks.append(line(*_count(ruling, expires_at)))
    if ruling.step and not ruling.step.do.is_word:
        blocks.append(line(_now(ruling.step)))
    blocks.append(appeal_line(prefix))
    return document(*blocks)


def _count(ruling: Ruling, expires_at: datetime | None) -> list[Inline]:
    parts: list[Inline] = [Plain(f"This is {_strikes(ruling.points)}")]
    if expires_at:
        parts += [Plain(" and counts until "), Moment(expires_at)]
    if ruling.total > ruling.points:
        parts.append(Plain(f"; with your earlier ones you have {ruling.total}"))
    parts.append(Plain("."))
    if ruling.then:
        left = ruling.then.at - ruling.total
        if left > 0:
            parts.append(Plain(f" With {left} more comes {step_words(ruling.then, ruling.step)}."))
    return parts


def _strikes(points: int) -> str:
    return "a strike" if points == 1 else f"{points} strikes"


def _now(step: Step) -> str:
    match step.do:
        case Deed.PROPOSE_BAN:
            return "That is enough for the moderators to decide now about a ban for good."
        case _ if step.span == FOREVER:
            return f"That is enough for a {step.do} for good."
        case _:
            return f"That is enough for a {step.do} of {show_span(step.span)}, which starts now and ends by itself."


def appeal_line(prefix: str) -> Block:
    """The case's number, and how to say that it is a mistake."""
    return line(
        "Case ",
        CaseNumber(),
        ". If this is a mistake, write to me: ",
        Code(f"{prefix}appeal"),
        " ",
        CaseNumber(),
        " and why. A moderator will look at it.",
    )


def removal(
    *, rule: str, quoted: str | None, waits: bool = False, by_hand: bool = False, prefix: str = "!"
) -> Document:
    """Why a message was removed, where no warning says so; `waits`: a moderator will look at it anyway.

    `rule` is the reason that a moderator gave, where it was done `by_hand`.
    """
    opening = (
        "Your message is hidden until a moderator has looked at it." if waits else "Your message was removed."
    )
    blocks: list[Block | str] = [
        line(f"{opening} {'Reason' if by_hand else 'Our rule'}: ", Strong(rule), ".")
    ]
    if quoted:
        blocks.append(quote(excerpt(quoted)))
    blocks += [line("This is no strike."), appeal_line(prefix)]
    return document(*blocks)


def sanction(
    what: str, reason: str, until: datetime | None, prefix: str = "!", quoted: str | None = None
) -> Document:
    """That a moderator banned or muted somebody, how long, why, and over which words."""
    end: list[Inline | str] = [" until ", Moment(until)] if until else [" for good"]
    blocks: list[Block | str] = [line(f"You have been {what}", *end, f". Reason: {reason or 'not given'}.")]
    if quoted:
        blocks.append(quote(excerpt(quoted)))
    return document(*blocks, appeal_line(prefix))


def put_out(place: str, reason: str, prefix: str = "!") -> Document:
    """That a moderator put somebody out of a room, which is no ban."""
    return document(
        f"You have been put out of {place}. Reason: {reason or 'not given'}. You may come back; this is no strike.",
        appeal_line(prefix),
    )


def due(reason: str, prefix: str = "!") -> Document:
    """That a rule asks for a ban for good: most communities let a moderator decide, so it is not said to be given."""
    return document(f"Our rules ask for a ban for good here. Reason: {reason}.", appeal_line(prefix))


def undone(
    number: int, *, lifted: bool, gone: bool = False, granted: bool = False, note: str = ""
) -> Document:
    """That a case was taken back; `gone`: what was removed cannot be brought back."""
    opening = f"Your appeal was granted: case #{number}" if granted else f"Case #{number}"
    rest = " The ban that followed from it is lifted, too." if lifted else ""
    rest += " What was removed cannot be brought back there; you may say it again." if gone else ""
    said = f" “{excerpt(note)}”" if note else ""
    return document(
        f"{opening} has been taken back. What was counted against you for it no longer counts.{rest}{said}"
    )


def until(now: datetime, span: timedelta | None) -> datetime | None:
    """When a sanction ends; None for good."""
    if span is None or span == FOREVER:
        return None
    return now + span
