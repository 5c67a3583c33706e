"""What a day's prompt looks like, and what the settings refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.api import (
    Author,
    Community,
    Document,
    Link,
    Made,
    Message,
    Pin,
    Place,
    PlaceKind,
    Platform,
    Post,
    Prose,
    Ref,
    Reply,
    document,
    line,
    titled,
)
from plugins.daily_prompts import plugin, post
from plugins.daily_prompts.choice import Use
from plugins.daily_prompts.memory import Suggestion, Used
from plugins.daily_prompts.pool import Prompt
from plugins.daily_prompts.post import Last
from plugins.daily_prompts.settings import PromptSettings, problems

DAY = date(2026, 3, 2)
FREECHAT = Place(Platform.LEMMY, "freechat", "freechat", PlaceKind.COMMUNITY, "moot", "bot")
LOUNGE = Place(Platform.MATRIX, "lounge", "!a:x", PlaceKind.ROOM, "moot", "mbot")
MODS = Place(Platform.MATRIX, "mods", "!m:x", PlaceKind.ROOM, "moot", "mbot")
MOOT = Community("moot", "The Moot", "UTC", "de", (MODS, LOUNGE, FREECHAT), "mods")
TEA = Prompt("1", "Tea?", "On this {{weekday}}.")


def acts(prompt: Prompt = TEA, settings: PromptSettings | None = None, **more: object) -> list[object]:
    facts = {"place": FREECHAT, "day": DAY, "number": 3, "last": Last(), "unpin": None, "pin": True, **more}
    return list(post.actions(prompt, settings or PromptSettings(), MOOT, **facts))


def body(action: object) -> str:
    assert isinstance(action, Post | Reply)
    return "\n".join(block.markdown for block in action.text.blocks if isinstance(block, Prose))


def test_the_first_day() -> None:
    assert acts() == [
        Post(
            name="prompt",
            place="freechat",
            title="Daily prompt: Tea?",
            text=Document((Prose("On this Montag."),)),
        ),
        Pin(ref=Made("prompt")),
        Post(place="lounge", text=document(line("Today’s prompt: ", Link("Tea?", Made("prompt"))))),
    ]


def test_the_day_after_points_back_and_unpins() -> None:
    before = Ref(Platform.LEMMY, "freechat", "post/1")
    last = Last(before, "Milk [1]", "https://x.example/post/1", 0)
    done = acts(last=last, unpin=before)
    assert body(done[0]) == (
        "On this Montag.\n\n*Last time: [Milk \\[1\\]](https://x.example/post/1) · comments: 0*"
    )
    assert done[1:3] == [Pin(ref=Made("prompt")), Pin(ref=before, on=False)]


def test_every_blank_has_its_value() -> None:
    text = "{{date}}|{{date.iso}}|{{day}}|{{month}}|{{year}}|{{week}}|{{number}}|{{community}}|{{prompt}}"
    # The dot is escaped: at the beginning of a line, "2." would begin a numbered list.
    assert body(acts(settings=PromptSettings(text=text))[0]) == (
        "2\\. März 2026|2026-03-02|2|März|2026|10|3|The Moot|Tea?"
    )


def test_where_there_is_only_a_room() -> None:
    done = acts(place=LOUNGE, pin=False)
    assert len(done) == 1, "no announcement in the room that has the prompt already"
    assert isinstance(done[0], Post)
    assert done[0].title is None


def test_the_first_comment() -> None:
    done = acts(settings=PromptSettings(first_comment="What do you say, {{community}}?", announce_in=[]))
    assert done[2] == Reply(to=Made("prompt"), text=document(Prose("What do you say, The Moot?")))


def test_a_suggestion_is_shown_as_typed_and_thanked() -> None:
    ana = Author(Platform.MATRIX, "@ana:x", "ana")
    suggested = Suggestion(
        1, "Is {{date}} *your* day?\n\n# Loud @bo@x.example", ana, Ref(Platform.MATRIX, "lounge", "$9")
    )
    done = acts(suggested.prompt(), suggested=suggested)
    assert isinstance(done[0], Post)
    assert done[0].title == "Daily prompt: Is {{date}} *your* day?"
    assert body(done[0]) == r"\# Loud \@bo\@x.example"
    assert done[-1] == Reply(
        to=suggested.message,
        text=document(
            line(
                "Your suggestion is today’s prompt: ",
                Link("Is {{date}} *your* day?", Made("prompt")),
                " – thank you!",
            )
        ),
    )


def test_titles_fit_the_platform() -> None:
    settings = PromptSettings(title="😀" * 150 + "{{prompt}}")
    title = titled(FREECHAT, post.title_of(TEA, settings, MOOT, day=DAY, number=1, last=Last())).title
    assert title is not None
    assert len(title.encode("utf-16-le")) // 2 <= 200
    assert title.endswith("…")


def test_a_title_that_has_no_value_today_is_the_prompt() -> None:
    settings = PromptSettings(title="After {{yesterday.title}}")
    assert post.title_of(TEA, settings, MOOT, day=DAY, number=1, last=Last()) == "Tea?"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, FREECHAT),
        ({"place": "lounge"}, LOUNGE),
        (
            {"place": "loung"},
            "daily_prompts.place: there is no place 'loung'; known are mods, lounge, freechat",
        ),
    ],
)
def test_the_place(settings: dict[str, object], found: Place | str) -> None:
    assert post.place_of(PromptSettings.model_validate(settings), MOOT) == found


def test_no_place_at_all() -> None:
    bare = Community("moot", "The Moot", "UTC", "en", (MODS,), "mods")
    assert (
        post.place_of(PromptSettings(), bare)
        == "the community has neither a Lemmy community nor a room to post in"
    )


@pytest.mark.parametrize(
    ("last_day", "comments", "lately", "reason"),
    [
        (DAY, 5, 0, None),
        (DAY, 0, 0, "nobody answered the last prompt"),
        (DAY, None, 0, None),
        (DAY, 50, 9, None),
        (DAY, 50, 10, "the last prompt is still busy (10 comments in six hours)"),
        (date(2026, 2, 28), 0, 50, None),  # a day was left out already: never two
    ],
)
def test_days_that_are_left_out(
    last_day: date, comments: int | None, lately: int, reason: str | None
) -> None:
    settings = PromptSettings(skip_if_unanswered=True, skip_if_hot=10)
    last = Used(last_day, 1, "Tea?", Use("1", "all", 1))
    assert post.reason_to_wait(date(2026, 3, 3), last, settings, comments=comments, lately=lately) == reason
    assert post.reason_to_wait(date(2026, 3, 3), None, settings, comments=comments, lately=lately) is None


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, []),
        ({"pool": ["Tea?", {"title": "Milk?", "on": "friday"}]}, []),
        ({"pool": []}, [("pool", "the pool holds no prompt; give at least one")]),
        (
            {"pool": ["Tea?", " "]},
            [("pool.1", "the prompt has no title; write what people should talk about")],
        ),
        ({"pool": ["Tea?"], "title": " "}, [("title", "a title was expected, such as {{prompt}}")]),
        (
            {"pool": ["Tea?"], "text": "{{dte}}"},
            [("text", "{{dte}} is not a name that can be filled in; did you mean {{date}}?")],
        ),
        (
            {"pool": ["Tea?", {"title": "a", "theme": "musik"}], "themes": {"monday": "music"}},
            [
                ("themes.monday", "no prompt of the pool has the theme 'music' (did you mean musik?)"),
                ("pool", "the theme 'musik' has no weekday under themes: (did you mean music?)"),
            ],
        ),
    ],
)
def test_problems_of_settings(settings: dict[str, object], found: list[tuple[str, str]]) -> None:
    assert problems(PromptSettings.model_validate(settings)) == found


def test_a_broken_pool_file_is_told_by_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("- a\n- {titel: b}\n")
    assert plugin.problems(PromptSettings(pool=file)) == [
        (
            "pool",
            f"{file}:2: titel: is not known here; title, text, on, season, theme are (did you mean title?)",
        )
    ]


def comment(number: int, score: int | None, *, gone: bool = False, url: bool = True) -> Message:
    ref = Ref(Platform.LEMMY, "freechat", f"comment/{number}")
    return Message(
        ref=ref,
        place=FREECHAT,
        author=Author(Platform.LEMMY, "https://x.example/u/ana", "ana"),
        text="Green.",
        sent_at=datetime(2026, 3, 2, tzinfo=UTC),
        root=Ref(Platform.LEMMY, "freechat", "post/1"),
        score=score,
        gone=gone,
        url=f"https://x.example/comment/{number}" if url else None,
    )


@pytest.mark.parametrize(
    ("comments", "best"),
    [
        ([], None),
        ([comment(1, 1), comment(2, None), comment(3, -4)], None),
        ([comment(1, 2), comment(2, 7), comment(3, 7)], "https://x.example/comment/2"),
        ([comment(1, 2), comment(2, 7, gone=True), comment(3, 9, url=False)], "https://x.example/comment/1"),
    ],
)
def test_the_best_liked_answer(comments: list[Message], best: str | None) -> None:
    assert post.best_liked(comments) == best


def test_the_best_liked_answer_is_linked() -> None:
    text = PromptSettings(text="[Best of yesterday]({{yesterday.top}})")
    assert body(acts(settings=text, last=Last(top="https://x.example/comment/2"))[0]) == (
        "[Best of yesterday](https://x.example/comment/2)"
    )
