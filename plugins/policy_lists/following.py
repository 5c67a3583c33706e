"""Following lists: who joins, and whoever is here when a new rule comes, is banned once if a rule names them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.api import (
    Act,
    Action,
    Author,
    Ban,
    Capability,
    Code,
    Joined,
    Outcome,
    Platform,
    Plugin,
    Remember,
    Report,
    Role,
    Sanctioned,
    Tick,
    document,
    line,
)
from plugins.policy_lists import hall
from plugins.policy_lists.gates import shut_out
from plugins.policy_lists.hall import Policies
from plugins.policy_lists.rules import Finding, Rule, findings
from plugins.policy_lists.settings import Mode, PolicySettings, problems

plugin = Plugin(
    "policy_lists",
    PolicySettings,
    about="Follows lists of people whom moderators elsewhere have banned, and publishes your own bans for others.",
    needs=(Capability.BAN,),
)
plugin.check(problems)

#: Asking every room who is in it takes its time.
PATIENCE = timedelta(seconds=60)

#: So many people and refused rules are dealt with in one look: each is a line to read. The others follow in the next one.
ROUND = 10

#: What the last look at all rules was about, so that nothing is done where nothing changed.
LOOKED = "looked"

#: So much of what a list's keeper wrote is repeated.
_EXCERPT = 120


@plugin.on(Joined, timeout=PATIENCE)
async def on_join(ctx: Policies, joined: Joined) -> list[Outcome] | Outcome | None:
    """Hold the rules of the followed lists against somebody who joins."""
    who = joined.author
    rules = [rule for rule in await hall.rules(ctx, who.platform) if rule.names(who)]
    if not rules or await _done(ctx, who):
        return None
    here = await hall.hall(ctx, who.platform)
    if here is None:
        return Outcome("nobody knows how many a rule would hit; looked at again later", (_forget_the_look(),))
    if who.key not in {person.key for person in (*here.people, *here.moderators)}:
        here = replace(here, people=(*here.people, who))
    return await _outcomes(ctx, await findings(rules, here, ctx.settings.at_most), only=who)


@plugin.every(lambda settings: settings.every, timeout=PATIENCE)
async def look(ctx: Policies, tick: Tick) -> list[Outcome] | Outcome:
    """Hold new rules against everybody who is here."""
    del tick
    print_ = await _print(ctx)
    if print_ is None or await ctx.recall(LOOKED) == print_:
        return Outcome("no list has changed")
    outcomes: list[Outcome] = []
    is_whole = True
    for platform in dict.fromkeys(place.platform for place in hall.followed(ctx)):
        here = await hall.hall(ctx, platform)
        if here is None:
            is_whole = False
            continue
        rules = await hall.rules(ctx, platform)
        found = await findings(rules, here, ctx.settings.at_most)
        outcomes += [*await _outcomes(ctx, found), *await shut_out(ctx, platform, rules, found)]
    is_whole = is_whole and len(outcomes) <= ROUND
    looked = (Remember(key=LOOKED, value=print_),) if is_whole else ()
    return [Outcome("all rules were held against everybody who is here", looked), *outcomes[:ROUND]]


@plugin.on(Sanctioned)
async def on_unban(ctx: Policies, event: Sanctioned) -> Outcome | None:
    """Respect that a moderator let somebody back in by hand, whatever the lists say."""
    if event.act is not Act.UNBAN or event.place.alias == ctx.community.moderators_room:
        return None
    who = event.person.key
    return Outcome("let back in by hand", (Remember(key=f"spared/{who}", value=True, about=who),))


# -- what follows from findings


async def _outcomes(ctx: Policies, found: Sequence[Finding], only: Author | None = None) -> list[Outcome]:
    """An outcome for each person who is named for the first time, and one for each rule that is refused for the first time."""
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    for finding in found:
        if finding.refused:
            if (refusal := await _refused(ctx, finding)) is not None:
                outcomes.append(refusal)
            continue
        for who in finding.people:
            is_meant = only is None or who.key == only.key
            if is_meant and who.key not in seen and not await _done(ctx, who):
                seen.add(who.key)
                outcomes.append(_hit(ctx, finding.rule, who))
    return outcomes


async def _refused(ctx: Policies, finding: Finding) -> Outcome | None:
    """The line that says, once, that a rule is not followed and why."""
    key = f"refused/{_digest(f'{finding.rule.policy.kind} {finding.rule.title}')}"
    if await ctx.recall(key) is not None:
        return None
    policy, why = finding.rule.policy, finding.refused or ""
    text = document(
        line("I do not follow the rule ", Code(excerpt(policy.entity)), f" of {finding.rule.place}: {why}.")
    )
    return Outcome(
        f"a rule of {finding.rule.place} is not followed: {why}",
        (Report(text=text), Remember(key=key, value=why)),
    )


def _hit(ctx: Policies, rule: Rule, who: Author) -> Outcome:
    """A ban from every room, once; while the lists are only watched, a rehearsal of it."""
    policy, mode = rule.policy, ctx.settings.mode
    said = excerpt(policy.reason) or "no reason given"
    bans: list[Action] = [
        Ban(place=place.alias, person=who, reason=f"named on the list {rule.place}: {said}")
        for place in hall.rooms(ctx, who.platform)
    ]
    kept = Remember(key=f"hit/{who.key}", value={"mode": str(mode), "rule": rule.title}, about=who.key)
    return Outcome(said, (*bans, kept), rule=excerpt(rule.title), watch=mode is Mode.WATCH)


async def _done(ctx: Policies, who: Author) -> bool:
    """Whether nothing more is to be done about somebody: it was done before, or the community's own people decided.

    What was only shown while watching is done once the lists are enforced.
    """
    if who.role >= Role.TRUSTED or await ctx.recall(f"spared/{who.key}") is not None:
        return True
    hit = await ctx.recall(f"hit/{who.key}")
    before = hit.get("mode") if isinstance(hit, dict) else None
    if before in {Mode.ENFORCE, ctx.settings.mode}:
        return True
    return any(
        isinstance(stored.action, Ban) and stored.undone_by is not None
        for case in await ctx.cases(who, alone=True, kinds=("ban",))
        for stored in case.actions
    )


async def _print(ctx: Policies) -> str | None:
    """A short print of all rules that are followed, and how; None when there is no list. One that cannot be had now counts as another."""
    texts = [f"{ctx.settings.mode} {ctx.settings.at_most} {ctx.settings.server_acl}"]
    places = hall.followed(ctx)
    for place in places:
        policies = await ctx.policies(place.alias)
        rules = [f"{p.kind} {p.entity} {p.recommendation}" for p in policies or ()]
        texts += [f"{place.alias} {policies is None}", *sorted(rules)]
    return _digest("\n".join(texts)) if places else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _forget_the_look() -> Remember:
    return Remember(key=LOOKED, value=None)


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """`text` in one line, cut at `length` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list would do now: whom it names, by the rule that does, and what is not followed."""

    hits: tuple[tuple[Author, Rule], ...]
    refused: tuple[Finding, ...]


async def preview(ctx: Policies, rules: Sequence[Rule], platform: Platform) -> Preview | None:
    """Whom these rules would hit now, without doing anything; None when the rooms do not tell who is in them."""
    here = await hall.hall(ctx, platform)
    if here is None:
        return None
    found = await findings(rules, here, ctx.settings.at_most)
    hits: dict[str, tuple[Author, Rule]] = {}
    for finding in found:
        for who in finding.people if not finding.refused else ():
            if who.role < Role.TRUSTED:
                hits.setdefault(who.key, (who, finding.rule))
    return Preview(tuple(hits.values()), tuple(one for one in found if one.refused))
