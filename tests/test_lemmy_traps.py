"""What Lemmy does that nobody would expect, and what the bot makes of it; each was found in the server's own code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import actions
from bot.demo.lemmy import LemmyError
from bot.demo.lemmy.call import Call
from bot.model import Message, Place, PlaceKind, Platform, Role
from bot.platforms.protocol import Refused
from bot.text import document
from tests.lemmy_town import AWAY, HOME, PLACES, Town, path, ref, spoken, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

BAN = ("POST", "/community/ban_user")


async def a_ban(it: Town, **lasting: float) -> actions.Ban:
    until = it.clock.now() + timedelta(**lasting) if lasting else None
    return actions.Ban(place="chat", person=await it.author("ana"), reason="spam", until=until)


async def test_a_ban_of_many_years_does_not_become_one_for_good() -> None:
    async with town() as it:
        await it.adapter.perform(await a_ban(it, days=36_500), "k")
        [until] = it.instance.where("freechat").bans.values()
        assert until is not None
        assert until > it.clock.now() + timedelta(days=3_600)


async def test_banning_and_unbanning_never_touch_what_somebody_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    """`remove_data` removes only part of it in 0.19, and removes it when unbanning, too."""
    sent: list[set[str]] = []
    answer = spoken()[BAN]

    def watched(call: Call) -> dict[str, object]:
        sent.append(set(call.args))
        return answer(call)

    async with town() as it:
        monkeypatch.setitem(spoken(), BAN, watched)
        number = it.instance.post(as_="ana", community="freechat", title="A question")
        ban = await a_ban(it)
        await it.adapter.perform(ban, "k1")
        await it.adapter.perform(actions.Unban(place="chat", person=ban.person, reason="appeal"), "k2")
        assert not it.instance.the_post(number).removed
    assert len(sent) == 2
    assert not {field for fields in sent for field in fields if "data" in field}


async def test_who_blocks_the_bot_gets_no_letter_and_is_banned_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def blocked(call: Call) -> dict[str, object]:
        raise LemmyError("person_is_blocked")

    async with town() as it:
        monkeypatch.setitem(spoken(), ("POST", "/private_message"), blocked)
        ban = await a_ban(it, days=3)
        letter = actions.Tell(place="chat", person=ban.person, text=document("You are banned."))
        with pytest.raises(Refused, match="the person blocks the bot's account"):
            await it.adapter.perform(letter, "k1")
        await it.adapter.perform(ban, "k2")
        assert len(it.instance.where("freechat").bans) == 1


async def test_a_community_of_another_server_is_followed_and_heard() -> None:
    """Without its type, a list holds what is on this server; and what nobody follows never arrives."""
    far = Place(Platform.LEMMY, "far", f"books@{AWAY}", PlaceKind.COMMUNITY, "free", "lemmy")
    async with town(places={"far": far}) as it:
        number = it.instance.post(as_=f"ben@{AWAY}", community=f"books@{AWAY}", title="Far away")
        comment = it.instance.comment(as_="ana", post=number, text="and back")
        assert await it.heard() == [f"Message post/{number}", f"Message comment/{comment}"]
        assert it.instance.who("folkmoot").id in it.instance.where(f"books@{AWAY}").followers


async def test_posts_that_were_read_already_are_still_heard_as_edited() -> None:
    """Reading a post marks it as read, and a list may leave out what was read."""
    async with town() as it:
        number = it.instance.post(as_="ana", community="freechat", title="A question", text="fine")
        await it.poll()
        assert await it.adapter.message(ref(f"post/{number}")) is not None
        it.later(minutes=1)
        it.instance.edit(as_="ana", ref=f"post/{number}", text="not fine")
        [edited] = await it.heard()
        assert edited.startswith("Edited ")


async def test_an_answer_that_also_names_the_bot_is_heard_once() -> None:
    """0.19 lists it as a mention and 1.0 as a reply; it stands in the community's list as well."""
    async with town() as it:
        number = it.instance.post(as_="ana", community="freechat", title="A question")
        said = it.instance.comment(as_="folkmoot", post=number, text="I am the bot")
        await it.poll()
        asked = it.instance.comment(as_="ana", post=number, parent=said, text=f"@folkmoot@{HOME} help")
        assert await it.heard() == [f"Message comment/{asked}"]
        it.later(minutes=1)
        assert await it.heard() == []


async def test_somebody_whom_another_server_does_not_know_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lemmy 1.0 asks that server, and tells of the page that it got, as `unknown`."""

    def asked(call: Call) -> dict[str, object]:
        raise LemmyError("unknown", "Failed to parse object https://far.example/.well-known/webfinger")

    async with town() as it:
        who = ("GET", path("/user"))
        monkeypatch.setitem(spoken(), who, asked)
        assert await it.adapter.person("@typo@far.example", "chat") is None
        with pytest.raises(Refused):
            await it.adapter.person("typo", "chat")


async def test_a_community_that_another_server_does_not_know_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Likewise."""

    def unknown(call: Call) -> dict[str, object]:
        del call
        raise LemmyError("unknown", "Failed to parse object https://other.example/.well-known/webfinger")

    async with town(opened=False) as it:
        with monkeypatch.context() as patch:
            patch.setitem(spoken(), ("GET", "/community"), unknown)
            other = Place(Platform.LEMMY, "chat", f"nobody@{AWAY}", PlaceKind.COMMUNITY, "free", "lemmy")
            it.adapter.places = {"chat": other}
            with pytest.raises(Refused, match=f"knows no community 'nobody@{AWAY}'"):
                await it.adapter.open()
        it.adapter.places = dict(PLACES)
        await it.adapter.open()
        monkeypatch.setitem(spoken(), ("GET", "/community"), unknown)
        assert await it.adapter.newest(f"nobody@{AWAY}") == []


async def test_a_moderator_of_another_moot_has_no_power_in_private() -> None:
    """One account may serve two; its private messages belong to the first."""
    other = Place(Platform.LEMMY, "books", "elsewhere", PlaceKind.COMMUNITY, "readers", "lemmy")
    async with town(opened=False, places={**PLACES, "books": other}) as it:
        it.instance.appoint(as_="admin", community="elsewhere", who="ana")
        await it.adapter.open()
        await it.poll()
        for who in ("ana", "mia", "admin"):
            it.instance.private_message(as_=who, to="folkmoot", text="!ban ben")
        heard = [o.author for o in await it.poll() if isinstance(o, Message)]
        assert [author.role for author in heard] == [Role.EVERYONE, Role.MODERATOR, Role.OWNER]
        ana = await it.adapter.refresh(heard[0], "books")
        assert ana.role is Role.MODERATOR
        assert (await it.adapter.refresh(ana, "lemmy.private")).role is Role.EVERYONE
