"""What only Lemmy 1.0 has: its own warnings, idempotency keys, one inbox, fixed windows; and the traps that come with it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from bot import actions
from bot.model import Edited, Message, PlaceKind
from bot.platforms.lemmy.client import Repeated
from bot.platforms.lemmy.pacing import Kind
from bot.platforms.protocol import Busy, Unclear
from bot.text import document
from tests.lemmy_town import AWAY, HOME, Town, ref, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]

HELLO = document("Hello there")


@pytest.fixture(autouse=True)
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.lemmy_town.API", 4)


def a_post(it: Town, author: str = "ana", **more: object) -> int:
    return it.instance.post(as_=author, community="freechat", title="A question", **more)


async def warning(it: Town, who: str, about: str) -> actions.Warn:
    return actions.Warn(
        place="chat", person=await it.author(who), about=ref(about), rule="be kind", text=document("Strike 1")
    )


# Warnings


async def test_who_hears_of_the_servers_own_warning_is_told_nothing_else():
    async with town() as it:
        number = a_post(it)
        receipt = await it.adapter.perform(await warning(it, "ana", f"post/{number}"), "k")
        assert it.did() == ["warn post/1 Strike 1"]
        assert (receipt.ref, receipt.detail) == (None, "the server's own warning")


@pytest.mark.parametrize(
    ("software", "did"),
    [
        (("lemmy", "1.0.2"), ["warn comment/1 Strike 1"]),
        (("lemmy", "0.19.11"), ["comment comment/2 Strike 1", "distinguish comment/2", "warn comment/1 Strike 1"]),
        (("mastodon", "4.3"), ["comment comment/2 Strike 1", "distinguish comment/2", "warn comment/1 Strike 1"]),
        (None, ["comment comment/2 Strike 1", "distinguish comment/2", "warn comment/1 Strike 1"]),
    ],
)  # fmt: skip
async def test_whoever_may_not_hear_of_it_is_told_in_words_and_it_is_on_record(software, did):
    async with town() as it:
        if software:
            it.instance.software[AWAY] = software
        comment = it.instance.comment(as_=f"ben@{AWAY}", post=a_post(it), text="rude")
        for _ in range(2):
            before = len(it.did())
            await it.adapter.perform(await warning(it, f"ben@{AWAY}", f"comment/{comment}"), f"k{before}")
        assert it.did()[: len(did)] == did
        # Another server's software is asked for once.
        assert it.server.calls.count("GET /federated_instances") == 1


async def test_a_comment_that_is_removed_already_is_warned_about_in_words():
    async with town() as it:
        comment = it.instance.comment(as_="ana", post=a_post(it), text="rude")
        it.instance.remove(as_="mia", ref=f"comment/{comment}")
        await it.adapter.perform(await warning(it, "ana", f"comment/{comment}"), "k")
        assert it.did() == ["comment comment/2 Strike 1", "distinguish comment/2"]


# Keys


async def test_an_attempt_is_not_made_twice_by_the_server_either():
    async with town() as it:
        reply = actions.Reply(to=ref(f"post/{a_post(it)}"), text=HELLO)
        it.server.faults.add("act then reset", method="POST", path="/comment")
        with pytest.raises(Unclear):
            await it.adapter.perform(reply, "k")
        with pytest.raises(Repeated):
            await it.adapter.perform(reply, "k")
        assert it.did() == ["comment comment/1 Hello there"]
        await it.adapter.perform(reply, "another")
        assert len(it.did()) == 2


async def test_a_call_that_was_refused_for_its_haste_may_be_made_again_although_its_key_is_used_up():
    async with town(limits={Kind.COMMENT: (1, 60)}) as it:
        number = a_post(it)
        # Somebody else calls from our address.
        it.server._api.take(Kind.COMMENT)
        reply = actions.Reply(to=ref(f"post/{number}"), text=HELLO)
        with pytest.raises(Busy):
            await it.adapter.perform(reply, "k")
        it.later(seconds=60)
        await it.adapter.perform(reply, "k")
        assert it.did() == ["comment comment/1 Hello there"]


async def test_a_message_to_another_server_of_which_nobody_can_tell_is_not_sent_twice():
    """The server lists no messages to people elsewhere; but it knows the key of what it took."""
    async with town() as it:
        tell = actions.Tell(place="chat", person=await it.author(f"ben@{AWAY}"), text=HELLO)
        since = it.clock.now()
        it.server.faults.add("act then reset", method="POST", path="/private_message")
        with pytest.raises(Unclear):
            await it.adapter.perform(tell, "k")
        assert await it.adapter.find(tell, "k", since, frozenset()) is None
        it.later(seconds=60)
        receipt = await it.adapter.perform(tell, "k")
        assert receipt.detail == "the server had taken it before"
        assert it.did() == [f"tell ben@{AWAY} message/1 Hello there"]


# Hearing


async def test_a_mention_in_a_post_that_comes_days_late_is_heard():
    async with town() as it:
        a_post(it)
        it.later(days=4)
        a_post(it)
        await it.poll()
        a_post(it, f"ben@{AWAY}", text=f"@folkmoot@{HOME} help", published=it.clock.now() - timedelta(days=3))
        [late] = await it.poll()
        assert isinstance(late, Message)
        assert (late.ref, late.command) == (ref("post/3"), "help")


async def test_a_private_message_that_was_edited_stands_in_the_inbox_twice_and_is_heard_once_as_it_reads_now():
    async with town() as it:
        it.instance.private_message(as_="ana", to="folkmoot", text="wyh")
        it.instance.edit(as_="ana", ref="message/1", text="why")
        [message] = await it.poll()
        assert isinstance(message, Message)
        assert (message.command, message.place.kind) == ("why", PlaceKind.PRIVATE)
        await it.poll()
        assert all(notice.read for notice in it.instance.notices.values())


async def test_a_mention_that_was_edited_stands_in_the_inbox_twice_and_is_one_command_and_its_edit():
    async with town() as it:
        number = a_post(it)
        await it.poll()
        asked = f"comment/{it.instance.comment(as_='ana', post=number, text=f'@folkmoot@{HOME} wyh 3')}"
        assert await it.heard() == [f"Message {asked}"]
        it.later(seconds=30)
        it.instance.edit(as_="ana", ref=asked, text=f"@folkmoot@{HOME} why 3")
        assert len(it.instance.notices) == 2
        [edited] = await it.poll()
        assert isinstance(edited, Edited)
        assert (edited.message.ref, edited.message.command) == (ref(asked), "why 3")
        await it.poll()
        assert all(notice.read for notice in it.instance.notices.values())
        await it.restart()
        await it.adapter.open()
        again = await it.heard()
        assert set(again) <= {
            f"Message {asked}",
            f"Edited {edited.key.partition(':')[2]}",
            f"Message post/{number}",
        }


async def test_what_a_moderator_does_to_the_bot_is_told_to_the_operator_and_leaves_the_inbox(caplog):
    caplog.set_level(logging.WARNING)
    async with town() as it:
        made = await it.adapter.perform(actions.Post(place="chat", title="Today", text=HELLO), "k")
        assert made.ref is not None
        it.later(minutes=1)
        it.instance.remove(as_="mia", ref=made.ref.id, reason="not today")
        await it.poll()
        assert (
            "a moderator acted on the bot's account or what it said: mod_remove_post (not today)"
            in caplog.text
        )
        it.later(minutes=1)
        await it.poll()
        before = len(it.server.calls)
        it.later(minutes=1)
        await it.poll()
        assert "GET /account/notification/list" not in it.server.calls[before:]


async def test_comments_of_the_very_same_time_at_the_end_of_a_page_are_found_by_pages_of_another_size():
    async with town() as it:
        number = a_post(it)
        for count in range(120):
            it.later(seconds=1)
            moment = it.clock.now() - timedelta(seconds=count % 2)  # two of each time
            it.instance.comment(as_="ana", post=number, text=f"number {count}", published=moment)
        thread = await it.adapter.thread(ref(f"post/{number}"))
        assert len(thread.messages) == 120
        heard = set(await it.heard())
        it.later(minutes=6)
        heard |= set(await it.heard())
        assert len(heard) == 121


async def test_a_list_that_changes_while_it_is_read_is_read_again():
    async with town() as it:
        number = a_post(it)
        for count in range(120):
            it.later(seconds=1)
            it.instance.comment(as_="ana", post=number, text=f"number {count}")
        whole = it.instance.the_comment

        def purged_meanwhile(ident: int) -> object:
            if ident == 71:  # the last one of the first page
                it.instance.comments.pop(71, None)
            return whole(ident)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(it.instance, "the_comment", purged_meanwhile)
            with pytest.raises(Exception, match="the list changed while it was read"):
                await it.poll()
        assert len(await it.poll()) == 120  # 119 comments, and the post


async def test_a_log_in_asks_for_a_token_that_stays():
    async with town() as it:
        it.later(days=30)
        a_post(it)
        assert await it.heard() == ["Message post/1"]
        assert it.server.calls.count("POST /account/auth/login") == 1


async def test_a_comment_can_be_locked_here():
    async with town() as it:
        comment = it.instance.comment(as_="ana", post=a_post(it), text="heated")
        await it.adapter.perform(actions.Lock(ref=ref(f"comment/{comment}"), reason="calm down"), "k")
        assert it.did() == ["lock comment/1 calm down"]
        assert it.instance.comments[comment].locked
