"""What became of a moderator's act whose answer got lost: the moderation log knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import actions
from bot.platforms.protocol import Unclear
from bot.text import document
from tests.lemmy_town import NOON, ref, town

pytestmark = [pytest.mark.loopback, pytest.mark.enable_socket, pytest.mark.usefixtures("lemmy_api")]

#: The act, the call that it makes, and what must have been done before it.
ACTS = {
    "remove a comment": ("/comment/remove", lambda ana: actions.Remove(ref=ref("comment/1"), person=ana, reason="rude"), None),
    "remove a post": ("/post/remove", lambda ana: actions.Remove(ref=ref("post/1"), person=ana, reason="rude"), None),
    "restore a comment": (
        "/comment/remove", lambda ana: actions.Restore(ref=ref("comment/1"), reason="undone"),
        lambda ana: actions.Remove(ref=ref("comment/1"), person=ana, reason="rude"),
    ),
    "lock": ("/post/lock", lambda ana: actions.Lock(ref=ref("post/1"), reason="heated"), None),
    "pin": ("/post/feature", lambda ana: actions.Pin(ref=ref("post/1")), None),
    "ban": (
        "/community/ban_user",
        lambda ana: actions.Ban(place="chat", person=ana, reason="rude", until=NOON + timedelta(days=2)), None,
    ),
    "unban": (
        "/community/ban_user", lambda ana: actions.Unban(place="chat", person=ana, reason="the time is up"),
        lambda ana: actions.Ban(place="chat", person=ana, reason="rude"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ACTS)
@pytest.mark.parametrize(("fault", "worked"), [("act then reset", True), ("reset", False)])
async def test_the_log_tells_whether_an_act_worked(what, fault, worked) -> None:
    path, make, before = ACTS[what]
    async with town() as it:
        it.instance.post(as_="ana", community="freechat", title="A question", text="What do you think?")
        it.instance.comment(as_="ana", post=1, text="A rude word.")
        ana = await it.author("ana")
        if before:
            await it.adapter.perform(before(ana), "earlier")
        it.later(minutes=10)
        since = it.clock.now()
        it.server.faults.add(fault, method="POST", path=path)
        with pytest.raises(Unclear):
            await it.adapter.perform(make(ana), "k")
        found = await it.adapter.find(make(ana), "k", since, frozenset())
        assert (found is not None) is worked


async def test_what_a_human_did_is_not_taken_for_ours() -> None:
    async with town() as it:
        it.instance.post(as_="ana", community="freechat", title="A question", text="What do you think?")
        ana = await it.author("ana")
        it.instance.remove(as_="mia", ref="post/1", reason="rude")
        act = actions.Remove(ref=ref("post/1"), person=ana, reason="rude")
        assert await it.adapter.find(act, "k", it.clock.now(), frozenset()) is None


async def test_what_leaves_no_line_is_not_found() -> None:
    async with town() as it:
        it.instance.post(as_="ana", community="freechat", title="A question", text="What do you think?")
        ana = await it.author("ana")
        for act in (
            actions.Remove(ref=ref("message/1"), person=ana, reason="rude"),
            actions.React(ref=ref("post/1"), symbol="👍"),
        ):
            assert await it.adapter.find(act, "k", it.clock.now(), frozenset()) is None


@pytest.mark.parametrize("what", ["act", "answer", "letter"])
async def test_an_attempt_that_worked_is_found_although_much_was_done_since(what: str) -> None:
    """A busy bot has done hundreds of things before it looks."""
    async with town() as it:
        post = it.instance.post(as_="ana", community="freechat", title="A question")
        comment = it.instance.comment(as_="ana", post=post, text="rude")
        other = it.instance.comment(as_="ana", post=post, text="harmless")
        ana = await it.author("ana")
        path, action = {
            "act": (
                "/comment/remove",
                actions.Remove(ref=ref(f"comment/{comment}"), person=ana, reason="rude"),
            ),
            "answer": ("/comment", actions.Reply(to=ref(f"post/{post}"), text=document("Here"))),
            "letter": ("/private_message", actions.Tell(place="chat", person=ana, text=document("Here"))),
        }[what]
        since = it.clock.now()
        it.server.faults.add("act then reset", method="POST", path=path)
        with pytest.raises(Unclear):
            await it.adapter.perform(action, "k")
        for count in range(260):
            it.later(seconds=1)
            it.instance.remove(as_="folkmoot", ref=f"comment/{other}", on=count % 2 == 0)
            it.instance.comment(as_="folkmoot", post=post, text=f"number {count}")
            it.instance.private_message(as_="folkmoot", to="max", text=f"number {count}")
        assert await it.adapter.find(action, "k", since, frozenset()) is not None
