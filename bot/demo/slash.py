"""What people type into the demo's chat room, as data: `/react 12 ✅` becomes `React(12, "✅")`. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from bot import duration


class SlashError(ValueError):
    """The line cannot be understood; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class React:
    number: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Remove:
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Open:
    """A message by its number, or a post by its own (`p3`)."""

    number: str


@dataclass(frozen=True, slots=True)
class As:
    name: str


@dataclass(frozen=True, slots=True)
class Room:
    """None asks which rooms there are."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Later:
    span: timedelta


@dataclass(frozen=True, slots=True)
class Posts:
    pass


@dataclass(frozen=True, slots=True)
class NewPost:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    post: str
    text: str


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Quit:
    pass


Order: TypeAlias = (
    Say
    | Reply
    | Edit
    | React
    | Remove
    | Report
    | Open
    | As
    | Room
    | Later
    | Posts
    | NewPost
    | Comment
    | Help
    | Quit
)


@dataclass(frozen=True, slots=True)
class Form:
    """One slash command: its name, its arguments, what it does, and how the arguments are read.

    `read` raises ValueError when they do not fit.
    """

    name: str
    arguments: str
    about: str
    read: Callable[[str], Order]

    @property
    def usage(self) -> str:
        return f"/{self.name} {self.arguments}".rstrip()


def _number(rest: str) -> tuple[str, str]:
    """The message's number, and what follows it."""
    number, _, after = rest.partition(" ")
    if not number.removeprefix("#").isdecimal():
        raise ValueError("the number stands before each message")
    return number.removeprefix("#"), after.strip()


def _needed(text: str, what: str) -> str:
    if not text:
        raise ValueError(f"{what} is missing")
    return text


def _numbered(make: Callable[[str, str], Order]) -> Callable[[str], Order]:
    """Reads `N text`."""

    def read(rest: str) -> Order:
        number, text = _number(rest)
        return make(number, _needed(text, "the text"))

    return read


def _post_number(word: str) -> str:
    if not (word[:1] == "p" and word[1:].isdecimal()):
        raise ValueError("a post's number looks like p3; /posts lists them")
    return word


def _open(rest: str) -> Order:
    return Open(_post_number(rest) if rest.startswith("p") else _number(rest)[0])


def _new_post(rest: str) -> Order:
    title, _, text = (part.strip() for part in rest.partition("::"))
    return NewPost(_needed(title, "the title"), text)


def _comment(rest: str) -> Order:
    post, _, text = rest.partition(" ")
    return Comment(_post_number(post), _needed(text.strip(), "the text"))


def _react(rest: str) -> Order:
    number, symbol = _number(rest)
    return React(number, symbol or "👍")


def _later(rest: str) -> Order:
    return Later(duration.parse(rest))


FORMS: Final = (
    Form("help", "", "this list; !help is the bot's", lambda _: Help()),
    Form("reply", "N TEXT", "answer message N", _numbered(Reply)),
    Form("react", "N ✅", "put a reaction below message N", _react),
    Form("edit", "N TEXT", "change what you said", _numbered(Edit)),
    Form(
        "remove",
        "N [REASON]",
        "take message N away: your own, or any as a moderator",
        lambda r: Remove(*_number(r)),
    ),
    Form("report", "N REASON", "ask the moderators to look at message N", _numbered(Report)),
    Form("open", "N", "unfold message N and its thread; p3 opens the post p3", _open),
    Form("posts", "", "what the community's page shows", lambda _: Posts()),
    Form("post", "TITLE :: TEXT", "write a post there", _new_post),
    Form("comment", "p3 TEXT", "comment on the post p3", _comment),
    Form(
        "as",
        "NAME",
        "be somebody else: a member, a moderator, a newcomer",
        lambda r: As(_needed(r, "the name")),
    ),
    Form("room", "[NAME]", "go to another room; private is the bot's letter box", lambda r: Room(r or None)),
    Form("later", "3h", "let time pass: 10m, 3h, 2d, 1w", _later),
    Form("tomorrow", "", "let a day pass", lambda _: Later(timedelta(days=1))),
    Form("quit", "", "leave", lambda _: Quit()),
)

_BY_NAME: Final = {form.name: form for form in FORMS}


def parse(line: str) -> Order | None:
    """What the line asks for; None when it is blank. A line that starts with `//` is said with one slash.

    Raises SlashError with a sentence for whoever typed it.
    """
    line = line.strip()
    if not line.startswith("/") or line.startswith("//"):
        text = line[1:] if line.startswith("//") else line
        return Say(text) if text else None
    name, _, rest = line[1:].partition(" ")
    form = _BY_NAME.get(name.lower())
    if form is None:
        near = difflib.get_close_matches(name.lower(), _BY_NAME, n=1)
        hint = f"did you mean /{near[0]}?" if near else "/help lists what there is."
        raise SlashError(f"There is no /{name}; {hint}")
    try:
        return form.read(rest.strip())
    except ValueError as error:
        raise SlashError(f"{form.usage}: {error}.") from None


_SYMBOLS: Final = ("👍", "✅", "❌", "❤️", "🎉")
_SPANS: Final = ("10m", "1h", "3h", "1d", "1w")


def complete(
    text: str, *, names: Sequence[str], rooms: Sequence[str], commands: Sequence[str]
) -> tuple[str, list[str]]:
    """How the text before the cursor might go on: the word to be replaced, and what could stand there instead."""
    head, _, word = text.rpartition(" ")
    if not head and text.startswith("/"):
        options = [f"/{form.name}" for form in FORMS]
    elif not head and text.startswith("!"):
        options = [f"!{name}" for name in commands]
    elif word.startswith("@"):
        options = [f"@{name}" for name in names]
    elif head == "/as" or (head.startswith("!") and word):
        options = list(names)
    elif head == "/room":
        options = list(rooms)
    elif head == "/later":
        options = list(_SPANS)
    elif head.startswith("/react "):
        options = list(_SYMBOLS)
    else:
        options = []
    return word, [option for option in options if option.lower().startswith(word.lower()) and option != word]
