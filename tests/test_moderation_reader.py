"""Rule files as moderators write them: what loads, what is off, and what they are told about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.moderation.matching import Matcher
from plugins.moderation.reader import read, read_files
from plugins.moderation.rule import ANY_KIND, Field, Kind, Method, Mode, RuleSet, Verb


def levels(found: RuleSet) -> list[tuple[int, str]]:
    return [(problem.line, problem.level) for problem in found.problems]


def test_a_file_of_two_rules_loads_with_lines_and_names():
    found = read(
        "# our rules\n"
        "title+body (includes-word): [casino, 'free money']\n"
        "action: remove\n"
        "action_reason: No gambling\n"
        "--- # links\n"
        "Domain: spam.example\n"
        "name: Spam sites\n"
        "warn: Please do not advertise here.\n"
        "mode: enforce\n"
    )
    assert found.problems == ()
    gambling, spam = found.rules
    assert (gambling.name, gambling.line, gambling.number, gambling.action) == (
        "No gambling",
        2,
        1,
        Verb.REMOVE,
    )
    assert gambling.checks[0].fields == (Field.TITLE, Field.BODY)
    assert gambling.checks[0].values == ("casino", "free money")
    assert (spam.name, spam.line, spam.strikes, spam.mode) == ("Spam sites", 6, 1, Mode.ENFORCE)
    assert spam.checks[0].method is Method.DOMAIN
    assert found.count == 2
    assert found.off == 0


def test_every_kind_of_key_is_understood():
    rule = read(
        "type: comment\n"
        "~title+body#2 (case-sensitive, full-text, regex): ['a+b']\n"
        "body_longer_than: 5\n"
        "body_shorter_than: 500\n"
        "reports: 2\n"
        "is_edited: no\n"
        "is_top_level: yes\n"
        "author:\n"
        "    name: [bob, ann@lemmy.example]\n"
        "    account_age: '< 2 weeks'\n"
        "    is_submitter: false\n"
        "    is_moderator: false\n"
        "priority: -3\n"
        "moderators_exempt: true\n"
        "ignore_blockquotes: true\n"
        "set_locked: true\n"
        "set_sticky: 1\n"
        "comment: Hello {{author}}\n"
        "message: Hi\n"
        "modmail: Look\n"
        "strikes: 2\n"
        "severe: true\n"
        "ban: 7d\n"
        "mute: forever\n"
        "places: [lounge]\n"
        "platforms: [lemmy]\n"
        "repeat: {count: 3, within: 10m, same: link}\n"
        "account_age: '> 1'\n"
    ).rules[0]
    check = rule.checks[0]
    assert (check.negated, check.regex, check.case_sensitive, check.method) == (True, True, True, Method.TEXT)
    assert rule.kinds == {Kind.COMMENT}
    assert [(c.key, c.operator, c.value) for c in rule.conditions] == [
        ("body_longer_than", ">", 5),
        ("body_shorter_than", "<", 500),
        ("reports", ">=", 2),
        ("is_edited", "=", 0),
        ("is_top_level", "=", 1),
        ("is_submitter", "=", 0),
        ("is_moderator", "=", 0),
    ]
    assert [(t.operator, t.value) for t in rule.thresholds] == [("<", 14 * 86_400), (">", 86_400)]
    assert (rule.priority, rule.strikes, rule.severe, rule.lock, rule.sticky) == (-3, 2, True, True, True)
    assert rule.repeat is not None
    assert (rule.repeat.count, rule.repeat.same) == (3, "link")


@pytest.mark.parametrize(
    ("source", "line", "level", "sentence"),
    [
        # What would match everything
        ("type: any\naction: remove", 1, "error", "would match everything"),
        ("body: []\naction: remove", 1, "error", "no value that can be used"),
        ("body: ''\naction: remove", 1, "error", "an empty text is found in everything"),
        ("body:\naction: remove", 1, "error", "an empty text is found in everything"),
        ('body: "\\u200b"\naction: remove', 1, "error", "an empty text is found in everything"),
        ("body (regex): '.*'\naction: remove", 1, "error", "found in everything"),
        ("body (regex): 'x|'\naction: remove", 1, "error", "found in everything"),
        # What cannot be known here
        ("body: x\nauthor: {comment_karma: '< 5'}\naction: remove", 2, "off", "karma is not known"),
        ("author: {is_contributor: false}\naction: remove", 1, "off", "nearly everybody"),
        ("body: x\nauthor: {has_verified_email: false}\naction: remove", 2, "off", "`has_verified_email`"),
        ("body: x\nauthor: {flair_text: y}\naction: remove", 2, "off", "`flair_text`"),
        ("body: x\n~media_title+title: y\naction: remove", 2, "off", "would match more"),
        ("body: x\nparent_submission: {title: y}\naction: remove", 2, "off", "`parent_submission`"),
        ("standard: crowdfunding\naction: remove", 1, "off", "`standard`"),
        ("type: poll submission\ntitle: x\naction: remove", 1, "off", "cannot be told apart"),
        ("title: x\nset_flair: y", 1, "off", "all it does is set_flair"),
        # Mistakes
        ("body: x", 1, "error", "does nothing"),
        ("boddy: x\naction: remove", 1, "error", "did you mean 'body'"),
        ("body (regexp): x\naction: remove", 1, "error", "did you mean 'regex'"),
        ("body (regex: x\naction: remove", 1, "error", "is no check"),
        ("+: x\naction: remove", 1, "error", "names no field"),
        ("body: x\naction: delete", 2, "error", "there is no action 'delete'"),
        ("body: x\naction: [remove, report]", 2, "error", "one value was expected, not a list"),
        ("body: x\naction: {a: b}", 2, "error", "not a group of keys"),
        ("type: coment\nbody: x\naction: remove", 1, "error", "did you mean 'comment'"),
        ("body (regex): '(a'\naction: remove", 1, "error", "“(a” is no regular expression"),
        ("~body (regex): ['(a', b]\ntitle: x\naction: remove", 1, "error", "the rule is off"),
        ("body: x\naccount_age: young\naction: remove", 2, "error", "`< 30 days` was expected"),
        ("body: x\naccount_age: < 3 moons\naction: remove", 2, "error", "is no unit of time"),
        ("body: x\naccount_age: <= 3\naction: remove", 2, "error", "AutoModerator has no <="),
        ("body: x\npriority: high\naction: remove", 2, "error", "a whole number was expected"),
        ("body: x\nreports: 0\naction: remove", 2, "error", "at least 1"),
        ("body: x\nis_edited: maybe\naction: remove", 2, "error", "true or false was expected"),
        ("body: x\nis_submitter: true\naction: remove", 2, "error", "belongs into the `author:` group"),
        ("body: x\nmode: live\naction: remove", 2, "error", "watch or enforce was expected"),
        ("body: x\nban: soon", 2, "error", "a duration such as"),
        ("body: x\nban: 0s", 2, "error", "above zero"),
        ("body: x\nwarn: no", 2, "error", "leave `warn` out"),
        ("body: x\nname: ''\naction: remove", 2, "error", "a name was expected"),
        ("body: x\nname: " + "n" * 61 + "\naction: remove", 2, "error", "at most 60 characters"),
        ('"": x\naction: remove', 1, "error", "is no check"),
        ("body: x\ncomment: ''", 2, "error", "a text was expected"),
        ("body: x\nplaces: []\naction: remove", 2, "error", "a list of texts was expected"),
        ("body: x\nplatforms: discord\naction: remove", 2, "error", "there is no platform"),
        ("body: x\nrepeat: 3\naction: remove", 2, "error", "{count: 3"),
        ("body: x\nrepeat: {count: 3}\naction: remove", 2, "error", "'within' is missing"),
        ("body: x\nrepeat: {count: 3, within: 1m, per: day}\naction: remove", 2, "error", "there is no 'per'"),
        ("body: x\nrepeat: {count: 3, within: 1m, same: day}\naction: remove", 2, "error", "text, link or any"),
        ("body: x\nexamples: [y]\naction: remove", 2, "error", "{catch:"),
        ("body: x\nexamples: {match: [x]}\naction: remove", 2, "error", "there are catch and pass"),
        ("body: x\n~author: {name: y}\naction: remove", 2, "error", "put `~name` into"),
        ("body: x\naction: approve\nban: 1d", 2, "error", "approves and punishes"),
        ("title: x\nmodifiers: includes\naction: remove", 2, "error", "before 2015"),
        ("body: [[a, b]]\naction: remove", 1, "error", "a text was expected here"),
        ("body: {a: b}\naction: remove", 1, "error", "a text was expected here"),
        # YAML
        ('body (regex): "\\w"\naction: remove', 1, "error", "single quotes"),
        ("body: [x\naction: remove", 2, "error", "not closed"),
        ("body: x: y", 1, "error", "a second colon"),
        ("\tbody: x", 1, "error", "spaces"),
        ("body: x\naccount_age: > 30 days\naction: remove", 2, "error", "put quotes around it"),
        ("body: *x", 1, "error", "refers to nothing"),
        ("body: 'x", 1, "error", "never closed"),
        ("body: x\n  action: remove", 2, "error", "colon"),
        ("[" * 30, 1, "error", "levels deep"),
        ("? [a]\n: b", 1, "error", "where a key was expected"),
        ("body: \x07", 1, "error", "U+0007"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_off_with_a_line_and_a_sentence(
    source: str, line: int, level: str, sentence: str
):
    found = read(source)
    assert found.rules == ()
    assert (found.count, found.off) == (1, 1)
    problem = next(p for p in found.problems if sentence in p.message)
    assert (problem.line, problem.level) == (line, level)
    assert str(problem).startswith(f"rules:{line}: rule 1")


@pytest.mark.parametrize(
    ("source", "line", "sentence"),
    [
        ("body (regex): ['(a', b]\naction: remove", 1, "this value is left out"),
        ("title: a\ntitle: b\naction: remove", 2, "add a suffix: `title#2`"),
        ("title: a\naction: report\naction: remove", 3, "delete one of both"),
        ("body (regex): '\\\\W+x'\naction: remove", 1, "write each backslash once"),
        ("body: '\\bfoo'\naction: remove", 1, "add the modifier: `(regex)`"),
        ("body: a, b, c\naction: remove", 1, "put it in brackets"),
        ("body (includes): gf\naction: remove", 1, "inside many ordinary words"),
        ("body: “gift card”\naction: remove", 1, "curly quote"),
        ("domain: imgur\naction: remove", 1, "is no domain"),
        ("body (regex): '[a-z]+'\naction: remove", 1, "almost every English sentence"),
        ("body: x\nset_flair: y\naction: remove", 2, "no counterpart"),
        ("body: x\nparent_submission: {set_flair: y}\naction: remove", 2, "no counterpart"),
        ("body+media_title: x\naction: remove", 1, "only the other fields"),
        ("body: x\nauthor: {is_gold: false}\naction: remove", 2, "nobody has gold"),
        ("author: bob\naction: remove", 1, "compared as a whole"),
        ("body: x\naccount_age: 30\naction: remove", 2, "exactly that age"),
        ("body: x\nignore_blockquotes: false\naction: remove", 2, "quoted lines never count"),
        (
            "author: {account_age: < 2, comment_karma: < 5, satisfy_any_threshold: true}\naction: remove",
            1,
            "only the other thresholds",
        ),
    ],
)
def test_what_is_odd_loads_with_a_remark(source: str, line: int, sentence: str):
    found = read(source)
    assert len(found.rules) == 1
    assert [p.line for p in found.problems if sentence in p.message] == [line]


def test_one_broken_section_does_not_disable_the_others():
    found = read(
        'body: x\naction: remove\n---\nbody: "\\w"\n---\n# only a comment\n---\nbody: y\naction: report'
    )
    assert [rule.checks[0].values for rule in found.rules] == [("x",), ("y",)]
    assert (found.count, found.off, levels(found)) == (3, 1, [(4, "error")])


def test_text_between_rules_is_pointed_out():
    found = read("- see our wiki\n- and this\n---\nbody: x\naction: remove")
    assert (found.count, len(found.rules), levels(found)) == (1, 1, [(1, "warning")])


def test_rules_written_as_one_list_are_read_with_a_remark():
    found = read("- body: x\n  action: remove\n- body: y\n  action: report\n")
    assert [rule.source for rule in found.rules] == [
        "- body: x\n  action: remove",
        "- body: y\n  action: report",
    ]
    assert levels(found) == [(1, "warning")]


def test_an_indented_separator_belongs_to_the_text():
    rule = read("body: x\ncomment: |\n  one\n  ---\n  two\n").rules[0]
    assert rule.comment == "one\n---\ntwo"


def test_equal_names_are_told_apart():
    found = read("name: A\nbody: x\naction: remove\n---\nname: A\nbody: y\naction: remove")
    assert [rule.name for rule in found.rules] == ["A", "A (2)"]
    assert [p.key for p in found.problems] == ["name"]


def test_a_version_changes_with_the_text_only():
    one, other = read("body: x\naction: remove").rules[0], read("body: x\naction: report").rules[0]
    assert one.version != other.version
    assert one.version == read("# intro\n---\nbody: x\naction: remove").rules[0].version


def test_examples_must_hold():
    source = "body: [casino]\naction: remove\nexamples:\n  catch: [%s]\n  pass: [%s]\n"
    assert len(read(source % ("a casino here", "cassino")).rules) == 1
    found = read(source % ("a card game", "our casino night"))
    assert found.rules == ()
    assert [(p.line, p.message) for p in found.problems] == [
        (3, "the example “a card game” should be caught and is not; the rule is off until they agree"),
        (3, "the example “our casino night” should pass and is caught; the rule is off until they agree"),
    ]


def test_files_that_cannot_be_read_are_problems(tmp_path: Path):
    good, latin, missing = tmp_path / "good.yaml", tmp_path / "latin.yaml", tmp_path / "missing.yaml"
    good.write_bytes(b"\xef\xbb\xbfbody: x\r\naction: remove\r\n")
    latin.write_bytes("\nbody: ä".encode("latin-1"))
    found = read_files([good, latin, missing])
    assert len(found.rules) == 1
    assert [(p.file, p.line, p.level) for p in found.problems] == [
        (str(latin), 2, "error"),
        (str(missing), 1, "error"),
    ]
    assert "no such file" in found.problems[1].message


def test_an_oversized_file_is_refused(tmp_path: Path):
    large = tmp_path / "large.yaml"
    large.write_text("#" * 5_000_001)
    assert "bytes" in read_files([large]).problems[0].message


def test_aliases_cannot_multiply():
    rows = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    rows += [
        f"{key}: &{key} [{', '.join([f'*{before}'] * 10)}]"
        for before, key in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert read("\n".join(rows) + "\nbody: *i\naction: remove").rules == ()


words = st.sampled_from(
    ["title", "body", "author", "action", "remove", "type", "regex", "(", ")", "[", "]", "{", "}", ":", " ", "\n", "---",
     "'", '"', "~", "+", "#", "|", "\\w", "*", "&a", "*a", "<", "- ", "  ", "x", "é", "\u200b", ".*", "name", "account_age",
     "repeat", "examples", "catch", "ban", "1d", "satisfy_any_threshold", "yes", "!!x", "%", "@", "\t", "?"]
)  # fmt: skip


@given(st.lists(words, max_size=40).map("".join))
def test_no_file_crashes_the_reader_and_what_loads_can_be_matched(text: str):
    found = read(text)
    assert len(found.rules) <= found.count
    assert all(problem.line >= 1 and problem.message for problem in found.problems)
    Matcher(found.rules)
    for rule in found.rules:
        assert rule.checks or rule.conditions or rule.thresholds or rule.repeat
        assert rule.kinds <= ANY_KIND
