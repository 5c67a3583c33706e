"""Policy lists: what moderators elsewhere have listed is shown, or acted upon, carefully; and own bans are published."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.api import Act, PlaceKind, PolicyKind
from bot.testing import DefaultTests, Moot, script
from plugins.policy_lists import plugin

PLACES: Mapping[str, object] = {
    "freechat": {"account": "memory", "community": "freechat"},
    "lounge": {"account": "memory", "room": "lounge"},
    "modroom": {"account": "memory", "room": "modroom"},
    "badlist": {"account": "memory", "policy": "badlist"},
    "ourlist": {"account": "memory", "policy": "ourlist"},
}
FREELY = {"hold_permanent_bans": False, "bans_per_hour": 3}


def moot(*, limits: Mapping[str, object] | None = None, roles: object = None, **settings: object) -> Moot:
    """A community that follows the list `badlist`; bans for good need nobody's consent unless `limits` say so."""
    config = {
        "places": PLACES,
        "limits": FREELY if limits is None else limits,
        **({"roles": roles} if roles else {}),
    }
    town = Moot(plugins={"policy_lists": settings, "moderation": {}}, config=config)
    town.world.add_place("ourlist", PlaceKind.POLICY)
    return town


class TestPlugin(DefaultTests):
    plugin = plugin


async def test_while_watching_whoever_joins_is_only_shown_once() -> None:
    async with moot() as town:
        town.publish("spam*", "sells watches")
        town.skip()
        await town.member("SpamLord").joins()
        await town.member("SpamLord").joins()
        assert town.transcript() == script("""
            lounge | SpamLord joins
            modroom | bot: Only watching — would: ban SpamLord from freechat for good; ban SpamLord from lounge for good (rule “badlist: spam*”: sells watches)
            lounge | SpamLord joins
        """)


async def test_enforced_a_list_bans_who_joins_everywhere_with_a_case() -> None:
    async with moot(mode="enforce") as town:
        town.publish("spam*", "sells watches")
        town.skip()
        await town.member("spamlord").joins()
        assert town.transcript() == script("""
            lounge | spamlord joins
            freechat | bot bans spamlord for good (named on the list badlist: sells watches — case #1; to appeal, write to me: appeal #1)
            lounge | bot bans spamlord for good (named on the list badlist: sells watches — case #1; to appeal, write to me: appeal #1)
            modroom | bot: Case #1 — ban spamlord from freechat for good; ban spamlord from lounge for good (rule “badlist: spam*”: sells watches)
        """)


async def test_by_default_a_moderator_decides_about_a_ban_for_good() -> None:
    async with moot(mode="enforce", limits={}) as town:
        mo = town.moderator("mo")
        town.publish("spam*")
        await town.member("spamlord").joins()
        assert "bans spamlord" not in town.transcript()
        await mo.says("!approve #1", place="modroom")
        assert "lounge | bot bans spamlord for good" in town.transcript()


async def test_a_new_rule_is_held_against_everybody_who_is_here_a_case_for_each() -> None:
    async with moot(mode="enforce") as town:
        town.member("ana"), town.member("spam1"), town.member("spam2")
        town.publish("spam1"), town.publish("SPAM2")
        await town.advance(minutes=5)
        told = town.transcript()
        assert "Case #1 — ban spam1 from freechat for good" in told
        assert "Case #2 — ban spam2 from freechat for good" in told
        assert "ban ana" not in told
        await town.advance(minutes=30)
        assert town.transcript() == ""


async def test_more_bans_than_an_hour_allows_wait_for_a_moderator_also_when_they_come_at_once() -> None:
    async with moot(mode="enforce") as town:
        for number in range(5):
            town.member(f"spam{number}")
            town.publish(f"spam{number}")
        await town.advance(minutes=5)
        told = town.transcript()
        assert [told.count(f"lounge | bot bans spam{n} for good") for n in range(5)] == [1, 1, 1, 0, 0]
        assert told.count("More than 3 bans within an hour: a moderator decides.") == 2


async def test_many_hits_come_in_portions() -> None:
    async with moot() as town:
        for number in range(25):
            town.member(f"spam{number}")
            town.publish(f"spam{number}")
        counts = []
        for _ in range(4):
            await town.advance(minutes=5)
            counts.append(town.transcript().count("Only watching"))
        assert counts == [10, 10, 5, 0]


