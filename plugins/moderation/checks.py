"""Reads one search check: its key, its values, and whether it may be used at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from plugins.moderation import keys
from plugins.moderation.expressions import BadPattern, closes_early
from plugins.moderation.facts import Field, Target
from plugins.moderation.lints import show, value_problems
from plugins.moderation.patterns import Pattern, breadth
from plugins.moderation.rule import Check, Level, Method
from plugins.moderation.syntax import Entry, Items, Node, Scalar
from plugins.moderation.views import unmask

#: Values of one check.
MOST = 20_000

#: Expressions that are meant to find everything: on Reddit every rule once needed a check.
_ANYTHING = re.compile(
    r"\^?\(?(?:\.|\\[wWsSdD]|\[(?:\\s\\S|\\S\\s|\\w\\W|\\W\\w|\\d\\D)\])[*]\??\)?\$?|\^|\$|\^\$|\(\)"
)


@dataclass(slots=True)
class CheckRead:
    """A check, or why its rule must be off; and remarks."""

    check: Check | None = None
    off: tuple[Level, str] | None = None
    catches_all: str | None = None  # the value that is found in every text
    problems: list[tuple[Level, str]] = field(default_factory=list)

    def warn(self, message: str) -> None:
        self.problems.append(("warning", message))


def read_check(entry: Entry, known: dict[str, Field], target: Target, *, key: str | None = None) -> CheckRead:
    """Reads `entry` as a check whose fields are among `known`. Raises keys.BadKey when the key is none."""
    read = CheckRead()
    parsed = keys.search_key(key or entry.key)
    fields = _fields(read, parsed, known, target)
    if read.off or not fields:
        return read
    method = parsed.method
    if fields == (Field.AUTHOR,) and method is Method.WORD and not parsed.regex and not parsed.asks_method:
        # On Reddit `bob` also catches `bob-2`; a person is named by their whole name here.
        method = Method.EXACT
        read.warn("names are compared as a whole here; add `(includes)` to find parts of names")
    values = _Values(read, parsed, method).read(entry)
    if values is None:
        return read
    if not all(map(unmask, values)):
        method = parsed.method  # an empty name is found in every name, and excludes everybody
    read.check = Check(
        key=entry.key,
        line=entry.line,
        fields=(*fields, Field.AUTHOR_ID) if Field.AUTHOR in fields and method is Method.EXACT else fields,
        method=method,
        values=values,
        regex=parsed.regex,
        case_sensitive=parsed.case_sensitive,
        negated=parsed.negated,
        target=target,
    )
    return read


def _fields(
    read: CheckRead, parsed: keys.SearchKey, known: dict[str, Field], target: Target
) -> tuple[Field, ...]:
    """The fields that exist here. A join may lose one as long as the check then finds less."""
    here = tuple(known[name] for name in parsed.fields if name in known)
    foreign = [name for name in parsed.fields if name in keys.FOREIGN_FIELDS]
    unknown = [name for name in parsed.fields if name not in known and name not in keys.FOREIGN_FIELDS]
    if unknown:
        read.off = ("error", _unknown(unknown[0], target))
    elif foreign and parsed.negated:
        read.off = (
            "off",
            f"`{foreign[0]}` cannot be known here; without it the rule would match more, so it is off",
        )
    elif foreign and not here:
        read.off = ("off", f"`{foreign[0]}` cannot be known here, so the rule is off")
    elif foreign:
        read.warn(f"`{foreign[0]}` cannot be known here; only the other fields are searched")
    return here


def _unknown(name: str, target: Target) -> str:
    """What to do about a name that means nothing here."""
    if target is Target.ITEM and name in keys.AUTHOR_FIELDS:
        return f"`{name}` belongs into the `author:` group, indented below it; the rule is off"
    if name in keys.KNOWN:
        return f"`{name}` does not belong into `{target}:`; write it without indentation; the rule is off"
    return f"there is no key or field {name!r}, so the rule is off{keys.guess(name, keys.KNOWN)}"


class _Values:
    """Reads the values of one check, and leaves out what cannot be used where the check then finds less."""

    def __init__(self, read: CheckRead, parsed: keys.SearchKey, method: Method) -> None:
        self.result = read
        self.parsed = parsed
        self.method = method
        self.patterns: dict[str, Pattern] = {}

    def read(self, entry: Entry) -> tuple[str, ...] | None:
        items: tuple[Node, ...] = entry.value.items if isinstance(entry.value, Items) else (entry.value,)
        if len(items) > MOST:
            self._off(f"{len(items):,} values; {MOST:,} are the limit of one check, so the rule is off")
            return None
        wrong = {at: why for at, item in enumerate(items) if (why := self._wrong(item)) is not None}
        together = self._together(items) if wrong and self.parsed.regex else None
        if together is not None:
            self.result.warn(
                "a value has brackets without partner; the values are joined into one expression, as on Reddit, "
                "and mean something together; mend the brackets"
            )
            return (together,)
        for why in wrong.values():
            if self.parsed.negated:
                # Leaving out what excludes would let the rule match more.
                self._off(f"{why}; the rule is off")
                return None
            self.result.problems.append(("error", f"{why}; this value is left out"))
        good = [item for at, item in enumerate(items) if at not in wrong and isinstance(item, Scalar)]
        for item in good:
            self._remark(item)
        if not good and not self.result.off:
            self._off("has no value that can be used, so the rule is off; write a word or a list of words")
        return None if self.result.off else tuple(dict.fromkeys(item.text for item in good))

    def _off(self, message: str) -> None:
        self.result.off = ("error", message)

    def _wrong(self, item: Node) -> str | None:
        """Why a value cannot be used."""
        if not isinstance(item, Scalar):
            return "a text was expected here, not a list or a group; put quotes around a value that starts with [ or {"
        if not self._is_meant_empty(item) and not unmask(item.text).strip() and not self._excludes_all(item):
            return "an empty text is found in everything"
        if not self.parsed.regex:
            return None
        try:
            pattern = self._pattern(item.text)
        except BadPattern as error:
            return (
                f"{show(item.text)} is no regular expression ({error}); mend it, or search it without `regex`"
            )
        is_meant = self.parsed.negated or _ANYTHING.fullmatch(item.text.strip())
        if breadth(pattern) == "everything" and not is_meant:
            return f"{show(item.text)} is found in everything"
        return None

    def _is_meant_empty(self, item: Scalar) -> bool:
        """Only where a label is compared as a whole does an empty value mean something: that there is none."""
        return not item.text and self.parsed.method is Method.EXACT and not self.parsed.regex

    def _excludes_all(self, item: Scalar) -> bool:
        """Whether a negated check holds for nobody because of this value: on Reddit, too, that switches a rule off."""
        if not self.parsed.negated or self._is_meant_empty(item) or self.method is Method.DOMAIN:
            return False
        if self.parsed.regex:
            return breadth(self._pattern(item.text)) == "everything"
        return not unmask(item.text)

    def _pattern(self, text: str) -> Pattern:
        if text not in self.patterns:
            self.patterns[text] = Pattern(text, self.method, case_sensitive=self.parsed.case_sensitive)
        return self.patterns[text]

    def _together(self, items: tuple[Node, ...]) -> str | None:
        """All values as one expression, where they are one only together; None where even that is none."""
        texts = [item.text for item in items if isinstance(item, Scalar)]
        joined = f"({'|'.join(texts)})"
        # Brackets of ours that close early would leave an alternative without its word boundaries.
        if len(texts) < len(items) or closes_early(joined):
            return None
        try:
            pattern = self._pattern(joined)
        except BadPattern:
            return None
        return None if breadth(pattern) else joined

    def _remark(self, item: Scalar) -> None:
        for message in value_problems(item.text, self.method, regex=self.parsed.regex):
            self.result.warn(message)
        if self._excludes_all(item):
            what = show(item.text) if item.text else "an empty text"
            self.result.warn(
                f"{what} is found in everything, so this check excludes everything, as on Reddit; delete the value"
            )
        if not self.parsed.regex or self.parsed.negated:
            return
        match breadth(self._pattern(item.text)):
            case "everything":
                self.result.catches_all = item.text
                self.result.warn(
                    f"{show(item.text)} is found in every text; leave this check out: `type: submission` is enough of a check"
                )
            case "english":
                self.result.warn(f"{show(item.text)} is found in almost every English sentence")
            case _:
                pass
