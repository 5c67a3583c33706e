"""Rules leave as one text and come back as they were: comments, order, and what was changed by chat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.api import Json
from plugins.moderation.export import exported, meaning
from plugins.moderation.reader import read, together
from plugins.moderation.rule import Mode, RuleSet
from plugins.moderation.rulebook import ADDED, SWITCHED, Rulebook

FILE = """\
# The rules of the moot, by mo
name: No gambling
body: [casino, free spins]   # more to come
action: remove
warn: Please do not.
# what follows is about links
--- # links
# One link is enough.
name: Links
body (includes): http
mode: watch   # for now
action: report

---
{name: Short, body_shorter_than: 3, action: report}
---
body: hello
comment: |
    Hello!

    mode: this is no key
"""


def switched(rules: RuleSet, **modes: str) -> dict[str, Json]:
    """What is remembered after switching rules by chat."""
    versions = {rule.name: rule.version for rule in rules.rules}
    return {
        f"{SWITCHED}{name.casefold()}": {"mode": mode, "version": versions[name]}
        for name, mode in modes.items()
    }


def written(text: str) -> dict[str, Json]:
    """What is remembered of a rule that was written by chat."""
    (rule,) = read(text, "chat").rules
    return {ADDED + rule.name.casefold(): {"text": rule.source, "version": rule.version}}


def test_what_nobody_changed_leaves_letter_for_letter():
    files = read(FILE, "rules.yaml")
    assert exported(files, Rulebook(files, Mode.WATCH).in_force({})) == FILE


def test_what_was_changed_by_chat_stands_in_its_place_and_all_else_stays():
    files = read(FILE, "rules.yaml")
    memory = {
        **switched(
            files, **{"No gambling": "enforce", "Links": "off", "Short": "enforce", "rule 4": "enforce"}
        ),
        **written("# by ana\nname: No bets\nbody: bet\naction: report"),
    }
    assert exported(files, Rulebook(files, Mode.WATCH).in_force(memory)) == (
        FILE.replace("warn: Please do not.\n", "warn: Please do not.\nmode: enforce\n")
        .replace("mode: watch   # for now", "mode: off   # for now")
        .replace("action: report}", "action: report, mode: enforce}")
        .replace("is no key\n", "is no key\nmode: enforce\n")
        + "---\n# by ana\nname: No bets\nbody: bet\naction: report\n"
    )
    edited = written("name: Links\nbody (includes): [http, www]\naction: remove")
    assert exported(files, Rulebook(files, Mode.WATCH).in_force(edited)) == FILE.replace(
        "body (includes): http\nmode: watch   # for now\naction: report\n",
        "body (includes): [http, www]\naction: remove\n",
    )


def test_rules_in_a_list_and_in_several_files_are_changed_in_place():
    first = read("- name: A\n  body: a\n  action: report\n- body: b   # second\n  action: report\n", "a.yaml")
    files = together([first, read("name: C\nbody: c\naction: report", "c.yaml"), read("", "text")])
    memory = {
        **switched(files, C="enforce", **{"rule 2": "enforce"}),
        **written("name: A\nbody: aa\naction: remove"),
    }
    assert exported(files, Rulebook(files, Mode.WATCH).in_force(memory)) == (
        "# from a.yaml\n- name: A\n  body: aa\n  action: remove\n- body: b   # second\n  action: report\n  mode: enforce\n"
        "---\n# from c.yaml\nname: C\nbody: c\naction: report\nmode: enforce\n"
    )


# -- the law

names = st.sampled_from(["Anna", "Bob's", "C - d", "E#f", "Über"])
modes = st.sampled_from(["watch", "enforce", "off"])
comments = st.sampled_from(["", "# remark\n", "\n", "# mode: off\n# --- no end\n"])
endings = st.sampled_from(
    ["", "  # end", "\n# last words", "\ncomment: |\n    Hi\n    mode: x\n\n", "\nmode: enforce"]
)


@st.composite
def rules(draw: st.DrawFn, name: str | None) -> str:
    """The text of one rule, in one of the forms that people write."""
    word = draw(st.sampled_from(["cat", "dog", "'it''s'", "bird"]))
    named = [f"name: {name!r}"] if name else []
    if draw(st.booleans()):
        return f"{draw(comments)}{{{', '.join([*named, f'body: {word}', 'action: report'])}}}"
    keys = [*named, f"body: [{word}, x]", "action: report"]
    indent = draw(st.sampled_from(["", "  ", "    "]))
    rows = "\n".join(f"{indent}{key}" for key in keys)
    ending = draw(endings).replace("\n", f"\n{indent}")
    return f"{draw(comments)}{rows}{ending}"


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, dict[str, Json]]:
    """A file, and what was changed by chat since."""
    titles = draw(st.lists(names, unique=True, max_size=4))
    parts = [draw(rules(draw(st.sampled_from([title, title, None])))) for title in titles]
    separator = draw(st.sampled_from(["\n---\n", "\n--- # next\n", "\n------\n\n"]))
    text = separator.join(parts) + draw(st.sampled_from(["", "\n"]))
    memory: dict[str, Json] = {}
    for name in draw(st.lists(names, unique=True, max_size=3)):
        memory |= written(draw(rules(name)))
    book = Rulebook(read(text, "rules.yaml"), Mode.WATCH).in_force(memory)
    for rule in book.rules:
        if draw(st.booleans()):
            memory[SWITCHED + rule.name.casefold()] = {"mode": draw(modes), "version": rule.version}
    return text, memory


@given(pages())
def test_rules_come_back_as_they_left(page: tuple[str, dict[str, Json]]):
    text, memory = page
    files = read(text, "rules.yaml")
    before = Rulebook(files, Mode.WATCH).in_force(memory)
    out = exported(files, before)
    back = read(out, "rules.yaml")
    after = Rulebook(back, Mode.WATCH).in_force({})
    assert [str(p) for p in back.problems if p.level != "warning"] == []
    assert [(meaning(r), before.mode(r)) for r in before.rules] == [
        (meaning(r), after.mode(r)) for r in after.rules
    ], out
    # What leaves a second time is what left the first time.
    assert exported(back, after) == out
    # No remark of anybody's is lost where the rule around it was not written anew.
    if not any(key.startswith(ADDED) for key in memory):
        assert [row for row in text.splitlines() if row.strip().startswith("#")] == [
            row for row in out.splitlines() if row.strip().startswith("#")
        ]
