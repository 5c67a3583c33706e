"""What the bot does is done: everybody sees it, the moderation log names it, and what is so already is no error."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import actions
from bot.actions import Capability, External
from bot.clock import SystemClock
from bot.model import Message, Receipt, Removed
from bot.platforms.protocol import Busy, Refused
from bot.text import Link, Made, Name, document, line, quote, resolve
from tests.lemmy_contract.driver import PLENTY, Member, Said
from tests.lemmy_contract.town import Town, arrives, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]

HELLO = document("Hello there")


async def do(it: Town, action: External, key: str = "k1") -> Receipt:
    return await it.adapter.perform(action, key)


def ident(receipt: Receipt) -> int:
    assert receipt.ref is not None
    return int(receipt.ref.id.partition("/")[2])


async def test_a_post_is_made_edited_pinned_and_deleted(server: str) -> None:
    async with town(server) as it:
        made = await do(
            it,
            actions.Post(
                place="chat", title="Monday's thread", text=document("Tell us."), link="https://example.org/a"
            ),
        )
        assert made.ref is not None
        seen = await it.driver.see(made.ref.id)
        assert (seen.title, seen.text, seen.author) == ("Monday's thread", "Tell us.", it.bot.name)

        await do(it, actions.Edit(ref=made.ref, text=document("Tell us more."), title="Tuesday's thread"))
        seen = await it.driver.see(made.ref.id)
        assert (seen.title, seen.text) == ("Tuesday's thread", "Tell us more.")

        await do(it, actions.Pin(ref=made.ref))
        assert (await it.driver.see(made.ref.id)).pinned
        await do(it, actions.Pin(ref=made.ref))  # so already
        await do(it, actions.Pin(ref=made.ref, on=False))
        assert not (await it.driver.see(made.ref.id)).pinned

        await do(it, actions.Delete(ref=made.ref))
        assert (await it.driver.see(made.ref.id)).deleted
        await do(it, actions.Delete(ref=made.ref))  # so already


async def test_a_reply_goes_below_what_it_answers_and_can_be_edited(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ben, number, "Nothing")
        under_post = await do(it, actions.Reply(to=it.ref(f"post/{number}"), text=HELLO), "a")
        under_comment = await do(it, actions.Reply(to=it.ref(f"comment/{comment}"), text=HELLO), "b")
        assert under_post.ref is not None

        assert ident(under_post) in dict(await it.driver.replies(number))
        [(below, thing)] = await it.driver.replies(number, comment)
        assert (below, thing.text, thing.author) == (ident(under_comment), "Hello there", it.bot.name)

        await do(it, actions.Edit(ref=under_post.ref, text=document("Hello again")))
        assert (await it.driver.see(under_post.ref.id)).text == "Hello again"
        await arrives(lambda: it.driver.told(it.ben), ["Hello there"])


async def test_a_post_is_locked_and_unlocked(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        ref = it.ref(f"post/{number}")
        await do(it, actions.Lock(ref=ref, reason="too heated"))
        assert (await it.driver.see(ref.id)).locked
        with pytest.raises(Said, match="locked"):
            await it.driver.comment(it.ana, number, "one more thing")
        await do(it, actions.Reply(to=ref, text=HELLO))  # moderators may
        await do(it, actions.Lock(ref=ref, reason="calm again", on=False))
        assert not (await it.driver.see(ref.id)).locked
        assert [entry.what for entry in await it.driver.log(it.community)] == ["unlock post", "lock post"]


async def test_posts_and_comments_are_removed_and_restored_with_the_reason_in_the_log(server: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "rude")
        for ref in (it.ref(f"comment/{comment}"), it.ref(f"post/{number}")):
            await do(it, actions.Remove(ref=ref, person=ana, reason="rule 1: be kind"))
            assert (await it.driver.see(ref.id)).removed
            await do(it, actions.Remove(ref=ref, person=ana, reason="rule 1: be kind"))  # so already
            await do(it, actions.Restore(ref=ref, reason="a mistake"))
            assert not (await it.driver.see(ref.id)).removed
        log = await it.driver.log(it.community)
        assert {(entry.what, entry.by, entry.reason) for entry in log} == {
            ("remove comment", it.bot.name, "rule 1: be kind"),
            ("restore comment", it.bot.name, "a mistake"),
            ("remove post", it.bot.name, "rule 1: be kind"),
            ("restore post", it.bot.name, "a mistake"),
        }
        assert [o for o in await it.poll() if isinstance(o, Removed)] == []


async def test_what_its_author_deleted_counts_as_removed(server: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "regretted")
        await it.driver.delete(it.ana, f"comment/{comment}")
        await do(it, actions.Remove(ref=it.ref(f"comment/{comment}"), person=ana, reason="rule 1"))
        await it.driver.delete(it.ana, f"post/{number}")
        await do(it, actions.Remove(ref=it.ref(f"post/{number}"), person=ana, reason="rule 1"))


async def test_what_an_administrator_wiped_out_counts_as_removed_and_cannot_be_answered(server: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        ref = it.ref(f"comment/{await it.driver.comment(it.ana, await it.a_post(), 'spam')}")
        await it.driver.purge(it.driver.admin, ref.id)
        await do(it, actions.Remove(ref=ref, person=ana, reason="rule 1"))
        assert await it.adapter.message(ref) is None
        with pytest.raises(Refused):
            await do(it, actions.Reply(to=ref, text=HELLO))


async def test_a_ban_has_an_end_and_is_lifted(server: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        until = SystemClock().now().replace(microsecond=0) + timedelta(days=3)
        await do(it, actions.Ban(place="chat", person=ana, reason="third strike", until=until))
        with pytest.raises(Said, match="banned"):
            await it.a_post("Still here")
        later = until + timedelta(days=4)
        await do(it, actions.Ban(place="chat", person=ana, reason="fourth strike", until=later))
        await do(it, actions.Unban(place="chat", person=ana, reason="appeal"))
        await it.a_post("Back again")
        log = await it.driver.log(it.community)
        assert [(entry.what, entry.by, entry.reason, entry.until) for entry in log][:2] == [
            ("unban", it.bot.name, "appeal", None),
            ("ban", it.bot.name, "fourth strike", later),
        ]
        await do(it, actions.Unban(place="chat", person=ana, reason="again"))  # so already


async def test_a_ban_without_an_end_stays(server: str) -> None:
    async with town(server) as it:
        await do(it, actions.Ban(place="chat", person=await it.author(it.ana), reason="spam", until=None))
        with pytest.raises(Said, match="banned"):
            await it.a_post("Still here")
        [entry] = await it.driver.log(it.community)
        assert (entry.what, entry.until) == ("ban", None)


@pytest.mark.parametrize("what", ["post", "comment", "locked post"])
async def test_a_warning_is_told_as_a_moderators_word(server: str, what: str) -> None:
    """On 1.0 the server does it, and keeps it in the log; on 0.19 a distinguished answer does."""
    async with town(server) as it:
        ana = await it.author(it.ana)
        about = it.ref(f"post/{await it.a_post()}")
        if what == "comment":
            about = it.ref(f"comment/{await it.driver.comment(it.ana, int(about.id[5:]), 'rude')}")
        if what == "locked post":
            await it.driver.lock(it.mia, int(about.id[5:]))
        warning = actions.Warn(
            place="chat", person=ana, about=about, rule="kindness", text=document("Be kind, please.")
        )
        given = await do(it, warning)
        if Capability.NATIVE_WARN in it.adapter.capabilities:
            entry = (await it.driver.log(it.community))[0]
            assert (entry.what, entry.about, entry.by) == (
                f"warn {about.id.split('/')[0]}",
                about.id,
                it.bot.name,
            )
            assert "Be kind, please." in entry.reason
            await arrives(lambda: it.driver.warnings(it.ana), [entry.reason])
        else:
            assert given.ref is not None
            seen = await it.driver.see(given.ref.id)
            assert "Be kind, please." in seen.text
            assert seen.distinguished
            await arrives(lambda: it.driver.told(it.ana), [seen.text])
        assert [o for o in await it.poll() if not isinstance(o, Message)] == []


async def test_a_warning_about_nothing_that_is_left_comes_in_private(server: str) -> None:
    async with town(server) as it:
        warning = actions.Warn(
            place="chat",
            person=await it.author(it.ana),
            about=None,
            rule="kindness",
            text=document("Be kind."),
        )
        await do(it, warning)
        await arrives(lambda: it.driver.inbox(it.ana), ["Be kind."])


async def told_in_any_way(it: Town, who: Member, words: str) -> list[str]:
    """What holds `words` among the private messages, answers and warnings that somebody got."""
    got = [*await it.driver.inbox(who), *await it.driver.told(who), *await it.driver.warnings(who)]
    return [text for text in got if words in text]


@pytest.mark.parametrize("gone", ["deleted by its author", "removed by the bot"])
async def test_a_warning_about_what_is_gone_arrives_all_the_same(server: str, gone: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        about = it.ref(f"comment/{await it.driver.comment(it.ana, await it.a_post(), 'rude')}")
        if gone == "deleted by its author":
            await it.driver.delete(it.ana, about.id)
        else:
            await do(it, actions.Remove(ref=about, person=ana, reason="rule 1"), "before")
        warning = actions.Warn(
            place="chat", person=ana, about=about, rule="kindness", text=document("Be kind.")
        )
        await do(it, warning)
        await arrives(lambda: told_in_any_way(it, it.ana, "Be kind."), ["Be kind."])


async def test_who_is_warned_and_loses_a_comment_is_told_and_both_stand_in_the_log(server: str) -> None:
    """In the order of the guard: the server's own warning refuses what is gone, an answer to it does not."""
    async with town(server) as it:
        ana = await it.author(it.ana)
        about = it.ref(f"comment/{await it.driver.comment(it.ana, await it.a_post(), 'rude')}")
        warn = actions.Warn(place="chat", person=ana, about=about, rule="r", text=document("Be kind."))
        remove = actions.Remove(ref=about, person=ana, reason="rule 1")
        native = Capability.NATIVE_WARN in it.adapter.capabilities
        for count, action in enumerate((warn, remove) if native else (remove, warn)):
            await do(it, action, f"k{count}")
        log = [(entry.what, entry.about) for entry in await it.driver.log(it.community)]
        assert log == [("remove comment", about.id), *([("warn comment", about.id)] if native else [])]
        await arrives(lambda: told_in_any_way(it, it.ana, "Be kind."), ["Be kind."])


