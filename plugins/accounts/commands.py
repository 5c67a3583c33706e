"""Linking accounts, seeing what is linked, and parting them again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from bot.api import (
    Action,
    Answer,
    Author,
    Ban,
    Call,
    Capability,
    Code,
    Context,
    Document,
    Inline,
    LinkAccounts,
    Moment,
    Note,
    Outcome,
    Person,
    PlaceKind,
    Plugin,
    Reply,
    Report,
    Rest,
    Role,
    Settings,
    Strong,
    Tell,
    UnlinkAccount,
    document,
    line,
)
from plugins.accounts import codes


class AccountsSettings(Settings):
    """There is nothing to set."""


plugin = Plugin(
    "accounts",
    AccountsSettings,
    about="One human, several accounts: linked by a code sent in private from both, so that strikes count together.",
)

Accounts: TypeAlias = Context[AccountsSettings]

NOTHING = Rest("")


@plugin.command("link", examples=["!link", "!link K7QF-2MXR"])
async def link(ctx: Accounts, call: Call, code: Rest = NOTHING) -> Answer:
    """Link your accounts on Lemmy and Matrix, so that I know you as one person; in a private message.

    Without a code you get one; send it to me in private from the other account within 15 minutes. Strikes of linked accounts
    count together. Rights are not shared: a moderator of one place is none of another by it.
    """
    if call.message.place.kind is not PlaceKind.PRIVATE:
        return await _in_public(ctx, call, code)
    return await _bring(ctx, call, code) if code else await _give(ctx, call)


async def _in_public(ctx: Accounts, call: Call, typed: str) -> Answer:
    """Whoever reads it could use it, so it is void; right or wrong, the answer is the same."""
    prefix = ctx.community.prefix
    if not typed:
        return f"Write “{prefix}link” to me in a private message, please, and I give you a code there."
    known = codes.restored(await ctx.recall(codes.CODES + codes.bare(typed)))
    said = (
        "Careful: everybody here can read that, so this code is void now. Nothing is lost: write "
        f"“{prefix}link” to me in a private message, and I give you a new one."
    )
    void = (known.forget(),) if known else ()
    return Outcome("a code said in public is void", (*void, Reply(to=call.message.ref, text=document(said))))


async def _give(ctx: Accounts, call: Call) -> Answer:
    who, prefix = call.author, ctx.community.prefix
    others = (await ctx.linked(who)).others
    if len(others) + 1 >= LinkAccounts.most:
        return (
            f"You have linked {len(others) + 1} accounts, which is as many as there can be: {_names(others)}."
        )
    code = codes.fresh(who, ctx.now)
    already = [f"You are one person here with {_names(others)}. To link one more:"] if others else []
    text = document(
        *already,
        line("Your code is ", Strong(code.text), ". It is good once, for 15 minutes."),
        line(
            "Now write this to me in a private message from your other account: ",
            Code(f"{prefix}link {code.text}"),
        ),
        "Give it to nobody else: whoever brings it counts as you from then on, and their strikes as yours.",
    )
    outdated = codes.outdated(await ctx.recall_all(codes.CODES), who, ctx.now)
    return Outcome("a code to link with", (*outdated, code.remember(), Reply(to=call.message.ref, text=text)))


async def _bring(ctx: Accounts, call: Call, typed: str) -> Answer:
    who, prefix = call.author, ctx.community.prefix
    misses = codes.misses(await ctx.recall(codes.WRONG + who.key), ctx.now)
    if len(misses) >= codes.TRIES:
        again = misses[-codes.TRIES] + codes.WITHIN
        text = line("Those were too many wrong codes. You can try again after ", Moment(again), ".")
        return Reply(to=call.message.ref, text=document(text))
    code = codes.restored(await ctx.recall(codes.CODES + codes.bare(typed)))
    if code is None:
        left = codes.TRIES - len(misses) - 1
        more = (
            f"You have {left} more {'try' if left == 1 else 'tries'} within the hour."
            if left
            else "That was the last try for now."
        )
        said = f"I know no such code, or it was used already. Write “{prefix}link” to me from your other account to get one. {more}"
        wrong = codes.missed(who, misses, ctx.now)
        return Outcome("a wrong code", (wrong, Reply(to=call.message.ref, text=document(said))))
    if code.until <= ctx.now:
        said = f"That code is older than 15 minutes. Write “{prefix}link” to me from your other account to get a new one."
        return Outcome("an old code", (code.forget(), Reply(to=call.message.ref, text=document(said))))
    if code.owner.key == who.key:
        return "That is the code which I gave to this very account. Send it to me from your other account."
    return await _join(ctx, call, code)


async def _join(ctx: Accounts, call: Call, code: codes.Code) -> Answer:
    """Both sides have shown that they are one human."""
    who, owner = call.author, code.owner
    mine, theirs = await ctx.linked(who), await ctx.linked(owner)
    if owner.key in mine.keys:
        said = f"This account is linked with {owner.name} already."
        return Outcome("linked already", (code.forget(), Reply(to=call.message.ref, text=document(said))))
    if len(mine.others) + len(theirs.others) + 2 > LinkAccounts.most:
        return (
            f"That would be more than {LinkAccounts.most} accounts, and so many are the most. "
            f"“{ctx.community.prefix}unlink” parts one that you do not use any more."
        )
    others = [owner, *theirs.others]
    told = [
        Reply(to=call.message.ref, text=_welcome(ctx, others)),
        *_tell(ctx, others, _welcome(ctx, [who, *mine.others])),
    ]
    joined = LinkAccounts(person=owner, other=who, proof=code.key)
    return Outcome(
        f"{who.name} and {owner.name} are one person: a code was sent from both",
        (joined, *told, await _report(ctx, [who, *mine.others], others)),
    )


def _welcome(ctx: Accounts, others: Sequence[Author]) -> Document:
    prefix = ctx.community.prefix
    return document(
        f"You are one person here with {_names(others)} from now on. Strikes count together, and you may ask about and "
        "appeal for all of these accounts from each. What you may do stays with each account.",
        f"If that other account is not yours, write “{prefix}unlink” to me, and tell the moderators: they can take it back whole.",
    )


async def _report(ctx: Accounts, one: Sequence[Author], other: Sequence[Author]) -> Report:
    """The moderators' line: who, how many strikes together, and who of them is shut out."""
    both = [*one, *other]
    strikes = {
        strike for who in (one[0], other[0]) for strike in await ctx.strikes(who) if strike.live(ctx.now)
    }
    points = sum(strike.points for strike in strikes)
    count = {0: "no strikes that count", 1: "1 strike that counts"}.get(
        points, f"{points} strikes that count"
    )
    parts: list[str | Inline] = [
        f"{_names(both)} are one person: both sides sent the code. Together they have {count}."
    ]
    for who in both:
        places = await _banned_from(ctx, who)
        if places:
            parts.append(
                f" {who.name} is banned from {' and '.join(places)}; nothing was done about the other "
                f"{'account' if len(both) == 2 else 'accounts'}."
            )
    parts += [
        " If somebody was tricked into it, ",
        Code(f"{ctx.community.moderators_prefix}unlink {one[0].name}"),
        " takes it back whole.",
    ]
    return Report(text=document(line(*parts)))


