"""Threads in whatever state they are: nobody's words become another's, nothing breaks out, and odd questions get a sentence."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from bot.markup import html, markdown
from bot.model import Author, Message, Place, PlaceKind, Platform, Ref, Thread
from bot.platforms.memory.adapter import MemoryAdapter
from bot.testing import Moot
from bot.text import Document, Spoiler
from plugins.summaries.digest import digest, summarize
from plugins.summaries.layout import layout
from plugins.summaries.reading import comments
from plugins.summaries.tree import Comment

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = Place(Platform.LEMMY, "chat", "freechat", PlaceKind.COMMUNITY, "free", "lemmy")
TOPICS = (
    "rents",
    "trams",
    "gardens",
    "schools",
    "markets",
    "bridges",
    "cellars",
    "lanterns",
    "harbours",
    "orchards",
)


def opinion(n: int) -> str:
    topic = TOPICS[n % len(TOPICS)]
    return f"The {topic} of quarter number {n} need the care of those who live there."


# One person quotes everybody

MANNERS = {
    "Markdown": lambda n: f"> {opinion(n)}\n\nI beg to differ about number {n} for a reason.",
    "two levels": lambda n: f"> > {opinion(n)}\n> So it is.\n\nI beg to differ about number {n} for a reason.",
    "without marks": lambda n: f"{opinion(n)} I beg to differ about number {n} for a reason.",
    "in speech marks": lambda n: f"“{opinion(n)}” I beg to differ about number {n} for a reason.",
    "as mail": lambda n: f"On Mon, 2 Mar 2026, p{n} wrote:\n> {opinion(n)}\n\nI beg to differ about number {n} for a reason.",
    "as HTML": lambda n: f"<blockquote>{opinion(n)}</blockquote>\nI beg to differ about number {n} for a reason.",
}  # fmt: skip


@pytest.mark.parametrize("manner", MANNERS)
def test_who_quotes_three_hundred_others_is_quoted_with_their_own_words_only(manner: str) -> None:
    said = [Comment(id=f"p{n}", parent=None, author=f"p{n}", text=opinion(n)) for n in range(300)]
    said += [Comment(id=f"z{n}", parent=f"p{n}", author="zed", text=MANNERS[manner](n)) for n in range(300)]
    theirs = {opinion(n) for n in range(300)}
    chosen = summarize(said, "", 2_000)
    zed = [s.text for s in chosen if s.id.startswith("z")]
    assert not any(text in quote or quote in text for text in theirs for quote in zed)
    assert len(zed) < len(chosen) / 2, "who says the same three hundred times does not drown the others"
    lines = [line for group in digest(said, "", 2_000).groups for line in group.lines]
    assert all(line.text in theirs or line.author == "zed" for line in lines)
    assert not any(line.text in theirs for line in lines if line.author == "zed")


def test_three_hundred_quotations_in_one_comment() -> None:
    said = [Comment(id=f"p{n}", parent=None, author=f"p{n}", text=opinion(n)) for n in range(300)]
    everybody = "\n\n".join(f"> {opinion(n)}" for n in range(300))
    said.append(
        Comment(id="z", parent=None, author="zed", text=f"{everybody}\n\nI beg to differ with all of them.")
    )
    assert {s.text for s in summarize(said, "", 5_000) if s.id == "z"} <= {
        "I beg to differ with all of them."
    }


# Nothing breaks out


EVIL = (
    "Fold this ::: spoiler boo about the {0} of the town.",
    "Here it ends.\n:::\nAnd there are the {0} of the town in the open.",
    "::: spoiler inner\nThe {0} of the town stay hidden.\n:::\nThe {0} of the town are for all to see.",
    "The {0} </details></blockquote></div><script>alert(1)</script> of the town.",
    "The {0} of the town\n\n---\n\n# are no heading of the {0}",
    "`The {0} of the town ``` are ~~~ no code of the {0}",
    "The {0} \\::: of the town > are | a | table of the {0}",
    "The {0}\u2028:::\u2029of the town are on a line\u0085::: of their own.",
)


def messages() -> list[Message]:
    """Eight sub-discussions in which everybody tries to break out."""
    found = []
    for group, topic in enumerate(TOPICS[:8]):
        for n, text in enumerate(EVIL):
            ident, first = 10 * group + n + 1, 10 * group + 1
            ref = Ref(Platform.LEMMY, "chat", f"comment/{ident}")
            above = "post/1" if ident == first else f"comment/{first}"
            found.append(
                Message(
                    ref=ref, place=PLACE, author=Author(Platform.LEMMY, f"https://x.example/u/p{n}", f"p{n}:::@x.example"),
                    text=text.format(topic), sent_at=NOON + timedelta(minutes=ident), root=Ref(Platform.LEMMY, "chat", "post/1"),
                    parent=Ref(Platform.LEMMY, "chat", above), url=f"https://x.example/comment/{ident}",
                )
            )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def folded() -> Document:
    said = messages()
    doc = layout(digest(comments(said), "", 300), {m.ref.id: m for m in said})
    assert sum(isinstance(block, Spoiler) for block in doc.blocks) == 1
    return doc


def test_no_quoted_word_closes_or_opens_a_spoiler_on_lemmy(folded: Document) -> None:
    # Lemmy looks at the beginning of each line; other line ends than \n are none to it, but are for some clients.
    rows = [row.strip(" >\t") for row in markdown(folded).splitlines()]
    fences = [row for row in rows if row.startswith(":::")]
    assert len(fences) == 2
    assert re.fullmatch(r"::: spoiler \d+ more sub-discussions", fences[0])
    assert fences[1] == ":::"
    assert rows.index(":::") < max(n for n, row in enumerate(rows) if "summary-optout" in row)


class Tags(HTMLParser):
    """Checks that what opens is closed, in order, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.seen[tag] += 1
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_no_quoted_word_is_markup_on_matrix(folded: Document) -> None:
    tags = Tags()
    tags.feed(html(folded))
    assert tags.open == []
    assert tags.seen["details"] == 1
    assert not tags.seen.keys() & {"script", "h1", "table", "pre", "hr", "img"}


