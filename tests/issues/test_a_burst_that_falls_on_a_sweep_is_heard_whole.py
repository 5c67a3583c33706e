"""Every five minutes a poll reads far back, but no more than twenty pages: of a burst before it, the oldest were never heard."""

from __future__ import annotations

import pytest

from bot.model import Message, Removed
from tests.lemmy_town import town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

MANY = 1_100


@pytest.mark.parametrize("minutes", [1, 6])
async def test_more_comments_than_twenty_pages_hold(minutes: int) -> None:
    async with town() as it:
        number = it.instance.post(as_="ana", community="freechat", title="A question")
        for _ in range(2):
            await it.poll()
            it.later(minutes=minutes)
        said = [it.instance.comment(as_="ana", post=number, text=f"number {n}") for n in range(MANY)]
        heard = [o.ref.id for o in await it.poll() if isinstance(o, Message)]
        assert heard == [f"comment/{ident}" for ident in said]
        it.later(minutes=minutes)
        assert await it.poll() == []


async def test_more_removals_than_twenty_pages_hold() -> None:
    async with town() as it:
        number = it.instance.post(as_="ana", community="freechat", title="A question")
        said = [it.instance.comment(as_="ana", post=number, text=f"number {n}") for n in range(MANY)]
        await it.poll()
        it.later(minutes=6)
        for ident in said:
            it.instance.remove(as_="mia", ref=f"comment/{ident}", reason="off topic")
        heard = [o.ref.id for o in await it.poll() if isinstance(o, Removed)]
        assert sorted(heard) == sorted(f"comment/{ident}" for ident in said)
        it.later(minutes=6)
        assert await it.poll() == []
