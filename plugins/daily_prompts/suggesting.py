"""Members suggest prompts; moderators take or decline them, by command or by a reaction."""

from __future__ import annotations

from bot.api import (
    Action,
    Answer,
    Call,
    Code,
    Context,
    Name,
    Outcome,
    Reacted,
    Reply,
    Report,
    Rest,
    Role,
    agrees,
    bullets,
    document,
    line,
    quote,
)
from plugins.daily_prompts import memory as keep
from plugins.daily_prompts.daily import plugin
from plugins.daily_prompts.desk import answer, open_desk, say
from plugins.daily_prompts.memory import Memory
from plugins.daily_prompts.settings import PromptSettings

#: How many suggestions of one person may wait at a time, and how long one may be.
WAITING_EACH = 3
LONGEST_SUGGESTION = 2000


@plugin.command("prompt suggest", examples=["!prompt suggest Which smell takes you home?"])
async def suggest(ctx: Context[PromptSettings], call: Call, text: Rest) -> Answer:
    """Suggest a prompt. A moderator looks at it first; you are thanked when it is used."""
    words = text.strip()
    if not words:
        return f"Write your suggestion behind the command: {say(ctx, 'prompt suggest')} Which smell takes you home?"
    if len(words) > LONGEST_SUGGESTION:
        return f"That is {len(words)} characters long; at most {LONGEST_SUGGESTION} fit."
    desk = await open_desk(ctx)
    mine = [s for s in desk.memory.waiting if s.author.key == call.author.key]
    if len(mine) >= WAITING_EACH:
        return f"You have {len(mine)} suggestions waiting already. Thank you! Please let the moderators look first."
    suggestion, acts = keep.suggest(desk.memory, words, call.author, call.message.ref)
    known = {prompt.id for prompt in desk.pool.prompts} | {s.prompt().id for s in desk.memory.suggestions}
    if suggestion.prompt().id in known:
        return "That one is in the pool already. Thank you!"
    report = Report(
        name=f"suggestion:{suggestion.number}",
        about=call.message.ref,
        text=document(
            line(Name(call.author), f" suggests a prompt (no. {suggestion.number}):"),
            quote(words),
            line(
                "Take it with ✅ or ",
                Code(say(ctx, f"prompt approve {suggestion.number}")),
                ", decline with ❌ or ",
                Code(say(ctx, f"prompt reject {suggestion.number}")),
                ".",
            ),
        ),
    )
    thanks = document(f"Thank you! The moderators will look at your suggestion (no. {suggestion.number}).")
    return Outcome("a suggestion", (*acts, report, Reply(to=call.message.ref, text=thanks)))


@plugin.command("prompt queue", role=Role.MODERATOR, examples=["!prompt queue"])
async def queue(ctx: Context[PromptSettings], call: Call) -> Answer:
    """The members’ suggestions: those taken, in their order, and those that wait for you."""
    memory = keep.read(await ctx.recall_all())
    if not memory.suggestions:
        return "There are no suggestions."
    blocks = [
        block
        for title, suggestions in (
            ("Coming next:", memory.queue),
            ("Waiting for a moderator:", memory.waiting),
        )
        if suggestions
        for block in (
            line(title),
            bullets(*((f"no. {s.number}: {s.prompt().title} (", Name(s.author), ")") for s in suggestions)),
        )
    ]
    return Reply(to=call.message.ref, text=document(*blocks))


@plugin.command("prompt approve", role=Role.MODERATOR, examples=["!prompt approve 3"])
async def approve(ctx: Context[PromptSettings], call: Call, number: int) -> Answer:
    """Take a member’s suggestion: it comes before the pool’s own prompts."""
    return answer(call, *_approve(keep.read(await ctx.recall_all()), number))


@plugin.command(
    "prompt reject",
    role=Role.MODERATOR,
    examples=["!prompt reject 3", "!prompt reject 3 we had that last week"],
)
async def reject(ctx: Context[PromptSettings], call: Call, number: int, reason: Rest = Rest("")) -> Answer:  # noqa: B008 - a str
    """Decline a member’s suggestion; its author gets a kind line, with your reason if you give one."""
    return answer(call, *_reject(keep.read(await ctx.recall_all()), number, reason.strip()))


@plugin.on(Reacted)
async def reacted(ctx: Context[PromptSettings], event: Reacted) -> Outcome | None:
    """✅ and ❌ of a moderator under a suggestion in the moderators’ room."""
    take = agrees(event.symbol)
    if event.author.role < Role.MODERATOR or take is None:
        return None
    memory = keep.read(await ctx.recall_all())
    for suggestion in memory.waiting:
        receipt = await ctx.made(f"suggestion:{suggestion.number}")
        if receipt and receipt.ref == event.target:
            said, acts = (
                _approve(memory, suggestion.number) if take else _reject(memory, suggestion.number, "")
            )
            return Outcome(said, (*acts, Reply(to=event.target, text=document(said))))
    return None


def _approve(memory: Memory, number: int) -> tuple[str, tuple[Action, ...]]:
    suggestion = memory.suggestion(number)
    if suggestion is None:
        return _unknown(memory, number), ()
    if suggestion.approved is not None:
        return f"Suggestion {number} is taken already.", ()
    ahead = len(memory.queue)
    wait = f"; {ahead} come{'s' if ahead == 1 else ''} before it" if ahead else ""
    return f"Suggestion {number} is taken{wait}.", (keep.approve(memory, suggestion),)


def _reject(memory: Memory, number: int, reason: str) -> tuple[str, tuple[Action, ...]]:
    suggestion = memory.suggestion(number)
    if suggestion is None:
        return _unknown(memory, number), ()
    why = f" They say: {reason}" if reason else ""
    kind = document(f"Thank you for your suggestion. The moderators decided not to use it this time.{why}")
    return f"Suggestion {number} is declined.", (
        keep.forget_suggestion(number),
        Reply(to=suggestion.message, text=kind),
    )


def _unknown(memory: Memory, number: int) -> str:
    known = ", ".join(str(suggestion.number) for suggestion in memory.suggestions)
    return f"There is no suggestion {number}" + (f"; open: {known}." if known else "; nothing is waiting.")
