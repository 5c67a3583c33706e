"""An answer that got lost was taken for an equal one that somebody got a moment ago, and so was never given."""

from __future__ import annotations

import pytest

from tests.lemmy_house import House, house

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]


async def ask(here: House, who: str) -> None:
    here.town.instance.private_message(as_=who, to="folkmoot", text="!strikes")
    await here.settle()


def answered(here: House) -> list[str]:
    """Whom the bot wrote to."""
    return [row.split()[1].partition("@")[0] for row in here.town.did() if row.startswith("tell ")]


@pytest.mark.parametrize("who", ["ana", "mia"])
async def test_an_answer_that_got_lost_is_given_although_an_equal_one_arrived(who: str) -> None:
    async with house() as here:
        await ask(here, "ana")
        here.town.server.faults.add("reset", method="POST", path="/private_message")
        await ask(here, who)
        assert answered(here) == ["ana"]
        await here.settle(minutes=5)
        assert answered(here) == ["ana", who]


async def test_of_two_lost_answers_each_goes_to_the_one_who_asked() -> None:
    async with house() as here:
        here.town.server.faults.add("reset", method="POST", path="/private_message")
        await ask(here, "ana")
        here.town.server.faults.add("act then reset", method="POST", path="/private_message")
        await ask(here, "mia")
        assert answered(here) == ["mia"]
        await here.settle(minutes=5)
        assert answered(here) == ["mia", "ana"]
