"""Which rules name whom, and which go too far: people with servers, as on Matrix."""

from __future__ import annotations

import pytest

from bot.api import Author, Platform, Policy, PolicyKind, Role
from plugins.policy_lists.rules import Hall, Rule, binding, findings, servers


def person(ident: str, role: Role = Role.EVERYONE) -> Author:
    return Author(Platform.MATRIX, ident, ident, role)


ME = person("@folkmoot:home.example")
ANA, BO = person("@ana:home.example"), person("@bo:far.example:8448")
MO = person("@mo:mods.example", Role.MODERATOR)


def user(entity: str) -> Rule:
    return Rule("badlist", Policy(PolicyKind.USER, entity, "m.ban"))


def server(entity: str) -> Rule:
    return Rule("badlist", Policy(PolicyKind.SERVER, entity, "m.ban"))


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (user("@bo:far.example:8448"), True),
        (user("@BO:FAR.example:8448"), True),
        (user("@bo:far.example"), False),
        (user("@b?:*"), True),
        (user("bo"), False),
        (server("far.example"), True),
        (server("far.example:8448"), True),
        (server("*.example"), True),
        (server("example"), False),
        (server("@bo:far.example:8448"), False),
    ],
)
def test_people_are_named_by_their_whole_id_or_by_their_server(rule: Rule, names: bool) -> None:
    assert rule.names(BO) is names


def test_servers_are_read_from_ids() -> None:
    assert servers("@a:b.c") == ["b.c"]
    assert servers("@a:[::1]:80") == ["[::1]:80", "[::1]"]
    assert servers("ana") == []


def test_only_bans_of_people_and_servers_bind() -> None:
    rules = [
        Policy(kind, "x", recommendation) for kind in PolicyKind for recommendation in ("m.ban", "m.takedown")
    ]
    assert [rule.policy.kind for rule in binding("badlist", rules)] == [PolicyKind.USER, PolicyKind.SERVER]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (server("home.example"), "it names my own server"),
        (server("*"), "it names my own server"),
        (user("*:home.example"), "it names me"),
        (user("@folkmoot:home.example"), "it names me"),
        (server("mods.*"), "it names @mo:mods.example, who is a moderator here"),
        (user("@mo:mods.example"), "it names @mo:mods.example, who is a moderator here"),
    ],
)
async def test_what_turns_against_ourselves_is_refused(rule: Rule, why: str) -> None:
    [found] = await findings([rule], Hall(ME, [ANA, BO], [MO]), 99)
    assert found.refused == why


async def test_a_moderator_who_is_only_known_among_the_moderators_is_never_among_the_hits() -> None:
    [found] = await findings([server("far.example")], Hall(ME, [ANA, BO], [MO]), 1)
    assert (found.people, found.refused) == ((BO,), None)


async def test_rules_that_name_nobody_here_come_to_nothing() -> None:
    assert await findings([user("@x:y"), server("y"), user("@*:y")], Hall(ME, [ANA, BO], [MO]), 1) == []


async def test_what_hits_too_many_is_refused() -> None:
    crowd = [person(f"@p{n}:far.example") for n in range(1200)]
    [found] = await findings([server("far.example")], Hall(ME, crowd), 5)
    assert found.refused == "it would hit 1200 people here, and at most 5 are allowed"
