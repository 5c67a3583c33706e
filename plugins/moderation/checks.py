"""Reads one search check: its key, its values, and whether it may be used at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from plugins.moderation import keys
from plugins.moderation.lints import show, value_problems
from plugins.moderation.patterns import BadPattern, Pattern, breadth
from plugins.moderation.rule import Check, Field, Level, Method
from plugins.moderation.syntax import Entry, Items, Node, Scalar
from plugins.moderation.views import unmask

#: Values of one check.
MOST = 20_000


@dataclass(slots=True)
class CheckRead:
    """A check, or why its rule must be off; and remarks."""

    check: Check | None = None
    off: tuple[Level, str] | None = None
    problems: list[tuple[Level, str]] = field(default_factory=list)


def read_check(entry: Entry, known: dict[str, Field], *, key: str) -> CheckRead:
    """Reads `entry` as a check whose fields are among `known`. Raises keys.BadKey when the key is none."""
    read = CheckRead()
    parsed = keys.search_key(key)
    fields = _fields(read, parsed, known)
    if read.off or not fields:
        return read
    method = parsed.method
    is_name = Field.AUTHOR in fields
    if is_name and method is Method.WORD and not parsed.regex and "(" not in key:
        # On Reddit `bob` also catches `bob-2`; a person is named by their whole name here.
        method = Method.EXACT
        read.problems.append(
            ("warning", "names are compared as a whole here; add `(includes)` to find parts of names")
        )
    values = _values(read, entry, parsed, method)
    if values is None:
        return read
    read.check = Check(
        key=entry.key,
        line=entry.line,
        fields=(*fields, Field.AUTHOR_ID) if is_name and method is Method.EXACT else fields,
        method=method,
        values=values,
        regex=parsed.regex,
        case_sensitive=parsed.case_sensitive,
        negated=parsed.negated,
    )
    return read


def _fields(read: CheckRead, parsed: keys.SearchKey, known: dict[str, Field]) -> tuple[Field, ...]:
    """The fields that exist here. A join may lose one as long as the check then finds less."""
    here = tuple(known[name] for name in parsed.fields if name in known)
    foreign = [name for name in parsed.fields if name in keys.FOREIGN_FIELDS]
    unknown = [name for name in parsed.fields if name not in known and name not in keys.FOREIGN_FIELDS]
    if unknown:
        name = unknown[0]
        read.off = (
            "error",
            f"there is no key or field {name!r}, so the rule is off{keys.guess(name, keys.KNOWN)}",
        )
    elif foreign and parsed.negated:
        read.off = (
            "off",
            f"`{foreign[0]}` cannot be known here; without it the rule would match more, so it is off",
        )
    elif foreign and not here:
        read.off = ("off", f"`{foreign[0]}` cannot be known here, so the rule is off")
    elif foreign:
        read.problems.append(
            ("warning", f"`{foreign[0]}` cannot be known here; only the other fields are searched")
        )
    return here


def _values(read: CheckRead, entry: Entry, parsed: keys.SearchKey, method: Method) -> tuple[str, ...] | None:
    items: tuple[Node, ...] = entry.value.items if isinstance(entry.value, Items) else (entry.value,)
    values: list[str] = []
    if len(items) > MOST:
        read.off = (
            "error",
            f"{len(items):,} values; {MOST:,} are the limit of one check, so the rule is off",
        )
        return None
    for item in items:
        wrong = _wrong(item, parsed, method)
        if wrong is None:
            assert isinstance(item, Scalar)
            values.append(item.text)
            read.problems += _remarks(item, parsed, method)
        elif parsed.negated:
            # Leaving out what excludes would let the rule match more.
            read.off = ("error", f"{wrong}; the rule is off")
        else:
            read.problems.append(("error", f"{wrong}; this value is left out"))
    if not values and not read.off:
        read.off = (
            "error",
            "has no value that can be used, so the rule is off; write a word or a list of words",
        )
    return None if read.off else tuple(dict.fromkeys(values))


def _wrong(item: Node, parsed: keys.SearchKey, method: Method) -> str | None:
    """Why a value cannot be used."""
    if not isinstance(item, Scalar):
        return "a text was expected here, not a list or a group; put quotes around a value that starts with [ or {"
    if not unmask(item.text).strip():
        return "an empty text is found in everything"
    if not parsed.regex:
        return None
    try:
        pattern = Pattern(item.text, method, case_sensitive=parsed.case_sensitive)
    except BadPattern as error:
        return f"{show(item.text)} is no regular expression ({error}); mend it, or search it without `regex`"
    if breadth(pattern) == "everything":
        return f"{show(item.text)} is found in everything"
    return None


def _remarks(item: Scalar, parsed: keys.SearchKey, method: Method) -> list[tuple[Level, str]]:
    remarks: list[tuple[Level, str]] = [
        ("warning", message) for message in value_problems(item.text, method, regex=parsed.regex)
    ]
    if parsed.regex and not parsed.negated:
        pattern = Pattern(item.text, method, case_sensitive=parsed.case_sensitive)
        if breadth(pattern) == "english":
            remarks.append(("warning", f"{show(item.text)} is found in almost every English sentence"))
    return remarks
