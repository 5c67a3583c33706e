"""What the bot asks a server for: threads, people, single messages, cross-posts, and what its account lacks."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot import actions
from bot.model import Role
from bot.platforms.protocol import Refused, SignedOut
from bot.text import document
from tests.lemmy_contract.town import Town, adapter_for, texts, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]


async def a_tree(it: Town, wide: int, deep: int) -> tuple[int, dict[int, int | None]]:
    """A post with `wide` answers and one chain `deep` levels down; the parent of each comment."""
    number = await it.a_post()
    parents: dict[int, int | None] = {
        await it.driver.comment(it.ana, number, f"wide {count}"): None for count in range(wide)
    }
    above: int | None = None
    for level in range(deep):
        below = await it.driver.comment(it.ben, number, f"deep {level}", above)
        parents[below] = above
        above = below
    return number, parents


async def test_a_thread_of_hundreds_of_comments_comes_whole_with_its_tree(server: str) -> None:
    async with town(server) as it:
        number, parents = await a_tree(it, wide=330, deep=40)
        root = it.ref(f"post/{number}")
        thread = await it.adapter.thread(root)
        assert thread.complete
        assert thread.expected == len(parents)
        assert {m.ref.id: m.parent.id if m.parent else None for m in thread.messages} == {
            f"comment/{ident}": root.id if above is None else f"comment/{above}"
            for ident, above in parents.items()
        }
        assert [m.sent_at for m in thread.messages] == sorted(m.sent_at for m in thread.messages)


async def test_a_comments_own_thread_is_what_is_below_it(server: str) -> None:
    async with town(server) as it:
        _, parents = await a_tree(it, wide=2, deep=5)
        chain = [f"comment/{ident}" for ident in sorted(parents)][2:]
        thread = await it.adapter.thread(it.ref(chain[1]))
        assert [m.ref.id for m in thread.messages] == chain[2:]


async def test_a_thread_that_is_not_there_is_refused(server: str) -> None:
    async with town(server) as it:
        with pytest.raises(Refused):
            await it.adapter.thread(it.ref("post/2000000000"))


async def test_people_are_found_by_every_way_to_write_them(server: str) -> None:
    async with town(server) as it:
        host = it.ana.actor.split("/")[2]
        for handle in (it.ana.name, f"{it.ana.name}@{host}", f"@{it.ana.name}@{host}", it.ana.actor):
            found = await it.adapter.person(handle, "chat")
            assert found is not None, handle
            assert (found.id, found.role) == (it.ana.actor, Role.EVERYONE)
        assert await it.adapter.person("nobody-of-that-name", "chat") is None


async def test_roles_are_read_anew_when_the_guard_asks(server: str) -> None:
    async with town(server) as it:
        ana = await it.author(it.ana)
        assert (await it.adapter.refresh(ana, "chat")).role is Role.EVERYONE
        await it.driver.appoint(it.mia, it.community, it.ana.id)
        assert (await it.adapter.refresh(ana, "chat")).role is Role.MODERATOR
        await it.driver.appoint(it.mia, it.community, it.ana.id, on=False)
        assert (await it.adapter.refresh(ana, "chat")).role is Role.EVERYONE
        boss = await it.adapter.person(it.driver.admin.name, "chat")
        assert boss is not None
        assert boss.role is Role.OWNER


async def test_a_message_is_found_by_its_address(server: str) -> None:
    async with town(server) as it:
        number = await it.a_post()
        comment = await it.driver.comment(it.ben, number, "Nothing")
        for ref in (it.ref(f"post/{number}"), it.ref(f"comment/{comment}")):
            there = await it.adapter.message(ref)
            assert there is not None
            assert there.ref == ref
            address = there.url
            assert address is not None
            again = await it.adapter.message(address)
            assert again is not None
            assert again.ref == ref
        assert await it.adapter.message(it.ref("comment/2000000000")) is None


async def test_the_same_link_elsewhere_is_a_cross_post(server: str) -> None:
    async with town(server) as it:
        link = f"https://news.example/{it.community.name}"
        elsewhere = await it.driver.found(it.ben, it.community.name.replace("chat", "news"))
        twin = await it.driver.post(it.ben, elsewhere, "The same news", None, link + "?utm_source=feed")
        await it.driver.comment(it.ana, twin, "said there")
        number = await it.a_post(f"News of {it.community.name}", link=link)
        [found] = await it.adapter.elsewhere(it.ref(f"post/{number}"))
        assert (found.title, found.comments) == ("The same news", 1)
        assert found.community.startswith(f"{elsewhere.name}@")


async def test_the_account_is_put_right_and_says_what_it_lacks(server: str) -> None:
    async with town(server) as it:
        itself = await it.adapter.person(it.bot.actor, "chat")
        assert itself is not None
        assert itself.is_bot
        problems = await it.adapter.check()
        assert not any("moderator" in problem for problem in problems), problems
        await it.driver.appoint(it.mia, it.community, it.bot.id, on=False)
        assert any("moderator" in problem for problem in await it.adapter.check())


async def test_a_community_that_is_not_there_is_named(server: str) -> None:
    async with town(server, opened=False) as it:
        nowhere = replace(it.community, name="no_such_community")
        adapter = adapter_for(it.driver, it.bot, nowhere)
        with pytest.raises(Refused, match=r"place chat: .*'no_such_community'"):
            await adapter.open()
        await adapter.close()


async def test_a_community_that_vanished_does_not_silence_the_rest(server: str) -> None:
    async with town(server) as it:
        await it.driver.dissolve(it.mia, it.community)
        await it.driver.tell(it.ana, it.bot.id, "what became of us?")
        assert texts(await it.poll()) == ["what became of us?"]
        assert await it.poll() == []


# The token


async def test_the_token_is_kept_and_used_again(server: str, tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    async with town(server, token_file=file) as it:
        before = kept(file)
        assert oct(file.stat().st_mode)[-3:] == "600" or os.name == "nt"

        def nobody_asks() -> str:
            raise AssertionError("the password was asked for although the token is good")

        await it.restart(password=nobody_asks)
        assert await it.poll() == []
        assert kept(file) == before


async def test_a_token_that_died_is_replaced_and_nothing_is_missed(server: str, tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    async with town(server, token_file=file) as it:
        await it.driver.sign_out(it.driver.with_token(it.bot, kept(file)))
        await it.a_post("Said while the token was dead")
        assert texts(await it.poll()) == ["Said while the token was dead"]
        await it.adapter.perform(actions.Reply(to=it.heard[-1].ref, text=document("Here")), "k1")  # type: ignore[union-attr]


async def test_where_the_password_is_no_good_either_the_account_stops_instead_of_reading_as_a_stranger(
    server: str, tmp_path: Path
) -> None:
    file = tmp_path / "token.json"
    async with town(server, token_file=file) as it:
        await it.restart(password=lambda: "the wrong password")
        await it.driver.sign_out(it.driver.with_token(it.bot, kept(file)))
        await it.a_post("Said while the token was dead")
        with pytest.raises(SignedOut):
            await it.poll()
        await it.restart()
        assert texts(await it.poll()) == ["Said while the token was dead"]


def kept(file: Path) -> str:
    """The token on disk."""
    return str(json.loads(file.read_text())["jwt"])
