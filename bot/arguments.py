"""From what was typed to what a command's handler is given: people, cases, and the message that is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.actions import Report
from bot.commands import FromTarget, Handle, Numbered
from bot.decision import Spoken
from bot.handler import Call, CaseNo, Context, Person
from bot.model import Message
from bot.text import Document, document


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """A command that cannot be carried out; the text says why, to the person who gave it."""

    text: Document


async def person_of(value: object, call: Call, context: Context[Any]) -> object:
    """The person whom a handle or an answer names, and anything else as it is. Raises Refusal where nobody is found."""
    match value:
        case Handle(text=text):
            person = await context.person(text, call.message.place.alias)
            if person is None:
                raise Refusal(
                    document(
                        f"I know nobody called “{text[:80]}” here. Give the full name, or answer one of their messages."
                    )
                )
            return Person(person)
        case FromTarget():
            if call.target is None:
                raise Refusal(
                    document("I cannot find the message that you answered. Name the person instead.")
                )
            return Person(call.target.author)
        case _:
            return value


def case_of(value: Numbered, answered: Spoken | None, *, required: bool) -> CaseNo | None:
    """The case that is meant. Raises Refusal where two are, or none and one is needed."""
    card = answered.action.case if answered and isinstance(answered.action, Report) else None
    known = card or (answered.case if answered else None)
    number = known if value.number is None else value.number
    if number is None and required:
        raise Refusal(document("Which case? I said nothing about one there, so give its number, as in #12."))
    if known is not None and number != known:
        raise Refusal(
            document(
                f"You answered what I said about case #{known}, and wrote #{number}. Which of them? Say it without answering anything."
            )
        )
    return None if number is None else CaseNo(number)


async def target_of(message: Message, spoken: Spoken | None, context: Context[Any]) -> Message | None:
    """What a command answers. A line that the bot itself put before the moderators stands for what it is about."""
    if message.parent is None:
        return None
    about = spoken.action.about if spoken and isinstance(spoken.action, Report) else None
    return await context.message(about or message.parent)