async def test_whom_a_moderator_lets_back_in_stays() -> None:
    async with moot(mode="enforce") as town:
        mo = town.moderator("mo")
        town.publish("spam*")
        spam = town.member("spamlord")
        await spam.joins()
        await mo.says("!unban @spamlord they are fine", place="modroom")
        town.skip()
        await spam.joins()
        town.publish("spamlord", "again")
        await town.advance(minutes=10)
        assert "bans" not in town.transcript()


@pytest.mark.parametrize("by_command", [True, False])
async def test_whoever_was_let_back_in_before_the_list_named_them_stays(by_command: bool) -> None:
    async with moot(mode="enforce") as town:
        mo, spam = town.moderator("mo"), town.member("spamlord")
        if by_command:
            await mo.says("!ban @spamlord for now", place="modroom")
            await mo.says("!unban @spamlord", place="modroom")
        else:
            await mo.sanctions("spamlord", Act.UNBAN)
        town.publish("spam*")
        town.skip()
        await spam.joins()
        await town.advance(minutes=10)
        assert "bans" not in town.transcript()


async def test_what_was_only_shown_is_done_once_the_list_is_enforced() -> None:
    async with moot(mode="watch") as town:
        town.member("spamlord")
        town.publish("spam*")
        await town.advance(minutes=5)
        assert "would: ban spamlord" in town.transcript()
        ledger = town.ledger
        later = moot(mode="enforce")
        later.world, later.clock, later._ledger = town.world, town.clock, ledger
        await later._start()
        town.skip()
        await later.advance(minutes=5)
        assert "lounge | bot bans spamlord for good" in town.transcript()


REFUSED = [
    ("*", PolicyKind.USER, "it names me"),
    ("FOLK*", PolicyKind.USER, "it names me"),
    ("m?", PolicyKind.USER, "it names mo, who is a moderator here"),
    ("di", PolicyKind.USER, "it names di, who is a moderator here"),
    ("extra", PolicyKind.USER, "it names extra, who is a moderator here"),
    ("ana?", PolicyKind.USER, "it would hit 3 people here, and at most 2 are allowed"),
]


@pytest.mark.parametrize(("entity", "kind", "why"), REFUSED)
async def test_a_rule_that_goes_too_far_is_refused_and_told_once(
    entity: str, kind: PolicyKind, why: str
) -> None:
    async with moot(mode="enforce", at_most=2, roles={"moderators": ["extra"]}) as town:
        for name in ("ana1", "ana2", "ana3", "extra"):
            town.member(name)
        town.moderator("mo")
        town.world.admit("modroom", "di", town.world.role("modroom", "mo"))
        town.publish(entity, kind=kind)
        await town.advance(minutes=5)
        assert town.transcript() == script(f"""
            modroom | bot: I do not follow the rule {entity} of badlist: {why}.
        """)
        await town.member("ana3").joins()
        town.publish("nobody")
        await town.advance(minutes=5)
        assert town.transcript() == script("lounge | ana3 joins")


async def test_trusted_members_and_other_recommendations_are_left_alone() -> None:
    async with moot(mode="enforce", roles={"trusted": ["ana"]}) as town:
        ana = town.member("ana")
        town.publish("ana")
        town.world.rules["badlist"].append(
            type(town.world.rules["badlist"][0])(PolicyKind.USER, "bo", "m.takedown")
        )
        town.publish("bo", kind=PolicyKind.ROOM)
        await ana.joins()
        await town.member("bo").joins()
        await town.advance(minutes=5)
        assert "bot" not in town.transcript()


async def test_commands_look_at_lists_and_try_them_out() -> None:
    async with moot(follow=["badlist", "ourlist", "lost"]) as town:
        mo, _ = town.moderator("mo"), town.member("spamlord")
        town.publish("spam*", "sells watches")
        town.publish("m*")
        town.publish("evil.example", kind=PolicyKind.SERVER)
        town.skip()
        for words in ("", " preview badlist", " preview nosuch", " check @spamlord", " check @mo"):
            await mo.says(f"!policies{words}", place="modroom")
        assert town.transcript() == script("""
            modroom | mo: !policies
            modroom | bot → mo: - badlist: 2 about people, 1 about servers
                - ourlist: no rules
                They are only watched: nobody is banned for them.
                There is no list called lost here.
            modroom | mo: !policies preview badlist
            modroom | bot → mo: badlist would hit 1 person who is here now.
                - spamlord: spam*, sells watches
                These rules are not followed:
                - m*: it names mo, who is a moderator here
            modroom | mo: !policies preview nosuch
            modroom | bot → mo: There is no list called “nosuch”. Followed are: badlist, ourlist.
            modroom | mo: !policies check @spamlord
            modroom | bot → mo: spamlord is named by:
                - badlist: spam*, sells watches
            modroom | mo: !policies check @mo
            modroom | bot → mo: mo is named by:
                - badlist: m*, no reason given
        """)


