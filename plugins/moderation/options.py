"""The plain keys of a rule, those that neither search nor compare: what each of them sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, get_args

from bot.api import Platform
from plugins.moderation import keys, scalars
from plugins.moderation.rule import Examples, Mode, Repeat, Same, Verb
from plugins.moderation.scalars import BadValue
from plugins.moderation.syntax import Entry, Items, Mapping, Node, Scalar

#: Characters of a rule's name; it stands in every notice.
NAME_LENGTH = 60


def text_of(entry: Entry) -> str:
    """The single text of an entry. Raises BadValue."""
    match entry.value:
        case Scalar(text=text):
            return text.strip()
        case Items(items=(Scalar(text=text),)):
            return text.strip()
        case Items():
            raise BadValue("one value was expected, not a list")
        case _:
            raise BadValue(
                "one value was expected, not a group of keys; put quotes around a text that starts with { or holds ': '"
            )


def texts_of(entry: Entry) -> list[str]:
    """The texts of an entry, one or several, none of them empty. Raises BadValue."""
    items: tuple[Node, ...] = entry.value.items if isinstance(entry.value, Items) else (entry.value,)
    texts = [item.text.strip() for item in items if isinstance(item, Scalar) and item.text.strip()]
    if len(texts) < len(items) or not texts:
        raise BadValue("a list of texts was expected, none of them empty")
    return texts


def group_of(entry: Entry, form: str) -> dict[str, Entry]:
    """The entries of a group by their lower-case keys. Raises BadValue, quoting `form`."""
    if not isinstance(entry.value, Mapping):
        raise BadValue(f"{form} was expected")
    return {inner.key.strip().lower(): inner for inner in entry.value.entries}


def _name(entry: Entry) -> str:
    name = text_of(entry)
    if not name:
        raise BadValue("a name was expected; leave the key out to have the rule numbered")
    if len(name) > NAME_LENGTH:
        raise BadValue(f"a name has at most {NAME_LENGTH} characters, and this one has {len(name)}")
    return name


def _verb(entry: Entry) -> Verb:
    text = text_of(entry).lower()
    if text not in set(Verb):
        guess = keys.guess(text, frozenset(Verb))
        raise BadValue(f"there is no action {text!r} (there are {', '.join(Verb)}){guess}")
    return Verb(text)


def _prose(entry: Entry) -> str:
    text = text_of(entry)
    if not text:
        raise BadValue("a text was expected; leave the key out where there is nothing to say")
    return text


def _warn(entry: Entry) -> str:
    text = text_of(entry)
    if text.lower() in {"false", "no", "off"}:
        raise BadValue("leave `warn` out where there is to be no warning")
    return "" if text.lower() in {"true", "yes", "on"} else text


def sticky_of(entry: Entry) -> bool:
    """`true`, `false`, or a number: the slot on Reddit. Raises BadValue."""
    text = text_of(entry)
    return True if text.isdigit() and text != "0" else scalars.boolean(text)


def _mode(entry: Entry) -> Mode:
    text = text_of(entry).lower()
    if text not in set(Mode):
        raise BadValue(f"watch, enforce or off was expected, not {text!r}")
    return Mode(text)


def _platforms(entry: Entry) -> frozenset[Platform]:
    names = [text.lower() for text in texts_of(entry)]
    for name in names:
        if name not in set(Platform):
            raise BadValue(f"there is no platform {name!r}; there are lemmy and matrix")
    return frozenset(Platform(name) for name in names)


def _repeat(entry: Entry) -> Repeat:
    form = "{count: 3, within: 10m, same: text}"
    given = {key: text_of(inner) for key, inner in group_of(entry, form).items()}
    if unknown := set(given) - {"count", "within", "same"}:
        raise BadValue(f"there is no {min(unknown)!r} in it; there are count, within and same")
    if missing := {"count", "within"} - set(given):
        raise BadValue(f"{min(missing)!r} is missing in it; write {form}")
    same = given.get("same", "text").lower()
    if same not in get_args(Same):
        raise BadValue(f"`same` is one of {', '.join(get_args(Same))}, not {same!r}")
    return Repeat(scalars.whole(given["count"], least=2), scalars.span(given["within"]), cast(Same, same))


def _examples(entry: Entry) -> Examples:
    lists = {
        key: tuple(texts_of(inner))
        for key, inner in group_of(entry, "{catch: [texts], pass: [texts]}").items()
    }
    if unknown := set(lists) - {"catch", "pass"}:
        raise BadValue(f"there is no {min(unknown)!r} in it; there are catch and pass")
    return Examples(lists.get("catch", ()), lists.get("pass", ()))


#: Each key, the field of `Rule` that it sets, and how its value is read (raises BadValue).
OPTIONS: dict[str, tuple[str, Callable[[Entry], object]]] = {
    "name": ("name", _name),
    "friendly_name": ("name", _name),
    "priority": ("priority", lambda entry: scalars.whole(text_of(entry))),
    "moderators_exempt": ("moderators_exempt", lambda entry: scalars.boolean(text_of(entry))),
    "action": ("action", _verb),
    "action_reason": ("reason", text_of),
    "report_reason": ("reason", text_of),
    "comment": ("comment", _prose),
    "message": ("message", _prose),
    "message_subject": ("message_subject", text_of),
    "modmail": ("modmail", _prose),
    "modmail_subject": ("modmail_subject", text_of),
    "stop_on_match": ("stop", lambda entry: scalars.boolean(text_of(entry))),
    "warn": ("warn", _warn),
    "strikes": ("strikes", lambda entry: scalars.whole(text_of(entry), least=0)),
    "severe": ("severe", lambda entry: scalars.boolean(text_of(entry))),
    "ban": ("ban", lambda entry: scalars.sentence_span(text_of(entry))),
    "mute": ("mute", lambda entry: scalars.sentence_span(text_of(entry))),
    "set_locked": ("lock", lambda entry: scalars.boolean(text_of(entry))),
    "set_sticky": ("sticky", sticky_of),
    "mode": ("mode", _mode),
    "places": ("places", lambda entry: frozenset(texts_of(entry))),
    "platforms": ("platforms", _platforms),
    "repeat": ("repeat", _repeat),
    "examples": ("examples", _examples),
}
