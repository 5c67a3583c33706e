"""Which of the rules that hold act on a message: AutoModerator's two passes. Pure; whoever runs it fetches what it asks for.

First the rules that fall on the person: the first one acts, and when it removes the message nothing else does. Then all
others, by priority; a label that one of them sets is there for those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace

from plugins.moderation.facts import Need, Target
from plugins.moderation.labels import texts_of_person, texts_of_post
from plugins.moderation.match import Found, Match
from plugins.moderation.matching import Matcher
from plugins.moderation.notice import PLACEHOLDER
from plugins.moderation.patterns import Slow
from plugins.moderation.rule import Label, Rule
from plugins.moderation.subject import Subject

#: Gives a subject and what is needed to know of it, and is answered with one that knows it, as far as anybody does.
Asked = tuple[Subject, frozenset[Need]]
Steps = Generator[Asked, Subject, "Verdict"]
Labels = tuple[tuple[Target, Label], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`matches` are those that act, the one that falls on the person first; `item` is the message with all that is known.

    `guesses` hold only if words were guessed rightly behind a disguise: they never act, a human looks.
    """

    matches: tuple[Match, ...]
    guesses: tuple[Match, ...]
    slow: tuple[Rule, ...]
    item: Subject


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides about a match besides the rule: whether it counts here at all, and which labels it sets."""

    counts: Callable[[Match], bool]
    labels: Callable[[Match, Subject], Labels]


def passes(matcher: Matcher, found: Found, item: Subject, rules: Iterable[Rule], terms: Terms) -> Steps:
    """Runs both passes over those of `rules` that `found` names."""
    wanted = {rule.version for rule in rules}
    run = _Run(matcher, found, item, terms)
    candidates = [rule for rule in run.candidates if rule.version in wanted]
    for rule in (one for one in candidates if one.punishes):
        match = yield from run.match(rule)
        if match:
            run.matches.append(match)
            if rule.removes and rule.stop is not False:
                return run.verdict()
            break
    for rule in (one for one in candidates if not one.punishes):
        match = yield from run.match(rule)
        if match:
            run.matches.append(match)
            if rule.stop:
                break
    return run.verdict()


class _Run:
    def __init__(self, matcher: Matcher, found: Found, item: Subject, terms: Terms) -> None:
        self.matcher = matcher
        self.known = {match.rule.version: match for match in found.matches}
        self.open = {rule.version: needs for rule, needs in found.open}
        rules = {
            rule.version: rule for rule in (*(m.rule for m in found.matches), *(r for r, _ in found.open))
        }
        self.candidates = [rule for rule in matcher.rules if rule.version in rules]
        self.item = item
        self.terms = terms
        self.matches: list[Match] = []
        self.guesses: list[Match] = []
        self.slow: list[Rule] = []

    def verdict(self) -> Verdict:
        return Verdict(tuple(self.matches), tuple(self.guesses), tuple(self.slow), self.item)

    def match(self, rule: Rule) -> Generator[Asked, Subject, Match | None]:
        """The match of a rule, once everything is known that it asks for and that its texts quote."""
        match = self.known.get(rule.version)
        needs = self.open.get(rule.version, frozenset())
        asked: frozenset[Need] = frozenset()
        while match is None:
            asked |= needs
            if needs & self.item.open:
                self.item = yield self.item, needs & self.item.open
            try:
                answer = self.matcher.ask(rule, self.item)
            except Slow:
                self.slow.append(rule)
                return None
            if isinstance(answer, Match):
                match = answer
            elif not answer or answer <= asked:
                return None
            else:
                needs = answer  # what was fetched made it ask for more
        if not self.terms.counts(match):
            return None
        if match.is_guess:
            self.guesses.append(match)
            return None
        wanted = wants(rule) & self.item.open
        if wanted:
            self.item = yield self.item, wanted
        labels = self.terms.labels(match, self.item) if rule.labels else ()
        match = replace(match, labels=labels, item=self.item)
        for target, label in labels:
            self.item = labelled(self.item, target, label)
        return match


def wants(rule: Rule) -> frozenset[Need]:
    """What a match of the rule has to know besides that it holds: labels that it sets or quotes, the title above a comment."""
    texts = (
        rule.reason, rule.comment, rule.message, rule.message_subject, rule.modmail, rule.modmail_subject, rule.warn,
        *(part for one in rule.labels for part in (one.label.text, one.label.css_class)),
    )  # fmt: skip
    quoted = {name.lower() for text in texts if text for name in PLACEHOLDER.findall(text)}
    needs: set[Need] = set()
    if rule.labels or any(name.startswith("author_flair") for name in quoted):
        needs.add(Need.LABELS)
    above = {Target.POST, Target.POST_AUTHOR}
    if any(one.target in above for one in rule.labels) or not quoted.isdisjoint(
        {"title", "parent_submission_author"}
    ):
        needs.add(Need.POST)
    return frozenset(needs)


def labelled(item: Subject, target: Target, label: Label) -> Subject:
    """The subject with a label on it, its author or the post above it."""
    match target:
        case Target.AUTHOR:
            return item.knowing(texts=texts_of_person(label))
        case Target.POST if Target.POST in item.above:
            return item.knowing(
                above={Target.POST: item.above[Target.POST].knowing(texts=texts_of_post(label))}
            )
        case Target.ITEM:
            return item.knowing(texts=texts_of_post(label))
        case _:
            return item
