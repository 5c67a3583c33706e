"""What happens in a community reaches the bot: once, whole, and with all that is known of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.model import Edited, Message, PlaceKind, Removed, Reported, Role
from tests.lemmy_contract.town import texts, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]


async def test_posts_and_comments_are_heard_once_with_all_that_is_known_of_them(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post(
            text="What do you *think*?", link="https://news.example/a?id=1&utm_source=feed"
        )
        first = await it.driver.comment(it.ben, number, "Nothing")
        second = await it.driver.comment(it.mia, number, "Really?", first)

        post, comment, answer = await it.poll()

        assert isinstance(post, Message)
        assert isinstance(comment, Message)
        assert isinstance(answer, Message)
        assert (post.title, post.text, post.link) == (
            "A question",
            "What do you *think*?",
            "https://news.example/a?id=1",
        )
        assert (post.ref, post.root, post.parent) == (it.ref(f"post/{number}"), post.ref, None)
        assert (comment.ref, comment.root, comment.parent) == (it.ref(f"comment/{first}"), post.ref, post.ref)
        assert (answer.ref, answer.root, answer.parent) == (
            it.ref(f"comment/{second}"),
            post.ref,
            comment.ref,
        )
        assert (post.author.id, comment.author.id) == (it.ana.actor, it.ben.actor)
        assert (post.author.role, answer.author.role) == (Role.EVERYONE, Role.MODERATOR)
        assert not post.author.is_bot
        assert post.replies == 2
        assert post.sent_at <= comment.sent_at <= answer.sent_at <= post.sent_at + timedelta(minutes=5)
        assert await it.poll() == []


async def test_what_was_said_before_the_bot_came_is_not_judged(server: str) -> None:
    async with town(server, opened=False) as it:
        old = await it.a_post("Old")
        await it.adapter.open()
        assert await it.poll() == []
        await it.driver.comment(it.ana, old, "New")
        assert texts(await it.poll()) == ["New"]


async def test_the_bot_does_not_hear_itself_nor_other_communities(server: str) -> None:
    async with town(server) as it:
        elsewhere = await it.driver.found(it.ana, it.community.name.replace("chat", "else"))
        await it.driver.post(it.ana, elsewhere, "Not ours")
        await it.driver.comment(it.bot, await it.a_post(), "I am the bot")
        assert texts(await it.poll()) == ["A question"]


async def test_an_edit_is_heard_and_one_that_changes_nothing_is_not(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post(text="fine")
        comment = await it.driver.comment(it.ben, number, "fine, too")
        await it.poll()

        await it.driver.edit(it.ana, f"post/{number}", "not fine", "Another question")
        await it.driver.edit(it.ben, f"comment/{comment}", "not fine, either")
        heard = await it.poll()
        assert all(isinstance(o, Edited) for o in heard)
        assert {
            (o.message.ref.id, o.message.title, o.message.text) for o in heard if isinstance(o, Edited)
        } == {
            (f"post/{number}", "Another question", "not fine"),
            (f"comment/{comment}", None, "not fine, either"),
        }

        await it.driver.edit(it.ana, f"post/{number}", "not fine", "Another question")
        assert await it.poll() == []


async def test_a_moderators_removals_tell_who_and_why(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "rude")
        await it.poll()
        await it.driver.remove(it.mia, f"comment/{comment}", "rule 1")
        await it.driver.remove(it.max, f"post/{number}", "rule 2")
        heard = [o for o in await it.poll() if isinstance(o, Removed)]
        assert {(o.ref.id, o.by.id if o.by else None, o.reason) for o in heard} == {
            (f"comment/{comment}", it.mia.actor, "rule 1"),
            (f"post/{number}", it.max.actor, "rule 2"),
        }
        assert await it.poll() == []


async def test_what_its_author_deletes_is_gone_without_a_culprit(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ben, number, "regretted")
        await it.poll()
        await it.driver.delete(it.ben, f"comment/{comment}")
        gone = await it.next(Removed)
        assert (gone.ref, gone.by) == (it.ref(f"comment/{comment}"), None)
        # A deleted post leaves the listings without a trace.
        await it.driver.delete(it.ana, f"post/{number}")
        gone = await it.next(Removed)
        assert (gone.ref, gone.by) == (it.ref(f"post/{number}"), None)
        assert await it.poll() == []


async def test_what_its_author_brings_back_is_held_against_the_rules_again(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ben, number, "regretted")
        await it.poll()
        for ref in (f"comment/{comment}", f"post/{number}"):
            who = it.ben if "comment" in ref else it.ana
            await it.driver.delete(who, ref)
            await it.next(Removed)
            await it.driver.delete(who, ref, on=False)
            back = await it.next(Edited)
            assert back.message.ref == it.ref(ref)
            assert await it.poll() == []


async def test_reports_are_heard_once_with_what_they_are_about(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post(text="a post")
        comment = await it.driver.comment(it.ana, number, "a comment")
        await it.poll()
        await it.driver.report(it.max, f"post/{number}", "off topic")
        await it.driver.report(it.ben, f"comment/{comment}", "rude")
        heard = await it.poll()
        assert all(isinstance(o, Reported) for o in heard)
        assert {
            (o.reporter.id, o.message.author.id, o.message.ref.id, o.message.text, o.reason)
            for o in heard
            if isinstance(o, Reported)
        } == {
            (it.max.actor, it.ana.actor, f"post/{number}", "a post", "off topic"),
            (it.ben.actor, it.ana.actor, f"comment/{comment}", "a comment", "rude"),
        }
        assert await it.poll() == []


async def test_a_mention_at_the_start_of_a_line_is_a_command_and_a_bare_one_is_not(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        handle = "@{}@{}".format(it.bot.name, it.bot.actor.split("/")[2])
        await it.driver.comment(it.ana, number, f"{handle} why 3")
        await it.driver.comment(it.ana, number, "!help")
        await it.driver.comment(it.ana, number, f"> {handle} ban ana")
        heard = [o for o in await it.poll() if isinstance(o, Message)]
        assert [m.command for m in heard] == [None, "why 3", None, None]


async def test_a_reply_to_the_bot_in_an_old_thread_is_heard(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        said = await it.driver.comment(it.bot, number, "I am the bot")
        await it.poll()
        answer = await it.driver.comment(it.ana, number, "and I am ana", said)
        heard = await it.next(Message)
        assert (heard.ref.id, heard.parent) == (f"comment/{answer}", it.ref(f"comment/{said}"))
        assert await it.poll() == []


async def test_a_private_message_is_a_command_with_its_authors_highest_role(server: str) -> None:
    async with town(server) as it:
        await it.driver.tell(it.mia, it.bot.id, "!why 3")
        await it.driver.tell(it.ana, it.bot.id, "appeal 3 I was asleep")
        first, second = [o for o in await it.poll() if isinstance(o, Message)]
        assert (first.command, first.author.id, first.author.role) == ("why 3", it.mia.actor, Role.MODERATOR)
        assert (second.command, second.author.id, second.author.role) == (
            "appeal 3 I was asleep",
            it.ana.actor,
            Role.EVERYONE,
        )
        assert first.place.kind is PlaceKind.PRIVATE
        assert await it.poll() == []


async def test_pinned_posts_do_not_hide_what_is_new_below_them(server: str) -> None:
    async with town(server) as it:
        for count in range(3):
            await it.driver.pin(it.mia, await it.a_post(f"Rule {count}"))
        assert sorted(texts(await it.poll())) == ["Rule 0", "Rule 1", "Rule 2"]
        await it.a_post("News")
        assert texts(await it.poll()) == ["News"]


async def test_a_burst_of_hundreds_of_comments_between_two_polls_is_heard_whole(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        await it.poll()
        said = [await it.driver.comment(it.ana, number, f"number {count}") for count in range(240)]
        heard = await it.poll()
        assert [o.ref.id for o in heard if isinstance(o, Message)] == [f"comment/{ident}" for ident in said]
        assert await it.poll() == []


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_burst_of_a_thousand_comments_from_many_at_once_is_heard_whole_and_once(server: str) -> None:
    async with town(server) as it:
        posts = [await it.a_post(f"Thread {count}") for count in range(4)]
        await it.poll()
        crowd = [it.ana, it.ben, it.mia, it.max]

        async def speak(number: int) -> None:
            for count in range(250):
                await it.driver.comment(crowd[number], posts[(number + count) % 4], f"{number}.{count}")

        await asyncio.gather(*map(speak, range(4)))
        heard = texts(await it.poll())
        assert len(heard) == 1000
        assert set(heard) == {f"{number}.{count}" for number in range(4) for count in range(250)}
        assert await it.poll() == []


async def test_after_a_restart_it_goes_on_where_it_was(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        await it.driver.comment(it.ana, number, "before")
        assert texts(await it.poll()) == ["A question", "before"]
        await it.driver.comment(it.ana, number, "while it was down")
        await it.driver.edit(it.ana, f"post/{number}", "edited while it was down")
        await it.driver.tell(it.ana, it.bot.id, "help, while it was down")
        await it.restart()
        heard = await it.poll()
        assert sorted(texts(heard)) == ["help, while it was down", "while it was down"]
        assert [o.message.text for o in heard if isinstance(o, Edited)] == ["edited while it was down"]
        assert await it.poll() == []


async def test_a_batch_that_was_not_stored_is_given_again(server: str) -> None:
    async with town(server) as it:
        await it.a_post("Lost once")
        first = await it.adapter.poll(it.cursor, timedelta())
        again = await it.adapter.poll(it.cursor, timedelta())
        assert [o.key for o in first.occurrences] == [o.key for o in again.occurrences] != []


async def test_the_longest_texts_of_the_strangest_letters_are_heard_as_they_are(server: str) -> None:
    async with town(server) as it:
        text = (
            "🙂" * 24_000
            + "\n\n::: spoiler x\n:::\n<script>alert(1)</script> \u202e [a](javascript:x) \u0301"
            + "~" * 500
        )
        number = await it.a_post("🙂" * 100, text=text)
        comment = await it.driver.comment(it.ben, number, "e\u0301" * 4_000)
        post, answer = await it.poll()
        assert isinstance(post, Message)
        assert isinstance(answer, Message)
        assert (post.title, post.text) == ("🙂" * 100, text)
        assert (answer.ref.id, answer.text) == (f"comment/{comment}", "e\u0301" * 4_000)
