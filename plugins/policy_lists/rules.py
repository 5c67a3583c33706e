"""Whom the rules of a list name, and which of them go too far to be followed. Decides, and does nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.api import Author, Policy, PolicyKind, Role
from plugins.policy_lists.globs import Glob

#: The recommendation that is followed; others have no agreed meaning.
BAN = "m.ban"

#: So many people are held against a rule before others get their turn.
_CHUNK = 200


@dataclass(frozen=True)
class Rule:
    """A rule that asks for a ban, and the name of the place of the list on which it stands."""

    place: str
    policy: Policy

    @property
    def title(self) -> str:
        return f"{self.place}: {self.policy.entity}"

    @cached_property
    def glob(self) -> Glob:
        return Glob(self.policy.entity)

    @cached_property
    def is_literal(self) -> bool:
        """Whether it can name but one; most rules of a long list do, and need no pattern."""
        return "*" not in self.policy.entity and "?" not in self.policy.entity

    def names(self, person: Author) -> bool:
        """Whether it is about that person, or about their server."""
        texts = servers(person.id) if self.policy.kind is PolicyKind.SERVER else [person.id]
        return any(map(self.fits, texts))

    def fits(self, text: str) -> bool:
        """Whether `text`, an id or a server's name, is of the form that it asks for."""
        return self.policy.entity.lower() == text.lower() if self.is_literal else self.glob.matches(text)


def binding(place: str, policies: Iterable[Policy]) -> list[Rule]:
    """Those of a list's rules that ask for a ban of people or servers."""
    kinds = {PolicyKind.USER, PolicyKind.SERVER}
    return [Rule(place, one) for one in policies if one.recommendation == BAN and one.kind in kinds]


def servers(ident: str) -> list[str]:
    """The server in `@name:server:port`, with and without its port; nothing where the id has none."""
    server = ident.partition(":")[2]
    return list(dict.fromkeys([server, re.sub(r":\d+$", "", server)])) if server else []


@dataclass(frozen=True, slots=True)
class Hall:
    """Who is here: ourselves, and everybody in the community's rooms on one platform, moderators among them."""

    me: Author | None
    people: Sequence[Author]
    moderators: Sequence[Author] = field(default=())


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule and whom it names here. `refused` says why it is not followed."""

    rule: Rule
    people: tuple[Author, ...]
    refused: str | None


async def findings(rules: Sequence[Rule], hall: Hall, at_most: int) -> list[Finding]:
    """What each rule comes to, those left out that name nobody. Lets others have their turn in between."""
    by_id: dict[str, list[Author]] = {}
    for person in {p.key: p for p in (*hall.people, *hall.moderators)}.values():
        by_id.setdefault(person.id.lower(), []).append(person)
    by_server: dict[str, list[Author]] = {}
    for person in (person for people in by_id.values() for person in people):
        for server in servers(person.id):
            by_server.setdefault(server, []).append(person)
    here = {person.key for person in hall.people}
    found: list[Finding] = []
    for number, rule in enumerate(rules):
        if rule.policy.kind is PolicyKind.USER and rule.is_literal:
            named = by_id.get(rule.policy.entity.lower(), [])
            if number % _CHUNK == 0:
                await asyncio.sleep(0)
        else:
            named = await _named(rule, by_server if rule.policy.kind is PolicyKind.SERVER else by_id)
        refused = _refusal(rule, named, hall.me, at_most)
        if named or refused:
            found.append(Finding(rule, tuple(person for person in named if person.key in here), refused))
    return found


async def _named(rule: Rule, texts: Mapping[str, Sequence[Author]]) -> list[Author]:
    """Those of the people, given by their ids or servers, whom a rule names."""
    named: dict[str, Author] = {}
    for number, (text, people) in enumerate(texts.items()):
        if rule.fits(text):
            named |= {person.key: person for person in people}
        if number % _CHUNK == 0:
            await asyncio.sleep(0)
    return list(named.values())


def _refusal(rule: Rule, named: Sequence[Author], me: Author | None, at_most: int) -> str | None:
    """Why a rule is not followed: it turns against ourselves, or against half of the community."""
    if me is not None and rule.names(me):
        return "it names my own server" if rule.policy.kind is PolicyKind.SERVER else "it names me"
    moderator = next((person for person in named if person.role >= Role.MODERATOR), None)
    if moderator is not None:
        return f"it names {moderator.name}, who is a moderator here"
    if len(named) > at_most:
        return f"it would hit {len(named)} people here, and at most {at_most} are allowed"
    return None
