"""What the plugin remembers comes back as it was, and nothing odd in the ledger breaks it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.api import Author, Json, Platform, Ref, Remember
from plugins.daily_prompts import memory as keep
from plugins.daily_prompts.choice import Choice, Use
from plugins.daily_prompts.memory import Memory, Pause, Suggestion, Used
from plugins.daily_prompts.pool import LONGEST_TITLE, Prompt

ANA = Author(Platform.MATRIX, "@ana:example.org", "ana")
SAID = Ref(Platform.MATRIX, "lounge", "$1")


def recalled(*acts: Remember) -> Memory:
    """The memory after those acts, the way the ledger keeps it."""
    kept: dict[str, Json] = {}
    for act in acts:
        if act.value is None:
            kept.pop(act.key, None)
        else:
            kept[act.key] = act.value
    return keep.read(kept)


def test_used_prompts_come_back_oldest_first() -> None:
    choice = Choice(Prompt("abc", "Tea?"), "monday", 2)
    memory = recalled(
        keep.remember_used(date(2026, 3, 9), 2, "Later", choice),
        keep.remember_used(date(2026, 3, 2), 1, "Tea?", choice),
        keep.remember_aside(Use("def", "all", 3)),
    )
    use = Use("abc", "monday", 2)
    assert memory.used == (
        Used(date(2026, 3, 2), 1, "Tea?", use),
        Used(date(2026, 3, 9), 2, "Later", use),
    )
    assert memory.uses == (Use("def", "all", 3), use, use)
    assert memory.on(date(2026, 3, 9)) == memory.used[1]
    assert memory.on(date(2026, 3, 3)) is None


def test_a_suggestion_waits_is_taken_goes_back_and_is_gone() -> None:
    one, acts = keep.suggest(Memory(), "Tea?", ANA, SAID)
    assert (one.number, one.author, one.message) == (1, ANA, SAID)
    assert acts[0].about == ANA.key, "erasing the person takes their suggestion away"
    memory = recalled(*acts)
    two, more = keep.suggest(memory, "Milk?", ANA, SAID)
    memory = recalled(*acts, *more)
    assert memory.waiting == (one, two)
    memory = recalled(*acts, *more, keep.approve(memory, two))
    memory = recalled(*acts, *more, keep.approve(recalled(*acts, *more), two), keep.approve(memory, one))
    assert [s.number for s in memory.queue] == [2, 1]
    back = keep.remember_suggestion(keep.waiting(memory.queue[0]))
    assert recalled(*acts, *more, back).waiting == (one, two)
    assert recalled(*acts, *more, keep.forget_suggestion(1)).suggestions == (two,)
    assert recalled(*acts, *more, keep.forget_suggestion(2)).last_suggestion == 2, "numbers are never reused"


def test_pauses() -> None:
    until = recalled(keep.remember_pause(Pause(date(2026, 3, 4))))
    assert [until.paused(date(2026, 3, d)) for d in (3, 4)] == [True, False]
    assert recalled(keep.remember_pause(Pause(None))).paused(date(2099, 1, 1))
    assert not recalled(keep.remember_pause(Pause(None)), keep.remember_pause(None)).paused(date(2026, 3, 3))


def test_the_first_line_of_a_suggestion_is_its_title() -> None:
    prompt = Suggestion(1, "Tea or\tmilk?\n\nI mean first.", ANA, SAID).prompt()
    assert (prompt.title, prompt.text, prompt.suggestion) == ("Tea or milk?", "I mean first.", 1)


def test_a_long_suggestion_is_cut_in_the_title_and_whole_below() -> None:
    words = "why " * 100
    prompt = Suggestion(1, words, ANA, SAID).prompt()
    assert len(prompt.title) <= LONGEST_TITLE
    assert prompt.title.endswith("why…")
    assert prompt.text == words.strip()


def test_a_pause_that_nobody_can_read_is_none() -> None:
    assert keep.read({"pause": {"until": "soon"}}).pause is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["number", "title", "prompt", "round", "until", "text", "message"]), inner
        )
    ),
)
names = st.sampled_from(
    ["used:2026-03-02", "used:x", "aside:a", "suggestion:1", "suggestion:x", "suggestions", "pause", "odd"]
)


@given(st.dictionaries(names, values))
def test_odd_memory_is_passed_over(kept: dict[str, Json]) -> None:
    memory = keep.read(kept)
    assert all(isinstance(used.number, int) for used in memory.used)
    assert memory.paused(date(2026, 3, 2)) in {True, False}
