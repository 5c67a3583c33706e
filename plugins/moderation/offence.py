"""From a match to what is done about it. Pure: everything it weighs is an argument."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.api import (
    Action,
    Author,
    Ban,
    Capability,
    Community,
    Message,
    Mute,
    Outcome,
    Place,
    PlaceKind,
    Remove,
    Strike,
    Tell,
    Warn,
)
from plugins.moderation import notice
from plugins.moderation.adornments import adornments, found_in, reason_of
from plugins.moderation.ladder import Deed, Ladder, Ruling, Step, Taken
from plugins.moderation.match import Match
from plugins.moderation.placeholders import Words
from plugins.moderation.rule import Rule, Verb
from plugins.moderation.spans import show_span

#: How a sanction says that the ladder decided it: taking back a strike may lift it. Direct ones stay.
BY_LADDER = "ladder"
#: The same for what a severe offence leads to: never less than the first ban, however few strikes remain.
BY_SEVERE = "severe"

Can = Callable[[Capability, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an offence is weighed against. `again`: this message had its strike already (an edit)."""

    now: datetime
    community: Community
    can: Can
    ladder: Ladder
    expiry: timedelta
    cooldown: timedelta
    tell_removals: bool = True
    strikes: Sequence[Strike] = ()
    taken: Sequence[Taken] = ()
    again: bool = False


def punish(match: Match, message: Message, setting: Setting) -> Outcome:
    """The outcome for a match that falls on the person."""
    rule, person = match.rule, message.author
    ruling = setting.ladder.decide(
        setting.strikes,
        0 if setting.again else rule.strikes,
        setting.now,
        severe=rule.severe and not setting.again,
        cooldown=setting.cooldown,
        taken=setting.taken,
    )
    words = _words(match, message, ruling, setting)
    actions: list[Action] = []
    if rule.removes:
        actions.append(Remove(ref=message.ref, person=person, reason=reason_of(rule, words)))
    if _warns(rule, ruling, setting):
        actions.append(_warning(match, message, ruling, setting, words))
    elif _tells_removal(rule, message, ruling, setting):
        text = notice.removal(
            rule=rule.name,
            quoted=_quoted(match, message),
            waits=rule.action is Verb.FILTER,
            prefix=setting.community.prefix,
        )
        actions.append(Tell(place=message.ref.place, person=person, text=text))
    step = _heaviest(rule, ruling, setting)
    if step:
        # What a rule gives by itself does not hang on strikes, so taking one back does not lift it.
        by_ladder = step is ruling.step
        reason = f"{rule.name}: {_tally(ruling)}" if by_ladder else rule.name
        name = "by rule" if not by_ladder else BY_SEVERE if rule.severe else BY_LADDER
        given = sanctions(step, person, reason, setting, name=name)
        actions += _told(given, actions, message, rule, setting)
        actions += given
    # A room cannot bring back what was removed, so there a filter holds the removal instead.
    holds = rule.action is Verb.FILTER and not setting.can(Capability.RESTORE, message.ref.place)
    return Outcome(
        because=f"{found_in(match)}; {_arithmetic(ruling, setting)}{_filtered(rule, holds=holds)}",
        actions=(*actions, *adornments(match, message, words)),
        rule=versioned(rule),
        evidence=evidence(message),
        propose=holds,
    )


def answer(match: Match, message: Message) -> Outcome:
    """The outcome for a match that falls on nobody: a comment, a report, a lock."""
    words = Words(match, message)
    return Outcome(
        because=found_in(match),
        actions=adornments(match, message, words),
        rule=versioned(match.rule),
        evidence=evidence(message),
    )


def versioned(rule: Rule) -> str:
    """How decisions name a rule: with its version, so that `!why` still tells what it said at the time."""
    return f"{rule.name} ({rule.version})"


def unversioned(name: str | None) -> str | None:
    """A rule's name as people know it."""
    return re.sub(r" \([0-9a-f]{8}\)$", "", name) if name else None


def effect(rule: Rule) -> str:
    """What a match of the rule leads to, in a few words: `remove, 1 strike`."""
    parts = [str(rule.action)] if rule.action else []
    if rule.strikes:
        parts.append(f"{rule.strikes} {'strike' if rule.strikes == 1 else 'strikes'}")
    elif rule.warn is not None:
        parts.append("reminder")
    parts += [f"{name} {show_span(span)}" for name, span in (("ban", rule.ban), ("mute", rule.mute)) if span]
    parts += [name for name in ("comment", "message", "modmail") if getattr(rule, name)]
    parts += [f"{rule.post_action} post"] if rule.post_action else []
    marks = (
        ("lock", rule.lock),
        ("pin", rule.sticky),
        ("lock post", rule.post_lock),
        ("pin post", rule.post_sticky),
    )
    parts += [name for name, value in marks if value is not None]
    parts += ["label"] if rule.labels else []
    return ", ".join(parts) or "nothing that there is here"


