"""Two servers that federate: what people of the other one say is heard, and what the bot does reaches them.

Told only where the environment names a second server (`FOLKMOOT_TEST_LEMMY_V3_PEER`, `FOLKMOOT_TEST_LEMMY_V4_PEER`), which may be of
either generation. Each server sends to the other in its own time, so these stories ask again until it came.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bot import actions
from bot.clock import SystemClock
from bot.model import Message, Occurrence, Reported, Role
from bot.text import document
from tests.lemmy_contract.driver import Community, Driver, Member, Said
from tests.lemmy_contract.town import Town, adapter_for, driver_for, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.timeout(1200)]

#: The first contact of two servers takes some ten seconds; afterwards a debug build sends at once, a release within half a minute.
PATIENCE = 240


@pytest.fixture(params=["real-v3", "real-v4"])
def home(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def until(come: Callable[[], Awaitable[bool]], what: str) -> None:
    """Asks again until `come` says yes. What lies between is another server's queue, which nobody can wait on."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await come():
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise AssertionError(f"this never happened: {what}") from None


@dataclass
class Peer:
    """The other server, where eve and fay live and follow the community of the town; `there` is that community as they see it."""

    driver: Driver
    eve: Member
    fay: Member
    there: Community
    host: str


async def found(other: Driver, who: Member, address: str) -> Community:
    """A community as another server sees it, once it could fetch it."""
    seen: list[int] = []

    async def fetched() -> bool:
        try:
            seen.append((await other.look_up(who, address))[1])
        except Said as said:
            if said.name not in {"resolve_object_failed", "couldnt_find_object"}:
                raise
        return bool(seen)

    await until(fetched, f"{address} can be fetched")
    return await other.community(who, seen[0])


async def heard(it: Town, wanted: Callable[[Occurrence], bool], what: str) -> Occurrence:
    async def come() -> bool:
        await it.poll()
        return any(wanted(occurrence) for occurrence in it.heard)

    await until(come, what)
    return next(occurrence for occurrence in it.heard if wanted(occurrence))


@asynccontextmanager
async def neighbours(home: str) -> AsyncIterator[tuple[Town, Peer]]:
    async with driver_for(f"{home}-peer") as other, town(home) as it:
        eve, fay = [await other.register(f"{name}{secrets.token_hex(4)}") for name in ("eve", "fay")]
        host = urlsplit(it.community.actor).netloc
        there = await found(other, eve, f"!{it.community.name}@{host}")
        await other.follow(eve, there)
        await until(lambda: other.follows(eve, there.id), "the community's server accepts eve as a follower")
        # A ban ends that person's following; without a second follower her server would hear of nothing afterwards.
        await other.follow(fay, there)
        await until(lambda: other.follows(fay, there.id), "the community's server accepts fay, too")
        yield it, Peer(other, eve, fay, there, urlsplit(eve.actor).netloc)


async def ours(it: Town, peer: Peer, title: str, text: str) -> tuple[Message, int]:
    """What eve posts: as the bot hears it, and its id on her server."""
    number = await peer.driver.post(peer.eve, peer.there, title, text)
    message = await heard(it, lambda o: isinstance(o, Message) and o.title == title, f"{title!r} arrives")
    assert isinstance(message, Message)
    return message, number


async def test_what_people_of_another_server_say_is_heard_with_their_global_name(home: str) -> None:
    async with neighbours(home) as (it, peer):
        post, number = await ours(it, peer, "From afar", "Hello over there")
        await peer.driver.comment(peer.eve, number, "and one more thing")
        comment = await heard(
            it, lambda o: isinstance(o, Message) and o.text == "and one more thing", "the comment arrives"
        )
        assert isinstance(comment, Message)
        assert post.author.id == comment.author.id == peer.eve.actor
        assert post.author.name == f"{peer.eve.name}@{peer.host}"
        assert post.author.role is Role.EVERYONE
        assert (comment.root, comment.parent) == (post.ref, post.ref)
        assert post.url is not None
        assert urlsplit(post.url).netloc == peer.host
        again = await it.adapter.message(post.url)
        assert again is not None
        assert again.ref == post.ref


async def test_what_the_bot_removes_and_restores_is_so_on_the_other_server(home: str) -> None:
    async with neighbours(home) as (it, peer):
        post, number = await ours(it, peer, "Buy now", "spam")
        for act, removed in (
            (actions.Remove(ref=post.ref, person=post.author, reason="rule 1"), True),
            (actions.Restore(ref=post.ref, reason="a mistake"), False),
        ):
            await it.adapter.perform(act, f"k{removed}")

            async def so(removed: bool = removed) -> bool:
                return (await peer.driver.see(f"post/{number}")).removed is removed

            await until(so, f"the other server shows the post as {'removed' if removed else 'restored'}")


