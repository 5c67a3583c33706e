"""Words in disguise are seen, ordinary words of other languages are left alone, and every view leads back to the original."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Platform
from plugins.moderation.disguise import FOLDED, GUESSED, folded, guessed
from plugins.moderation.facts import Field
from plugins.moderation.match import Match
from plugins.moderation.matching import Matcher
from plugins.moderation.reader import read
from plugins.moderation.rule import Kind
from plugins.moderation.shown import SHOWN, shown
from plugins.moderation.subject import Subject
from plugins.moderation.views import AS_WRITTEN, UNMASKED, View, unmasked, without_quotes, written


def said(text: str) -> Subject:
    return Subject(Kind.COMMENT, "lounge", Platform.MEMORY, {Field.BODY: (text,)})


CASINO = Matcher(read("body: [casino, nazi]\naction: report").rules)


def caught(text: str) -> Match | None:
    return next(iter(CASINO.match(said(text)).matches), None)


@pytest.mark.parametrize(
    ("disguised", "view"),
    [
        ("CASINO", AS_WRITTEN),
        ("ｃａｓｉｎｏ", UNMASKED),  # full width
        ("𝐜𝐚𝐬𝐢𝐧𝐨", UNMASKED),  # mathematical
        ("ⓒⓐⓢⓘⓝⓞ", UNMASKED),  # circled
        ("c\u200ba\u200bs\u200bi\u200bn\u200bo", UNMASKED),  # zero width
        ("ca\u00adsi\u2060no", UNMASKED),  # soft hyphen, word joiner
        ("ca\U000e0061sino", UNMASKED),  # tag character
        ("c\u3164asino", UNMASKED),  # Hangul filler
        ("c\ufe0fasino", UNMASKED),  # variation selector
        ("\u202ecasino\u202c", AS_WRITTEN),  # right to left
        ("саsіnо", FOLDED),  # Cyrillic letters among Latin ones
        ("cαsιnο", FOLDED),  # Greek ones
        ("ᴄᴀꜱɪɴᴏ", FOLDED),  # small capitals
        ("🅲🅰🆂🅸🅽🅾", FOLDED),  # boxes
        ("🇨🇦🇸🇮🇳🇴", FOLDED),  # flags
        ("c̸̢͝a̵s̶i̸n̷o̸", FOLDED),  # piled marks
        ("cåsínø", FOLDED),
        ("n̷̢a̸z̷̧i̸̡͝", FOLDED),  # four letters, but more marks than any language has
        ("c4s1n0", GUESSED),
        ("ca$!no", GUESSED),
        ("c a s i n o", GUESSED),
        ("c.a.s.i.n.o", GUESSED),
        ("c_a_s_i_n_o", GUESSED),
        ("caaaasino", GUESSED),
        ("c|a|s|i|n|o", GUESSED),
        ("ca_s_ino", GUESSED),
        ("cas||ino", GUESSED),
        ("cas^ino", GUESSED),
        ("cas<b></b>ino", GUESSED),
        ("cas<i>i</i>no", GUESSED),
        ("¢asino", GUESSED),
        ("ccaassiinnoo", GUESSED),
        ("🇨 🇦 🇸 🇮 🇳 🇴", GUESSED),  # flags, one by one
        # As it is shown
        ("ca**sino**", SHOWN),
        ("ca*s*ino", SHOWN),
        ("cas`i`no", SHOWN),
        ("ca~~s~~ino", SHOWN),
        ("cas^i^no", SHOWN),
        ("cas~i~no", SHOWN),
        ("cas\\ino", GUESSED),  # in front of a letter, a backslash is shown
        ("cas&#105;no", SHOWN),
        ("cas&#x69;no", SHOWN),
        ("c&#1072;sino", FOLDED),  # a Cyrillic letter as an entity
        ("cas&shy;ino", UNMASKED),
        ("cas&ZeroWidthSpace;ino", UNMASKED),
        ("ca[s](https://x.example/a_b)ino", SHOWN),
        ('ca![s](https://x.example/a.png "s")ino', SHOWN),
    ],
)
def test_a_word_is_seen_behind_its_disguise_and_quoted_as_it_was_written(disguised: str, view: str):
    match = caught(f"Best {disguised}, they say")
    assert match is not None
    assert (match.view, match.text) == (
        view,
        disguised.removeprefix("\u202e").removesuffix("\u202c").rstrip("*"),
    )
    assert match.is_guess == (view == GUESSED)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # Russian, in which these are no English words
        ("[cop, pop, pee, coc]", "сор рор рее сос"),
        ("cococ", "вот сосос и ещё слова"),
        # French, German, Spanish, Vietnamese: short words keep their marks
        ("[resume, cafe]", "un café"),
        ("[fur, schon]", "für Öl"),
        ("anos", "diez años"),
        ("chet", "chết"),
        # What looks like code or an address is none
        ("casino", "https://x.example/c4s1n0"),
        ("casino", "ca sino"),
        ("cas", "c a s"),
        ("aana", "@ana"),
        ("oia", "1 0 1 4"),
    ],
)
def test_ordinary_words_do_not_turn_into_others(value: str, text: str):
    assert Matcher(read(f"body: {value}\naction: report").rules).match(said(text)).matches == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("_casino_", "casino"),
        ("__casino__ tonight", "casino"),
        ("[casino](https://x.example)", "casino"),
        ("[cas](https://x.example)ino", "cas](https://x.example)ino"),
        ("**free** _spins_", "free** _spins"),
        ("free  spins", "free  spins"),
        ("free\nspins", "free\nspins"),
        ("free\t spins", "free\t spins"),
        ("free&nbsp;spins", "free&nbsp;spins"),
    ],
)
def test_what_readers_see_as_a_word_or_a_phrase_is_one(text: str, found: str):
    matches = Matcher(read("body: [casino, free spins]\naction: report").rules).match(said(text)).matches
    assert [(match.text, match.is_guess) for match in matches] == [(found, False)]


@pytest.mark.parametrize(
    "text",
    [
        "free\n\nspins",  # two paragraphs
        "free, spins",
        "2*cas*3 ino",
        "cas * ino",
        "a_cas_ino_b",  # a name in a program
        "cas &ino; x",
        "\\[cas](x)ino",  # shown with its brackets
        "x < cas > ino",
        "see https://x.example/cas*i*no",
        "f(cas)[ino](x)",
    ],
)
def test_marks_that_are_shown_join_nothing(text: str):
    assert Matcher(read("body: [casino, free spins]\naction: report").rules).match(said(text)).matches == ()


def test_an_expression_that_excludes_something_is_not_held_against_what_is_only_shown():
    link = said("look: [here](https://x.example)")
    assert Matcher(read("body (regex): '^[^()]+$'\naction: report").rules).match(link).matches == ()
    assert Matcher(read("body (regex): 'look(?!.*https)'\naction: report").rules).match(link).matches == ()
    assert Matcher(read("body (regex): 'cas[i1]no'\naction: report").rules).match(said("ca**s**ino")).matches


def test_a_text_in_another_script_may_still_hold_a_disguised_word():
    match = caught("Заходите все в наше саsinо сегодня")
    assert match is not None
    assert match.text == "саsinо"


def test_what_excludes_is_found_behind_disguises_too():
    rules = read("body: casino\n~body#2: film\naction: report").rules
    assert Matcher(rules).match(said("casino, the ｆｉｌｍ")).matches == ()


def test_expressions_are_not_held_against_guesses():
    rules = read("body (regex): 'cas[a-z]+'\naction: report").rules
    assert Matcher(rules).match(said("c4s1no")).matches == ()
    assert Matcher(rules).match(said("саsinо")).matches


odd = st.text(
    st.sampled_from(
        "aZéßİﬁ\u0301\u0338\u200bｆ𝐜①🅰🇦\ufe0f \u00adсоαw1$!.*_~>\n`^|&[](#;\\<\u3164\U000e0061ẞ各"
    ),
    max_size=30,
)


@given(odd)
def test_every_view_leads_back_to_the_original(text: str):
    first = written(text)
    views = [first, without_quotes(first), unmasked(first), folded(unmasked(first))]
    views += guessed(views[-1])
    views.append(shown(first))
    views.append(folded(unmasked(views[-1])))
    views += guessed(views[-1])
    for view in views:
        assert len(view.lower) == len(view.text)
        before = 0
        for at in range(len(view.text)):
            start, end = view.span(at, at + 1)
            assert before <= start < end <= len(text)
            before = start
        if view.text:
            assert view.span(0, len(view.text))[1] <= len(text)


@given(odd)
def test_what_is_not_disguised_stands_where_it_stood(text: str):
    view = unmasked(written(text))
    for at, char in enumerate(view.text):
        start, end = view.span(at, at + 1)
        if end - start == 1 and text[start] == unicodedata.normalize("NFKC", text[start]):
            assert text[start] == char


@given(odd, odd)
def test_a_disguise_never_hides_what_is_written_plainly(before: str, after: str):
    assert caught(f"{before} casino {after}") is not None


@given(odd)
def test_words_are_the_same_however_they_are_found(text: str):
    view = View("", text)
    assert view.words == [word for word, _ in view.tokens()]
    for word, start in view.tokens():
        assert view.lower[start : start + len(word)] == word
