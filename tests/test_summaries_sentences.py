"""Where sentences end, in many scripts; and what of a comment is its author's own."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.summaries.openings import dangles, filler
from plugins.summaries.prose import paragraphs, plain, sentences, words


def split(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


#: "|" stands where one sentence ends and the next begins.
SCRIPTS = {
    "English": "The bill passed.| Nobody was asked!| Why not?| We should have been.",
    "titles": "I met Sen. Smith and Dr. Who on Monday.| They were late.",
    "initials": "George W. Bush read it to J. R. R. Tolkien.| Both laughed.",
    "dotted letters": "The U.S. law, i.e. the old one, still holds.| See e.g. the third part.",
    "an abbreviation at the end": "It opens at 5 p.m. and closes at 7 p.m.| The doors are shut then.",
    "a company": "Acme Inc. and Beta Ltd. merged.| Nobody noticed it.",
    "months and numbers": "It was on Jan. 3 that No. 5 won by 3.5 points.| It rained that day.",
    "an ellipsis within": "Well... maybe we should wait for the vote.| Or perhaps not at all...",
    "speech": "“Why now?” he asked the whole room.| Nobody answered him.",
    "chat without capitals": "i went there yesterday. | nobody came at all. | it was quite sad",
    "a forgotten capital": "This takes the biscuit.| he does it for the crown etc. and so on.| Nobody else would.",
    "a forgotten space": "Nobody asked us about the trams.|And who pays for them?| That is odd!|We do.| I pay at once.|I always do.",
    "names with a stop": "We built it with asp.Net at work and Node.Js at home.| The file is called example.Com in there.",
    "questions in chat": "is that so? | because i heard otherwise | ",
    "German": "Das gilt z.B. auch am 3. Oktober für Dr. Meier.| Sonst nicht immer.",
    "French": "Mme. Dupont a raison !| Est-ce que M. Martin le sait ?| Je ne crois pas.",
    "Spanish": "¿Quién lo dijo?| Lo dijo el Sr. García.| ¡No me digas eso!",
    "Russian": "Это верно, т.е. почти верно.| А что скажет проф. Иванов?| Посмотрим завтра.",
    "Greek": "Ποιος το είπε;| Δεν το ξέρω ακόμα.| Ας περιμένουμε λίγο.",
    "Armenian": "Ես տուն գնացի։| Դու ո՞ւր ես գնում հիմա։",
    "Chinese": "我今天去了北京。|天气非常好！|你明天去哪里？|我们一起走吧。",
    "Chinese with Western marks": "真的是这样吗?|我完全不相信!|这太奇怪了。",
    "Japanese": "とても良いと思います。|明日は雨が降りますか？|たぶん降りません。",
    "Japanese speech": "「明日行くよ。」と彼は言いました。|私は驚きました。",
    "Hindi": "यह बहुत अच्छा है।| क्या आप कल आएंगे?| हाँ, मैं आऊंगा।",
    "Arabic": "هل هذا صحيح؟| نعم هذا صحيح تماما.| شكرا لك يا صديقي.",
    "Urdu": "یہ بہت اچھا ہے۔| کیا آپ کل آئیں گے؟",
    "Amharic": "ይህ በጣም ጥሩ ነው።| አመሰግናለሁ ወዳጄ።",
    "Thai": "วันนี้อากาศดีมากครับ| ฉันไปตลาดเพื่อซื้อผลไม้และผักสด",
    "Korean": "오늘 날씨가 정말 좋네요.| 내일은 어디로 가나요?| 아직 모르겠어요.",
    "mixed": "The word 民主 means democracy.| 这是真的。|Это правда!",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_sentences_end_where_a_reader_ends_them(name: str) -> None:
    expected = [piece.strip() for piece in SCRIPTS[name].split("|") if piece.strip()]
    assert split(SCRIPTS[name].replace("|", "")) == expected


OWN = {
    "a quotation": ("> You said this first.\n\nI answer that now.", ["I answer that now."]),
    "an escaped quotation": ("&gt; You said this first.\nI answer that now.", ["I answer that now."]),
    "a mail": (
        "On Fri, 25 Apr 2003, Ian wrote:\n> Is the map fine?\n\nThe map is fine.\n\n-- \nLibby of Bristol\nbristol.example",
        ["The map is fine."],
    ),
    "a mail's head over two lines": (
        "On Fri, 25 Apr 2003 at 12:12,\nIan Dickinson <ian@example.org> wrote:\n> Is it?\nIt is quite fine.",
        ["It is quite fine."],
    ),
    "a German mail's head": ("Am 3. Mai 2024 schrieb Eva Muster:\n> Gut?\nAlles ist gut so.", ["Alles ist gut so."]),
    "the mail below": ("I agree with all of it.\n\n-----Original Message-----\nFrom: Bo\nThe old text stands here.",
                       ["I agree with all of it."]),
    "the tail of a wrapped quotation": (
        "> The first long line of what you\nsaid\n> goes on here.\n\nMine is this line.",
        ["Mine is this line."],
    ),
    "a Matrix reply": ("> <@ana:example.org> Shall we meet?\n\nWe shall meet at noon.", ["We shall meet at noon."]),
    "an HTML quotation": ("<blockquote>You said this.</blockquote>I answer with this.", ["I answer with this."]),
    "code": ("Try this first:\n```\nrm -rf everything here now\n```\nIt works for me.", ["Try this first:", "It works for me."]),
    "a spoiler": ("The film is good.\n::: spoiler The end\nThey all die in it.\n:::\nGo and see it.",
                  ["The film is good.", "Go and see it."]),
    "a hidden word": ("The film is good.\nThe murderer is ||the butler|| of course.", ["The film is good."]),
    "a table": ("| rent | town |\n|---|---|\n| 900 | here |\n\nThe table says it.", ["The table says it."]),
    "a bare link": ("https://example.org/a/long/page\n\nThat page explains it.", ["That page explains it."]),
    "bullets": ("- Rents have doubled here.\n- Wages have not moved.\n2. Nobody builds houses.",
                ["Rents have doubled here.", "Wages have not moved.", "Nobody builds houses."]),
    "a heading": ("## What I think of it\nRents are too high.", ["What I think of it", "Rents are too high."]),
    "the article's words": ('"Rents rose by half. Nobody knows why."\n\nEverybody knows why.', ["Everybody knows why."]),
    "curly quotation marks": ("“Rents rose by half. Nobody knows why.”\n\nEverybody knows why.", ["Everybody knows why."]),
    "a phone": ("That will do for now.\n\nSent from my phone", ["That will do for now."]),
    "a joining word": ("And yeah, the bill would help us all.", ["the bill would help us all."]),
    "no joining word": ("So far the bill has not helped anybody.", ["So far the bill has not helped anybody."]),
    "a no that stays": ("No, the bill would not help us all.", ["No, the bill would not help us all."]),
    "numbers in a line": ("Two things: 1. It is not very easy to catch. 2) People who travel are well.",
                          ["Two things:", "It is not very easy to catch.", "People who travel are well."]),
    "numbers that are none of a list": ("Es war schön. 3. Oktober war es dann kalt. I give it a 1. That is all of it.",
                                        ["Es war schön.", "3. Oktober war es dann kalt.", "I give it a 1.", "That is all of it."]),
    "taking leave": ("The petition will be sent by mail.\n\nKind regards,\nAna Lima\nHead of the working group", ["The petition will be sent by mail."]),
    "leave in one line": ("I do not understand the comment below.\n\nAll the best, Ashok", ["I do not understand the comment below."]),
    "German leave": ("Das gilt auch für uns alle.\n\nMit freundlichen Grüßen\nEva Muster, Vorsitzende", ["Das gilt auch für uns alle."]),
    "thanks that go on": ("Thanks!\nI will try the first one tonight.", ["I will try the first one tonight."]),
    "the tail of a quotation without a mark": (
        "> It turns out that our server does not check for any headers in the\nfooter, with a comment in the code about it\nin the margin.\nMine is this line.",
        ["Mine is this line."],
    ),
    "a short quotation answered in small letters": ("> they are all the same\nno they are not the same", ["no they are not the same"]),
    "emoji": ("😀😀😀 🎉\n\n🙃", []),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_only_what_the_author_wrote_is_left(name: str) -> None:
    comment, expected = OWN[name]
    assert split(comment) == expected


SHOWN = {
    "See [the **report**](https://x.example/a_(b)?q=1) of *last* year": "See the report of last year",
    "![a cat](https://x.example/cat.png) That is my cat": "That is my cat",
    r"2 \* 3 is \_six\_ &amp; more": "2 * 3 is _six_ & more",
    "Use `snake_case_names` and 2*3*4 here": "Use snake_case_names and 2*3*4 here",
    "***Really*** ~~not~~ <b>so</b>": "Really not so",
}


@pytest.mark.parametrize("text", SHOWN)
def test_shown_without_markup_and_link_targets(text: str) -> None:
    assert plain(text) == SHOWN[text]


def test_words_are_counted_where_nothing_parts_them() -> None:
    assert words("three short words") == 3
    assert words("我今天去了北京") == 3.5
    assert 3 <= words("วันนี้อากาศดีมากครับ") <= 5


OPENINGS = {
    "He said so": True, "This is why": True, "Yes, it is": True, "Rents rose": False, "Heather said so": False,
    "Nein, so nicht": True, "Mais non": True, "Это верно": True, "但是他没来": True, "北京很大": False,
}  # fmt: skip


@pytest.mark.parametrize("text", OPENINGS)
def test_what_hangs_in_the_air(text: str) -> None:
    assert dangles(text) is OPENINGS[text]


def test_too_little_is_left_to_leave_the_joining_word_off() -> None:
    assert filler("And so it goes.") == 0


#: Marks that might confuse a splitter, mixed with anything else.
_TEXT = st.text() | st.lists(
    st.sampled_from(
        ["Rents rose. ", "> ", "\n", "\n\n", "```", "~~~", "- ", "“", "”", '"', "(", "[", "](http://x.y/z) ", "**", "_",
         "::: spoiler x\n", ":::\n", "On Monday, Ana wrote:\n", "-- \n", "e.g. ", "Dr. ", "?! ", "… ", "。", "」", "और।", " ",
         "And so, ", "||", "<blockquote>", "</blockquote>", "\r", "\x00", "\u2028", "😀", "|a|b|\n", "https://x.y/z "]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(_TEXT)
def test_every_sentence_is_a_verbatim_stretch_of_the_comment(comment: str) -> None:
    end = 0
    for n, sentence in enumerate(sentences(comment)):
        assert " ".join(comment[sentence.start : sentence.end].split()) == sentence.text
        assert sentence.start >= end, "in order, and never twice"
        assert sentence.place == n
        assert sentence.text
        assert sentence.length > 0
        end = sentence.end


@given(_TEXT)
def test_paragraphs_follow_each_other(comment: str) -> None:
    spans = paragraphs(comment)
    assert all(0 <= start <= end <= len(comment) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "evil", ["[", "(", "*", "`", "_", ">", '"', "“", "<b", "a.", "http://", "&gt;", "| ", "- ", "x "]
)
def test_no_comment_takes_longer_than_its_length_deserves(evil: str) -> None:
    sentences(evil * (50_000 // len(evil)))  # the time-out of the test is the assertion