async def test_a_ban_with_an_end_and_its_lifting_reach_the_other_server(home: str) -> None:
    async with neighbours(home) as (it, peer):
        post, number = await ours(it, peer, "First strike", "rude")
        until_ = SystemClock().now().replace(microsecond=0) + timedelta(days=2)
        await it.adapter.perform(
            actions.Ban(place="chat", person=post.author, reason="third strike", until=until_), "k1"
        )

        async def banned() -> bool:
            try:
                await peer.driver.comment(peer.eve, number, "still here")
            except Said as said:
                return "banned" in said.name
            return False

        await until(banned, "eve is banned on her own server, too")
        await it.adapter.perform(actions.Unban(place="chat", person=post.author, reason="appeal"), "k2")

        async def back() -> bool:
            return not await banned()

        await until(back, "eve may speak again")


async def test_a_report_from_another_server_is_heard(home: str) -> None:
    async with neighbours(home) as (it, peer):
        post, number = await ours(it, peer, "A question", "rude words")
        await peer.driver.report(peer.eve, f"post/{number}", "reported from afar")
        report = await heard(it, lambda o: isinstance(o, Reported), "the report arrives")
        assert isinstance(report, Reported)
        assert (report.reporter.id, report.reason, report.message.ref) == (
            peer.eve.actor,
            "reported from afar",
            post.ref,
        )


async def test_an_answer_and_a_private_message_reach_people_of_another_server(home: str) -> None:
    async with neighbours(home) as (it, peer):
        post, _ = await ours(it, peer, "A question", "why?")
        await it.adapter.perform(actions.Reply(to=post.ref, text=document("Because.")), "k1")
        await it.adapter.perform(
            actions.Tell(place="dm", person=post.author, text=document("Only for you")), "k2"
        )

        async def answered() -> bool:
            # Lemmy 1.0 gets it twice from afar, and tells of it each time.
            return set(await peer.driver.told(peer.eve)) == {"Because."}

        async def told() -> bool:
            return await peer.driver.inbox(peer.eve) == ["Only for you"]

        await until(answered, "eve is told of the answer")
        await until(told, "eve gets the private message")


async def test_a_command_by_mention_comes_from_another_server(home: str) -> None:
    async with neighbours(home) as (it, peer):
        _, number = await ours(it, peer, "A question", "why?")
        host = urlsplit(it.bot.actor).netloc
        await peer.driver.comment(peer.eve, number, f"@{it.bot.name}@{host} why 3")
        command = await heard(
            it, lambda o: isinstance(o, Message) and o.command is not None, "the command arrives"
        )
        assert isinstance(command, Message)
        assert (command.command, command.author.id) == ("why 3", peer.eve.actor)


async def test_the_bot_moderates_a_community_of_another_server(home: str) -> None:
    async with neighbours(home) as (it, peer):
        club = await peer.driver.found(peer.eve, f"club{secrets.token_hex(4)}")
        _, here = await it.driver.look_up(it.bot, f"!{club.name}@{peer.host}")
        far = await it.driver.community(it.bot, here)
        adapter = adapter_for(it.driver, it.bot, Community(f"{club.name}@{peer.host}", far.id, far.actor))
        try:
            await adapter.open()  # follows the community, for else nothing would arrive
            await until(
                lambda: it.driver.follows(it.bot, far.id), "the other server accepts the bot as a follower"
            )
            _, bot = await peer.driver.look_up(peer.eve, f"@{it.bot.name}@{urlsplit(it.bot.actor).netloc}")
            await peer.driver.appoint(peer.eve, club, bot)
            number = await peer.driver.post(peer.fay, club, "A rude post")
            them = await adapter.person(peer.fay.actor, "chat")
            assert them is not None
            cursor: list[str | None] = [None]
            found: list[Message] = []

            async def come() -> bool:
                batch = await adapter.poll(cursor[0], timedelta())
                cursor[0] = batch.cursor or cursor[0]
                found.extend(o for o in batch.occurrences if isinstance(o, Message) and o.title)
                return bool(found)

            await until(come, "the post arrives where the bot lives")

            async def appointed() -> bool:
                itself = await adapter.person(it.bot.actor, "chat")
                assert itself is not None
                return (await adapter.refresh(itself, "chat")).role is Role.MODERATOR

            await until(appointed, "the appointment arrives where the bot lives")
            await adapter.perform(actions.Remove(ref=found[0].ref, person=them, reason="rule 1"), "k1")

            async def removed() -> bool:
                return (await peer.driver.see(f"post/{number}")).removed

            await until(removed, "the removal arrives where the community lives")
        finally:
            await adapter.close()
