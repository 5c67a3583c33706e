"""Which prompt comes: rounds without repeats, days that are bound, and a preview that keeps its word."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from plugins.daily_prompts.choice import ALL, SUGGESTED, Use, choose
from plugins.daily_prompts.days import On, Season
from plugins.daily_prompts.pool import Prompt, identity

MONDAY = date(2026, 3, 2)


def prompt(title: str, **bound: object) -> Prompt:
    return Prompt(identity(title, ""), title, **bound)


def titles(
    pool: list[Prompt], days: int, *, start: date = MONDAY, seed: str = "moot", **more: object
) -> list[str | None]:
    """What comes on so many days, each choice remembered."""
    uses: list[Use] = []
    came: list[str | None] = []
    for n in range(days):
        choice = choose(start + timedelta(days=n), pool, uses, seed=seed, **more)
        came.append(choice.prompt.title if choice else None)
        if choice:
            uses.append(choice.use)
    return came


def test_nothing_comes_twice_before_everything_came() -> None:
    pool = [prompt(f"p{n}") for n in range(10)]
    came = titles(pool, 30)
    for start in (0, 10, 20):
        assert sorted(came[start : start + 10]) == [f"p{n}" for n in range(10)]


def test_rounds_differ_and_communities_differ() -> None:
    pool = [prompt(f"p{n}") for n in range(10)]
    assert titles(pool, 10) != titles(pool, 20)[10:]
    assert titles(pool, 10) != titles(pool, 10, seed="elsewhere")
    assert titles(pool, 20) == titles(pool, 20)


def test_over_the_turn_of_a_round_the_newest_wait() -> None:
    for size in (2, 3, 5, 8):
        came = titles([prompt(f"p{n}") for n in range(size)], size * 6)
        for at, title in enumerate(came):
            assert title not in came[max(0, at - size // 2) : at]


def test_a_pool_of_one_repeats_itself() -> None:
    assert titles([prompt("only")], 3) == ["only", "only", "only"]


def test_an_empty_pool_gives_nothing() -> None:
    assert choose(MONDAY, [], [], seed="moot") is None


def test_a_new_prompt_joins_the_round_and_a_deleted_one_leaves_it() -> None:
    pool = [prompt(f"p{n}") for n in range(4)]
    uses = []
    for n in range(3):
        choice = choose(MONDAY + timedelta(days=n), pool, uses, seed="moot")
        assert choice
        uses.append(choice.use)
    spent = {use.prompt for use in uses}
    left = [p for p in pool if p.id not in spent]
    edited = [p for p in pool if p.id != uses[0].prompt] + [prompt("new")]
    came = []
    for n in range(3, 5):
        choice = choose(MONDAY + timedelta(days=n), edited, uses, seed="moot")
        assert choice
        assert not choice.restarts
        came.append(choice.prompt.title)
        uses.append(choice.use)
    assert sorted(came) == sorted([left[0].title, "new"])
    turn = choose(MONDAY + timedelta(days=5), edited, uses, seed="moot")
    assert turn
    assert turn.restarts
    assert turn.round == 2


@given(
    size=st.integers(2, 12),
    added=st.integers(0, 4),
    when=st.integers(0, 30),
    seed=st.text(max_size=5),
)
def test_edits_of_the_pool_never_bring_a_repeat_within_a_round(
    size: int, added: int, when: int, seed: str
) -> None:
    pool = [prompt(f"p{n}") for n in range(size)]
    uses: list[Use] = []
    for n in range(40):
        if n == when:
            pool = pool[1:] + [prompt(f"new{k}") for k in range(added)]
        choice = choose(MONDAY + timedelta(days=n), pool, uses, seed=seed)
        assert choice is not None
        uses.append(choice.use)
    assert len(uses) == len(set(uses)), "a prompt came twice in one round"


def test_a_weekday_takes_its_own_prompts() -> None:
    pool = [prompt("free"), prompt("song", theme="music"), prompt("goal", on=On(weekday=4))]
    came = titles(pool, 7, themes={0: "music"})
    assert came == ["song", "free", "free", "free", "goal", "free", "free"]


def test_a_theme_without_a_weekday_is_like_no_theme() -> None:
    assert set(titles([prompt("a", theme="music"), prompt("b")], 2)) == {"a", "b"}


def test_a_weekly_thread_leaves_the_other_days_alone() -> None:
    came = titles([prompt("weekly", on=On(weekday=2))], 7)
    assert came == [None, None, "weekly", None, None, None, None]


def test_dates_go_first_and_do_not_use_up_the_others() -> None:
    pool = [
        prompt("free"),
        prompt("leap", on=On(yearly=(2, 29))),
        prompt("once", on=On(once=date(2028, 2, 28))),
    ]
    came = titles(pool, 4, start=date(2028, 2, 27))
    assert came == ["free", "once", "leap", "free"]


def test_a_season_bounds_a_prompt_and_may_run_over_new_year() -> None:
    pool = [prompt("winter", season=Season((12, 30), (1, 2)))]
    came = titles(pool, 6, start=date(2026, 12, 29))
    assert came == [None, "winter", "winter", "winter", "winter", None]


def test_out_of_season_a_round_ends_without_it() -> None:
    pool = [prompt("a"), prompt("b"), prompt("july", season=Season((7, 1), (7, 31)))]
    assert "july" not in titles(pool, 20)


def test_suggestions_come_first_in_their_order() -> None:
    pool = [prompt("pool")]
    queue = [prompt("first", suggestion=1), prompt("second", suggestion=2)]
    choice = choose(MONDAY, pool, [], seed="moot", suggested=queue)
    assert choice
    assert (choice.prompt.title, choice.group) == ("first", SUGGESTED)


def test_a_suggestion_leaves_dates_and_themed_days_to_their_prompts() -> None:
    queue = [prompt("idea", suggestion=1)]
    pool = [prompt("song", theme="music"), prompt("birthday", on=On(yearly=(3, 3)))]
    themed = choose(MONDAY, pool, [], seed="moot", themes={0: "music"}, suggested=queue)
    dated = choose(date(2026, 3, 3), pool, [], seed="moot", themes={0: "music"}, suggested=queue)
    free = choose(date(2026, 3, 4), pool, [], seed="moot", themes={0: "music"}, suggested=queue)
    assert [c.prompt.title for c in (themed, dated, free) if c] == ["song", "birthday", "idea"]


def test_where_every_day_is_themed_suggestions_still_come() -> None:
    pool = [prompt(f"d{n}", on=On(weekday=n)) for n in range(7)]
    choice = choose(MONDAY, pool, [], seed="moot", suggested=[prompt("idea", suggestion=1)])
    assert choice
    assert choice.prompt.title == "idea"


def test_what_was_put_aside_counts_as_used_in_its_round() -> None:
    pool = [prompt("a"), prompt("b"), prompt("c")]
    first = choose(MONDAY, pool, [], seed="moot")
    assert first
    second = choose(MONDAY, pool, [first.use], seed="moot")
    assert second
    assert second.prompt != first.prompt
    assert second.group == ALL