async def test_a_private_message_arrives_and_an_answer_to_one_does_too(server: str) -> None:
    async with town(server) as it:
        await do(
            it, actions.Tell(place="dm", person=await it.author(it.ana), text=document("Only for you")), "a"
        )
        await it.driver.tell(it.ben, it.bot.id, "!why 3")
        [asked] = await it.poll()
        await do(it, actions.Reply(to=asked.ref, text=document("Because.")), "b")  # type: ignore[union-attr]
        await arrives(lambda: it.driver.inbox(it.ana), ["Only for you"])
        await arrives(lambda: it.driver.inbox(it.ben), ["Because."])
        assert await it.poll() == []


async def test_quoting_somebody_notifies_nobody_and_stays_inside_the_quotation(server: str) -> None:
    async with town(server) as it:
        ben = await it.author(it.ben)
        number = await it.a_post()
        host = it.ben.actor.split("/")[2]
        text = document(
            line("Said by ", Name(ben), " under ", Link("this", it.ref(f"post/{number}")), ":"),
            quote(f"Hey @{it.ben.name}@{host} :::\n::: spoiler x\n# Big\n![i](https://x.example/i.png)"),
        )
        resolved = resolve(
            text, case=None, links=lambda ref: it.adapter.url(ref) if not isinstance(ref, Made) else None
        )
        made = await do(it, actions.Reply(to=it.ref(f"post/{number}"), text=resolved))
        assert made.ref is not None
        assert await it.driver.told(it.ben) == []
        seen = await it.driver.see(made.ref.id)
        assert f"@{it.ben.name}@{host}" not in seen.text


