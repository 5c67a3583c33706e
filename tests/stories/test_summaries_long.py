"""Digests of long threads: a line says that they are being read, becomes the digest, and can be stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.model import Ref, Thread
from bot.platforms.memory.adapter import MemoryAdapter
from bot.platforms.protocol import Unreachable
from bot.testing import Member, Moot, Said, script

#: As few comments as the settings call long.
LONG = 100


@asynccontextmanager
async def crowd(comments: int = LONG) -> AsyncIterator[tuple[Moot, Said]]:
    """A post with so many comments by seven people."""
    settings = {"automatic": False, "min_comments": 5, "long_from": LONG, "words": 40}
    async with Moot(plugins={"summaries": settings}) as moot:
        post = await moot.member("ana").posts("How is renting here?")
        for n in range(7):
            moot.member(f"p{n}")
        for n in range(comments):
            moot.world.say(
                "freechat", f"p{n % 7}", f"House number {n} in the long street has an empty flat.", post.id
            )
        await moot.settle()
        moot.skip()
        yield moot, post


async def asks(moot: Moot, who: Member, post: Said, wish: str = "!summary") -> str:
    """Gives the command without a look of the clock, so that the job waits; what was said then."""
    moot.world.say("freechat", who.name, wish, post.id)
    await hears(moot)
    return moot.transcript()


async def hears(moot: Moot) -> None:
    """Reads and answers what was said; nothing that waits for the clock."""
    for account, reader in moot.app.readers.items():
        await reader.step()
        await moot.app.outbox.drain(account)


async def test_a_long_thread_is_announced_and_the_line_becomes_the_digest() -> None:
    async with crowd() as (moot, post):
        ed = moot.member("ed")
        assert await asks(moot, ed, post) == script("""
            freechat | ed → ana: !summary
            freechat | bot → ed: Reading 101 comments; the digest follows. !summary cancel stops it, and so does ❌ below this or taking the question back.
        """)
        await moot.settle()
        said = moot.transcript()
        assert said.startswith(
            "freechat | bot edits “Reading 101 comments; the digest follow…”: Thread digest · 100 comments by 7 people"
        )
        assert "bot →" not in said, "one comment, no more"
        await moot.advance(hours=1)
        assert moot.transcript() == ""


async def test_the_second_who_asks_is_led_to_the_digest_that_stands() -> None:
    async with crowd() as (moot, post):
        await moot.member("ed").replies(post, "!summary")
        moot.skip()
        await moot.member("flo").replies(post, "!summary")
        said = moot.transcript()
        assert "bot edits “Thread digest · 100 comments" in said
        assert (
            "bot edits “Reading 103 comments; the digest follow…”: The digest, brought up to date: here (memory://freechat/"
            in said
        )


async def test_whoever_asks_while_it_is_read_hears_so() -> None:
    async with crowd() as (moot, post):
        ed = moot.member("ed")
        await asks(moot, ed, post)
        assert "bot → flo: The digest of that thread is on its way." in await asks(
            moot, moot.member("flo"), post
        )
        other = moot.world.say("freechat", "ana", "And another", title="Another thread")
        for n in range(LONG):
            moot.world.say("freechat", "p1", f"Word number {n} of that.", other)
        wish = f"!summary memory://freechat/{other}"
        assert "bot → ed: One at a time: another digest" in await asks(moot, ed, post, wish)


def by_command(who: str) -> Callable[[Moot, Said, str], Awaitable[object]]:
    return lambda moot, post, _: asks(moot, moot.member(who), post, "!summary cancel")


async def by_reaction(moot: Moot, post: Said, line: str) -> None:
    del post
    moot.world.react("ed", line, "❌")
    await hears(moot)


@pytest.mark.parametrize("cancels", [by_command("ed"), by_reaction], ids=["by command", "by reaction"])
async def test_who_asked_can_cancel(cancels: Callable[[Moot, Said, str], Awaitable[object]]) -> None:
    async with crowd() as (moot, post):
        await asks(moot, moot.member("ed"), post)
        await cancels(moot, post, moot.newest("freechat").id)
        await moot.settle()
        await moot.advance(hours=1)
        assert "Thread digest" not in moot.transcript()
        moot.world.say("freechat", "ed", "!summary", post.id)
        await moot.settle()
        assert "Thread digest" in moot.transcript(), "whoever changes their mind again asks again"


async def test_a_cancelled_line_says_so() -> None:
    async with crowd() as (moot, post):
        await asks(moot, moot.member("ed"), post)
        said = await asks(moot, moot.member("ed"), post, "!summary cancel")
        assert "bot edits “Reading 101 comments; the digest follow…”: Cancelled." in said
        said = await asks(moot, moot.member("ed"), post, "!summary cancel")
        assert "bot → ed: Nothing that you asked for is being read at the moment." in said


async def test_others_cannot_cancel_and_moderators_can() -> None:
    async with crowd() as (moot, post):
        await asks(moot, moot.member("ed"), post)
        line = moot.newest("freechat")
        assert "Nothing that you asked for" in await asks(moot, moot.member("flo"), post, "!summary cancel")
        moot.world.react("flo", line.id, "❌")
        await hears(moot)
        assert moot.transcript().count("Cancelled") == 0
        assert "Cancelled." in await asks(moot, moot.moderator("mo"), post, "!summary cancel")


async def test_who_takes_the_question_back_wants_no_answer() -> None:
    async with crowd() as (moot, post):
        moot.member("ed")
        question = moot.world.say("freechat", "ed", "!summary", post.id)
        await hears(moot)
        moot.skip()
        moot.world.remove("ed", question)
        await hears(moot)
        await moot.advance(hours=1)
        said = moot.transcript()
        assert "bot removes “Reading 101 comments" in said or "bot deletes “Reading 101 comments" in said, (
            said
        )
        assert "Thread digest" not in said


async def test_what_is_cancelled_while_it_is_read_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    async with crowd() as (moot, post):
        await asks(moot, moot.member("ed"), post)
        reads = MemoryAdapter.thread

        async def meanwhile(adapter: MemoryAdapter, root: Ref) -> Thread:
            thread = await reads(adapter, root)
            moot.world.say("freechat", "ed", "!summary cancel", post.id)
            await hears(moot)
            return thread

        monkeypatch.setattr(MemoryAdapter, "thread", meanwhile)
        await moot.settle()
        said = moot.transcript()
        assert "Cancelled." in said
        assert "Thread digest" not in said


async def test_a_server_that_is_away_is_asked_again_and_then_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with crowd() as (moot, post):

        async def away(adapter: MemoryAdapter, root: Ref) -> Thread:
            raise Unreachable(f"{adapter.account} does not answer about {root}")

        with monkeypatch.context() as gone:
            gone.setattr(MemoryAdapter, "thread", away)
            await moot.member("ed").replies(post, "!summary")
            assert "edits" not in moot.transcript()
        await moot.advance(minutes=3)
        assert "Thread digest · 100 comments" in moot.transcript(), "it was back in time"
        with monkeypatch.context() as gone:
            gone.setattr(MemoryAdapter, "thread", away)
            await moot.member("flo").replies(post, "!summary")
            moot.skip()
            await moot.advance(minutes=3)
            assert moot.transcript() == ""
            await moot.advance(minutes=12)
            assert "The thread cannot be read at the moment. Try again in a few minutes." in moot.transcript()
            await moot.advance(hours=2)
            assert moot.transcript() == ""


async def test_a_restart_does_not_lose_the_digest() -> None:
    async with crowd() as (moot, post):
        await asks(moot, moot.member("ed"), post)
        await moot.restart()
        assert "Thread digest · 100 comments by 7 people" in moot.transcript()


async def test_much_talk_in_a_room_is_long_work_too() -> None:
    async with crowd() as (moot, _):
        for n in range(LONG):
            moot.world.say("lounge", f"p{n % 7}", f"Garden number {n} in the short street has an empty shed.")
        await moot.settle()
        moot.skip()
        await moot.member("ed").says("!summary 1h")
        said = moot.transcript()
        assert "bot → ed: Reading 100 comments; the digest follows." in said
        assert "bot → ed: Thread digest · 100 comments by 7 people" in said, (
            "a room has threads for what is long"
        )
        assert (
            "bot edits “Reading 100 comments; the digest follow…”: The digest: here (memory://lounge/" in said
        )


async def test_a_long_thread_without_a_sentence_says_so_in_the_line() -> None:
    async with crowd(0) as (moot, post):
        for n in range(LONG):
            moot.world.say("freechat", f"p{n % 7}", "ok", post.id)
        await moot.settle()
        moot.skip()
        await moot.member("ed").says(f"!summary memory://freechat/{post.id}")
        assert moot.transcript().endswith("”: There is nothing to quote in those 100 comments.")
        await moot.member("flo").replies(post, "!summary")
        assert moot.transcript().endswith("”: There is nothing to quote in those 100 comments.")


async def test_a_job_that_breaks_off_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with crowd() as (moot, post):

        async def broken(adapter: MemoryAdapter, root: Ref) -> Thread:
            raise ZeroDivisionError(f"{adapter.account}: {root}")

        monkeypatch.setattr(MemoryAdapter, "thread", broken)
        await moot.member("ed").replies(post, "!summary")
        for _ in range(20):
            await moot.advance(minutes=1)
        moot.skip()
        await moot.advance(days=2)
        assert "The thread cannot be read at the moment. Try again in a few minutes." in moot.transcript()
        assert await moot.ledger.recall_all("moot", "summaries", "job:") == {}