async def test_lists_are_for_moderators() -> None:
    async with moot(publish_to="badlist") as town:
        ana = town.member("ana")
        town.member("bo")
        town.skip()
        for words in ("", " preview badlist", " check @bo", " add @bo", " remove @bo"):
            await ana.says(f"!policies{words}")
        assert town.transcript().count("is for moderators.") == 5
        assert town.world.rules.get("badlist", []) == []


# -- publishing


async def test_a_ban_for_good_is_published_and_comes_off_when_it_is_taken_back() -> None:
    async with moot(publish_to="badlist") as town:
        mo = town.moderator("mo")
        town.member("ana"), town.member("bo")
        await town.advance(minutes=5)
        await mo.says("!ban @bo 3d spam", place="modroom")
        await mo.says("!ban @ana endless advertising", place="modroom")
        town.skip()
        await town.advance(minutes=5)
        assert town.transcript() == script("""
            modroom | bot: Case #3 — put ana on the list badlist (policy_lists: banned for good in case #2)
            badlist | bot lists ana (endless advertising)
        """)
        await mo.says("!undo #2", place="modroom")
        town.skip()
        await town.advance(minutes=5)
        assert town.transcript() == script("""
            badlist | bot takes ana off the list (undone: endless advertising)
            modroom | bot: ana is taken off badlist: the ban of case #2 does not stand any more.
        """)
        assert town.world.rules["badlist"] == []


async def test_bans_from_before_anybody_thought_of_publishing_stay_at_home() -> None:
    async with moot(publish_to="badlist") as town:
        mo = town.moderator("mo")
        town.member("ana")
        await mo.says("!ban @ana", place="modroom")
        await town.advance(minutes=10)
        assert town.world.rules.get("badlist", []) == []


async def test_a_ban_by_hand_is_published_too_and_its_end_by_hand_withdraws_it() -> None:
    async with moot(publish_to="badlist") as town:
        mo = town.moderator("mo")
        town.member("ana")
        await town.advance(minutes=5)
        await mo.sanctions("ana", Act.BAN, "advertising")
        await town.advance(minutes=5)
        assert [rule.entity for rule in town.world.rules["badlist"]] == ["ana"]
        await mo.sanctions("ana", Act.UNBAN)
        await town.advance(minutes=5)
        assert town.world.rules["badlist"] == []


async def test_what_a_list_brought_is_not_published_as_our_own() -> None:
    async with moot(mode="enforce", publish_to="badlist") as town:
        town.publish("spam*")
        await town.advance(minutes=5)
        await town.member("spamlord").joins()
        await town.advance(minutes=10)
        assert [rule.entity for rule in town.world.rules["badlist"]] == ["spam*"]


async def test_whom_a_followed_list_names_is_not_published_by_us() -> None:
    """Another bot in the same room may ban for that list: to us that is a ban by hand."""
    async with moot(publish_to="ourlist", mode="watch") as town:
        mo = town.moderator("mo")
        town.member("spamlord")
        town.publish("spam*")
        await town.advance(minutes=5)
        await mo.sanctions("spamlord", Act.BAN, "on a list")
        await town.advance(minutes=10)
        assert town.world.rules.get("ourlist", []) == []


async def test_a_publication_can_be_taken_back_alone_and_is_not_repeated() -> None:
    async with moot(publish_to="badlist") as town:
        mo = town.moderator("mo")
        town.member("ana")
        await town.advance(minutes=5)
        await mo.says("!ban @ana", place="modroom")
        await town.advance(minutes=5)
        await mo.says("!undo #2", place="modroom")
        await town.advance(minutes=10)
        assert town.world.rules["badlist"] == []
        assert ("lounge", "ana") in town.world.banned


