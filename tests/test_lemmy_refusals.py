"""Every no of the server that has a name, through the whole bot: one line for the moderators and the operator, no loop, no duplicate."""

from __future__ import annotations

import pytest

from bot.demo.lemmy import LemmyError
from bot.demo.lemmy.api import modern
from bot.demo.lemmy.call import Call
from bot.platforms.lemmy.errors import GONE, SENTENCES
from tests.lemmy_house import RULES, House, house
from tests.lemmy_town import HOME, spoken

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

#: As often as the answer is tried where the server does not take its language: without one, and as undetermined.
LANGUAGES = 2


class Refusing:
    """A call that the server answers with a no, and how often it was made."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.made = 0

    def __call__(self, call: Call) -> dict[str, object]:
        del call
        self.made += 1
        raise LemmyError(self.name)


def called(name: str, lemmy_api: int) -> str:
    return modern(name) if lemmy_api == 4 else name


async def mention(here: House) -> None:
    """Ana asks for help in public."""
    it = here.town.instance
    post = it.post(as_="ana", community="freechat", title="Tea or coffee?")
    it.comment(as_="ana", post=post, text=f"@folkmoot@{HOME} help")
    await here.settle()


async def offend(here: House) -> None:
    it = here.town.instance
    post = it.post(as_="ana", community="freechat", title="Tea or coffee?")
    it.comment(as_="ana", post=post, text="What a numbskull you are!")
    await here.settle()


def failures(here: House) -> list[str]:
    return [line for line in here.lines() if "I could not" in line]


async def test_every_answer_that_is_refused_is_tried_once_and_told_once(
    lemmy_api: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with house() as here:
        for name in [*SENTENCES, "a_name_of_tomorrow"]:
            word = called(name, lemmy_api)
            sentence = f"{SENTENCES.get(word, 'the server refused')} ({word})"
            no, before = Refusing(name), len(failures(here))
            monkeypatch.setitem(spoken(), ("POST", "/comment"), no)
            caplog.clear()
            await mention(here)
            assert no.made == (LANGUAGES if name == "language_not_allowed" else 1), name
            assert [sentence in line for line in failures(here)[before:]] == [True], name
            told = [m for r in caplog.records if (m := r.getMessage()).startswith("lemmy: gave up: reply")]
            assert [sentence in line for line in told] == [True], name
        await here.settle(minutes=10)
        assert no.made == 1, "and nothing comes back later"
        assert len(failures(here)) == len(SENTENCES) + 1


async def test_a_removal_that_is_refused_is_tried_once_and_told_once(
    lemmy_api: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("not_a_mod_or_admin", "not_higher_mod", "site_ban", "banned_from_community", "unknown")
    lenient = {"text": RULES, "ladder": [{"at": 1, "do": "warn"}]}
    async with house({"moderation": lenient}) as here:
        for name in (*names, *sorted(GONE)):
            no, before = Refusing(name), len(failures(here))
            monkeypatch.setitem(spoken(), ("POST", "/comment/remove"), no)
            await offend(here)
            assert no.made == 1, name
            # What is gone already counts as removed.
            told = [SENTENCES[called(name, lemmy_api)] in line for line in failures(here)[before:]]
            assert told == ([] if name in GONE else [True]), name
        await here.settle(minutes=10)
        assert no.made == 1, "and nothing comes back later"


@pytest.mark.parametrize("name", ["rate_limit_error", "too_many_requests"])
async def test_too_fast_means_later_and_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as here:
        no = Refusing(name)
        with monkeypatch.context() as patch:
            patch.setitem(spoken(), ("POST", "/comment"), no)
            await mention(here)
        assert 1 <= no.made <= 2
        for _ in range(3):
            await here.settle(minutes=10)
        answers = [row for row in here.town.did() if row.startswith("comment ")]
        assert len(answers) == 1
        assert failures(here) == []
