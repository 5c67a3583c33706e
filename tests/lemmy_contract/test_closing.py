"""A whole community is locked down: nobody but its moderators posts there, and its own setting is never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import actions
from bot.clock import SystemClock
from bot.platforms.protocol import Refused
from tests.lemmy_contract.driver import Said
from tests.lemmy_contract.hall import hall
from tests.lemmy_contract.town import Town, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]

CLOSE = actions.Lockdown(place="chat", reason="a raid")
REOPEN = actions.Reopen(place="chat", reason="over")


async def may_post(it: Town) -> bool:
    try:
        await it.a_post("May I?")
    except Said as no:
        if no.name != {"v3": "only_mods_can_post_in_community", "v4": "not_a_moderator"}[it.generation]:
            raise
        return False
    return True


async def test_members_cannot_post_until_it_is_reopened_and_may_comment(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        since = SystemClock().now()
        assert await it.adapter.find(CLOSE, "k1", since, frozenset()) is None
        await it.adapter.perform(CLOSE, "k1")
        assert await it.adapter.find(CLOSE, "k1", since, frozenset()) is not None
        assert not await may_post(it)
        await it.driver.comment(it.ana, number, "and here?")
        await it.driver.post(it.max, it.community, "A moderator may")
        await it.adapter.perform(REOPEN, "k2")
        await it.adapter.perform(REOPEN, "k2")
        assert await may_post(it)


async def test_a_community_that_is_closed_by_its_own_settings_stays_so(server: str) -> None:
    async with town(server) as it:
        await it.driver.close(it.mia, it.community)
        with pytest.raises(Refused, match="by the community's settings"):
            await it.adapter.perform(CLOSE, "k1")
        later = SystemClock().now() + timedelta(hours=1)
        assert await it.adapter.find(CLOSE, "k1", later, frozenset()) is None
        assert not await may_post(it)


async def test_without_rights_it_is_refused_with_a_sentence(server: str) -> None:
    async with town(server) as it:
        await it.driver.appoint(it.mia, it.community, it.bot.id, on=False)
        with pytest.raises(Refused, match="a moderator has to appoint it"):
            await it.adapter.perform(CLOSE, "k1")
        assert await may_post(it)


async def test_by_a_word_from_the_moderators_room_with_an_end(server: str) -> None:
    async with hall(server) as here:
        await here.says("!lockdown 30m in chat")
        assert not await may_post(here.town)
        assert "only moderators can post, comments go on, until" in here.lines()[-1]
        await here.says("!lockdown 2h in chat")
        assert "is locked down already" in here.lines()[-1]
        here.town.clock.by += timedelta(minutes=31)
        await here.settle()
        assert await may_post(here.town)
        await here.driver.close(here.town.mia, here.town.community)
        await here.says("!lockdown 30m in chat")
        assert any("only moderators may post there already" in line for line in here.lines())
        here.town.clock.by += timedelta(minutes=31)
        await here.settle()
        assert not await may_post(here.town), "nothing of ours is there to be taken back"
