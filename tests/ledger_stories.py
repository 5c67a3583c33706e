"""Words for the ledger's tests: made-up people, what they say, and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.actions import Action, Ban, Internal, Note, Remove, Report, Unban, Warn
from bot.decision import Decision, Outcome, Reviewed, State
from bot.ledger import Committed, Job, Ledger
from bot.model import Author, Message, Occurrence, Place, PlaceKind, Platform, Receipt, Ref, Role
from bot.text import Name, document, line, quote

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOM = Place(Platform.MATRIX, "lobby", "!lobby:example.org", PlaceKind.ROOM, "moot", "helper")
ANA = Author(Platform.MATRIX, "@ana:example.org", "Ana")
BEN = Author(Platform.MATRIX, "@ben:example.org", "Ben")
MIA = Author(Platform.MATRIX, "@mia:example.org", "Mia", Role.MODERATOR)
ACCOUNT = "helper"


def said(text: str, who: Author = ANA, number: int = 1, at: datetime = NOON, place: Place = ROOM) -> Message:
    ref = Ref(place.platform, place.alias, f"${number}")
    return Message(ref=ref, place=place, author=who, text=text, sent_at=at, root=ref)


def warn(about: Message, *, points: int = 1, name: str | None = None) -> Warn:
    who = about.author
    text = document(line("Please, ", Name(who), ":"), quote(about.text))
    return Warn(
        place=about.place.alias,
        person=who,
        about=about.ref,
        rule="be kind",
        text=text,
        points=points,
        name=name,
    )


def remove(about: Message) -> Remove:
    return Remove(ref=about.ref, person=about.author, reason=f"said {about.text}")


def ban(who: Author = ANA, *, until: datetime | None = None) -> Ban:
    return Ban(place=ROOM.alias, person=who, reason="third warning", until=until)


def unban(who: Author = ANA, *, at: datetime | None = None) -> Unban:
    return Unban(place=ROOM.alias, person=who, reason="time is up", not_before=at)


def report(text: str = "for the moderators") -> Report:
    return Report(text=document(text))


def reviewed(*actions: Action, state: State = State.PENDING) -> list[Reviewed]:
    """The actions as a guard passes them on; internal ones have no account."""
    return [
        Reviewed(act, state, "the rules allow it")
        if isinstance(act, Internal)
        else Reviewed(act, state, "the rules allow it", ACCOUNT, ROOM.alias)
        for act in actions
    ]


def decided(
    cause: Occurrence,
    *actions: Action,
    state: State = State.PENDING,
    by: Author | None = None,
    plugin: str = "moderation",
    evidence: str | None = None,
    because: str = "it was unkind",
) -> tuple[Decision, Sequence[Reviewed]]:
    outcome = Outcome(because, actions, rule="be kind@1", evidence=evidence)
    decision = Decision(
        cause=cause.key, community="moot", plugin=plugin, handler="judge", outcome=outcome, by=by
    )
    return decision, reviewed(*actions, state=state)


async def happened(
    ledger: Ledger,
    cause: Occurrence,
    *actions: Action,
    state: State = State.PENDING,
    by: Author | None = None,
    now: datetime = NOON,
) -> int | None:
    """Commits one occurrence with one decision; returns the case number that it got."""
    done = await ledger.commit(cause, [decided(cause, *actions, state=state, by=by)], now)
    assert done is not None
    return done.cases.get(("moderation", "judge"))


async def deliver(ledger: Ledger, now: datetime = NOON) -> list[Job]:
    """A platform where everything works: performs what is due until nothing is."""
    jobs: list[Job] = []
    while found := await ledger.claim(ACCOUNT, now):
        for job in found:
            await ledger.sent(job.id, answer(job, now), now)
            jobs.append(job)
    return jobs


def answer(job: Job, now: datetime = NOON) -> Receipt:
    """What a platform says: things that were made have a ref."""
    made = job.action.kind in {"post", "reply", "warn", "report"}
    return Receipt(now, Ref(ROOM.platform, ROOM.alias, f"${job.key}") if made else None)


async def undo(ledger: Ledger, number: int, cause: Occurrence, now: datetime = NOON) -> Committed:
    """A moderator's `!undo`."""
    case = await ledger.case("moot", number)
    assert case is not None
    done = await ledger.commit(cause, [decided(cause, *case.undo(), by=MIA)], now)
    assert done is not None
    return done


def note(text: str = "noted") -> Note:
    return Note(text=text)