async def test_moderators_publish_by_hand() -> None:
    async with moot(publish_to="badlist") as town:
        mo, _ = town.moderator("mo"), town.member("ana")
        town.skip()
        await mo.says("!policies add @ana advertising everywhere", place="modroom")
        await mo.says("!policies add @mo", place="modroom")
        await mo.says("!policies remove @ana a mistake", place="modroom")
        assert town.transcript() == script("""
            modroom | mo: !policies add @ana advertising everywhere
            modroom | bot: Case #1 — put ana on the list badlist (by mo: advertising everywhere)
            modroom | bot → mo: ana is put on badlist: case #1.
            badlist | bot lists ana (advertising everywhere)
            modroom | mo: !policies add @mo
            modroom | bot → mo: Not done (put mo on the list badlist): that is you.
            modroom | mo: !policies remove @ana a mistake
            badlist | bot takes ana off the list (undone: advertising everywhere)
            modroom | bot → mo: ana is taken off badlist.
        """)


async def test_undoing_a_publication_leaves_what_others_had_put_there() -> None:
    async with moot(publish_to="badlist") as town:
        mo, _ = town.moderator("mo"), town.member("ana")
        town.publish("ana", "their own reasons")
        await mo.says("!policies add @ana", place="modroom")
        await mo.says("!undo #1", place="modroom")
        assert [rule.reason for rule in town.world.rules["badlist"]] == ["their own reasons"]
        await mo.says("!policies remove @ana", place="modroom")
        assert town.world.rules["badlist"] == []


async def test_without_a_list_of_ones_own_nothing_is_published() -> None:
    async with moot(publish_to="lounge") as town:
        mo, _ = town.moderator("mo"), town.member("ana")
        await town.advance(minutes=5)
        await mo.says("!ban @ana", place="modroom")
        await town.advance(minutes=5)
        await mo.says("!policies add @ana", place="modroom")
        assert "Nothing is published: lounge is no list of this community." in town.transcript()


async def test_whole_servers_are_shut_out_only_where_that_is_asked_for_and_a_moderator_agrees() -> None:
    async with moot() as town:
        town.publish("*.spam.example", kind=PolicyKind.SERVER)
        town.skip()
        await town.advance(minutes=5)
        assert town.transcript() == "", "off by default"

    async with moot(mode="enforce", server_acl=True) as town:
        mo = town.moderator("mo")
        town.publish("*.Spam.example", kind=PolicyKind.SERVER)
        town.publish("rude.example", kind=PolicyKind.SERVER)
        town.skip()
        await town.advance(minutes=5)
        await mo.says("!approve #1", place="modroom")
        await town.advance(minutes=5)
        town.publish("evil.example", kind=PolicyKind.SERVER)
        await town.advance(minutes=5)
        await mo.says("!reject #2", place="modroom")
        await mo.says("!undo #1", place="modroom")
        assert town.transcript() == script("""
            modroom | bot: Your decision #1 — proposed: shut the servers *.spam.example, rude.example out of freechat; shut the servers *.spam.example, rude.example out of lounge (policy_lists: named on the list badlist)
                Proposed: a moderator decides. Put ✅ or ❌ below this, or say !approve or !reject #1.
            modroom | mo: !approve #1
            freechat | bot shuts out *.spam.example, rude.example (named on the list badlist)
            lounge | bot shuts out *.spam.example, rude.example (named on the list badlist)
            modroom | bot → mo: Case #1 is approved.
            modroom | bot: Your decision #2 — proposed: shut the server evil.example out of freechat; shut the server evil.example out of lounge (policy_lists: named on the list badlist)
                Proposed: a moderator decides. Put ✅ or ❌ below this, or say !approve or !reject #2.
            modroom | mo: !reject #2
            modroom | bot → mo: Case #2 is rejected.
            modroom | mo: !undo #1
            lounge | bot lets in again *.spam.example, rude.example (undone: named on the list badlist)
            freechat | bot lets in again *.spam.example, rude.example (undone: named on the list badlist)
            modroom | bot → mo: Case #1 is taken back.
            """)


async def test_while_watching_servers_are_only_shown() -> None:
    async with moot(server_acl=True) as town:
        town.publish("rude.example", kind=PolicyKind.SERVER)
        town.skip()
        await town.advance(minutes=5)
        await town.advance(minutes=5)
        assert town.transcript() == script("""
            modroom | bot: Only watching — would: shut the server rude.example out of freechat; shut the server rude.example out of lounge (policy_lists: named on the list badlist)
            """)
