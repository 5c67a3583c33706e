"""What people, servers and accidents put before the adapter: a clear line for the operator, no crash, no loop, no duplicate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import actions
from bot.model import Act, Message, Place, PlaceKind, Platform, Removed, Reported, Resolved, Role, Sanctioned
from bot.text import document
from tests.lemmy_town import AWAY, HOME, PLACES, Town, path, ref, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

HELLO = document("Hello there")


def a_post(it: Town, **more: object) -> int:
    return it.instance.post(as_="ana", community="freechat", title="A question", **more)


# What people say


async def test_the_longest_post_of_emoji_is_heard_whole():
    async with town() as it:
        a_post(it, text="🌱" * 25_000)
        [post] = await it.poll()
        assert isinstance(post, Message)
        assert post.text == "🌱" * 25_000


async def test_a_comment_that_names_the_bot_a_thousand_times_is_one_command():
    async with town() as it:
        it.instance.comment(
            as_="ana", post=a_post(it), text=f"@folkmoot@{HOME} why 3\n" + f"@folkmoot@{HOME} " * 400
        )
        _, comment = await it.poll()
        assert isinstance(comment, Message)
        assert comment.command is not None
        assert comment.command.startswith("why 3")


async def test_a_flood_of_mentions_is_heard_once_and_cleared_away_over_several_polls():
    async with town() as it:
        number = a_post(it)
        for count in range(70):
            it.later(seconds=1)
            it.instance.comment(as_="ana", post=number, text=f"@folkmoot@{HOME} number {count}")
        assert len(await it.poll()) == 71
        marks = (
            f"POST {path('/comment/mark_as_read')}",
            "POST /user/mention/mark_as_read",
            "POST /account/notification/mark_as_read",
        )
        cleared = []
        for _ in range(5):
            before = len(it.server.calls)
            it.later(minutes=1)
            assert await it.heard() == []
            cleared.append(sum(call in marks for call in it.server.calls[before:]))
        assert cleared == [20, 20, 20, 10, 0]


# What is gone


async def test_a_comment_that_is_deleted_between_reading_and_acting():
    async with town() as it:
        number = a_post(it)
        comment = it.instance.comment(as_="ana", post=number, text="rude")
        await it.poll()
        ana = await it.author("ana")
        it.instance.delete(as_="ana", ref=f"comment/{comment}")
        remove = actions.Remove(ref=ref(f"comment/{comment}"), person=ana, reason="rule 1")
        assert (await it.adapter.perform(remove, "k1")).detail.startswith("so already")
        reply = await it.adapter.perform(actions.Reply(to=ref(f"comment/{comment}"), text=HELLO), "k2")
        assert reply.ref == ref("comment/2")


async def test_a_community_that_vanished_is_told_once_an_hour_and_silences_no_other(caplog):
    far = Place(Platform.LEMMY, "far", f"books@{AWAY}", PlaceKind.COMMUNITY, "free", "lemmy")
    async with town(places={**PLACES, "far": far}) as it:
        del it.instance.communities[it.instance.where(f"books@{AWAY}").id]
        for _ in range(3):
            it.later(minutes=1)
            a_post(it)
            assert len(await it.poll()) == 1
        assert caplog.text.count("place far: the community books@other.example is gone") == 1
        it.later(hours=1)
        await it.poll()
        assert caplog.text.count("place far: the community books@other.example is gone") == 2


# What human moderators do


async def test_what_human_moderators_do_to_people_is_heard_and_what_the_bot_does_is_no_news():
    async with town() as it:
        a_post(it)
        await it.poll()
        it.later(minutes=1)
        until = it.clock.now() + timedelta(days=3)
        it.instance.ban(as_="mia", community="freechat", who="ana", reason="spam", until=until)
        it.instance.ban(as_="mia", community="freechat", who=f"ben@{AWAY}", on=False, reason="an appeal")
        max_ = await it.author("max")
        await it.adapter.perform(actions.Ban(place="chat", person=max_, reason="rule 1"), "k")
        ban, unban = await it.poll()
        assert isinstance(ban, Sanctioned)
        assert isinstance(unban, Sanctioned)
        assert (ban.act, ban.person.name, ban.until, ban.reason) == (Act.BAN, f"ana@{HOME}", until, "spam")
        assert ban.by is not None
        assert (ban.by.name, ban.by.role) == (f"mia@{HOME}", Role.MODERATOR)
        assert (unban.act, unban.person.name, unban.until) == (Act.UNBAN, f"ben@{AWAY}", None)
        it.later(hours=1)
        assert await it.heard() == []
        # After a restart the ledger gets the same keys again, and drops them.
        await it.restart()
        await it.adapter.open()
        assert {event.key for event in await it.poll()} >= {ban.key, unban.key}


async def test_a_report_that_a_moderator_closes_is_told_with_who_did_it():
    async with town() as it:
        number = a_post(it)
        it.instance.report(as_="max", ref=f"post/{number}", reason="off topic")
        it.instance.report(as_="max", ref=f"post/{number}", reason="rude")
        assert len(await it.poll()) == 3
        it.later(minutes=1)
        it.instance.close_report(as_="mia", report=it.instance.reports[1])
        [closed] = await it.poll()
        assert isinstance(closed, Resolved)
        assert (closed.ref, closed.id) == (ref(f"post/{number}"), "post_report/1")
        assert closed.by is not None
        assert closed.by.name == f"mia@{HOME}"
        # The bot's own closing is no news.
        await it.adapter.perform(actions.Resolve(ref=ref(f"post/{number}")), "k")
        assert it.instance.reports[2].resolved
        it.later(minutes=6)
        assert await it.heard() == []


async def test_one_report_comes_while_another_is_closed():
    """Their number is what it was: the next sweep tells them apart."""
    async with town() as it:
        number = a_post(it)
        it.instance.report(as_="max", ref=f"post/{number}", reason="one")
        assert len(await it.poll()) == 2
        it.instance.close_report(as_="mia", report=it.instance.reports[1])
        it.instance.report(as_="max", ref=f"post/{number}", reason="two")
        it.later(minutes=6)
        kinds = {type(event) for event in await it.poll()}
        assert kinds == {Reported, Resolved}


async def test_a_report_about_what_was_purged_is_closed_by_nobody():
    async with town() as it:
        number = a_post(it)
        it.instance.report(as_="max", ref=f"post/{number}", reason="one")
        await it.poll()
        del it.instance.reports[1]
        it.later(minutes=1)
        [closed] = await it.poll()
        assert isinstance(closed, Resolved)
        assert closed.by is None


# What goes wrong with our own memory


async def test_a_batch_that_could_not_be_stored_is_given_again_although_later_ones_were_polled():
    """The reader polls ahead of the ledger; where the ledger fails, it begins again at the stored cursor."""
    async with town() as it:
        stored = it.cursor
        a_post(it)
        first = await it.adapter.poll(stored, timedelta())
        it.later(minutes=1)
        a_post(it)
        await it.adapter.poll(first.cursor, timedelta())
        again = await it.adapter.poll(stored, timedelta())
        assert [event.key for event in again.occurrences] == [
            "message:lemmy:chat:post/1",
            "message:lemmy:chat:post/2",
        ]


async def test_polling_stays_within_its_share_of_a_small_limit():
    async with town() as it:
        it.adapter._client.pace.adopt({"message": 30, "message_per_second": 60}, it.clock.now())
        await it.poll()
        it.later(minutes=10)
        a_post(it)
        batch = await it.adapter.poll(it.cursor, timedelta())
        calls = it.adapter._client.calls
        assert isinstance(calls, int)
        # Four or five calls, of which thirty may be made in a minute: polling takes no more than two fifths of them.
        assert batch.again >= timedelta(seconds=20)


async def test_removed_and_restored_by_the_bot_is_no_news_but_by_a_human_it_is():
    async with town() as it:
        number = a_post(it)
        await it.poll()
        it.later(minutes=1)
        ana = await it.author("ana")
        await it.adapter.perform(actions.Remove(ref=ref(f"post/{number}"), person=ana, reason="rule 1"), "k")
        it.later(minutes=1)
        assert not any(isinstance(event, Removed) for event in await it.poll())
        it.instance.remove(as_="mia", ref=f"post/{number}", on=False, reason="no, it is fine")
        it.later(minutes=1)
        assert await it.heard() == ["Restored chat:mod_remove_post/2"]
