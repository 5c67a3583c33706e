"""Threads of other servers, read without an account; and the addresses that nothing is fetched from."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

import httpx
import pytest
import typer
from typer.testing import CliRunner

from bot.cli import summarize
from bot.clock import FakeClock
from bot.model import Author, Message, Place, PlaceKind, Platform, Ref, Thread
from bot.platforms.lemmy.guarded import Guarded, public
from bot.platforms.lemmy.public import fetch_thread
from bot.platforms.protocol import PlatformError, Refused, Unreachable
from tests.lemmy_town import NOON, Town, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]


def a_thread(it: Town) -> int:
    post = it.instance.post(as_="ana", community="freechat", title="How is renting?", text="Tell me.")
    first = it.instance.comment(as_="mia", post=post, text="Rents are high.")
    it.instance.comment(as_="ana", post=post, parent=first, text="How high are they?")
    return post


async def test_a_link_to_a_post_gives_its_whole_thread() -> None:
    async with town(opened=False) as it:
        post = a_thread(it)
        thread = await fetch_thread(f"{it.server.url}/post/{post}", FakeClock(NOON), loopback=True)
        assert thread.root.title == "How is renting?"
        assert [(m.author.name, m.text) for m in thread.messages] == [
            ("mia@lemmy.example", "Rents are high."),
            ("ana@lemmy.example", "How high are they?"),
        ]
        assert thread.messages[1].parent == thread.messages[0].ref
        assert thread.complete


async def test_a_link_to_a_comment_gives_the_thread_of_its_post() -> None:
    async with town(opened=False) as it:
        a_thread(it)
        for path in ("/comment/2", "/post/1/2"):
            thread = await fetch_thread(it.server.url + path, FakeClock(NOON), loopback=True)
            assert len(thread.messages) == 2


async def test_a_thread_of_many_pages_is_read_to_its_end() -> None:
    async with town(opened=False) as it:
        post = a_thread(it)
        for n in range(120):
            it.instance.comment(as_="max", post=post, text=f"Reply number {n}.")
        steps: list[tuple[int, int]] = []
        url = f"{it.server.url}/post/{post}"
        thread = await fetch_thread(url, FakeClock(NOON), loopback=True, watch=lambda *at: steps.append(at))
        assert len(thread.messages) == thread.expected == 122
        assert steps == [(50, 122), (100, 122), (122, 122)]


def test_at_the_terminal_it_is_told_when_a_server_keeps_comments_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Place(Platform.LEMMY, "chat", "chat", PlaceKind.COMMUNITY, "", "anonymous")
    ana = Author(Platform.LEMMY, "https://lemmy.example/u/ana", "ana@lemmy.example")
    ref = Ref(Platform.LEMMY, "chat", "post/1")
    root = Message(ref=ref, root=ref, place=place, author=ana, title="Rents", text="", sent_at=NOON)
    said = replace(
        root,
        ref=Ref(Platform.LEMMY, "chat", "comment/1"),
        text="Rents have doubled in the old town.",
        parent=root.ref,
    )
    monkeypatch.setattr(
        "bot.platforms.lemmy.public.read_thread", lambda url, watch: Thread(root, (said,), 6_000)
    )
    app = typer.Typer()
    app.callback()(lambda: None)
    summarize.register(app)
    result = CliRunner().invoke(app, ["summarize", "https://lemmy.example/post/1"])
    assert result.exit_code == 0
    assert "Rents have doubled" in result.stdout
    assert result.stderr == (
        "https://lemmy.example/post/1: the server gave 1 of 6,000 comments; the rest is not in this summary\n"
    )


async def test_a_post_that_is_not_there_gives_a_sentence() -> None:
    async with town(opened=False) as it:
        with pytest.raises(PlatformError, match="there is no such post"):
            await fetch_thread(f"{it.server.url}/post/99", FakeClock(NOON), loopback=True)


async def test_a_server_of_our_own_house_is_not_asked() -> None:
    async with town(opened=False) as it:
        with pytest.raises(Refused, match="only 80 and 443 are"):
            await fetch_thread(f"{it.server.url}/post/1", FakeClock(NOON))
        with pytest.raises(Refused, match=r"127\.0\.0\.1 is not an address of the public internet"):
            await fetch_thread("http://127.0.0.1/post/1", FakeClock(NOON))
        with pytest.raises(Refused, match="is not an address of the public internet"):
            await fetch_thread("https://localhost/post/1", FakeClock(NOON))


WRONG = (
    "https://lemmy.example/c/freechat",
    "https://lemmy.example/post/12x",
    "https://user:pass@lemmy.example/post/12",
    "ftp://lemmy.example/post/12",
    "https:///post/12",
    "https://lemmy.example:99999/post/12",
    "https://[::1/post/12",
    "file:///etc/passwd",
    "https://lemmy.example/post/" + "9" * 30,
)


@pytest.mark.parametrize("url", WRONG)
async def test_any_other_link_is_refused_before_anything_is_fetched(url: str) -> None:
    with pytest.raises(Refused, match="a link to a Lemmy post was expected"):
        await fetch_thread(url, FakeClock(NOON))


PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.0.8", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_lead_home_are_not_public(address: str) -> None:
    assert not public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert public(ipaddress.ip_address(address))


async def test_a_name_without_an_address_is_unreachable() -> None:
    guarded = Guarded()
    with pytest.raises(Unreachable, match="no server of that name"):
        await guarded.handle_async_request(httpx.Request("GET", "https://" + "x" * 70 + ".example/post/1"))
    await guarded.aclose()


async def test_tls_and_the_host_header_keep_the_name() -> None:
    """The connection goes to the address that was checked; what is asked for stays what was named."""
    async with town(opened=False) as it:
        guarded = Guarded(loopback=True)
        request = httpx.Request("GET", it.server.url.replace("127.0.0.1", "localhost") + "/nodeinfo/2.1")
        response = await guarded.handle_async_request(request)
        assert response.status_code == 200
        assert request.headers["host"].startswith("localhost:")
        assert request.extensions["sni_hostname"] == "localhost"
        assert request.url.host in {"127.0.0.1", "::1"}
        await response.aclose()
        await guarded.aclose()
