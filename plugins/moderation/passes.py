"""Which of the rules that hold act on a message: AutoModerator's two passes. Pure; whoever runs it fetches what it asks for.

First the rules that fall on the person: the first one acts, and when it removes the message nothing else does. Then all
others, by priority; a label that one of them sets is there for those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from bot.api import Author, Role
from plugins.moderation.facts import Need, Target
from plugins.moderation.labels import texts_of_person, texts_of_post
from plugins.moderation.match import Found, Match, Pending
from plugins.moderation.matching import Matcher
from plugins.moderation.patterns import Slow
from plugins.moderation.rule import Label, Rule, Verb
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
    """What decides about a match besides the rule: which rules are meant at all, whether it counts, which labels it sets."""

    concerns: Callable[[Rule], bool]
    counts: Callable[[Match], bool]
    labels: Callable[[Match, Subject], Labels]


def passes(matcher: Matcher, found: Found, item: Subject, terms: Terms) -> Steps:
    """Runs both passes over what was found."""
    run = _Run(matcher, item, terms)
    answers = [answer for answer in found.answers if terms.concerns(answer.rule)]
    for answer in (one for one in answers if one.rule.punishes):
        match = yield from run.match(answer)
        if match:
            run.matches.append(match)
            if match.rule.removes and match.rule.stop is not False:
                return run.verdict()
            break
    for answer in (one for one in answers if not one.rule.punishes):
        match = yield from run.match(answer)
        if match:
            run.matches.append(match)
            if match.rule.stop:
                break
    return run.verdict()


def everything(matcher: Matcher, found: Found, item: Subject, terms: Terms) -> Steps:
    """Every rule that holds, each by itself, whether it would come to act or not: for trying rules out."""
    run = _Run(matcher, item, terms)
    for answer in found.answers:
        if terms.concerns(answer.rule):
            run.item = item
            match = yield from run.match(answer)
            if match:
                run.matches.append(match)
    return run.verdict()


def spares(rule: Rule, author: Author) -> bool:
    """Whether a rule leaves somebody alone: nobody trusted is removed, punished or reported by a rule."""
    if author.role >= Role.MODERATOR:
        return rule.punishes or rule.spares_moderators
    return author.role >= Role.TRUSTED and (rule.punishes or rule.action is Verb.REPORT)


class _Run:
    def __init__(self, matcher: Matcher, item: Subject, terms: Terms) -> None:
        self.matcher = matcher
        self.item = item
        self.terms = terms
        self.matches: list[Match] = []
        self.guesses: list[Match] = []
        self.slow: list[Rule] = []

    def verdict(self) -> Verdict:
        return Verdict(tuple(self.matches), tuple(self.guesses), tuple(self.slow), self.item)

    def match(self, answer: Match | Pending) -> Generator[Asked, Subject, Match | None]:
        """The match of a rule, once everything is known that it asks for and that its texts quote."""
        rule = answer.rule
        match = answer if isinstance(answer, Match) else None
        needs = answer.needs if isinstance(answer, Pending) else frozenset()
        asked: frozenset[Need] = frozenset()
        while match is None:
            asked |= needs
            if needs & self.item.open:
                self.item = yield self.item, needs & self.item.open
            try:
                told = self.matcher.ask(rule, self.item)
            except Slow:
                self.slow.append(rule)
                return None
            if isinstance(told, Match):
                match = told
            elif not told or told <= asked:
                return None
            else:
                needs = told  # what was fetched made it ask for more
        if not self.terms.counts(match):
            return None
        if match.is_guess:
            self.guesses.append(match)
            return None
        wanted = self.matcher.wants(rule) & self.item.open
        if wanted:
            self.item = yield self.item, wanted
        labels = self.terms.labels(match, self.item) if rule.labels else ()
        match = replace(match, labels=labels, item=self.item)
        for target, label in labels:
            self.item = labelled(self.item, target, label)
        return match


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
