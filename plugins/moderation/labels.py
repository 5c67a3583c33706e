"""Labels on posts and people: what stands in for Reddit's flair. The bot remembers them; the platforms do not show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from bot.api import Author, Context, Json, Ref, Remember
from plugins.moderation.facts import Field
from plugins.moderation.options import text_of
from plugins.moderation.rule import Label
from plugins.moderation.scalars import BadValue
from plugins.moderation.syntax import Entry, Items, Scalar
from plugins.moderation.syntax import Mapping as Group

#: Where labels are remembered; a person's key or a message's ref follows.
PEOPLE = "label/person/"
POSTS = "label/post/"
#: Characters of a label's text, of one class, and classes of a label, as on Reddit.
LONGEST_TEXT = 64
LONGEST_CLASS = 100
MOST_CLASSES = 10

_NO_CLASS = re.compile(r"[^\w -]")
_FORM = "a text, [text, class] or {text: …, css_class: …, template_id: …} was expected"


def read_label(entry: Entry) -> Label:
    """The value of `set_flair`. Raises BadValue."""
    match entry.value:
        case Items(items=(Scalar(text=text), Scalar(text=css_class))):
            return Label(text, css_class)
        case Items(items=()):
            return Label()
        case Group(entries=entries):
            given = {inner.key.strip().lower(): text_of(inner) for inner in entries}
            if unknown := set(given) - {"text", "css_class", "template_id"}:
                raise BadValue(f"there is no {min(unknown)!r} in it; {_FORM}")
            return Label(given.get("text", ""), given.get("css_class", ""), given.get("template_id", ""))
        case Scalar() | Items(items=(Scalar(),)):
            return Label(text_of(entry))
        case _:
            raise BadValue(_FORM)


def trimmed(text: str, css_class: str, template: str) -> Label:
    """A label within Reddit's limits, once its placeholders are filled in."""
    classes = _NO_CLASS.sub("", css_class).split()[:MOST_CLASSES]
    return Label(
        " ".join(text.split())[:LONGEST_TEXT],
        " ".join(one[:LONGEST_CLASS] for one in classes),
        " ".join(template.split())[:LONGEST_TEXT],
    )


def of_person(label: Label | None, person: str) -> Remember:
    """Puts a label on a person, given by their key; None takes it off."""
    return Remember(key=PEOPLE + person, value=_stored(label), about=person)


async def label_of(ctx: Context[Any], person: Author) -> Label:
    """The label of a human: that of the account at hand, else of one that they linked with it."""
    for who in (person, *(await ctx.linked(person)).others):
        found = restored(await ctx.recall(PEOPLE + who.key))
        if found != Label():
            return found
    return Label()


async def labelled(ctx: Context[Any], label: Label | None, person: Author) -> tuple[Remember, ...]:
    """Puts a label on a human, whatever their other accounts had; None takes every label off them."""
    others = (await ctx.linked(person)).others
    return (of_person(label, person.key), *(of_person(None, other.key) for other in others))


def of_post(label: Label | None, ref: Ref, author: str) -> Remember:
    """Puts a label on something that `author`, given by their key, said; None takes it off."""
    return Remember(key=f"{POSTS}{ref}", value=_stored(label), about=author)


def _stored(label: Label | None) -> Json:
    if label is None or label == Label():
        return None
    return {"text": label.text, "class": label.css_class, "template": label.template}


def restored(value: Json) -> Label:
    """What was remembered; an empty label where nothing was, as on Reddit."""
    if not isinstance(value, dict):
        return Label()
    found = cast(Mapping[str, Json], value)
    return Label(*(str(found.get(key) or "") for key in ("text", "class", "template")))


def texts_of_post(label: Label) -> dict[Field, tuple[str, ...]]:
    """What checks search: a label that is not there is an empty text, so that excluding it holds."""
    return {
        Field.FLAIR: (label.text,),
        Field.FLAIR_CLASS: (label.css_class,),
        Field.FLAIR_TEMPLATE: (label.template,),
    }


def texts_of_person(label: Label) -> dict[Field, tuple[str, ...]]:
    return {
        Field.AUTHOR_FLAIR: (label.text,),
        Field.AUTHOR_FLAIR_CLASS: (label.css_class,),
        Field.AUTHOR_FLAIR_TEMPLATE: (label.template,),
    }
