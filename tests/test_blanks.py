"""Blanks in titles and texts, and dates in the community's language."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import blanks, dates
from plugins.daily_prompts.names import NAMES


def test_blanks_are_filled() -> None:
    assert blanks.fill("No. {{number}}: {{ prompt }}", {"number": "7", "prompt": "Tea?"}) == "No. 7: Tea?"


def test_a_line_without_its_value_is_left_out() -> None:
    text = "Hello\n\nYesterday: {{yesterday.link}}\n\nBye"
    assert blanks.fill(text, {"yesterday.link": None}) == "Hello\n\nBye"
    assert blanks.fill(text, {"yesterday.link": "u"}) == "Hello\n\nYesterday: u\n\nBye"


def test_values_are_never_filled_again() -> None:
    assert blanks.fill("{{prompt}}", {"prompt": "{{number}}", "number": "1"}) == "{{number}}"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("{{dat}}", "{{dat}} is not a name that can be filled in; did you mean {{date}}?"),
        ("{{yesterday.lnk}}", "did you mean {{yesterday.link}}?"),
        ("{{().__class__}}", "{{().__class__}} is not a name that can be filled in; known are prompt, text,"),
        ("{{date", "a {{ without its }}"),
        ("date}}", "a {{ without its }}"),
        ("{{\ndate}}", "a {{ without its }}"),
    ],
)
def test_problems_say_what_was_meant(source: str, sentence: str) -> None:
    assert sentence in blanks.problems(source, NAMES)[0]


def test_every_name_is_known() -> None:
    assert blanks.problems(" ".join(f"{{{{{name}}}}}" for name in NAMES), NAMES) == []


@given(st.text(alphabet=st.sampled_from("ab *_`#>[]()!<>&|~^:@-+=1.\\\n\"'"), max_size=60))
def test_escaped_text_is_only_text(text: str) -> None:
    """Whatever a member types is shown as typed: rendered, it has paragraphs and line breaks, nothing else."""
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(blanks.escape(text))
    kinds = {token.type for block in rendered for token in (block, *(block.children or ()))}
    assert kinds <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
        "hardbreak",
        "softbreak",
    }


def test_escaped_text_mentions_nobody() -> None:
    assert "@ana@lemmy.example" not in blanks.escape("hey @ana@lemmy.example")
    assert "::: spoiler" not in blanks.escape("::: spoiler x")


@pytest.mark.parametrize(
    ("language", "long", "weekday"),
    [
        ("en", "2 March 2026", "Monday"),
        ("de-AT", "2. März 2026", "Montag"),
        ("fr", "2 mars 2026", "lundi"),
        ("es_MX", "2 de marzo de 2026", "lunes"),
        ("en-US", "March 2, 2026", "Monday"),
        ("ru", "2 марта 2026\u202fг.", "понедельник"),
        ("ca", "2 de març del 2026", "dilluns"),
        ("he", "2 במרץ 2026", "יום שני"),
        ("ja", "2026年3月2日", "月曜日"),
        ("no", "2. mars 2026", "mandag"),
        ("tlh", "2 March 2026", "Monday"),
    ],
)
def test_dates_are_written_in_the_communitys_language(language: str, long: str, weekday: str) -> None:
    day = date(2026, 3, 2)
    assert (dates.long(day, language), dates.weekday(day, language)) == (long, weekday)


@pytest.mark.parametrize("language", dates.languages())
def test_each_language_names_seven_days_and_twelve_months(language: str) -> None:
    days = {dates.weekday(date(2026, 3, 2 + n), language) for n in range(7)}
    months = {dates.month(date(2026, 1 + n, 1), language) for n in range(12)}
    assert (len(days), len(months)) == (7, 12)
    whole = dates.long(date(2026, 3, 2), language)
    assert "2026" in whole
    assert "2" in whole.replace("2026", "")
    assert "{" not in whole


@pytest.mark.parametrize(
    ("language", "known"),
    {"de": True, "pt-BR": True, "de-AT": True, "NN": True, "tlh": False, "": False}.items(),
)
def test_whether_dates_can_be_written_is_known_without_the_region(language: str, known: bool) -> None:
    assert dates.knows(language) is known
