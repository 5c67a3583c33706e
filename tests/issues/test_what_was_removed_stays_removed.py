"""Who deleted a comment just before it was removed could bring it back later, and there it stood."""

from __future__ import annotations

import pytest

from bot.demo.lemmy import LemmyError
from tests.lemmy_house import house
from tests.lemmy_town import spoken

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

REMOVE = ("POST", "/comment/remove")


async def test_a_comment_that_its_author_brings_back_is_removed_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as here:
        it = here.town.instance
        number = it.comment(
            as_="ana",
            post=it.post(as_="ana", community="freechat", title="Tea or coffee?"),
            text="What a numbskull you are!",
        )

        def too_late(_: object) -> dict[str, object]:
            it.delete(as_="ana", ref=f"comment/{number}", on=True)
            raise LemmyError("couldnt_update_comment")

        with monkeypatch.context() as patch:
            patch.setitem(spoken(), REMOVE, too_late)
            await here.settle()
        await here.settle()
        it.delete(as_="ana", ref=f"comment/{number}", on=False)
        assert not it.the_comment(number).gone
        await here.settle()
        assert it.the_comment(number).removed
        told = "\n".join(here.lines())
        assert "its author brought back what was removed in case #1" in told
        await here.settle(minutes=10)
        assert "\n".join(here.lines()) == told
        strikes = await here.app.ledger.strikes("free", "lemmy:https://lemmy.example/u/ana")
        assert len(strikes) == 1


async def test_what_a_moderator_brought_back_stays() -> None:
    async with house() as here:
        it = here.town.instance
        post = it.post(as_="ana", community="freechat", title="Tea or coffee?")
        number = it.comment(as_="ana", post=post, text="What a numbskull you are!")
        await here.settle()
        assert it.the_comment(number).removed
        it.remove(as_="mia", ref=f"comment/{number}", reason="harmless", on=False)
        await here.settle()
        it.edit(as_="ana", ref=f"comment/{number}", text="What a nice person you are!")
        await here.settle()
        it.delete(as_="ana", ref=f"comment/{number}", on=True)
        await here.settle()
        it.delete(as_="ana", ref=f"comment/{number}", on=False)
        await here.settle()
        assert not it.the_comment(number).gone
