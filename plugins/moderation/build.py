"""Builds one rule from its YAML tree, key by key, and collects what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from plugins.moderation import conditions, groups, keys, scalars
from plugins.moderation.draft import Draft, title_of
from plugins.moderation.examples import failures
from plugins.moderation.facts import POST_FIELDS, Fact, Field, Target
from plugins.moderation.labels import read_label
from plugins.moderation.legacy import translate
from plugins.moderation.lints import show
from plugins.moderation.options import NAME_LENGTH, OPTIONS, text_of
from plugins.moderation.placeholders import unknown
from plugins.moderation.rule import ANY_KIND, POSTS, Check, Condition, Kind, Problem, Rule, Verb
from plugins.moderation.scalars import BadValue
from plugins.moderation.standards import standard
from plugins.moderation.syntax import Entry, Mapping, Scalar

#: With these, a rule looks at what is said rather than how: without quotes where it asks for that.
_WITHOUT_QUOTES = {Field.BODY: Field.OWN_BODY}
_LENGTH_WITHOUT_QUOTES = {Fact.BODY_LENGTH: Fact.OWN_LENGTH}


def build(body: Mapping, *, file: str, number: int, source: str) -> tuple[Rule | None, list[Problem]]:
    """The rule, or None when it is not in force, and every problem of it."""
    translation = translate(body)
    draft = Draft(translation.body, file, title_of(body, NAME_LENGTH) or f"rule {number}")
    for entry, remark in translation.remarks:
        draft.warn(entry, remark)
    rule = _Builder(draft, number, source).rule()
    return rule, draft.problems


class _Builder:
    def __init__(self, draft: Draft, number: int, source: str) -> None:
        self.draft = draft
        #: The list that all rules may stand in has no line of its own for each, so the number tells equal ones apart.
        text = f"{number if source.lstrip().startswith('-') else ''}{source}"
        version = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
        draft.fields |= {
            "file": draft.file, "line": draft.body.line, "number": number, "version": version, "source": source,
        }  # fmt: skip
        self.is_typed = False
        self.kinds = ANY_KIND
        self.ignores_quotes = False
        self.comment_keys: list[Entry] = []  # keys that only comments can take
        self.post_keys: list[Entry] = []  # keys that only posts can take

    def rule(self) -> Rule | None:
        for entry in self._entries():
            self.draft.read(self._key, entry)
        self._settle_strikes()
        self._settle_kinds()
        rule = Rule(
            **self.draft.fields | {"name": self.draft.name},
            checks=tuple(map(self._check, self.draft.checks)),
            conditions=tuple(map(self._condition, self.draft.conditions)),
            labels=tuple(self.draft.labels),
        )
        if not self.draft.is_off:
            self._complete(rule)
            self._do(rule)
            self._quote(rule)
        if not self.draft.is_off:
            for message in failures(rule):
                self.draft.refuse(
                    "error", self.draft.entry("examples"), f"{message}; the rule is off until they agree"
                )
        return None if self.draft.is_off else rule

    def _entries(self) -> list[Entry]:
        """The rule's own entries, on top of those of the standard that it names."""
        own = self.draft.last_of_each(self.draft.body)
        named = next((entry for entry in own if entry.key == "standard"), None)
        if named is None:
            return own
        try:
            base = standard(text_of(named)).entries
        except BadValue as error:
            self.draft.refuse("error", named, str(error))
            return own
        given = {entry.key for entry in own}
        return [
            *(replace(entry, line=named.line) for entry in base if entry.key not in given),
            *(entry for entry in own if entry is not named),
        ]

    # -- keys

    def _key(self, entry: Entry) -> None:
        key = entry.key
        if key in keys.POST_KEYS:
            self.post_keys.append(entry)
        elif key in {"parent_submission", "parent_comment"}:
            self.comment_keys.append(entry)
        read: Callable[[Entry], None] | None = getattr(self, f"_key_{key}", None)
        if read:
            read(entry)
        elif key in OPTIONS:
            field, value_of = OPTIONS[key]
            self.draft.fields[field] = value_of(entry)
        elif key in conditions.MESSAGE:
            self.draft.condition(entry, conditions.MESSAGE[key])
        elif key in conditions.AUTHOR or key == "satisfy_any_threshold":
            raise BadValue("belongs into the `author:` group: write it indented below `author:`")
        elif key in conditions.THRESHOLDS:
            # Folkmoot's own: what is known of a person, without a group.
            self.draft.condition(entry, conditions.THRESHOLDS[key], Target.AUTHOR)
        elif key in groups.READERS:
            groups.READERS[key](self.draft, entry)
        elif not self.draft.foreign(entry):
            self.draft.check(entry, keys.MESSAGE_FIELDS)

    def _key_type(self, entry: Entry) -> None:
        kinds = text_of(entry).lower()
        if kinds in keys.FOREIGN_KINDS:
            kind = kinds.partition(" ")[0]
            self.draft.refuse("off", entry, f"there is no {kind} here, so the rule would never match")
        elif kinds in keys.KINDS:
            self.is_typed = kinds != "any"
            self.kinds &= keys.KINDS[kinds]
            if kinds == "crosspost submission":
                self.draft.conditions.append(Condition("type", entry.line, Fact.CROSSPOST, "=", 1))
                self.draft.warn(
                    entry, "is a post here that says in its first line where it was cross-posted from"
                )
        else:
            known = frozenset(keys.KINDS)
            raise BadValue(
                f"there is no type {kinds!r} (there are {', '.join(keys.KINDS)}){keys.guess(kinds, known)}"
            )

    def _key_is_self(self, entry: Entry) -> None:
        is_text = scalars.boolean(text_of(entry))
        self.is_typed = True
        self.kinds &= {Kind.TEXT if is_text else Kind.LINK}
        spelling = "text" if is_text else "link"
        self.draft.warn(entry, f"is no key of AutoModerator's; it is read as `type: {spelling} submission`")

    def _key_ignore_blockquotes(self, entry: Entry) -> None:
        self.ignores_quotes = scalars.boolean(text_of(entry))

    def _key_set_flair(self, entry: Entry) -> None:
        given = self.draft.entry("overwrite_flair")
        overwrite = scalars.boolean(text_of(given)) if given else False
        self.draft.label(Target.ITEM, read_label(entry), overwrite)

    def _key_overwrite_flair(self, entry: Entry) -> None:
        scalars.boolean(text_of(entry))
        if self.draft.entry("set_flair") is None:
            self.draft.warn(entry, "does nothing without `set_flair`")

    # -- what follows from several keys together

    def _check(self, check: Check) -> Check:
        if not self.ignores_quotes or check.target is not Target.ITEM:
            return check
        return replace(check, fields=tuple(_WITHOUT_QUOTES.get(field, field) for field in check.fields))

    def _condition(self, condition: Condition) -> Condition:
        if not self.ignores_quotes or condition.target is not Target.ITEM:
            return condition
        return replace(condition, fact=_LENGTH_WITHOUT_QUOTES.get(condition.fact, condition.fact))

    def _settle_strikes(self) -> None:
        """A warning or a severe rule is one strike unless it says otherwise; strikes come with the standard warning."""
        fields = self.draft.fields
        if "strikes" in fields:
            fields.setdefault("warn", "")
        elif "warn" in fields or fields.get("severe"):
            fields["strikes"] = 1

    def _settle_kinds(self) -> None:
        """On Reddit a key that only posts can take keeps a rule from comments, and the other way round."""
        kinds = self.kinds
        # Excluding by what comments do not have is for posts, too.
        excluded = [
            check for check in self.draft.checks
            if check.negated and check.target is Target.ITEM and POST_FIELDS.issuperset(check.fields)
        ]  # fmt: skip
        if self.comment_keys:
            kinds = self._narrowed(kinds, frozenset({Kind.COMMENT}), self.comment_keys[0], "comments")
        if self.post_keys:
            kinds = self._narrowed(kinds, POSTS, self.post_keys[0], "posts")
            found_in_comments = any(
                not check.negated and not POST_FIELDS.issuperset(check.fields) for check in self.draft.checks
            )
            if not self.is_typed and found_in_comments:
                key = self.post_keys[0]
                self.draft.warn(key, "is for posts, so the rule looks at posts only, as on Reddit")
        if excluded and kinds & POSTS:
            kinds &= POSTS
        self.draft.fields["kinds"] = kinds

    def _narrowed(
        self, kinds: frozenset[Kind], to: frozenset[Kind], entry: Entry, what: str
    ) -> frozenset[Kind]:
        if not kinds & to:
            self.draft.refuse(
                "error", entry, f"is for {what} only, and the rule is for others; see its `type`"
            )
            return kinds
        return kinds & to

    def _quote(self, rule: Rule) -> None:
        """Names placeholders that stand for nothing. On Reddit, whatever quotes a video looks at posts with a video only."""
        checks = [check.name for check in rule.checks if check.target is Target.ITEM]
        for entry in self.draft.body.entries:
            text = entry.value.text if isinstance(entry.value, Scalar) else ""
            for name in dict.fromkeys(unknown(text, checks)):
                if name.strip().lower().startswith("media_"):
                    self.draft.refuse(
                        "off", entry, f"{{{{{name}}}}} cannot be known here, so the rule is off"
                    )
                else:
                    self.draft.warn(entry, f"{{{{{name}}}}} stands for nothing and is shown as it is")

    def _complete(self, rule: Rule) -> None:
        """Refuses a rule that would match everything, or of which nobody knows what it would match."""
        gates = [condition for condition in rule.conditions if condition.fact is not Fact.NOTHING]
        if not (rule.checks or gates or rule.repeat):
            if rule.conditions:
                self.draft.refuse(
                    "off", None, "all that it asks holds for everybody here, so the rule is off"
                )
            elif not self.is_typed:
                self.draft.refuse(
                    "error",
                    None,
                    "has no condition, so it would match everything; add a check such as `body: [word]`",
                )
        elif self.draft.catch_alls and rule.punishes and not self.is_typed:
            entry, value = self.draft.catch_alls[0]
            if len(rule.checks) == len(self.draft.catch_alls) and not (gates or rule.repeat):
                self.draft.refuse(
                    "error",
                    entry,
                    f"{show(value)} is found in everything, so the rule would fall on everybody",
                )

    def _do(self, rule: Rule) -> None:
        """Refuses a rule that does nothing or contradicts itself, and says what it does not do here."""
        if not rule.acts:
            if self.draft.decorations:
                what = ", ".join(dict.fromkeys(self.draft.decorations))
                self.draft.warn(None, f"is counted but does nothing here: all it does is {what}")
            else:
                self.draft.refuse("error", None, "does nothing; add `action: report`, or another action")
        if rule.action is Verb.APPROVE and rule.punishes:
            self.draft.refuse(
                "error", self.draft.entry("action"), "approves and punishes at once; take one of both out"
            )
        if rule.lock is not None and rule.kinds == {Kind.COMMENT}:
            self.draft.warn(
                self.draft.entry("set_locked"),
                "locks posts only here; below `parent_submission:` it closes the post above the comment",
            )
        if rule.punishes and rule.moderators_exempt is False:
            self.draft.warn(
                self.draft.entry("moderators_exempt"),
                "moderators are never a target here, whatever a rule says",
            )
