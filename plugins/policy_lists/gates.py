"""Shutting whole servers out of the rooms, where that is asked for: proposed once, and decided by a moderator."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.api import Action, Capability, Outcome, Platform, PolicyKind, Remember, ShutOut
from plugins.policy_lists import hall
from plugins.policy_lists.hall import Policies
from plugins.policy_lists.rules import Finding, Rule
from plugins.policy_lists.settings import Mode

#: So many servers are proposed at a time: somebody has to read them.
TOGETHER = 20


async def shut_out(
    ctx: Policies, platform: Platform, rules: Sequence[Rule], found: Sequence[Finding]
) -> list[Outcome]:
    """A proposal for each list that names servers which were not proposed before; none where a rule is refused."""
    places = hall.rooms(ctx, platform, Capability.SERVERS)
    if not ctx.settings.server_acl or not places:
        return []
    refused = {finding.rule for finding in found if finding.refused}
    outcomes: list[Outcome] = []
    for alias in dict.fromkeys(rule.place for rule in rules):
        named = dict.fromkeys(
            rule.policy.entity.lower()
            for rule in rules
            if rule.place == alias and rule.policy.kind is PolicyKind.SERVER and rule not in refused
        )
        fresh = [server for server in named if not await _proposed(ctx, server)][:TOGETHER]
        if fresh:
            outcomes.append(_proposal(ctx, alias, fresh, [place.alias for place in places]))
    return outcomes


def _proposal(ctx: Policies, alias: str, servers: Sequence[str], places: Sequence[str]) -> Outcome:
    why, mode = f"named on the list {alias}", ctx.settings.mode
    acts: list[Action] = [ShutOut(place=place, servers=tuple(servers), reason=why) for place in places]
    kept = [Remember(key=_key(server), value=str(mode)) for server in servers]
    return Outcome(why, (*acts, *kept), propose=True, watch=mode is Mode.WATCH)


async def _proposed(ctx: Policies, server: str) -> bool:
    """Whether it was; what was only shown while watching is proposed once the lists are enforced."""
    return await ctx.recall(_key(server)) in {str(Mode.ENFORCE), str(ctx.settings.mode)}


def _key(server: str) -> str:
    return f"shut/{hashlib.sha256(server.encode()).hexdigest()[:32]}"
