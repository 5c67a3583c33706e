"""Where every comment had been voted below zero, the summary ended in an error of arithmetic."""

from __future__ import annotations

from plugins.summaries.digest import Comment, summarize


def test_a_thread_that_nobody_likes_has_a_summary() -> None:
    text = "The rent of my flat has risen by a third in two years."
    disliked = [Comment(id=ident, parent=None, author=ident, text=text, score=-1) for ident in "ab"]
    assert [sentence.text for sentence in summarize(disliked, "Rents", 30)] == [text]
