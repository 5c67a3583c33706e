"""Rule files as moderators write them: what loads, what is off, and what they are told about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.moderation.facts import Fact, Field, Target
from plugins.moderation.matching import Matcher
from plugins.moderation.reader import read, read_files
from plugins.moderation.rule import ANY_KIND, Kind, Label, Method, Mode, RuleSet, SetLabel, Verb


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
        "~day_of_week: weekend\n"
        "author:\n"
        "    name: [bob, ann@lemmy.example]\n"
        "    ~flair_text: trusted\n"
        "    account_age: '< 2 weeks'\n"
        "    link_karma: '< 5'\n"
        "    satisfy_any_threshold: true\n"
        "    is_submitter: false\n"
        "    is_moderator: false\n"
        "    set_flair: [newcomer, new]\n"
        "    overwrite_flair: true\n"
        "parent_submission:\n"
        "    flair_text: Question\n"
        "    age: '> 3 days'\n"
        "    author: {name: ann}\n"
        "    set_locked: true\n"
        "    set_sticky: no\n"
        "    action: spam\n"
        "    report_reason: Old news\n"
        "    set_flair: {text: Old, template_id: t1}\n"
        "parent_comment: {body: why}\n"
        "subreddit: freechat\n"
        "priority: -3\n"
        "moderators_exempt: true\n"
        "stop_on_match: true\n"
        "ignore_blockquotes: true\n"
        "set_locked: true\n"
        "comment: Hello {{author}}\n"
        "message: Hi\n"
        "message_subject: A word\n"
        "modmail: Look\n"
        "strikes: 2\n"
        "severe: true\n"
        "ban: 7d\n"
        "mute: forever\n"
        "places: [lounge]\n"
        "platforms: [lemmy]\n"
        "repeat: {count: 3, within: 10m, same: mention}\n"
        "first_seen: '< 1'\n"
    ).rules[0]
    check = rule.checks[0]
    assert (check.negated, check.regex, check.case_sensitive, check.method) == (True, True, True, Method.TEXT)
    assert check.fields == (Field.TITLE, Field.OWN_BODY)
    assert [(c.target, c.fields[0], c.method, c.values) for c in rule.checks[1:]] == [
        (Target.AUTHOR, Field.AUTHOR, Method.EXACT, ("bob", "ann@lemmy.example")),
        (Target.AUTHOR, Field.AUTHOR_FLAIR, Method.EXACT, ("trusted",)),
        (Target.POST, Field.FLAIR, Method.EXACT, ("Question",)),
        (Target.POST_AUTHOR, Field.AUTHOR, Method.EXACT, ("ann",)),
        (Target.PARENT, Field.BODY, Method.WORD, ("why",)),
        (Target.COMMUNITY, Field.COMMUNITY, Method.WORD, ("freechat",)),
    ]
    assert rule.kinds == {Kind.COMMENT}
    assert [(c.target, c.fact, c.operator, c.value, c.alternative) for c in rule.conditions] == [
        (Target.ITEM, Fact.OWN_LENGTH, ">", 5, False),
        (Target.ITEM, Fact.OWN_LENGTH, "<", 500, False),
        (Target.ITEM, Fact.REPORTS, ">=", 2, False),
        (Target.ITEM, Fact.EDITED, "=", 0, False),
        (Target.ITEM, Fact.TOP_LEVEL, "=", 1, False),
        (Target.ITEM, Fact.WEEKDAY, "in", 0b0011111, False),
        (Target.AUTHOR, Fact.ACCOUNT_AGE, "<", 14 * 86_400, True),
        (Target.AUTHOR, Fact.POST_KARMA, "<", 5, True),
        (Target.AUTHOR, Fact.SUBMITTER, "=", 0, False),
        (Target.AUTHOR, Fact.MODERATOR, "=", 0, False),
        (Target.POST, Fact.AGE, ">", 3 * 86_400, False),
        (Target.AUTHOR, Fact.FIRST_SEEN, "<", 86_400, False),
    ]
    assert rule.labels == (
        SetLabel(Target.AUTHOR, Label("newcomer", "new"), overwrite=True),
        SetLabel(Target.POST, Label("Old", template="t1")),
    )
    assert (rule.priority, rule.strikes, rule.severe, rule.lock, rule.stop) == (-3, 2, True, True, True)
    assert (rule.post_lock, rule.post_sticky, rule.message_subject) == (True, False, "A word")
    assert rule.repeat is not None
    assert (rule.repeat.count, rule.repeat.same) == (3, "mention")


@pytest.mark.parametrize(
    ("source", "line", "level", "sentence"),
    [
        # What would match everything
        ("type: any\naction: remove", 1, "error", "would match everything"),
        ("body: []\naction: remove", 1, "error", "no value that can be used"),
        ("body: ''\naction: remove", 1, "error", "an empty text is found in everything"),
        ("body:\naction: remove", 1, "error", "an empty text is found in everything"),
        ('body: "\\u200b"\naction: remove', 1, "error", "an empty text is found in everything"),
        ("~domain: ['']\naction: remove", 1, "error", "an empty text is found in everything"),
        ("body (regex): 'x|'\naction: remove", 1, "error", "found in everything"),
        ("body (regex): '.*'\naction: remove", 1, "error", "would fall on everybody"),
        # What cannot be known here
        ("author: {is_gold: false}\naction: remove", 1, "off", "holds for everybody"),
        ("type: submission\nauthor: {is_gold: false}\naction: remove", 1, "off", "holds for everybody"),
        ("body: x\nis_poll: true\naction: remove", 2, "off", "would never match"),
        ("body: x\nauthor: {has_verified_email: false}\naction: remove", 2, "off", "`has_verified_email`"),
        ("body: x\nauthor: {social_links: y}\naction: remove", 2, "off", "`social_links`"),
        ("media_author_url: y\naction: remove", 1, "off", "`media_author_url`"),
        ("title: x\ncomment: 'By {{media_author}}.'", 2, "off", "{{media_author}} cannot be known here"),
        ("body: x\ncrosspost_author: {name: y}\naction: remove", 2, "off", "`crosspost_author`"),
        ("body: x\nsubreddit: {is_nsfw: true}\naction: remove", 2, "off", "`is_nsfw`"),
        ("body: x\n~media_title+title: y\naction: remove", 2, "off", "would match more"),
        ("type: poll submission\ntitle: x\naction: remove", 1, "off", "there is no poll here"),
        # Mistakes
        ("body: x", 1, "error", "does nothing"),
        ("standard: crowdfunding\naction: remove", 1, "error", "there is no standard"),
        ("parent_submission: x\naction: remove", 1, "error", "a group of conditions was expected"),
        ("body: x\nparent_submission: {comment: y}\naction: remove", 2, "error", "write it without indentation"),
        ("body: x\nparent_submission: {action: delete}", 2, "error", "there is no action 'delete'"),
        ("body: x\nparent_comment: {action: remove}\naction: remove", 2, "error", "write it without indentation"),
        ("author:\n  account_age: '< 3'\n  action: remove", 3, "error", "into `author:`; write it without indentation"),
        ("~name: bob\nbody: x\naction: remove", 1, "error", "belongs into the `author:` group"),
        ("body: x\n~day: friday\naction: remove", 2, "error", "did you mean 'day_of_week'"),
        ("body: x\nauthor: {reports: 2}\naction: remove", 2, "error", "belongs to the message"),
        ("body: x\nauthor: {title: y}\naction: remove", 2, "error", "`title` does not belong into `author:`"),
        ("type: comment\nbody: x\nset_flair: y", 3, "error", "is for posts only"),
        ("type: submission\nbody: x\nparent_comment: {body: y}\naction: remove", 3, "error", "is for comments only"),
        ("title: x\nset_flair: [a, b, c]", 2, "error", "[text, class]"),
        ("title: x\nset_flair: {color: red}", 2, "error", "there is no 'color'"),
        ("body: x\nday_of_week: someday\naction: remove", 2, "error", "a day such as monday"),
        ("body: x\nreports: '> 2'\naction: remove", 2, "error", "three or more"),
        ("body: x\nauthor: {comment_karma: few}\naction: remove", 2, "error", "`< 20` was expected"),
        ("body: x\nuser_conditions: {is_shadowbanned: true}\naction: remove", 2, "error", "there is no key"),
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
        ("body: x\nis_submitter: true\naction: remove", 2, "error", "indented below `author:`"),
        ("body: x\nmode: live\naction: remove", 2, "error", "watch, enforce or off was expected"),
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
        ("body: x\nrepeat: {count: 3, within: 1m, same: day}\naction: remove", 2, "error", "one of text, link, mention"),
        ("body: x\nexamples: [y]\naction: remove", 2, "error", "{catch:"),
        ("body: x\nexamples: {match: [x]}\naction: remove", 2, "error", "there are catch and pass"),
        ("body: x\n~author: {name: y}\naction: remove", 2, "error", "put `~name` into"),
        ("body: x\naction: approve\nban: 1d", 2, "error", "approves and punishes"),
        ("body: [[a, b]]\naction: remove", 1, "error", "a text was expected here"),
        ("body: {a: b}\naction: remove", 1, "error", "a text was expected here"),
        # YAML
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
        ("body (includes): gf\naction: remove", 1, "inside other words"),
        ("body: “gift card”\naction: remove", 1, "curly quote"),
        ("domain: imgur\naction: remove", 1, "is no domain"),
        ("body (regex): '[a-z]+'\naction: remove", 1, "almost every English sentence"),
        ("body: x\nset_nsfw: true\naction: remove", 2, "no counterpart"),
        ("body: x\nset_flair: y\naction: remove", 2, "looks at posts only"),
        ("body: x\ncrosspost_author: {set_flair: y}\naction: remove", 2, "no counterpart"),
        ("title: x\nset_suggested_sort: new", 1, "is counted but does nothing here"),
        ("title: x\noverwrite_flair: yes\naction: remove", 2, "does nothing without `set_flair`"),
        ("author: {is_contributor: false}\naction: remove", 1, "approved users are the trusted people"),
        ("body: x\nauthor: {comment_karma: '< 5'}\naction: remove", 2, "Lemmy shows no karma"),
        ("title (regex): '.*'\naction: report", 1, "is enough of a check"),
        ("type: submission\ntitle (regex): '.*'\naction: filter", 2, "is enough of a check"),
        ("reports: 3\nbody (regex): '.*'\naction: filter", 2, "is enough of a check"),
        ("type: crosspost submission\naction: report", 1, "where it was cross-posted from"),
        ("is_self: true\ntitle: x\naction: report", 1, "`type: text submission`"),
        ("body: x\naction: remove\nmoderators_exempt: false", 3, "moderators are never a target"),
        ('body (regex): "\\w\\.x"\naction: remove', 1, "read as it is typed"),
        ('body (regex): "\\bx"\naction: remove', 1, "holds a backspace"),
        (
            "~body (regex): ['kills? h(i[ms]|er)) ?(sel(f|ves)?']\ntitle: x\naction: remove",
            1,
            "joined into one expression",
        ),
        ("body+media_title: x\naction: remove", 1, "only the other fields"),
        ("body: x\nauthor: {is_gold: false}\naction: remove", 2, "nobody has gold"),
        ("reports: 1\naction: remove\n---\nreports: 2\naction: remove", 4, "at least so many"),
        ("author: bob\naction: remove", 1, "compared as a whole"),
        ("body: x\naccount_age: 30\naction: remove", 2, "exactly that age"),
        ("author: {comment_karma: 800}\nbody: x\naction: remove", 1, "means exactly 800"),
        ("type: comment\nbody: x\naction: remove\nset_locked: true", 4, "closes the post above"),
        ("title: x\nmodmail: '{{user}} wrote {{title}}'", 2, "{{user}} stands for nothing"),
        (
            "title#2: x\ncomment: '{{match-title}} {{match-title#2-1}} {{match-body}}'",
            2,
            "{{match-body}} stands for nothing",
        ),
        ("title: x\ncomment: '{{match#2}} {{match-2}} {{match}}'", 2, "{{match#2}} stands for nothing"),
        ("author: {~name: ['']}\naction: remove", 1, "excludes everything, as on Reddit"),
        ("~title: [spam, '']\nbody: x\naction: remove", 1, "excludes everything, as on Reddit"),
        ("~body (regex): '.*'\ntitle: x\naction: remove", 1, "excludes everything, as on Reddit"),
        ("title: [help,\n  question, ?]\nset_flair: Question", 2, "put quotes around it: '?'"),
        ("body: '\\.trade'\naction: report", 1, "add the modifier: `(regex)`"),
        ("body: x\n~title (regex): '\\\\.trade'\naction: report", 2, "write each backslash once"),
    ],
)
def test_what_is_odd_loads_with_a_remark(source: str, line: int, sentence: str):
    found = read(source)
    assert found.off == 0
    assert [p.line for p in found.problems if sentence in p.message] == [line]


@pytest.mark.parametrize(
    "source",
    [
        # A backslash that somebody typed to escape Markdown, in an expression that escapes other signs, too
        r"body (regex): '\\?\*{3,}'",
        r"body (starts-with): '\++'",
        "body (includes): ['$$$', '…', '100%', '18+']",
        "body: ['and/or', 'a (b)', 'C++', 'what?', '1, 2']",
        "body (regex): ['colou?r', 'https?://']",
        "title: ['?', '!']",
        "author: {comment_karma: '= 0', post_karma: '< 5'}\nbody: x",
    ],
)
def test_what_is_meant_as_it_stands_gets_no_remark_about_its_form(source: str):
    found = read(f"{source}\naction: report")
    assert found.off == 0
    assert [str(p) for p in found.problems if "karma" not in p.message] == []


def test_one_broken_section_does_not_disable_the_others():
    found = read('body: x\naction: remove\n---\nbody: "\n---\n# only a comment\n---\nbody: y\naction: report')
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
        assert rule.checks or rule.conditions or rule.repeat or rule.kinds != ANY_KIND