async def test_who_was_appointed_before_the_bot_is_out_of_its_reach(server: str) -> None:
    async with town(server) as it:
        mia = await it.author(it.mia)
        with pytest.raises(Refused) as refusal:
            await do(it, actions.Ban(place="chat", person=mia, reason="mutiny", until=None))
        assert refusal.value.code == "not_higher_mod"
        assert "appointed" in str(refusal.value)


async def test_without_rights_a_removal_is_refused_with_a_sentence(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        await it.driver.appoint(it.mia, it.community, it.bot.id, on=False)
        with pytest.raises(Refused, match="moderator") as refusal:
            await do(
                it,
                actions.Remove(ref=it.ref(f"post/{number}"), person=await it.author(it.ana), reason="rule 1"),
            )
        assert refusal.value.code == "not_a_mod_or_admin"


async def long_letters(it: Town, who: Member) -> list[str]:
    """The beginnings of somebody's long private messages."""
    return [text[0] for text in await it.driver.inbox(who) if len(text) > 4_000]


@pytest.mark.parametrize("letter", ["x", "🙂", "ß "])
async def test_what_is_longer_than_the_server_takes_is_cut_and_not_refused(server: str, letter: str) -> None:
    async with town(server) as it:
        long = document(letter * 60_000)
        post = await do(it, actions.Post(place="chat", title=letter * 300, text=long), "a")
        reply = await do(it, actions.Reply(to=it.ref(f"post/{ident(post)}"), text=long), "b")
        await do(it, actions.Tell(place="dm", person=await it.author(it.ana), text=long), "c")
        for receipt in (post, reply):
            assert receipt.ref is not None
            seen = await it.driver.see(receipt.ref.id)
            assert len(seen.text) > 4_000
            assert seen.text.startswith(letter.strip() * 10 if letter.strip() != "ß" else "ß ß")
        await arrives(lambda: long_letters(it, it.ana), [letter.strip()[0]])
        ban = actions.Ban(place="chat", person=await it.author(it.ana), reason=letter * 20_000, until=None)
        await do(it, ban, "d")


# An attempt whose outcome nobody knows


@pytest.mark.parametrize("what", ["post", "reply", "answer", "tell", "warn", "private answer"])
async def test_an_attempt_that_worked_after_all_is_found_and_one_that_never_was_is_not(
    server: str, what: str
) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        number = await it.a_post()
        comment = await it.driver.comment(it.ana, number, "Nothing")
        await it.driver.tell(it.ana, it.bot.id, "help")
        letter = next(o.ref for o in await it.poll() if o.place and o.place.alias == "dm")  # type: ignore[union-attr]
        text = document("It is **so**, with a [link](https://example.org/a?utm_source=b) and “quotes” – 🙂")
        action: External = {
            "post": actions.Post(place="chat", title="A thread", text=text),
            "reply": actions.Reply(to=it.ref(f"post/{number}"), text=text),
            "answer": actions.Reply(to=it.ref(f"comment/{comment}"), text=text),
            "tell": actions.Tell(place="dm", person=ana, text=text),
            "warn": actions.Warn(
                place="chat", person=ana, about=it.ref(f"comment/{comment}"), rule="r", text=text
            ),
            "private answer": actions.Reply(to=letter, text=text),
        }[what]
        began = SystemClock().now()
        assert await it.adapter.find(action, "k1", began, frozenset()) is None
        made = await do(it, action)
        await it.restart()  # the receipt was lost with the process
        found = await it.adapter.find(action, "k1", began, frozenset())
        assert found is not None
        assert found.ref == made.ref
        if made.ref is not None:
            assert await it.adapter.find(action, "k2", began, frozenset({made.ref})) is None


@pytest.mark.parametrize("what", ["remove", "ban", "unban", "restore", "lock", "pin"])
async def test_a_moderators_act_that_worked_is_found_or_harmless_to_repeat(server: str, what: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        ref = it.ref(f"post/{await it.a_post()}")
        if what == "restore":
            await do(it, actions.Remove(ref=ref, person=ana, reason="rule 1"), "before")
        if what == "unban":
            await do(it, actions.Ban(place="chat", person=ana, reason="rule 1", until=None), "before")
        action: External = {
            "remove": actions.Remove(ref=ref, person=ana, reason="rule 1"),
            "restore": actions.Restore(ref=ref, reason="a mistake"),
            "ban": actions.Ban(place="chat", person=ana, reason="spam", until=None),
            "unban": actions.Unban(place="chat", person=ana, reason="appeal"),
            "lock": actions.Lock(ref=ref, reason="heated"),
            "pin": actions.Pin(ref=ref),
        }[what]
        began = SystemClock().now()
        await do(it, action)
        found = await it.adapter.find(action, "k1", began, frozenset())
        if found is None:
            await do(it, action)  # what the outbox does then: harmless by the promise of `find`
        assert {entry.by for entry in await it.driver.log(it.community)} == {it.bot.name}


# Limits


async def replies_until_refused(it: Town, number: int) -> tuple[int, Busy]:
    """Answers a post again and again; how often that worked, and what the bot was told then."""
    for count in range(6):
        try:
            await do(it, actions.Reply(to=it.ref(f"post/{number}"), text=HELLO), f"k{count}")
        except Busy as busy:
            return count, busy
    raise AssertionError("the limit was never met")


async def test_the_bot_stays_inside_the_servers_limits(server: str) -> None:
    async with town(server, opened=False) as it:
        number = await it.a_post()
        try:
            await it.driver.limit(comment=(3, 600))
            await it.adapter.open()
            said, busy = await replies_until_refused(it, number)
        finally:
            await it.driver.limit(comment=(PLENTY, 1))
        assert 1 <= said <= 3
        assert said == len(await it.driver.replies(number))
        assert busy.after is not None
        assert timedelta() < busy.after <= timedelta(minutes=10)


async def eaten_up(it: Town, number: int) -> int:
    """Comments until the server has enough; how many. Limits count by address, and all of us share one."""
    for count in range(10):
        try:
            await it.driver.comment(it.ana, number, "eats the bucket")
        except Said as said:
            if said.name not in {"rate_limit_error", "too_many_requests"}:
                raise
            return count
    raise AssertionError("the limit was never met")


async def test_a_limit_that_others_used_up_is_told_by_the_server_and_nothing_is_done(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        try:
            await it.driver.limit(comment=(2, 600))
            used = await eaten_up(it, number)
            with pytest.raises(Busy):
                await do(it, actions.Reply(to=it.ref(f"post/{number}"), text=HELLO))
        finally:
            await it.driver.limit(comment=(PLENTY, 1))
        assert len(await it.driver.replies(number)) == used
