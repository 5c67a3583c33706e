"""What moderators type, and what the bot understands by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal, Optional, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import (
    Bound,
    CompiledCommand,
    Found,
    FromTarget,
    Handle,
    Mistake,
    Unknown,
    as_handle,
    compile_command,
    help_for,
    help_list,
    near,
    parse,
    reference,
    table,
    usage,
)
from bot.handler import Call, Context, Person, Rest, Settings
from bot.markup import plain
from bot.model import Role
from bot.plugin import Plugin, PluginError


class Nothing(Settings):
    """No settings."""


Ctx = Context[Nothing]
tools = Plugin("moderation", Nothing, about="Warn, mute, ban.")


@tools.command("warn", role=Role.MODERATOR, examples=["!warn @ana please stay kind"])
def warn(ctx: Ctx, call: Call, who: Person, reason: Rest) -> None:
    """Warn somebody."""


@tools.command("mute", role=Role.MODERATOR, examples=["!mute @ana 1h"])
def mute(ctx: Ctx, call: Call, who: Person, span: timedelta) -> None:
    """Mute somebody for a while."""


@tools.command("ban", "block", role=Role.MODERATOR, examples=["!ban @ana", "!ban @ana 3d spam"])
def ban(ctx: Ctx, call: Call, who: Person, span: timedelta | None = None, reason: Rest | None = None) -> None:
    """Shut somebody out.

    Without a span
    it is for good.
    """


@tools.command("strikes", examples=["!strikes", "!strikes @ana 30"])
def strikes(ctx: Ctx, call: Call, who: Person | None = None, days: int = 90) -> None:
    """Count strikes."""


@tools.command("why", examples=["!why 12"])
def why(ctx: Ctx, call: Call, case: int) -> None:
    """Explain a case."""


@tools.command("rules", examples=["!rules"])
def rules(ctx: Ctx, call: Call, verb: Literal["list", "show"] = "list", name: str = "") -> None:
    """List the rules."""


@tools.command("rules check", role=Role.OWNER, examples=["!rules check x"])
def rules_check(ctx: Ctx, call: Call, text: str, strict: bool = False) -> None:
    """Try a rule."""


@tools.command("plan", examples=["!plan 2026-12-24 0.5"])
def plan(ctx: Ctx, call: Call, day: date, share: float, note: Optional[Rest] = None) -> None:  # noqa: UP045 - the older spelling is allowed, too
    """Plan a day."""


@tools.command("level", examples=["!level 2"])
def level(ctx: Ctx, call: Call, level: Literal[1, 2, 3]) -> None:
    """Set a level."""


COMMANDS: Mapping[str, CompiledCommand] = {
    word: compile_command(command) for command in tools.commands for word in command.words
}


def understood(text: str, *, reply: bool = False) -> Bound:
    found = parse(text, COMMANDS, has_target=reply)
    assert isinstance(found, Found), found
    assert not isinstance(found.arguments, Mistake), plain(found.arguments.text)
    return found.arguments


def refused(text: str, *, reply: bool = False) -> str:
    found = parse(text, COMMANDS, has_target=reply)
    assert isinstance(found, Found), found
    assert isinstance(found.arguments, Mistake), found.arguments
    return plain(found.arguments.text)


ANA = Handle("@ana")


@pytest.mark.parametrize(
    ("typed", "arguments"),
    [
        ("warn @ana stay  kind", {"who": ANA, "reason": "stay  kind"}),
        ("WARN @ana: stay", {"who": ANA, "reason": "stay"}),
        ("warn ana stay", {"who": Handle("ana"), "reason": "stay"}),
        ("warn @ana one\ntwo", {"who": ANA, "reason": "one\ntwo"}),
        ("mute @ana 1h", {"who": ANA, "span": timedelta(hours=1)}),
        ("mute @ana 1h 30m", {"who": ANA, "span": timedelta(hours=1, minutes=30)}),
        ("mute @ana 2 d", {"who": ANA, "span": timedelta(days=2)}),
        ("ban @ana", {"who": ANA, "span": None, "reason": None}),
        ("block @ana", {"who": ANA, "span": None, "reason": None}),
        ("ban @ana 3d spam, again", {"who": ANA, "span": timedelta(days=3), "reason": "spam, again"}),
        ("ban @ana spam again", {"who": ANA, "span": None, "reason": "spam again"}),
        ("ban @ana 3d @ben saw it", {"who": ANA, "span": timedelta(days=3), "reason": "@ben saw it"}),
        ('ban @ana "3rd time"', {"who": ANA, "span": None, "reason": '"3rd time"'}),
        ("strikes", {"who": None, "days": 90}),
        ("strikes 30", {"who": None, "days": 30}),
        ("strikes ana", {"who": Handle("ana"), "days": 90}),
        ("strikes @ana 30", {"who": ANA, "days": 30}),
        ("why 12", {"case": 12}),
        ("why #12", {"case": 12}),
        ("why -3", {"case": -3}),
        ("rules", {"verb": "list", "name": ""}),
        ("rules SHOW", {"verb": "show", "name": ""}),
        ("rules show “two words”", {"verb": "show", "name": "two words"}),
        ('rules check "a b" yes', {"text": "a b", "strict": True}),
        ("Rules   Check x off", {"text": "x", "strict": False}),
        ('rules check "a', {"text": '"a', "strict": False}),
        ('rules check it"s', {"text": 'it"s', "strict": False}),
        ('rules check ""', {"text": "", "strict": False}),
        ("plan 2026-12-24 0.5", {"day": date(2026, 12, 24), "share": 0.5, "note": None}),
        ("plan 2026-12-24 1 a note", {"day": date(2026, 12, 24), "share": 1.0, "note": "a note"}),
        ("level 2", {"level": 2}),
    ],
)
def test_what_is_understood(typed: str, arguments: dict[str, object]) -> None:
    assert understood(typed) == arguments


@pytest.mark.parametrize(
    ("typed", "arguments"),
    [
        ("warn stay kind", {"who": FromTarget(), "reason": "stay kind"}),
        ("warn be nice to @ben", {"who": FromTarget(), "reason": "be nice to @ben"}),
        ("warn @ben stay kind", {"who": Handle("@ben"), "reason": "stay kind"}),
        ("mute 1h", {"who": FromTarget(), "span": timedelta(hours=1)}),
        ("ban", {"who": FromTarget(), "span": None, "reason": None}),
        ("ban ben is mean", {"who": FromTarget(), "span": None, "reason": "ben is mean"}),
        ("strikes", {"who": FromTarget(), "days": 90}),
    ],
)
def test_in_an_answer_the_person_may_be_left_out(typed: str, arguments: dict[str, object]) -> None:
    assert understood(typed, reply=True) == arguments


@pytest.mark.parametrize(
    ("typed", "reply", "sentence"),
    [
        ("mute 1h @ana", False, "“1h” does not look like a person"),
        ("mute 1h @ana", True, "I do not know what to do with “@ana”"),
        ("ban 1h @ana", False, "“1h” does not look like a person"),
        ("ban 1h @ana", True, "Do you mean “@ana” or the person you answered?"),
        ("warn spam @ana", False, "Do you mean “spam” or “@ana”?"),
        ("warn", False, "Please say who is meant"),
        ("warn @ana", False, "REASON is missing."),
        ("warn !! x", False, "“!!” does not look like a person"),
        ("mute @ana", False, "SPAN is missing."),
        ("mute @ana soon", False, "SPAN: a duration such as 10m"),
        (
            "mute @ana 999999w",
            False,
            "SPAN: something between a second and a hundred years was expected, not “999999w”.",
        ),
        ("mute @ana 0h", False, "SPAN: something between a second and a hundred years was expected"),
        ("ban @ana 3 months", False, "SPAN: a duration such as 10m"),
        ("strikes @ana 30 more", False, "I do not know what to do with “more”"),
        ("strikes 30 @ana", False, "“30” does not look like a person"),
        ("strikes @ana x", False, "DAYS: a whole number was expected, not “x”."),
        ("why", False, "CASE is missing."),
        ("why one", False, "CASE: a whole number was expected, not “one”."),
        ("why 9223372036854775808", False, "CASE: “9223372036854775808” is too large a number."),
        ("why " + "9" * 9999, False, "is too large a number."),
        ("why 1_0", False, "a whole number was expected"),
        ("rules lst", False, "list|show: “list” or “show” was expected, not “lst”."),
        ("rules check x maybe", False, "STRICT: “yes” or “no” was expected, not “maybe”."),
        ("plan tomorrow 1", False, "DAY: a date such as 2026-11-23 was expected, not “tomorrow”."),
        ("plan 2026-02-30 1", False, "DAY: a date such as"),
        ("plan 2026-12-24 nan", False, "SHARE: a number such as 3 or 0.5 was expected, not “nan”."),
        ("plan 2026-12-24 " + "9" * 400, False, "SHARE: a number such as"),
        ("level 4", False, "1|2|3: “1” or “2” or “3” was expected, not “4”."),
    ],
)
def test_what_is_refused(typed: str, reply: bool, sentence: str) -> None:
    answer = refused(typed, reply=reply)
    assert sentence in answer
    assert "Usage: !" in answer
    assert "Example: !" in answer
    assert len(answer) < 400


def test_a_refusal_in_full() -> None:
    assert refused("mute 1h @ana") == (
        "“1h” does not look like a person; that comes first, as in @ana.\n\n"
        "Usage: !mute PERSON SPAN\n\n"
        "Example: !mute @ana 1h"
    )


def test_usage_lines_show_the_prefix_of_the_community() -> None:
    found = parse("why", COMMANDS, prefix="moot ")
    assert isinstance(found, Found)
    assert isinstance(found.arguments, Mistake)
    assert "Usage: moot why CASE" in plain(found.arguments.text)


def test_the_rest_is_kept_as_typed() -> None:
    found = parse('  warn   @ana  "so"  it is ', COMMANDS)
    assert isinstance(found, Found)
    assert found.rest == '@ana  "so"  it is'
    assert isinstance(found.arguments, dict)
    assert found.arguments["reason"] == '"so"  it is'
    assert isinstance(found.arguments["reason"], Rest)


@pytest.mark.parametrize(
    ("typed", "name", "guess"),
    [
        ("wran @ana", "wran", "warn"),
        ("Strike", "Strike", "strikes"),
        ("", "", None),
        ("   ", "", None),
        ("supercalifragilistic", "supercalifragilistic", None),
        ("x" * 1000, "x" * 40, None),
    ],
)
def test_an_unknown_command(typed: str, name: str, guess: str | None) -> None:
    assert parse(typed, COMMANDS) == Unknown(name, guess)


def test_a_name_of_two_words_may_be_misspelt_too() -> None:
    only = {"prompt skip": COMMANDS["why"]}
    assert parse("prompt skp now", only) == Unknown("prompt", "prompt skip")
    assert parse("anything", {}) == Unknown("anything", None)
    assert near("BAN", COMMANDS) == "ban"


@pytest.mark.parametrize(
    ("word", "handle"),
    [
        ("@ana", "@ana"),
        ("@ana,", "@ana"),
        ("@ana:", "@ana"),
        ("@ana:example.org", "@ana:example.org"),
        ("@ana:example.org:8448", "@ana:example.org:8448"),
        ("@ana@lemmy.example", "@ana@lemmy.example"),
        ("ana@lemmy.example", "ana@lemmy.example"),
        ("https://lemmy.example/u/ana", "https://lemmy.example/u/ana"),
        ("<https://lemmy.example/u/ana@other.example>", "https://lemmy.example/u/ana@other.example"),
        ("/u/ana@lemmy.example", "/u/ana@lemmy.example"),
        ("https://matrix.to/#/@ana:example.org", "https://matrix.to/#/@ana:example.org"),
        ("https://matrix.to/#/%40ana%3Aexample.org", "https://matrix.to/#/%40ana%3Aexample.org"),
        ("matrix:u/ana:example.org", "matrix:u/ana:example.org"),
        ("[@ana@lemmy.example](https://lemmy.example/u/ana)", "https://lemmy.example/u/ana"),
        ("[Ana B.](https://matrix.to/#/@ana:example.org):", "https://matrix.to/#/@ana:example.org"),
        ("ana", None),
        ("1h", None),
        ("@", None),
        ("https://lemmy.example/c/chat", None),
        ("https://lemmy.example/post/12", None),
        ("https://matrix.to/#/!room:example.org", None),
        ("[see](https://example.org)", None),
    ],
)
def test_handles(word: str, handle: str | None) -> None:
    assert as_handle(word) == handle


def test_a_mention_from_lemmys_editor_is_one_word() -> None:
    mention = "[Ana B.](https://lemmy.example/u/ana)"
    assert understood(f"mute {mention} 1h")["who"] == Handle("https://lemmy.example/u/ana")


@given(st.text(), st.booleans())
def test_nothing_that_is_typed_raises(text: str, reply: bool) -> None:
    for name in COMMANDS:
        found = parse(f"{name} {text}", COMMANDS, has_target=reply)
        assert isinstance(found, Found)
        if isinstance(found.arguments, Mistake):
            assert "Usage" in plain(found.arguments.text)
    assert isinstance(parse(text, COMMANDS), Found | Unknown)


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.timedeltas(timedelta(seconds=1), timedelta(days=9999)))
def test_values_survive_the_way_through_words(number: int, span: timedelta) -> None:
    assert understood(f"why {number}") == {"case": number}
    seconds = int(span.total_seconds())
    typed = f"{seconds // 86400}d {seconds % 86400}s"
    assert understood(f"mute @ana {typed}")["span"] == timedelta(seconds=seconds)


# Declarations


def test_usage() -> None:
    assert {usage(command) for command in COMMANDS.values()} == {
        "!warn PERSON REASON…",
        "!mute PERSON SPAN",
        "!ban PERSON [SPAN] [REASON…]",
        "!strikes [PERSON] [DAYS]",
        "!why CASE",
        "!rules [list|show] [NAME]",
        "!rules check TEXT [STRICT]",
        "!plan DAY SHARE [NOTE…]",
        "!level 1|2|3",
    }


def declared(func: Callable[..., Any], *words: str) -> CompiledCommand:
    return compile_command(replace(tools.commands[0], func=func, words=words or ("x",)))


def test_wrong_declarations_name_the_function_the_parameter_and_the_remedy() -> None:
    def no_type(ctx: Ctx, call: Call, thing) -> None: ...  # type: ignore[no-untyped-def] # the mistake
    def a_list(ctx: Ctx, call: Call, things: list[str]) -> None: ...
    def a_union(ctx: Ctx, call: Call, thing: Union[int, str]) -> None: ...  # noqa: UP007 - both spellings
    def a_literal(ctx: Ctx, call: Call, thing: Literal[True]) -> None: ...
    def bytes_(ctx: Ctx, call: Call, thing: bytes) -> None: ...
    def stars(ctx: Ctx, call: Call, *things: str) -> None: ...
    def keyword(ctx: Ctx, call: Call, *, thing: str) -> None: ...
    def rest_first(ctx: Ctx, call: Call, rest: Rest, thing: str = "") -> None: ...
    def too_few(ctx: Ctx) -> None: ...
    def unknown(ctx: Ctx, call: Call, thing: Nowhere) -> None: ...  # type: ignore[name-defined] # noqa: F821 - the mistake

    for func, sentence in [
        (no_type, "parameter thing: it has no type; supported are str, int, float, bool, timedelta, date"),
        (a_list, "parameter things: list[str] cannot be read from words; supported are"),
        (a_union, "parameter thing: typing.Union[int, str] cannot be read"),
        (a_literal, "parameter thing: typing.Literal[True] cannot be read"),
        (bytes_, "parameter thing: bytes cannot be read"),
        (stars, "parameter things: *args"),
        (keyword, "parameter thing: *args"),
        (rest_first, "parameter rest: Rest takes all that is left, so it must be the last one"),
        (too_few, "a command takes (ctx, call) and then its arguments"),
        (unknown, "its annotations cannot be read (name 'Nowhere' is not defined)"),
    ]:
        with pytest.raises(PluginError) as error:
            declared(func)
        assert str(error.value).startswith(f"plugin moderation: {func.__name__}: {sentence}")


def test_an_optional_type_needs_no_default() -> None:
    def func(ctx: Ctx, call: Call, thing: str | None) -> None: ...

    assert usage(declared(func)) == "!x [THING]"


@pytest.mark.parametrize("name", ["Warn", "two  words", " x", "x ", ""])
def test_command_names_are_lower_case_words(name: str) -> None:
    def func(ctx: Ctx, call: Call) -> None: ...

    with pytest.raises(PluginError, match="must be lower-case words"):
        declared(func, name)


# Help


def test_help_for_one_command() -> None:
    assert plain(help_for(COMMANDS["ban"])) == (
        "!ban PERSON [SPAN] [REASON…]\n\n"
        "Shut somebody out.\n\n"
        "Without a span it is for good.\n\n"
        "In an answer to a message, PERSON may be left out: it is who wrote that message.\n\n"
        "For moderators.\n\n"
        "Also: !block\n\n"
        "Examples:\n\n"
        "- !ban @ana\n"
        "- !ban @ana 3d spam"
    )
    assert plain(help_for(COMMANDS["why"], "moot ")) == (
        "moot why CASE\n\nExplain a case.\n\nExample:\n\n- moot why 12"
    )


def test_the_list_shows_what_one_may_do_and_each_command_once() -> None:
    everyone = plain(help_list(COMMANDS.values(), Role.EVERYONE))
    assert everyone == (
        "Moderation\n\n"
        "- !strikes [PERSON] [DAYS] – Count strikes.\n"
        "- !why CASE – Explain a case.\n"
        "- !rules [list|show] [NAME] – List the rules.\n"
        "- !plan DAY SHARE [NOTE…] – Plan a day.\n"
        "- !level 1|2|3 – Set a level.\n\n"
        "!help COMMAND tells more."
    )
    moderators = plain(help_list(COMMANDS.values(), Role.MODERATOR))
    assert moderators.count("Shut somebody out.") == 1
    assert "rules check" not in moderators
    assert "rules check" in plain(help_list(COMMANDS.values(), Role.OWNER))
    assert plain(help_list([], Role.OWNER)) == "There are no commands here."


def test_the_list_is_grouped_by_plugin() -> None:
    def func(ctx: Ctx, call: Call) -> None: ...

    other = compile_command(replace(tools.commands[0], plugin="daily_prompts", func=func, role=Role.EVERYONE))
    shown = plain(help_list([COMMANDS["why"], other, COMMANDS["level"]], Role.EVERYONE))
    assert [row for row in shown.splitlines() if row and not row.startswith(("-", "!"))] == [
        "Moderation",
        "Daily prompts",
    ]


def test_the_reference_is_a_table_for_each_plugin() -> None:
    silent = Plugin("silent", Nothing, about="Says nothing.")
    text = reference([silent, tools])
    assert text.startswith("# Commands\n\n")
    assert "Silent" not in text
    assert (
        "## Moderation\n\nWarn, mute, ban.\n\n| command | who | what it does | example |\n|---|---|---|---|\n"
        in text
    )
    assert (
        "| `!ban PERSON [SPAN] [REASON…]` | moderators | Shut somebody out. | `!ban @ana`<br>`!ban @ana 3d spam` |"
        in text
    )
    assert r"`!rules [list\|show] [NAME]`" in table([COMMANDS["rules"]])