async def _banned_from(ctx: Accounts, who: Author) -> list[str]:
    places = {
        stored.action.place: None
        for case in await ctx.cases(who, alone=True, kinds=("ban",))
        for stored in case.actions
        if isinstance(stored.action, Ban)
        and stored.counts
        and (stored.action.until is None or stored.action.until > ctx.now)
    }
    return sorted(places)


@plugin.command("linked", examples=["!linked", "!linked @ana"])
async def linked(ctx: Accounts, call: Call, person: Person | None = None) -> Answer:
    """Which accounts you have linked; moderators may ask about others."""
    who = _meant(call, person)
    if refusal := _refusal(ctx, call, who):
        return refusal
    others = (await ctx.linked(who)).others
    own = who.key == call.author.key
    if not others:
        how = f" “{ctx.community.prefix}link” links it with another one of yours." if own else ""
        return f"{'This account' if own else who.name} is not linked with any other.{how}"
    subject = "You are" if own else f"{who.name} is"
    return f"{subject} one person here with {_names(others)}. Strikes count together."


@plugin.command("unlink", examples=["!unlink", "!unlink @ana"])
async def unlink(ctx: Accounts, call: Call, person: Person | None = None) -> Answer:
    """Part this account from the others. What counted until then still counts for all of them.

    A moderator may take back the links of somebody who was tricked: as if they had never been linked.
    """
    who = _meant(call, person)
    if refusal := _refusal(ctx, call, who):
        return refusal
    if who.key != call.author.key:
        return await _take_back(ctx, call, who)
    others = (await ctx.linked(who)).others
    if not others:
        return "This account is not linked with any other."
    rest = "What counted until now still counts for all of them; from here on each side counts for itself."
    said = document(f"This account is parted from {_names(others)}. {rest}")
    told = document(f"{who.name} is parted from this account: it was asked for from there. {rest}")
    report = Report(text=document(f"{who.name} is parted from {_names(others)}, as they asked. {rest}"))
    acts = (
        UnlinkAccount(person=who),
        Reply(to=call.message.ref, text=said),
        *_tell(ctx, others, told),
        report,
    )
    return Outcome(f"{who.name} left linked accounts", acts)


async def _take_back(ctx: Accounts, call: Call, who: Author) -> Answer:
    known = await ctx.linked(who)
    if not known.deeds:
        return f"{who.name} was never linked with any other account."
    undone = [Note(text="the link is taken back", about=who.key, undoes=deed) for deed in known.deeds]
    said = (
        f"The links of {who.name} are taken back as if they had never been: nobody else's strikes count for that account, "
        "nor its strikes for others. A ban that came of them stays until you lift it."
    )
    told = document(
        f"A moderator took back the links of {who.name}: that account and its strikes stand alone, as if it had never been linked."
    )
    acts = (*undone, Reply(to=call.message.ref, text=document(said)), *_tell(ctx, [who, *known.others], told))
    return Outcome(f"links of {who.name} taken back by {call.author.name}", acts)


def _meant(call: Call, person: Person | None) -> Author:
    """Whom a command is about; an answer to one of the bot's own messages is about oneself."""
    return call.author if person is None or person.author.is_bot else person.author


def _refusal(ctx: Accounts, call: Call, who: Author) -> str | None:
    """Why the command is not carried out here, for this person."""
    if who.key != call.author.key and call.author.role < Role.MODERATOR:
        return f"Only moderators can do that for somebody else. “{ctx.community.prefix}{call.name}” alone is about you."
    place = call.message.place
    if place.kind is not PlaceKind.PRIVATE and place.alias != ctx.community.moderators_room:
        return "Who belongs to whom is nobody else's business: write that to me in a private message, please."
    return None


def _tell(ctx: Accounts, people: Iterable[Author], text: Document) -> list[Action]:
    """The same in private to each, where their platform has a way to."""
    told: list[Action] = []
    for who in people:
        here = (place.alias for place in ctx.community.places if place.platform is who.platform)
        home = next((alias for alias in here if ctx.can(Capability.TELL, alias)), None)
        told += [Tell(place=home, person=who, text=text)] if home else []
    return told


def _names(people: Sequence[Author]) -> str:
    *most, last = (who.name for who in people)
    return f"{', '.join(most)} and {last}" if most else last
