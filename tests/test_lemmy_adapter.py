"""The Lemmy adapter over a server in memory: what it hears, what it does, and what it makes of trouble."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot import actions
from bot.actions import Capability
from bot.model import Edited, Message, Place, PlaceKind, Platform, Removed, Reported, Role
from bot.platforms.lemmy.pacing import Kind
from bot.platforms.protocol import Adapter, Busy, Refused, SignedOut, Unclear, Unreachable
from bot.text import Name, document, line
from tests.lemmy_town import AWAY, HOME, NOON, PLACES, Town, adapter_for, path, ref, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

HELLO = document("Hello there")


def a_post(it: Town, title: str = "A question", **more: object) -> int:
    return it.instance.post(as_="ana", community="freechat", title=title, **more)


# Hearing


async def test_a_post_and_a_comment_are_heard_once_with_all_that_is_known_of_them():
    async with town() as it:
        it.later(minutes=1)
        number = a_post(it, text="What do you think?", link="https://news.example/a?utm_source=x&id=1")
        it.later(minutes=1)
        it.instance.comment(as_=f"ben@{AWAY}", post=number, text="Nothing")
        it.instance.vote(as_="mia", ref=f"post/{number}")

        post, comment = await it.poll()

        assert isinstance(post, Message)
        assert isinstance(comment, Message)
        assert (post.title, post.text, post.link) == (
            "A question",
            "What do you think?",
            "https://news.example/a?id=1",
        )
        assert (post.ref, post.root, post.parent) == (ref("post/1"), ref("post/1"), None)
        assert (post.score, post.replies, post.url) == (2, 1, f"https://{HOME}/post/1")
        assert (comment.ref, comment.root, comment.parent) == (ref("comment/1"), ref("post/1"), ref("post/1"))
        assert (comment.author.id, comment.author.name) == (f"https://{AWAY}/u/ben", f"ben@{AWAY}")
        assert comment.author.since == NOON - timedelta(days=400)
        assert comment.sent_at - post.sent_at == timedelta(minutes=1)
        assert await it.heard() == []


@pytest.mark.parametrize(
    ("who", "role", "is_bot", "opted_out"),
    [
        ("ana", Role.EVERYONE, False, False),
        ("mia", Role.MODERATOR, False, False),
        ("admin", Role.OWNER, False, False),
        ("robot", Role.EVERYONE, True, False),
        ("shy", Role.EVERYONE, False, True),
    ],
)
async def test_roles_bots_and_those_who_want_no_bots(who, role, is_bot, opted_out):
    async with town() as it:
        it.instance.join("robot", bot=True)
        it.instance.join("shy", bio="I like tea. #NoBot please")
        it.instance.post(as_=who, community="freechat", title="Hello")
        [post] = await it.poll()
        assert isinstance(post, Message)
        assert (post.author.role, post.author.is_bot, post.author.opted_out) == (role, is_bot, opted_out)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (f"@folkmoot@{HOME} !ban ana", "ban ana"),
        (f"@folkmoot@{HOME} ban ana", "ban ana"),
        (f"[@folkmoot@{HOME}](https://{HOME}/u/folkmoot) why 3", "why 3"),
        ("@folkmoot: summary", "summary"),
        (f"> as was said\n\n@folkmoot@{HOME} !note ana\nsecond line", "note ana\nsecond line"),
        ("!help", None),
        (f"I asked @folkmoot@{HOME} once", None),
        (f"> @folkmoot@{HOME} ban ana", None),
        (f"```\n@folkmoot@{HOME} ban ana\n```", None),
        ("@folkmoot@evil.example ban ana", None),
        (f"@folkmoot@{HOME}.evil.example ban ana", None),
        (f"@folkmoots@{HOME} ban ana", None),
        (f"@folkmoot@{HOME}", None),
    ],
)
async def test_a_command_begins_a_line_with_a_mention(text, command):
    async with town() as it:
        it.instance.comment(as_="ana", post=a_post(it), text=text)
        _, comment = await it.poll()
        assert isinstance(comment, Message)
        assert comment.command == command


async def test_of_the_people_in_a_community_its_moderators_are_known_and_the_bot_is_left_out():
    async with town() as it:
        known = await it.adapter.members("chat")
        assert [(one.name, one.role) for one in known] == [
            (f"mia@{HOME}", Role.MODERATOR),
            (f"max@{HOME}", Role.MODERATOR),
        ]


async def test_a_private_message_is_a_command_and_its_author_has_the_highest_role_they_have_anywhere():
    async with town() as it:
        it.instance.private_message(as_="mia", to="folkmoot", text="!why 3")
        it.instance.private_message(as_="ana", to="folkmoot", text="appeal 3 I was asleep")
        first, second = await it.poll()
        assert isinstance(first, Message)
        assert isinstance(second, Message)
        assert (first.command, first.author.role, first.place.kind) == (
            "why 3",
            Role.MODERATOR,
            PlaceKind.PRIVATE,
        )
        assert (second.command, second.author.role) == ("appeal 3 I was asleep", Role.EVERYONE)

        await it.adapter.perform(actions.Reply(to=first.ref, text=document("Because.")), "k")
        assert it.did() == [f"tell mia@{HOME} message/3 Because."]
        assert await it.heard() == []


async def test_a_reply_to_the_bot_is_no_command_and_the_bot_does_not_hear_itself():
    async with town() as it:
        receipt = await it.adapter.perform(actions.Reply(to=ref(f"post/{a_post(it)}"), text=HELLO), "k")
        assert receipt.ref == ref("comment/1")
        it.instance.comment(as_="ana", post=1, parent=1, text="help")
        post, reply = await it.poll()
        assert isinstance(reply, Message)
        assert (post.key, reply.key) == ("message:lemmy:chat:post/1", "message:lemmy:chat:comment/2")
        assert (reply.parent, reply.command) == (ref("comment/1"), None)


async def test_a_burst_of_300_comments_between_two_polls_is_heard_whole():
    async with town() as it:
        number = a_post(it)
        await it.poll()
        for count in range(300):
            it.later(seconds=0.01)
            it.instance.comment(as_="ana", post=number, text=f"number {count}")
        assert await it.heard() == [f"Message comment/{n}" for n in range(1, 301)]
        assert await it.heard() == []


async def test_pinned_posts_do_not_hide_what_is_new_below_them():
    async with town() as it:
        for count in range(60):
            a_post(it, f"Rule {count}")
            it.instance.feature(as_="mia", post=count + 1)
        assert len(await it.poll()) == 60
        it.later(minutes=1)
        a_post(it, "News")
        assert await it.heard() == ["Message post/61"]


async def test_what_happened_before_the_first_start_is_not_judged():
    async with town(opened=False) as it:
        number = a_post(it, "Old")
        it.later(minutes=5)
        await it.adapter.open()
        assert await it.heard() == []
        it.instance.comment(as_="ana", post=number, text="New")
        assert await it.heard() == ["Message comment/1"]


async def test_what_arrives_late_is_heard_although_newer_things_are_known():
    async with town() as it:
        it.later(hours=3)
        number = a_post(it)
        for count in range(120):
            it.instance.comment(as_="ana", post=number, text=f"number {count}")
        assert len(await it.poll()) == 121
        late = it.instance.comment(
            as_=f"ben@{AWAY}", post=number, text="delayed", published=it.clock.now() - timedelta(hours=1)
        )
        it.later(minutes=6)  # past the first pages only a sweep looks
        assert await it.heard() == [f"Message comment/{late}"]


async def test_an_edit_is_heard_and_an_edit_that_changes_nothing_is_not():
    async with town() as it:
        number = a_post(it, text="fine")
        await it.poll()
        it.later(minutes=1)
        it.instance.edit(as_="ana", ref=f"post/{number}", text="not fine")
        [edited] = await it.poll()
        assert isinstance(edited, Edited)
        assert (edited.message.text, edited.at) == ("not fine", it.clock.now())
        it.later(minutes=1)
        it.instance.edit(as_="ana", ref=f"post/{number}", text="not fine")
        assert await it.heard() == []


async def test_removals_by_moderators_tell_who_and_why_and_deletions_do_not():
    async with town() as it:
        number = a_post(it)
        first = it.instance.comment(as_="ana", post=number, text="rude")
        second = it.instance.comment(as_="ana", post=number, text="regretted")
        await it.poll()
        it.later(minutes=1)
        it.instance.remove(as_="mia", ref=f"comment/{first}", reason="rule 1")
        it.instance.remove(as_="mia", ref=f"post/{number}", reason="rule 2")
        it.instance.delete(as_="ana", ref=f"comment/{second}")
        found = {o.ref.id: o for o in await it.poll() if isinstance(o, Removed)}
        told = {
            ident: (removed.by.name if removed.by else None, removed.reason)
            for ident, removed in found.items()
        }
        assert told == {
            "comment/1": (f"mia@{HOME}", "rule 1"),
            "post/1": (f"mia@{HOME}", "rule 2"),
            "comment/2": (None, ""),
        }
        assert await it.heard() == []


async def test_what_the_bot_removes_is_no_news():
    async with town() as it:
        number = a_post(it)
        await it.poll()
        ana = await it.author("ana")
        await it.adapter.perform(actions.Remove(ref=ref(f"post/{number}"), person=ana, reason="spam"), "k")
        assert await it.heard() == []


async def test_reports_are_heard_once_with_what_they_are_about():
    async with town() as it:
        number = a_post(it, text="a post")
        comment = it.instance.comment(as_="ana", post=number, text="a comment")
        await it.poll()
        it.later(minutes=1)
        it.instance.report(as_="max", ref=f"post/{number}", reason="off topic")
        it.instance.report(as_=f"ben@{AWAY}", ref=f"comment/{comment}", reason="rude")
        reports = [o for o in await it.poll() if isinstance(o, Reported)]
        assert [
            (r.id, r.reporter.name, r.message.author.name, r.message.text, r.reason) for r in reports
        ] == [
            ("post_report/1", f"max@{HOME}", f"ana@{HOME}", "a post", "off topic"),
            ("comment_report/2", f"ben@{AWAY}", f"ana@{HOME}", "a comment", "rude"),
        ]
        assert await it.heard() == []


async def test_nothing_of_other_communities_is_heard():
    async with town() as it:
        it.instance.post(as_="ana", community="elsewhere", title="Not ours")
        it.instance.comment(as_="ana", post=1, text=f"@folkmoot@{HOME} help")
        assert await it.heard() == []


async def test_the_inbox_is_emptied_once_its_messages_are_stored():
    async with town() as it:
        number = a_post(it)
        it.instance.private_message(as_="ana", to="folkmoot", text="why")
        it.instance.comment(as_="ana", post=number, text=f"@folkmoot@{HOME} why")
        assert len(await it.poll()) == 3
        assert not it.instance.messages[1].read
        await it.poll()
        assert it.instance.messages[1].read
        assert [n.read for n in it.instance.notices.values() if n.kind == "mention"] == [True]


async def test_polls_come_faster_when_there_is_something_to_hear():
    async with town() as it:
        waits = [(await it.adapter.poll(it.cursor, timedelta(seconds=30))).again for _ in range(8)]
        assert waits == sorted(waits)
        assert waits[-1] == timedelta(seconds=60)
        a_post(it)
        assert (await it.adapter.poll(it.cursor, timedelta())).again == timedelta(seconds=5)


# Starting again


async def test_after_a_restart_nothing_is_lost_and_history_is_not_judged():
    async with town() as it:
        before = a_post(it, "Before")
        await it.poll()
        it.later(hours=1)
        it.instance.edit(as_="ana", ref=f"post/{before}", text="edited while nobody looked")
        a_post(it, "Meanwhile")
        await it.restart()
        await it.adapter.open()
        # The ledger knows the first message and drops it; the edit and the second post are news to it.
        edit = f"Edited lemmy:chat:post/1:{it.clock.now().isoformat()}"
        assert await it.heard() == ["Message post/1", edit, "Message post/2"]


async def test_a_batch_that_was_not_stored_is_given_again():
    async with town() as it:
        a_post(it)
        lost = await it.adapter.poll(it.cursor, timedelta())
        again = await it.adapter.poll(it.cursor, timedelta())
        assert [o.key for o in lost.occurrences] == [o.key for o in again.occurrences] != []


async def test_a_poll_that_fails_in_the_middle_loses_nothing():
    async with town() as it:
        a_post(it)
        it.server.faults.add("502", path="/comment/list")
        with pytest.raises(Unreachable):
            await it.poll()
        assert await it.heard() == ["Message post/1"]


async def test_a_cursor_from_elsewhere_means_reading_from_now_on():
    async with town() as it:
        a_post(it)
        await it.restart()
        it.later(minutes=1)
        await it.adapter.open()
        it.cursor = '{"since": 3}'
        assert await it.heard() == []
        a_post(it)
        assert await it.heard() == ["Message post/2"]


async def test_a_clock_that_runs_ahead_elsewhere_does_not_close_the_window():
    async with town() as it:
        number = a_post(it)
        it.instance.comment(
            as_=f"ben@{AWAY}", post=number, text="from 2099", published=NOON + timedelta(days=27_000)
        )
        assert len(await it.poll()) == 2
        it.instance.comment(as_="ana", post=number, text="from today")
        assert await it.heard() == ["Message comment/2"]


async def test_rows_that_make_no_sense_are_skipped_and_counted(monkeypatch):
    async with town() as it:
        number = a_post(it)
        it.instance.comment(as_="ana", post=number, text="fine")
        monkeypatch.setattr("bot.demo.lemmy.rows.post", lambda _: {"id": "twelve", "name": 3})
        assert await it.heard() == ["Message comment/1"]
        assert it.adapter.skipped >= 1


# Doing


async def test_everything_that_the_bot_may_do(lemmy_api):
    async with town() as it:
        number = a_post(it)
        comment = it.instance.comment(as_="ana", post=number, text="rude")
        ana = await it.author("ana")
        person = {"place": "chat", "person": ana}
        until = it.clock.now() + timedelta(days=3)
        does = [
            actions.Post(place="chat", title="Today", text=HELLO, link="https://prompt.example/1"),
            actions.Reply(to=ref(f"post/{number}"), text=HELLO),
            actions.Reply(to=ref(f"comment/{comment}"), text=document(line("To ", Name(ana, notify=True)))),
            actions.Tell(place="chat", person=ana, text=HELLO),
            actions.Edit(ref=ref("post/2"), text=document("Changed"), title="Tomorrow"),
            actions.Edit(ref=ref("comment/2"), text=document("Changed")),
            actions.Edit(ref=ref("message/1", "lemmy.private"), text=document("Changed")),
            actions.Pin(ref=ref("post/2")),
            actions.Pin(ref=ref("post/2"), on=False),
            actions.Pin(ref=ref("comment/2")),
            actions.Lock(ref=ref(f"post/{number}"), reason="heated"),
            actions.Lock(ref=ref(f"post/{number}"), reason="calm", on=False),
            actions.Warn(
                **person, about=ref(f"comment/{comment}"), rule="be kind", text=document("Strike 1")
            ),
            actions.Warn(**person, about=None, rule="be kind", text=document("Strike 2")),
            actions.Remove(ref=ref(f"comment/{comment}"), person=ana, reason="rule 1"),
            actions.Restore(ref=ref(f"comment/{comment}"), reason="a mistake"),
            actions.Remove(ref=ref(f"post/{number}"), person=ana, reason="rule 2"),
            actions.Ban(**person, reason="insists", until=until),
            actions.Ban(**person, reason="insists"),
            actions.Unban(**person, reason="appeal"),
            actions.Delete(ref=ref("comment/2")),
            actions.Delete(ref=ref("post/2")),
            actions.Delete(ref=ref("message/1", "lemmy.private")),
        ]
        receipts = [await it.adapter.perform(action, f"k{n}") for n, action in enumerate(does)]
        # Version 4 takes a reason for locking, and warns by itself.
        locks, warning = {
            3: (["lock post/1", "unlock post/1"], ["comment comment/4 Strike 1", "distinguish comment/4"]),
            4: (["lock post/1 heated", "unlock post/1 calm"], ["warn comment/1 Strike 1"]),
        }[lemmy_api]
        assert it.did() == [
            "post post/2 Today: Hello there",
            "comment comment/2 Hello there",
            f"comment comment/3 To @ana@{HOME}",
            f"tell ana@{HOME} message/1 Hello there",
            "edit post/2 Tomorrow Changed",
            "edit comment/2 Changed",
            "edit message/1 Changed",
            "pin post/2",
            "unpin post/2",
            "distinguish comment/2",
            *locks,
            *warning,
            f"tell ana@{HOME} message/2 Strike 2",
            "remove comment/1 rule 1",
            "restore comment/1 a mistake",
            "remove post/1 rule 2",
            f"ban ana@{HOME} until 2026-03-04 12:00 insists",
            f"ban ana@{HOME} insists",
            f"unban ana@{HOME} appeal",
            "delete comment/2",
            "delete post/2",
            "delete message/1",
        ]
        made = [receipt.ref.id for receipt in receipts[:4] if receipt.ref]
        assert made == ["post/2", "comment/2", "comment/3", "message/1"]
        assert receipts[0].url == f"https://{HOME}/post/2"
        assert it.instance.posts[2].url == "https://prompt.example/1"


@pytest.mark.parametrize("action", ["remove", "delete", "ban", "unban", "lock", "pin"])
async def test_doing_it_twice_is_the_same_as_once(action):
    async with town() as it:
        number = a_post(it)
        ana = await it.author("ana")
        own = await it.adapter.perform(actions.Post(place="chat", title="Mine", text=HELLO), "k")
        assert own.ref is not None
        does = {
            "remove": actions.Remove(ref=ref(f"post/{number}"), person=ana, reason="spam"),
            "delete": actions.Delete(ref=own.ref),
            "ban": actions.Ban(place="chat", person=ana, reason="spam"),
            "unban": actions.Unban(place="chat", person=ana, reason="spam"),
            "lock": actions.Lock(ref=ref(f"post/{number}"), reason="heated"),
            "pin": actions.Pin(ref=ref(f"post/{number}")),
        }[action]
        await it.adapter.perform(does, "k1")
        after = await it.adapter.message(ref(f"post/{number}"))
        await it.adapter.perform(does, "k1")
        assert await it.adapter.message(ref(f"post/{number}")) == after


@pytest.mark.parametrize("how", ["deleted by its author", "purged"])
async def test_removing_what_is_gone_meanwhile_counts_as_done(how):
    async with town() as it:
        comment = it.instance.comment(as_="ana", post=a_post(it), text="rude")
        ana = await it.author("ana")
        if how == "purged":
            it.instance.purge(ref=f"comment/{comment}")
        else:
            it.instance.delete(as_="ana", ref=f"comment/{comment}")
        receipt = await it.adapter.perform(
            actions.Remove(ref=ref(f"comment/{comment}"), person=ana, reason="rule 1"), "k"
        )
        assert receipt.detail.startswith("so already")


@pytest.mark.parametrize("how", ["removed post", "purged comment"])
async def test_a_warning_goes_in_private_where_no_reply_is_possible(how):
    async with town() as it:
        number = a_post(it)
        comment = it.instance.comment(as_=f"ben@{AWAY}", post=number, text="rude")
        if how == "removed post":
            it.instance.remove(as_="mia", ref=f"post/{number}")
        else:
            it.instance.purge(ref=f"comment/{comment}")
        warn = actions.Warn(
            place="chat",
            person=await it.author(f"ben@{AWAY}"),
            about=ref(f"comment/{comment}"),
            rule="be kind",
            text=document("Strike 1"),
        )
        receipt = await it.adapter.perform(warn, "k")
        assert it.did()[0] == f"tell ben@{AWAY} message/1 Strike 1"
        assert receipt.ref == ref("message/1", "lemmy.private")


async def test_a_ban_that_would_be_over_already_is_not_sent():
    async with town() as it:
        ban = actions.Ban(
            place="chat",
            person=await it.author("ana"),
            reason="late",
            until=it.clock.now() - timedelta(hours=1),
        )
        assert (await it.adapter.perform(ban, "k")).detail == "the ban would be over already"
        assert it.did() == []


async def test_a_ban_is_enforced_by_the_server_and_ends_by_itself():
    async with town() as it:
        number = a_post(it)
        until = it.clock.now() + timedelta(days=1)
        ana = await it.author("ana")
        await it.adapter.perform(actions.Ban(place="chat", person=ana, reason="r", until=until), "k")
        with pytest.raises(Exception, match="banned_from_community"):
            it.instance.comment(as_="ana", post=number, text="still here")
        it.later(days=1, seconds=1)
        assert it.instance.comment(as_="ana", post=number, text="back") == 1


@pytest.mark.parametrize(
    ("who", "code", "sentence"),
    [
        ("mia", "not_higher_mod", "appointed moderator before the bot"),
        ("admin", "not_higher_mod", "appointed moderator before the bot"),
    ],
)
async def test_nobody_acts_on_an_earlier_moderator(who, code, sentence):
    async with town() as it:
        ban = actions.Ban(place="chat", person=await it.author(who), reason="coup")
        with pytest.raises(Refused, match=sentence) as refused:
            await it.adapter.perform(ban, "k")
        assert refused.value.code == code


async def test_a_bot_that_is_no_moderator_any_more_is_told_what_to_do():
    async with town() as it:
        number = a_post(it)
        it.instance.appoint(community="freechat", who="folkmoot", on=False)
        with pytest.raises(Refused, match="a moderator has to appoint it") as refused:
            await it.adapter.perform(actions.Lock(ref=ref(f"post/{number}"), reason="r"), "k")
        assert refused.value.code == "not_a_mod_or_admin"
        assert await it.adapter.check() == [
            f"place chat: folkmoot@{HOME} is no moderator of freechat; its moderators have to appoint it, below themselves"
        ]


@pytest.mark.parametrize(
    "action",
    [
        actions.React(ref=ref("post/1"), symbol="👍"),
        actions.Report(text=HELLO),
        actions.Post(place="nowhere", title="Hello", text=HELLO),
        actions.Reply(to=ref("event/1"), text=HELLO),
        actions.Lock(ref=ref("comment/1"), reason="r"),
        actions.Pin(ref=ref("message/1", "lemmy.private")),
        actions.Restore(ref=ref("message/1", "lemmy.private"), reason="r"),
        actions.Reply(to=ref("message/99", "lemmy.private"), text=HELLO),
        actions.Reply(to=ref("comment/99"), text=HELLO),
        actions.Edit(ref=ref("post/99"), text=HELLO),
    ],
    ids=lambda action: f"{action.kind} {getattr(action, 'ref', '')}",
)
async def test_what_lemmy_cannot_do_is_refused_with_a_sentence(action):
    async with town() as it:
        with pytest.raises(Refused, match=r"\w+ \w+ \w+"):
            await it.adapter.perform(action, "k")
        assert it.did() == []


async def test_a_text_that_is_too_long_is_cut_and_still_arrives():
    async with town() as it:
        number = a_post(it)
        await it.adapter.perform(
            actions.Reply(to=ref(f"post/{number}"), text=document(*["🌱 word " * 200] * 20)), "k"
        )
        assert 4_000 < len(it.instance.comments[1].content) < 10_000


# Not knowing whether it worked


CREATING = {
    "post": ("/post", lambda number, ana: actions.Post(place="chat", title="Today", text=HELLO)),
    "reply": ("/comment", lambda number, ana: actions.Reply(to=ref(f"post/{number}"), text=HELLO)),
    "tell": ("/private_message", lambda number, ana: actions.Tell(place="chat", person=ana, text=HELLO)),
    "warn": (
        "/post/warn",
        lambda number, ana: actions.Warn(
            place="chat", person=ana, about=ref(f"post/{number}"), rule="kind", text=HELLO
        ),
    ),
    "warn in private": (
        "/private_message",
        lambda number, ana: actions.Warn(place="chat", person=ana, about=None, rule="kind", text=HELLO),
    ),
}


def created(what, lemmy_api):
    """The call that makes it, and how to make the action; version 3 warns by a comment."""
    call, make = CREATING[what]
    return ("/comment" if call == "/post/warn" and lemmy_api == 3 else call), make


@pytest.mark.parametrize("fault", ["act then hang", "act then 502", "act then reset", "act then truncated"])
@pytest.mark.parametrize("what", CREATING)
async def test_an_attempt_that_worked_after_all_is_found_and_never_doubled(what, fault, lemmy_api):
    async with town() as it:
        call, make = created(what, lemmy_api)
        action = make(a_post(it), await it.author("ana"))
        since = it.clock.now()
        it.server.faults.add(fault, method="POST", path=call)
        with it.impatient(), pytest.raises(Unclear):
            await it.adapter.perform(action, "k")
        it.later(seconds=30)
        found = await it.adapter.find(action, "k", since, frozenset())
        assert found is not None
        assert len(it.did()) == 1
        if found.ref is not None:
            # A second action of the same words is another one.
            assert await it.adapter.find(action, "k2", since, frozenset({found.ref})) is None
        else:
            assert found.detail == "found in the moderation log"


@pytest.mark.parametrize("fault", ["hang", "502", "reset"])
@pytest.mark.parametrize("what", CREATING)
async def test_an_attempt_that_did_not_work_is_not_found_and_may_be_repeated(what, fault, lemmy_api):
    async with town() as it:
        call, make = created(what, lemmy_api)
        action = make(a_post(it), await it.author("ana"))
        since = it.clock.now()
        it.server.faults.add(fault, method="POST", path=call)
        with it.impatient(), pytest.raises(Unclear):
            await it.adapter.perform(action, "k")
        assert await it.adapter.find(action, "k", since, frozenset()) is None
        await it.adapter.perform(action, "k")
        assert await it.adapter.find(action, "k", since, frozenset()) is not None


async def test_what_was_said_long_before_the_attempt_is_not_taken_for_it():
    async with town() as it:
        action = actions.Post(place="chat", title="Today", text=HELLO)
        await it.adapter.perform(action, "yesterday")
        it.later(days=1)
        assert await it.adapter.find(action, "today", it.clock.now(), frozenset()) is None


async def test_what_the_server_changed_in_the_text_is_still_found():
    async with town() as it:
        it.instance.slurs = ("blast",)
        text = document("Oh blast, see https://news.example/a?utm_source=bot for more")
        action = actions.Post(
            place="chat", title="Blast it", text=text, link="https://news.example/a?utm_medium=x"
        )
        made = await it.adapter.perform(action, "k")
        found = await it.adapter.find(action, "k", it.clock.now(), frozenset())
        assert found is not None
        assert found.ref == made.ref


async def test_a_free_action_is_never_looked_up():
    async with town() as it:
        action = actions.Lock(ref=ref("post/1"), reason="r")
        assert await it.adapter.find(action, "k", it.clock.now(), frozenset()) is None


# Trouble


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("html 200", Unclear),
        ("truncated", Unclear),
        ("list", Unclear),
        ("huge", Unclear),
        ("busy", Busy),
        ("429", Busy),
        ("starting", Busy),
    ],
)
async def test_trouble_while_writing(fault, error):
    async with town() as it:
        number = a_post(it)
        it.server.faults.add(fault, method="POST")
        with pytest.raises(error):
            await it.adapter.perform(actions.Reply(to=ref(f"post/{number}"), text=HELLO), "k")


@pytest.mark.parametrize("fault", ["html 200", "truncated", "list", "hang", "reset", "502"])
async def test_trouble_while_reading_is_never_unclear(fault):
    async with town() as it:
        a_post(it)
        it.server.faults.add(fault, path="/post/list")
        with it.impatient(), pytest.raises(Unreachable):
            await it.poll()
        assert await it.heard() == ["Message post/1"]


async def test_a_token_that_died_is_replaced_by_itself_but_not_again_and_again():
    async with town() as it:
        number = a_post(it)
        it.instance.sign_out_everybody()
        assert await it.heard() == ["Message post/1"]
        await it.adapter.perform(actions.Reply(to=ref(f"post/{number}"), text=HELLO), "k")
        assert it.did() == ["comment comment/1 Hello there"]
        it.instance.sign_out_everybody()
        with pytest.raises(SignedOut, match="sign it in again"):
            await it.poll()
        it.later(hours=1)
        assert await it.heard() == []


async def test_a_dead_token_and_a_password_that_changed_stop_reading_and_writing_with_a_sentence(caplog):
    async with town() as it:
        number = a_post(it)
        it.instance.sign_out_everybody()
        it.instance.who("folkmoot").password = "another"
        with pytest.raises(SignedOut, match="sign it in again"):
            await it.poll()
        with pytest.raises(SignedOut, match="sign it in again"):
            await it.adapter.perform(actions.Reply(to=ref(f"post/{number}"), text=HELLO), "k")
        # Failed log-ins count against a small limit: one in an hour.
        assert it.server.calls.count(f"POST {path('/user/login')}") == 2
        assert "folkmoot and its password are not accepted" in caplog.text
        assert "secret" not in caplog.text


async def test_our_own_pacing_asks_for_patience_before_the_server_has_to(lemmy_api):
    async with town(limits={Kind.COMMENT: (2, 600)}) as it:
        reply = actions.Reply(to=ref(f"post/{a_post(it)}"), text=HELLO)
        await it.adapter.perform(reply, "1")
        await it.adapter.perform(reply, "2")
        with pytest.raises(Busy) as busy:
            await it.adapter.perform(reply, "3")
        # One of two comes back after half the time; in a fixed window, none before its end.
        wait = timedelta(seconds=300 if lemmy_api == 3 else 600)
        assert busy.value.after == wait
        assert it.server.calls.count("POST /comment") == 2
        it.clock.advance(wait)
        await it.adapter.perform(reply, "3")
        assert len(it.did()) == 3


async def test_a_reply_to_a_post_that_was_removed_meanwhile_is_refused_with_a_sentence():
    async with town() as it:
        number = a_post(it)
        it.instance.remove(as_="mia", ref=f"post/{number}")
        with pytest.raises(Refused, match="deleted or removed meanwhile") as refused:
            await it.adapter.perform(actions.Reply(to=ref(f"post/{number}"), text=HELLO), "k")
        assert refused.value.code == "deleted"


# Signing in


async def test_a_token_is_kept_for_the_owner_only_and_used_again(tmp_path):
    file = tmp_path / "token.json"
    async with town(token_file=file) as it:
        assert file.stat().st_mode & 0o777 == 0o600
        await it.restart(token_file=file, password=lambda: pytest.fail("the password was asked for"))
        await it.adapter.open()
        assert it.server.calls.count(f"POST {path('/user/login')}") == 1


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"jwt": 3}', '{"url": "x", "username": "y", "jwt": "z"}'])
async def test_a_token_file_that_makes_no_sense_leads_to_a_log_in(tmp_path, kept):
    file = tmp_path / "token.json"
    file.write_text(kept)
    async with town(token_file=file):
        assert json.loads(file.read_text())["username"] == "folkmoot"


async def test_a_token_that_died_is_replaced_at_the_next_start(tmp_path):
    async with town(token_file=tmp_path / "token.json") as it:
        it.instance.sign_out_everybody()
        await it.restart(token_file=tmp_path / "token.json")
        await it.adapter.open()
        assert it.server.calls.count(f"POST {path('/user/login')}") == 2


async def test_a_wrong_password_is_said_so_and_shows_no_secret():
    async with town(opened=False, password=lambda: "hunter2") as it:
        with pytest.raises(SignedOut, match="folkmoot and its password are not accepted") as error:
            await it.adapter.open()
        assert "hunter2" not in str(error.value)


async def test_a_community_that_is_not_there_is_named():
    place = Place(Platform.LEMMY, "typo", "freechta", PlaceKind.COMMUNITY, "free", "lemmy")
    async with town(opened=False, places={"typo": place}) as it:
        with pytest.raises(Refused, match=r"place typo: .* knows no community 'freechta'"):
            await it.adapter.open()


async def test_an_adapter_that_is_not_open_says_so():
    async with town(opened=False) as it:
        with pytest.raises(Unreachable, match="not signed in yet"):
            await it.adapter.poll(None, timedelta())
        assert it.adapter.url(ref("post/1")) is None


async def test_opening_follows_the_community_and_sets_the_account_up():
    async with town() as it:
        me = it.instance.who("folkmoot")
        assert me.bot_account
        assert me.settings["show_nsfw"]
        assert me.id in it.instance.where("freechat").followers
        assert await it.adapter.check() == []
        it.instance.post(as_="ana", community="freechat", title="Not for work", nsfw=True)
        assert await it.heard() == ["Message post/1"]


# Looking things up


async def test_a_thread_is_read_whole_with_its_tree():
    async with town() as it:
        number = a_post(it)
        parent = None
        for count in range(130):
            it.later(seconds=1)
            made = it.instance.comment(as_="ana", post=number, text=f"number {count}", parent=parent)
            parent = made if count % 3 else None
        thread = await it.adapter.thread(ref(f"post/{number}"))
        assert [m.ref.id for m in thread.messages] == [f"comment/{n}" for n in range(1, 131)]
        assert (thread.expected, thread.complete) == (130, True)
        below = {m.ref.id: m.parent.id for m in thread.messages if m.parent}
        assert (below["comment/1"], below["comment/3"], below["comment/4"]) == (
            "post/1",
            "comment/2",
            "comment/3",
        )

        branch = await it.adapter.thread(ref("comment/2"))
        assert [m.ref.id for m in branch.messages] == ["comment/3", "comment/4"]
        assert branch.root.ref == ref("comment/2")


async def test_a_thread_that_is_not_there_is_refused():
    async with town() as it:
        with pytest.raises(Refused, match="no such thread"):
            await it.adapter.thread(ref("post/9"))


async def test_where_else_a_link_or_text_is_talked_about():
    link = "https://news.example/story"
    async with town() as it:
        number = a_post(it, "Big story", link=link)
        again = it.instance.post(as_="ana", community="freechat", title="Same again", link=link)
        there = it.instance.post(as_=f"ben@{AWAY}", community=f"books@{AWAY}", title="Story", link=link)
        it.instance.comment(as_=f"ben@{AWAY}", post=there, text="I read it")
        quoted = it.instance.post(
            as_="ana",
            community="elsewhere",
            title="Look",
            text=f"crossgepostet aus: https://{HOME}/post/{number}\n> words",
        )
        it.instance.post(as_="ana", community="elsewhere", title="Other", link="https://news.example/other")
        found = {d.url: d for d in await it.adapter.elsewhere(ref(f"post/{number}"))}
        assert set(found) == {f"https://{AWAY}/post/{there}", f"https://{HOME}/post/{quoted}"}
        assert again not in {int(url.rpartition("/")[2]) for url in found}
        story = found[f"https://{AWAY}/post/{there}"]
        assert (story.community, story.instance, story.comments) == (f"books@{AWAY}", AWAY, 1)


async def test_a_front_page_is_no_cross_post():
    async with town() as it:
        number = a_post(it, "A nice site", link="https://nice.example/")
        it.instance.post(as_="ana", community="elsewhere", title="Nice", link="https://nice.example/")
        assert await it.adapter.elsewhere(ref(f"post/{number}")) == []


@pytest.mark.parametrize(
    ("handle", "name", "role"),
    [
        ("ana", f"ana@{HOME}", Role.EVERYONE),
        ("@mia", f"mia@{HOME}", Role.MODERATOR),
        (f"@ben@{AWAY}", f"ben@{AWAY}", Role.EVERYONE),
        (f"https://{AWAY}/u/ben", f"ben@{AWAY}", Role.EVERYONE),
        (f"https://{HOME}/u/ben@{AWAY}", f"ben@{AWAY}", Role.EVERYONE),
        ("nobody", None, None),
        ("not a name!", None, None),
        ("https://[broken/u/x", None, None),
    ],
)
async def test_people_by_what_others_call_them(handle, name, role):
    async with town() as it:
        found = await it.adapter.person(handle, "chat")
        assert (found.name if found else None, found.role if found else None) == (name, role)


async def test_a_role_is_refreshed_when_it_matters():
    async with town() as it:
        ana, max_ = await it.author("ana"), await it.author("max")
        it.instance.appoint(community="freechat", who="ana")
        it.instance.appoint(community="freechat", who="max", on=False)
        assert (await it.adapter.refresh(ana, "chat")).role is Role.MODERATOR
        assert (await it.adapter.refresh(max_, "chat")).role is Role.EVERYONE
        assert (await it.adapter.refresh(ana, "lemmy.private")).role is Role.MODERATOR


async def test_messages_by_ref_and_by_address():
    async with town() as it:
        number = a_post(it, text="here")
        comment = it.instance.comment(as_="ana", post=number, text="below")
        away = it.instance.post(as_=f"ben@{AWAY}", community=f"books@{AWAY}", title="Far away")
        it.instance.private_message(as_="ana", to="folkmoot", text="psst")
        targets = {
            "post": ref(f"post/{number}"),
            "comment": ref(f"comment/{comment}"),
            "private": ref("message/1", "lemmy.private"),
            "post address": f"https://{HOME}/post/{number}",
            "comment address": f"https://{HOME}/comment/{comment}",
            "newer comment address": f"https://{HOME}/post/{number}/{comment}",
            "far away": f"https://{AWAY}/post/{away}",
            "missing": ref("post/99"),
            "unknown": "https://third.example/post/1",
            "no address": "what was that?",
        }
        found = {name: await it.adapter.message(target) for name, target in targets.items()}
        assert {name: str(m.ref) if m else None for name, m in found.items()} == {
            "post": "lemmy:chat:post/1",
            "comment": "lemmy:chat:comment/1",
            "private": "lemmy:lemmy.private:message/1",
            "post address": "lemmy:chat:post/1",
            "comment address": "lemmy:chat:comment/1",
            "newer comment address": "lemmy:chat:comment/1",
            "far away": f"lemmy:books@{AWAY}:post/2",
            "missing": None,
            "unknown": None,
            "no address": None,
        }
        elsewhere = found["far away"]
        assert elsewhere is not None
        # A moderator of another community is nobody special here.
        assert elsewhere.author.role is Role.EVERYONE


async def test_it_is_an_adapter_like_any_other(lemmy_api):
    async with town() as it:
        adapter: Adapter = it.adapter
        assert adapter.places == PLACES
        assert (adapter.platform, adapter.account) == (Platform.LEMMY, "lemmy")
        assert adapter.capabilities >= {Capability.TIMED_BAN, Capability.THREADS}
        assert not adapter.capabilities & {Capability.REACT, Capability.MUTE, Capability.KICK}
        assert (Capability.NATIVE_WARN in adapter.capabilities) is (lemmy_api == 4)
        assert adapter.url(ref("comment/3")) == f"https://{HOME}/comment/3"
        assert adapter.url(ref("message/3", "lemmy.private")) is None


async def test_a_server_that_is_not_there():
    async with town(opened=False) as it:
        await it.server.close()
        adapter = adapter_for(it.server, it.clock)
        with pytest.raises(Unreachable, match="no connection"):
            await adapter.open()
        await adapter.close()
