"""Globs of policy lists: the fast matcher says what the plain definition says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.policy_lists.globs import Glob

#: Few signs, so that patterns and texts often meet; the last ones change their length or form with their case.
SIGNS = "ab:@*?İßſ"
TEXTS = st.text("abAB:@İß.", max_size=12)


def naive(pattern: str, text: str) -> bool:
    """The definition, sign by sign; exponential."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return naive(pattern[1:], text) or (bool(text) and naive(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and naive(pattern[1:], text[1:])


@given(st.text(SIGNS, max_size=8), TEXTS)
def test_it_agrees_with_the_definition(pattern: str, text: str) -> None:
    assert Glob(pattern).matches(text) == naive(pattern.lower(), text.lower())


def _capital(sign: str) -> str:
    """The capital of a letter, where that is one letter which has this one as its small form."""
    return sign.upper() if sign.upper().lower() == sign and len(sign.upper()) == 1 else sign


@given(TEXTS, st.data())
def test_a_pattern_made_from_a_text_matches_it(text: str, data: st.DataObject) -> None:
    pieces = [
        data.draw(st.sampled_from([sign, _capital(sign), "*", "?*", "*" + sign])) for sign in text.lower()
    ]
    assert Glob("".join(pieces)).matches(text)


@given(TEXTS)
def test_the_bare_star_matches_everything_and_the_empty_pattern_nothing_but_itself(text: str) -> None:
    assert Glob("*").matches(text)
    assert Glob("").matches(text) == (text == "")


def test_other_signs_of_patterns_mean_themselves() -> None:
    assert Glob("@[ab]+.(x)\\*:*").matches("@[AB]+.(x)\\1:z")
    assert not Glob("@[ab]:*").matches("@a:z")


def test_a_hostile_pattern_takes_one_step_a_sign() -> None:
    """A matcher that goes back and tries again would not end in this lifetime."""
    assert not Glob("*a?" * 80 + "*b*c").matches("a" * 250 + "bxc"[::-1])
    assert Glob("*a" * 120 + "*").matches("a" * 255)