def sanctions(
    step: Step, person: Author, reason: str, setting: Setting, *, name: str = BY_LADDER
) -> list[Action]:
    """A mute or ban in every place of the community where the person's platform is; nothing for a warning."""
    if step.do.is_word:
        return []
    propose = step.do is Deed.PROPOSE_BAN
    until = None if propose else notice.until(setting.now, step.span)
    actions: list[Action] = []
    for place in places(setting.community, person):
        named = f"{name}:{place.alias}"
        if step.do is Deed.MUTE and setting.can(Capability.MUTE, place.alias):
            actions.append(Mute(name=named, place=place.alias, person=person, reason=reason, until=until))
        elif setting.can(Capability.BAN, place.alias):
            ban = Ban(
                name=named, place=place.alias, person=person, reason=reason, until=until, proposed=propose
            )
            actions.append(ban)
    return actions


def places(community: Community, person: Author) -> tuple[Place, ...]:
    """Where somebody can be shut out: the community's places on their platform, the moderators' room apart."""
    return tuple(
        place
        for place in community.places
        if place.platform is person.platform
        and place.kind in {PlaceKind.COMMUNITY, PlaceKind.ROOM}
        and place.alias != community.moderators_room
    )


def expires(points: int, setting: Setting) -> datetime | None:
    return setting.now + setting.expiry if points and setting.expiry else None


def _warns(rule: Rule, ruling: Ruling, setting: Setting) -> bool:
    reminder = rule.warn is not None and rule.strikes == 0
    return bool(ruling.points) or (reminder and not setting.again and not ruling.same_incident)


def _told(
    given: Sequence[Action], already: Sequence[Action], message: Message, rule: Rule, setting: Setting
) -> list[Action]:
    """Word of a ban or mute for somebody who gets no other notice, so that there is none without a case and an appeal."""
    is_told = any(isinstance(action, Warn | Tell) for action in already)
    if is_told or not given or not setting.can(Capability.TELL, message.ref.place):
        return []
    first = given[0]
    until = first.until if isinstance(first, Ban | Mute) else None
    participle = "muted" if isinstance(first, Mute) else "banned"
    prefix = setting.community.prefix
    text = (
        notice.due(rule.name, prefix)
        if isinstance(first, Ban) and until is None
        else notice.sanction(participle, rule.name, until, prefix)
    )
    return [Tell(place=message.ref.place, person=message.author, text=text)]


def _tells_removal(rule: Rule, message: Message, ruling: Ruling, setting: Setting) -> bool:
    """Whether the person learns of a removal that comes without a warning; a text of the rule's own is enough."""
    silent = rule.message or ruling.same_incident or not setting.tell_removals
    return rule.removes and not silent and setting.can(Capability.TELL, message.ref.place)


def _warning(
    match: Match, message: Message, ruling: Ruling, setting: Setting, words: Mapping[str, str]
) -> Warn:
    rule = match.rule
    expires_at = expires(ruling.points, setting)
    text = notice.warning(
        message.author,
        rule=rule.name,
        quoted=_quoted(match, message),
        text=notice.fill(rule.warn, words) if rule.warn else None,
        ruling=ruling,
        expires_at=expires_at,
        prefix=setting.community.prefix,
    )
    return Warn(
        place=message.ref.place,
        person=message.author,
        about=message.ref,
        rule=rule.name,
        text=text,
        points=ruling.points,
        expires_at=expires_at,
    )


def _heaviest(rule: Rule, ruling: Ruling, setting: Setting) -> Step | None:
    """The ladder's step or the rule's own sanction, whichever weighs more. An edit of a struck message adds none."""
    own = [Step(1, Deed.BAN, rule.ban)] if rule.ban else []
    own += [Step(1, Deed.MUTE, rule.mute)] if rule.mute else []
    steps = [*own, *([ruling.step] if ruling.step else [])]
    return None if setting.again else max(steps, key=lambda step: step.weight, default=None)


def _quoted(match: Match, message: Message) -> str | None:
    return match.text or message.text or message.title


def _arithmetic(ruling: Ruling, setting: Setting) -> str:
    if setting.again:
        return "this message had its strike already"
    if ruling.same_incident:
        return f"the same incident as the last strike (within {show_span(setting.cooldown)}), so no new one"
    if not ruling.points and not ruling.step:
        return "no strike"
    step = f" → {ruling.step.do}" if ruling.step else ""
    length = f" for {show_span(ruling.step.span)}" if ruling.step and ruling.step.span else ""
    raised = ", since a lighter one was given before" if ruling.raised else ""
    return f"{_tally(ruling)}{step}{length}{raised}"


def _tally(ruling: Ruling) -> str:
    before = ruling.total - ruling.points
    return f"{before} live + {ruling.points} new = {ruling.total} strike points"


def evidence(message: Message) -> str:
    """What a case keeps of a message: its title, text and link."""
    return "\n\n".join(part for part in (message.title, message.text, message.link) if part)


def _filtered(rule: Rule, *, holds: bool) -> str:
    is_gone = rule.action is Verb.FILTER and not holds
    return "; it waits for you: !undo and the case number brings it back" if is_gone else ""


def _words(match: Match, message: Message, ruling: Ruling, setting: Setting) -> Words:
    then = notice.step_words(ruling.then) if ruling.then else "nothing further"
    more = {"strikes": str(ruling.total), "next_step": then, "appeal": f"{setting.community.prefix}appeal"}
    return Words(match, message, more)
