"""Digests in a community: asked for, by themselves as threads grow, and true to what people change and wish."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.model import Discussion, Message
from bot.platforms.memory.adapter import MemoryAdapter
from bot.platforms.memory.port import Item
from bot.testing import MONDAY, DefaultTests, Member, Moot, Said, script
from plugins.summaries import plugin

RENTS = (
    "Rents in the old town have doubled since the trams came back.",
    "A cap on rents would only move the problem to the suburbs.",
    "The suburbs already pay higher rents than the old town did ten years ago.",
    "Nobody builds where rents are capped, said the council in spring.",
)
DEPOSITS = (
    "The deposit scheme only helps if the inventory was signed on the first day.",
    "Ours refused to sign the inventory and we still won the deposit back.",
    "My landlord kept the deposit for two years without any inventory.",
    "Does the deposit scheme hold in Scotland as well?",
)


@dataclass
class Evening:
    """A thread of nine comments about two things, by five people."""

    moot: Moot
    people: dict[str, Member]
    post: Said
    deposit: Said
    rents: Said

    def __getattr__(self, name: str) -> Member:
        return self.people[name]


@asynccontextmanager
async def evening(
    *, link: str | None = None, beside: dict[str, dict[str, object]] | None = None, **settings: object
) -> AsyncIterator[Evening]:
    """The post may have a link; `beside` are other plugins at work."""
    chosen = {"after_comments": 10, "min_comments": 5, **settings}
    async with Moot(plugins={"summaries": chosen, **(beside or {})}) as moot:
        people = {name: moot.member(name) for name in ("ana", "bo", "cy", "di", "ed")}
        who = list(people.values())
        post = await who[0].posts("How is renting here?", "Tell me about deposits and rents.", link=link)
        deposit = await who[1].replies(post, DEPOSITS[0])
        rents = await who[2].replies(post, RENTS[0])
        for n in range(1, 4):
            await who[(n + 1) % 5].replies(deposit, DEPOSITS[n])
            await who[(n + 2) % 5].replies(rents, RENTS[n])
        await who[0].replies(rents, "ok thanks")
        moot.skip()
        yield Evening(moot, people, post, deposit, rents)


async def test_the_tenth_comment_brings_the_digest() -> None:
    async with evening(words=60) as it:
        await it.bo.replies(it.post, "Moving costs more than a year of higher rents, so people stay.")
        assert it.moot.transcript() == script("""
            freechat | bo → ana: Moving costs more than a year of higher rents, so people stay.
            freechat | bot → ana: Thread digest · 10 comments by 5 people · extracts only, nobody's words changed, no AI
                rents · cap · higher — 6 comments, 5 people
                > Rents in the old town have doubled since the trams came back. — cy · comment (memory://freechat/3) · 4 replies
                > A cap on rents would only move the problem to the suburbs. — di · comment (memory://freechat/5)
                > The suburbs already pay higher rents than the old town did ten years ago. — ed · comment (memory://freechat/7)
                deposit · inventory · scheme — 4 comments, 4 people
                > The deposit scheme only helps if the inventory was signed on the first day. — bo · comment (memory://freechat/2) · 3 replies
                > Ours refused to sign the inventory and we still won the deposit back. — cy · comment (memory://freechat/4)
                Asked, not answered yet
                > ↳ to “The deposit scheme only helps…”
                > Does the deposit scheme hold in Scotland as well? — ed · comment (memory://freechat/8)
                Left out: 1 comment without a whole sentence. Not to be quoted here, tell me summary-optout.
        """)


async def test_it_grows_with_the_thread_in_the_same_comment() -> None:
    async with evening() as it:
        for n in range(9):
            await it.cy.replies(it.post, f"House number {n} in the long street stands empty.")
        said = it.moot.transcript()
        assert said.count("bot → ana: Thread digest") == 1
        assert "bot edits" not in said
        await it.cy.replies(it.post, "House number nine in the long street stands empty.")
        await it.di.replies(it.post, "House number ten is mine, and I live in it.")
        said = it.moot.transcript()
        assert said.count("bot edits “Thread digest") == 1, "twenty comments: twice as many as before"
        assert "bot → " not in said


async def test_a_short_thread_is_left_alone() -> None:
    async with evening(after_comments=40) as it:
        await it.bo.replies(it.post, "One more word about the deposit.")
        assert it.moot.transcript() == "freechat | bo → ana: One more word about the deposit."


async def test_digests_do_not_come_by_themselves_where_that_is_switched_off() -> None:
    for settings in ({"automatic": False}, {"places": ["lounge"]}):
        async with evening(**settings) as it:
            await it.bo.replies(it.post, "One more word about the deposit.")
            assert "digest" not in it.moot.transcript()


async def test_an_edited_comment_is_quoted_as_it_reads_now() -> None:
    async with evening() as it:
        await it.bo.replies(it.post, "Moving costs more than a year of higher rents, so people stay.")
        assert DEPOSITS[0] in it.moot.transcript()
        await it.bo.edits(it.deposit, "The deposit scheme never helps without a signed inventory.")
        said = it.moot.transcript()
        assert "bot edits “Thread digest" in said
        assert "The deposit scheme never helps without a signed inventory. — bo" in said
        assert DEPOSITS[0] not in said


async def test_a_removed_comment_is_quoted_no_longer() -> None:
    async with evening() as it:
        mo = it.moot.moderator("mo")
        await it.bo.replies(it.post, "Moving costs more than a year of higher rents, so people stay.")
        it.moot.skip()
        await mo.removes(it.rents, "off topic")
        said = it.moot.transcript()
        assert "bot edits “Thread digest" in said
        assert RENTS[0] not in said.partition("bot edits")[2].partition("\n")[2]
        assert "1 removed or by people who asked for it" in said


async def test_a_change_that_no_digest_quotes_changes_nothing() -> None:
    async with evening() as it:
        short = await it.bo.replies(it.post, "ok")
        it.moot.skip()
        await it.bo.edits(short, "okay")
        assert it.moot.transcript() == "freechat | bo edits “ok”: okay"


async def test_whoever_wants_to_be_left_out_is_left_out_at_once() -> None:
    async with evening() as it:
        await it.ana.replies(it.post, "Moving costs more than a year of higher rents, so people stay.")
        it.moot.skip()
        await it.bo.tells("summary-optout")
        said = it.moot.transcript()
        assert "You are left out of the digests from now on." in said
        assert "bot edits “Thread digest" in said
        assert "— bo" not in said
        await it.bo.tells("summary-optout")
        assert "You are left out of the digests already." in it.moot.transcript()
        await it.bo.tells("summary-optin")
        assert "Digests may quote you again." in it.moot.transcript()
        await it.bo.tells("summary-optin")
        assert "Digests may quote you already." in it.moot.transcript()


async def test_who_asks_all_bots_to_leave_them_alone_is_never_quoted() -> None:
    async with evening() as it:
        shy = it.moot.member("shy", opted_out=True)
        await shy.replies(it.post, "The deposit scheme and the inventory are both a scam of the landlords.")
        said = it.moot.transcript()
        assert "Thread digest · 9 comments by 5 people" in said
        assert "— shy" not in said


async def test_under_the_post_of_somebody_who_wants_no_bots_there_is_no_digest() -> None:
    async with Moot(plugins={"summaries": {"after_comments": 5, "min_comments": 5}}) as moot:
        post = await moot.member("shy", opted_out=True).posts("Rents?", "How are they?")
        ana = moot.member("ana")
        for text in (*RENTS, *DEPOSITS):
            await ana.replies(post, text)
        assert "digest" not in moot.transcript()


async def test_a_digest_that_was_asked_for_is_brought_up_to_date_and_linked() -> None:
    async with evening() as it:
        await it.ed.replies(it.post, "!summary 60")
        assert "bot → ed: Thread digest · 9 comments by 5 people" in it.moot.transcript()
        await it.di.replies(it.post, "!summary")
        said = it.moot.transcript()
        assert "bot edits “Thread digest" in said
        assert "bot → di: The digest, brought up to date: here (memory://freechat/" in said


async def test_a_branch_of_its_own_size_gets_its_own_digest() -> None:
    async with evening(min_comments=4, automatic=False) as it:
        await it.ed.replies(it.deposit, "!summary")
        said = it.moot.transcript()
        assert "Thread digest · 4 comments by 4 people" in said
        assert "rents" not in said


async def test_of_too_little_there_is_no_digest() -> None:
    async with evening(min_comments=25, after_comments=40) as it:
        await it.ed.replies(it.post, "!summary")
        assert "9 comments are quicker read than summarized; I begin at 25." in it.moot.transcript()


async def test_by_link_from_the_room() -> None:
    async with evening() as it:
        await it.ed.says(f"!summary memory://freechat/{it.post.id} 60")
        assert "lounge | bot → ed: Thread digest · 9 comments by 5 people" in it.moot.transcript()
        await it.ed.says("!summary memory://freechat/999")
        assert "I cannot find that. Give a link to a post" in it.moot.transcript()


async def test_what_was_said_in_the_room_while_somebody_was_away() -> None:
    async with evening(automatic=False) as it:
        await it.ana.says("See you all later in the evening.")
        await it.moot.advance(hours=3)
        for n, text in enumerate((*RENTS, *DEPOSITS)):
            await list(it.people.values())[1 + n % 4].says(text)
            await it.moot.advance(minutes=2)
        it.moot.skip()
        await it.ana.says("!summary missed")
        assert "bot → ana: Thread digest · 8 comments by 4 people in 14 minutes" in it.moot.transcript()
        await it.ana.says("!summary 4h")
        assert "bot → ana: Thread digest · 9 comments by 5 people in 3 hours" in it.moot.transcript()
        await it.ana.says("!summary 5m")
        assert "2 comments are quicker read than summarized; I begin at 5." in it.moot.transcript()
        await it.moot.member("new").says("!summary missed")
        assert "I do not know when you wrote here last. Give a time, such as 6h." in it.moot.transcript()


async def test_in_a_thread_of_a_room_only_the_thread_is_summarized(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrix: a command in a thread stands below its root, and answers nobody."""
    reads = MemoryAdapter._message

    def in_a_thread(adapter: MemoryAdapter, item: Item) -> Message | None:
        found = reads(adapter, item)
        return replace(found, parent=None) if found and found.command is not None else found

    monkeypatch.setattr(MemoryAdapter, "_message", in_a_thread)
    async with evening(automatic=False) as it:
        first = await it.bo.says(DEPOSITS[0])
        for n, text in enumerate(RENTS):
            await it.cy.says(text)
            await list(it.people.values())[n].replies(first, DEPOSITS[1:][n % 3])
        it.moot.skip()
        for wish in ("!summary", "!summary 6h"):
            await it.ed.replies(first, wish)
            said = it.moot.transcript()
            assert DEPOSITS[0] in said
            assert not any(text in said for text in RENTS), "they were said beside the thread"


async def test_in_a_room_too_what_is_removed_is_quoted_no_longer() -> None:
    async with evening(automatic=False) as it:
        said = [await it.cy.says(text) for text in (*RENTS, *DEPOSITS)]
        await it.ana.says("!summary 1h")
        assert RENTS[0] in it.moot.transcript()
        await it.cy.removes(said[0])
        change = it.moot.transcript().partition("bot edits")[2].partition("\n")[2]
        assert RENTS[1] in change
        assert RENTS[0] not in change


async def test_the_digest_of_the_day_is_posted_and_kept_true() -> None:
    async with evening(automatic=False, regular="daily", words=60) as it:
        await it.moot.advance(hours=12)
        said = it.moot.transcript()
        assert "What was said here today, 2026-03-02" in said
        assert said.count("Thread digest · 10 comments by 5 people") == 1, "the post and its nine comments"
        assert RENTS[0] in said
        await it.cy.removes(it.rents)
        change = it.moot.transcript().partition("bot edits")[2].partition("\n")[2]
        assert "1 removed or by people who asked for it" in change
        assert RENTS[0] not in change
        await it.moot.advance(hours=24)
        assert "digest" not in it.moot.transcript(), "a day on which nothing was said has none"


async def test_the_digest_of_the_week_comes_once_on_its_day() -> None:
    async with evening(automatic=False, regular="weekly", regular_day="wednesday") as it:
        await it.moot.advance(hours=12)
        assert "digest" not in it.moot.transcript(), "it is Monday"
        await it.moot.advance(hours=24)
        assert "digest" not in it.moot.transcript()
        await it.moot.advance(hours=24)
        assert it.moot.transcript().count("Thread digest · 10 comments by 5 people") == 1


async def test_words_that_make_no_wish_are_answered_with_what_was_expected() -> None:
    async with evening() as it:
        it.moot.skip()
        await it.ana.says("!summary please")
        assert "was expected, not “please”" in it.moot.transcript()
        await it.ana.says("!summary 99999")
        assert "Between 40 and 800 words were expected, not 99999." in it.moot.transcript()
        await it.ana.tells("summary")
        assert "Which thread? Give a link" in it.moot.transcript()


LINK = "https://news.example/rents"


def there(community: str, comments: int, **more: Any) -> Discussion:
    """A discussion of the same page on another instance."""
    name, _, instance = community.partition("@")
    discussion = Discussion(
        url=f"https://{instance}/post/{name}", title="Rents", text="", link=LINK, community=community,
        instance=instance, comments=comments, sent_at=MONDAY,
    )  # fmt: skip
    return replace(discussion, **more)


async def test_where_else_the_post_is_discussed_stands_in_its_digest() -> None:
    async with evening(automatic=False, link=LINK, beside={"crossposts": {}}) as it:
        it.moot.elsewhere(
            there("news@b.example", 40), there("tech@a.example", 1), there("silent@c.example", 0),
            there("loud@noise.example", 99), there("hot@d.example", 50, nsfw=True), there("old@e.example", 9, gone=True),
        )  # fmt: skip
        await it.moot.moderator("mo").says("!crossposts mute noise.example", place="modroom")
        await it.ed.replies(it.post, "!summary")
        (told,) = [row for row in it.moot.transcript().splitlines() if "Elsewhere" in row]
        assert told.strip() == (
            "Elsewhere · news@b.example (https://b.example/post/news) (40 comments),"
            " tech@a.example (https://a.example/post/tech) (1 comment)"
        )


async def test_a_branch_and_a_community_without_the_plugin_tell_of_nothing_elsewhere() -> None:
    async with evening(automatic=False, link=LINK, min_comments=4, beside={"crossposts": {}}) as it:
        it.moot.elsewhere(there("news@b.example", 40))
        await it.ed.replies(it.deposit, "!summary")
        assert "Elsewhere" not in it.moot.transcript(), (
            "the other discussions are of the post, not of a branch"
        )
    async with evening(automatic=False, link=LINK) as it:
        it.moot.elsewhere(there("news@b.example", 40))
        await it.ed.replies(it.post, "!summary")
        assert "Elsewhere" not in it.moot.transcript()


async def test_the_digest_of_the_day_tells_what_its_posts_started_elsewhere() -> None:
    async with evening(automatic=False, regular="daily", link=LINK, beside={"crossposts": {}}) as it:
        it.moot.elsewhere(
            there("news@b.example", 40),
            there("a@b.example", 3),
            there("b@b.example", 2),
            there("c@b.example", 1),
        )
        await it.moot.advance(hours=12)
        assert (
            "Elsewhere · How is renting here? (memory://freechat/1): news@b.example (https://b.example/post/news) (40 comments),"
            " a@b.example (https://b.example/post/a) (3 comments), b@b.example (https://b.example/post/b) (2 comments) and 1 more"
        ) in it.moot.transcript()


async def test_old_threads_are_forgotten_after_a_month() -> None:
    async with evening() as it:
        await it.ana.replies(it.post, "Moving costs more than a year of higher rents, so people stay.")
        it.moot.skip()
        await it.moot.advance(days=32)
        await it.bo.edits(it.deposit, "The deposit scheme never helps without a signed inventory.")
        assert "bot edits" not in it.moot.transcript()


class TestSummaries(DefaultTests):
    plugin = plugin
