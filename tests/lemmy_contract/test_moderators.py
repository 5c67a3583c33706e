"""What human moderators do on the server's own pages reaches the bot, and what the bot does itself is no news."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import actions
from bot.actions import Capability
from bot.clock import SystemClock
from bot.model import Act, Removed, Reported, Resolved, Restored, Sanctioned
from tests.lemmy_contract.driver_v4 import V4
from tests.lemmy_contract.town import town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]


async def test_a_ban_by_hand_tells_whom_who_why_and_until_when(server: str) -> None:
    async with town(server) as it:
        until = SystemClock().now().replace(microsecond=0) + timedelta(days=3)
        await it.driver.ban(it.mia, it.community, it.ana.id, "rude", until=until)
        ban = await it.next(Sanctioned)
        assert (ban.act, ban.person.id, ban.reason, ban.until) == (Act.BAN, it.ana.actor, "rude", until)
        assert ban.by is not None
        assert ban.by.id == it.mia.actor
        assert ban.place.alias == "chat"

        await it.driver.ban(it.max, it.community, it.ben.id, "spam")
        ban = await it.next(Sanctioned)
        assert (ban.act, ban.person.id, ban.until) == (Act.BAN, it.ben.actor, None)

        await it.driver.ban(it.mia, it.community, it.ana.id, "appeal", on=False)
        lifted = await it.next(Sanctioned)
        assert (lifted.act, lifted.person.id, lifted.reason) == (Act.UNBAN, it.ana.actor, "appeal")
        assert await it.poll() == []


async def test_a_longer_ban_on_top_of_one_is_heard_too(server: str) -> None:
    async with town(server) as it:
        first = SystemClock().now().replace(microsecond=0) + timedelta(days=3)
        later = first + timedelta(days=4)
        await it.driver.ban(it.mia, it.community, it.ana.id, "rude", until=first)
        await it.driver.ban(it.mia, it.community, it.ana.id, "rude again", until=later)
        heard = [o for o in await it.poll() if isinstance(o, Sanctioned)]
        assert [(o.act, o.reason, o.until) for o in heard] == [
            (Act.BAN, "rude", first),
            (Act.BAN, "rude again", later),
        ]


async def test_what_a_moderator_brings_back_is_heard(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "harmless")
        await it.poll()
        ana = await it.author(it.ana)
        for ref in (it.ref(f"comment/{comment}"), it.ref(f"post/{number}")):
            await it.adapter.perform(actions.Remove(ref=ref, person=ana, reason="rule 1"), "k1")
            assert await it.poll() == []
            await it.driver.remove(it.mia, ref.id, "it was fine", on=False)
            back = await it.next(Restored)
            assert (back.ref, back.reason) == (ref, "it was fine")
            assert back.by is not None
            assert back.by.id == it.mia.actor
        assert await it.poll() == []


async def test_a_report_that_a_moderator_closes_is_closed_for_the_bot_too(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "rude")
        await it.poll()
        for kind, ident in (("post", number), ("comment", comment)):
            report = await it.driver.report(it.ben, f"{kind}/{ident}", "look at this")
            await it.next(Reported)
            await it.driver.resolve(it.mia, kind, report)
            closed = await it.next(Resolved)
            assert closed.ref == it.ref(f"{kind}/{ident}")
            assert closed.by is None or closed.by.id == it.mia.actor
        assert await it.poll() == []


async def test_the_bot_closes_all_reports_about_something(server: str) -> None:
    async with town(server) as it:
        assert Capability.REPORTS in it.adapter.capabilities
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "rude")
        for who, ref, reason in (
            (it.ben, f"post/{number}", "one"),
            (it.max, f"post/{number}", "two"),
            (it.ben, f"comment/{comment}", "three"),
        ):
            await it.driver.report(who, ref, reason)
        assert len([o for o in await it.poll() if isinstance(o, Reported)]) == 3
        await it.adapter.perform(actions.Resolve(ref=it.ref(f"post/{number}")), "k1")
        assert await it.driver.open_reports(it.mia, it.community) == ["three"]
        await it.adapter.perform(actions.Resolve(ref=it.ref(f"post/{number}")), "k2")  # so already
        await it.adapter.perform(actions.Resolve(ref=it.ref(f"comment/{comment}")), "k3")
        assert await it.driver.open_reports(it.mia, it.community) == []
        assert [o for o in await it.poll() if isinstance(o, Resolved)] == []


async def test_a_removal_closes_the_reports_about_what_was_removed(server: str) -> None:
    async with town(server) as it:
        comment = await it.driver.comment(it.ana, await it.a_post(), "rude")
        await it.driver.report(it.ben, f"comment/{comment}", "look at this")
        await it.poll()
        await it.driver.remove(it.mia, f"comment/{comment}", "rule 1")
        assert await it.driver.open_reports(it.mia, it.community) == []
        heard = await it.poll()
        assert [o.ref.id for o in heard if isinstance(o, Removed)] == [f"comment/{comment}"]


async def test_what_the_bot_does_itself_is_no_news(server: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        ref = it.ref(f"post/{await it.a_post()}")
        await it.poll()
        for act in (
            actions.Ban(place="chat", person=ana, reason="spam", until=None),
            actions.Unban(place="chat", person=ana, reason="appeal"),
            actions.Remove(ref=ref, person=ana, reason="rule 1"),
            actions.Restore(ref=ref, reason="a mistake"),
            actions.Lock(ref=ref, reason="heated"),
        ):
            await it.adapter.perform(act, act.kind)
            assert await it.poll() == []


async def test_what_moderators_did_while_the_bot_was_down_is_heard_after(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "rude")
        await it.poll()
        await it.driver.remove(it.mia, f"comment/{comment}", "rule 1")
        await it.driver.ban(it.mia, it.community, it.ana.id, "rule 1")
        await it.restart()
        heard = await it.poll()
        assert {type(o) for o in heard} == {Removed, Sanctioned}
        assert await it.poll() == []


async def test_a_warning_by_hand_is_heard_where_the_server_has_them(server: str) -> None:
    async with town(server) as it:
        if not isinstance(it.driver, V4):
            assert Capability.NATIVE_WARN not in it.adapter.capabilities
            return
        comment = await it.driver.comment(it.ana, await it.a_post(), "rude")
        await it.poll()
        await it.driver.warn(it.mia, f"comment/{comment}", "be kind")
        warning = await it.next(Sanctioned)
        assert (warning.act, warning.person.id, warning.reason) == (Act.WARN, it.ana.actor, "be kind")
        assert warning.about == it.ref(f"comment/{comment}")
