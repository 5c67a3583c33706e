"""Long work: a line says that it is under way; whoever asked, or a moderator, can stop it.

A thread of thousands of comments takes the platform a while to hand out. The command only notes the job, so the place goes on
meanwhile; the clock's next look does it, after a crash as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.api import (
    Action,
    Answer,
    Author,
    Call,
    Community,
    Context,
    Delete,
    Document,
    Edit,
    Json,
    Link,
    Made,
    Outcome,
    PlaceKind,
    Reacted,
    Receipt,
    Ref,
    Remember,
    Removed,
    Reply,
    Role,
    Slot,
    Tick,
    agrees,
    document,
    line,
)
from plugins.summaries import kept
from plugins.summaries.handlers import PATIENCE, plugin
from plugins.summaries.kept import Kept, as_kept
from plugins.summaries.making import material, publish
from plugins.summaries.settings import SummarySettings

JOB, ENDED = "job:", "ended:"
ON_ITS_WAY = "The digest of that thread is on its way."
UNREADABLE = "The thread cannot be read at the moment. Try again in a few minutes."
CANCELLED = "Cancelled."
#: When a job is tried, counted from the asking. The last try says so when it fails, too.
_TRIES = (timedelta(0), timedelta(minutes=3), timedelta(minutes=15))
#: Nobody looks at a job that is older than this.
_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Job:
    """A digest to be made: of what `note` says, for the person with the key `by`, who asked for it in `asked`."""

    asked: Ref
    by: str
    at: datetime
    note: Kept

    @property
    def line(self) -> str:
        """The name of the line that says so."""
        return f"progress:{self.asked}"

    def remember(self) -> Remember:
        row: dict[str, Json] = {"by": self.by, "at": self.at.isoformat(), "note": self.note.as_json()}
        return Remember(key=JOB + str(self.asked), value=row)

    def ended(self, now: datetime) -> tuple[Remember, Remember]:
        """Of who cancels a job and what finishes it at the same instant, one comes first, and the other does nothing."""
        once = Remember(key=ENDED + str(self.asked), value={"at": now.isoformat()}, fresh=True)
        return Remember(key=JOB + str(self.asked), value=None), once


def as_job(key: str, value: Json) -> Job | None:
    """The inverse of `Job.remember`; None when the memory holds something else."""
    note = as_kept(value.get("note")) if key.startswith(JOB) and isinstance(value, dict) else None
    if note is None or not isinstance(value, dict):
        return None
    try:
        at = datetime.fromisoformat(str(value["at"]))
        return Job(Ref.parse(key.removeprefix(JOB)), str(value["by"]), at, note)
    except (KeyError, ValueError):
        return None


async def _jobs(ctx: Context[SummarySettings]) -> list[Job]:
    """Every job that waits or is under way."""
    rows = await ctx.recall_all(JOB)
    return [job for key, value in rows.items() if (job := as_job(key, value)) is not None]


async def begin(ctx: Context[SummarySettings], call: Call, note: Kept, size: int) -> Answer:
    """Says that some `size` comments are being read, and notes that they are to be."""
    others = await _jobs(ctx)
    if any(job.note.name == note.name for job in others):
        return ON_ITS_WAY
    if any(job.by == call.author.key for job in others):
        return "One at a time: another digest that you asked for is still being made."
    job = Job(call.message.ref, call.author.key, ctx.now, note)
    if call.message.place.kind is PlaceKind.COMMUNITY:
        # Elsewhere it comes by itself, so that a room may put what is long into a thread.
        job = replace(job, note=replace(note, said=job.line))
    said = document(
        f"Reading {size:,} comments; the digest follows. {ctx.community.prefix}summary cancel stops it,"
        " and so does ❌ below this or taking the question back."
    )
    return Outcome(
        f"a digest of {size} comments was begun for {call.author.name}",
        (Reply(name=job.line, to=job.asked, text=said), job.remember()),
    )


def waiting(
    settings: SummarySettings, community: Community, recalled: Mapping[str, Json], now: datetime
) -> Iterable[Slot]:
    """The newest try of each job whose time has come."""
    del settings, community
    for job in (as_job(key, value) for key, value in recalled.items()):
        come = [n for n, after in enumerate(_TRIES) if job is not None and job.at + after <= now]
        if job is not None and come:
            at = job.at + _TRIES[come[-1]]
            yield Slot("job", f"{job.asked}/{come[-1]}", at, since=at - timedelta(seconds=1))


@plugin.timetable(waiting, timeout=PATIENCE)
async def work(ctx: Context[SummarySettings], tick: Tick) -> Outcome:
    """Makes the digest, and puts it where the line stands, or says there where it is."""
    asked, _, number = tick.slot.removeprefix("job/").rpartition("/")
    job = await _find(ctx, asked)
    if job is None:
        return Outcome("it was cancelled")
    told = await ctx.made(job.line)
    stuff = await material(ctx, job.note) if told is not None and told.ref is not None else None
    if told is None or told.ref is None or stuff is None:
        if int(number) + 1 < len(_TRIES):
            return Outcome("the thread cannot be read now; it is tried again")
        return Outcome("the thread cannot be read", _over(job, told, UNREADABLE, ctx.now))
    if stuff.size < ctx.settings.min_comments:
        short = too_short(stuff.size, ctx.settings)
        return Outcome("too short for a digest", _over(job, told, short, ctx.now))
    actions = await publish(ctx, job.note, stuff, job.asked)
    if await _find(ctx, asked) is None:
        return Outcome("it was cancelled meanwhile")
    if not any(isinstance(action, Edit) and action.ref == told.ref for action in actions):
        text = await _where(ctx, job.note, stuff.size, actions)
        actions = (*actions, Edit(ref=told.ref, text=text))
    return Outcome(f"a digest of {stuff.size} comments", (*actions, *job.ended(ctx.now)))


async def _where(
    ctx: Context[SummarySettings], note: Kept, size: int, actions: tuple[Action, ...]
) -> Document:
    """What the line says where it does not become the digest."""
    if any(isinstance(action, Reply) for action in actions):
        return document(line("The digest: ", Link("here", Made(note.made)), "."))
    before = await kept.find(ctx, note.name)
    if before is None and not actions:
        return document(nothing_to_quote(size))
    stands = await ctx.made((before or note).made)
    return up_to_date(stands) if stands is not None and stands.ref is not None else document(ON_ITS_WAY)


async def _find(ctx: Context[SummarySettings], asked: str) -> Job | None:
    return as_job(JOB + asked, await ctx.recall(JOB + asked))


def too_short(size: int, settings: SummarySettings) -> str:
    comments = "One comment is" if size == 1 else f"{size} comments are"
    return f"{comments} quicker read than summarized; I begin at {settings.min_comments}."


def nothing_to_quote(size: int) -> str:
    return f"There is nothing to quote in those {size} comments."


def up_to_date(receipt: Receipt) -> Document:
    """Says where the digest stands that was there before."""
    where = receipt.url or receipt.ref
    there = Link("here", where) if where is not None else "there"
    return document(line("The digest, brought up to date: ", there, "."))


def _over(job: Job, told: Receipt | None, text: str, now: datetime) -> tuple[Action, ...]:
    """Ends a job with a sentence in the place of its line, or below the question where there is none."""
    standing = told.ref if told else None
    said = Edit(ref=standing, text=document(text)) if standing else Reply(to=job.asked, text=document(text))
    return (said, *job.ended(now))


async def stop(ctx: Context[SummarySettings], person: Author) -> tuple[Action, ...]:
    """Ends whatever the person may end; nothing where there is nothing to end."""
    theirs = [job for job in await _jobs(ctx) if _may(person, job)]
    ends = [_over(job, await ctx.made(job.line), CANCELLED, ctx.now) for job in theirs]
    return tuple(act for acts in ends for act in acts)


def _may(person: Author, job: Job) -> bool:
    return person.key == job.by or person.role >= Role.MODERATOR


@plugin.on(Reacted)
async def on_reaction(ctx: Context[SummarySettings], event: Reacted) -> Outcome | None:
    """❌ below the line, or below the question, stops the work."""
    if agrees(event.symbol) is not False:
        return None
    for job in await _jobs(ctx):
        told = await ctx.made(job.line)
        if _may(event.author, job) and event.target in {job.asked, told.ref if told else None}:
            return Outcome(f"{event.author.name} cancelled it", _over(job, told, CANCELLED, ctx.now))
    return None


@plugin.on(Removed)
async def on_taken_back(ctx: Context[SummarySettings], event: Removed) -> Outcome | None:
    """Who takes the question back wants no answer."""
    for job in await _jobs(ctx):
        if job.asked == event.ref:
            told = await ctx.made(job.line)
            gone = (Delete(ref=told.ref),) if told and told.ref else ()
            return Outcome("the question was taken back", (*gone, *job.ended(ctx.now)))
    return None


@plugin.every(lambda _: timedelta(days=1))
async def sweep(ctx: Context[SummarySettings], tick: Tick) -> Outcome:
    """Forgets jobs that ended a day ago, and gives up those that broke off."""
    old = [key for key, value in (await ctx.recall_all(ENDED)).items() if _at(value) < tick.at - _KEPT]
    broken = [job for job in await _jobs(ctx) if job.at < tick.at - _KEPT]
    ends = [_over(job, await ctx.made(job.line), UNREADABLE, ctx.now) for job in broken]
    forgotten = [Remember(key=key, value=None) for key in old]
    said = f"{len(old)} old jobs forgotten, {len(broken)} given up"
    return Outcome(said, (*forgotten, *(act for acts in ends for act in acts)))


def _at(value: Json) -> datetime:
    return (
        datetime.fromisoformat(str(value["at"]))
        if isinstance(value, dict)
        else datetime.min.replace(tzinfo=UTC)
    )