# Odd questions


async def test_threads_without_anything_to_quote_get_a_sentence() -> None:
    async with Moot(
        plugins={"summaries": {"automatic": False, "min_comments": 2, "after_comments": 5}}
    ) as moot:
        ana, bo = moot.member("ana"), moot.member("bo")
        post = await ana.posts("Look at this")
        await bo.replies(post, "!summary")
        assert "bot → bo: 0 comments are quicker read than summarized" in moot.transcript()
        await bo.replies(post, "A lone comment of some length stands here.")
        await bo.replies(post, "!summary")
        assert "bot → bo: One comment is quicker read than summarized" in moot.transcript()
        bare = await ana.posts("Look at that")
        for text in (
            "😀😀😀",
            "https://x.example/cat.png",
            "🎉",
            "<https://x.example/dog.png>",
            "!!!",
            "…",
            "![](https://x.example/y)",
        ):
            await bo.replies(bare, text)
        moot.skip()
        await bo.replies(bare, "!summary")
        assert "bot → bo: There is nothing to quote in those " in moot.transcript()


async def test_a_post_that_was_removed_has_no_digest() -> None:
    async with Moot(
        plugins={"summaries": {"automatic": False, "min_comments": 2, "after_comments": 5}}
    ) as moot:
        ana, bo, mo = moot.member("ana"), moot.member("bo"), moot.moderator("mo")
        post = await ana.posts("Look at this")
        for n in range(5):
            await bo.replies(post, opinion(n))
        await mo.removes(post, "off topic")
        moot.skip()
        await bo.says(f"!summary memory://freechat/{post.id}")
        assert moot.transcript().endswith("bot → bo: That post was removed, so there is no digest of it.")


async def test_a_link_to_somewhere_else_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(adapter: MemoryAdapter, root: Ref) -> Thread:
        raise AssertionError(f"{adapter.account} reads {root}")

    monkeypatch.setattr(MemoryAdapter, "thread", never)
    async with Moot(plugins={"summaries": {}}) as moot:
        ana = moot.member("ana")
        for link in (
            "https://intranet.example/",
            "http://127.0.0.1:8080/admin",
            "file:///etc/passwd",
            "gopher://x.example/1",
        ):
            await ana.says(f"!summary {link}")
            assert (
                "I cannot find that. Give a link to a post or a comment of this community."
                in moot.transcript()
            )


# Scripts

#: Six opinions each; the first one of each is what the thread is about, the last is beside the point.
SCRIPTS = {
    "Latin": ("Die Mieten in der Altstadt sind seit der Rückkehr der Straßenbahn stark gestiegen.", "Die Mieten in der Altstadt kann niemand mehr bezahlen.", "Gestern habe ich Kuchen gegessen."),
    "Cyrillic": ("Аренда в старом городе выросла после возвращения трамвая.", "Аренда в старом городе никому не по карману.", "Вчера я ела пирог."),
    "Greek": ("Τα ενοίκια στην παλιά πόλη ανέβηκαν μετά το τραμ.", "Τα ενοίκια στην παλιά πόλη είναι πολύ ακριβά.", "Χθες έφαγα ένα γλυκό."),
    "Arabic": ("ارتفعت الإيجارات في المدينة القديمة بعد عودة الترام.", "الإيجارات في المدينة القديمة مرتفعة جدا على الجميع.", "أكلت كعكة لذيذة أمس."),
    "Devanagari": ("पुराने शहर में ट्राम के बाद किराया बहुत बढ़ गया है।", "पुराने शहर में किराया कोई नहीं दे सकता।", "कल मैंने केक खाया था।"),
    "Han": ("电车回来以后老城区的房租涨了一倍。", "老城区的房租谁也付不起。", "昨天我吃了一块蛋糕。"),
    "Kana": ("路面電車が戻ってから旧市街の家賃は二倍になりました。", "旧市街の家賃は誰にも払えません。", "昨日ケーキを食べました。"),
    "Hangul": ("전차가 돌아온 뒤 구시가지의 집세가 두 배로 올랐습니다.", "구시가지의 집세는 아무도 낼 수 없습니다.", "어제 케이크를 먹었습니다."),
    "Thai": ("ค่าเช่าในเมืองเก่าเพิ่มขึ้นสองเท่าหลังจากรถรางกลับมา", "ค่าเช่าในเมืองเก่าแพงเกินไปสำหรับทุกคน", "เมื่อวานฉันกินเค้กอร่อยมาก"),
    "Hebrew": ("שכר הדירה בעיר העתיקה עלה מאז שחזרה החשמלית.", "שכר הדירה בעיר העתיקה יקר מדי לכולם.", "אתמול אכלתי עוגה טעימה."),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_thread_is_about_is_chosen_in_every_script(name: str) -> None:
    about, also, beside = SCRIPTS[name]
    said = [
        Comment(id=str(n), parent=None, author=f"p{n}", text=text)
        for n, text in enumerate((beside, about, also, about.replace(".", "").replace("。", ""), also))
    ]
    assert summarize(said, "", 4)[0].text in {about, also}


def test_all_scripts_in_one_thread() -> None:
    texts = [text for rows in SCRIPTS.values() for text in rows]
    said = [Comment(id=str(n), parent=None, author=f"p{n % 7}", text=text) for n, text in enumerate(texts)]
    found = {s.text for s in summarize(said, "", 500)}
    assert len(found) == len(texts), "nobody is left out for the letters they write in"
    by_id = {c.id: c.text for c in said}
    lines = [line for group in digest(said, "", 500).groups for line in group.lines]
    assert lines
    assert all(line.text in by_id[line.id] for line in lines)


def test_a_removed_root_leaves_its_answers_to_be_quoted() -> None:
    root = Comment(id="r", parent=None, author="ana", text="This was removed by a moderator.", silent=True)
    branch = Comment(id="b", parent="r", author="bo", text="A branch whose top is gone as well.", silent=True)
    said = [root, branch]
    said += [Comment(id=str(n), parent="rb"[n % 2], author=f"p{n % 5}", text=opinion(n)) for n in range(20)]
    found = digest(said, "", 200)
    assert found.left_out.silent == 2
    lines = [line for group in found.groups for line in group.lines]
    assert lines
    assert not any(line.answers or line.id in "rb" for line in lines), (
        "what is gone is not shown as what is answered either"
    )
    assert digest([replace(c, silent=True) for c in said], "", 200).groups == ()
