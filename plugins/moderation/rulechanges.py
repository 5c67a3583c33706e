"""Rules by chat: add one, change it, switch it; each change is kept with who made it and when."""

from __future__ import annotations

from collections.abc import Sequence

from bot.api import (
    Answer,
    Call,
    Json,
    Outcome,
    Remember,
    Reply,
    Rest,
    Role,
    bullets,
    document,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.changes import KEPT, LOG
from plugins.moderation.export import same_but_for_place
from plugins.moderation.handlers import Moderation, plugin, rules_in_force
from plugins.moderation.reader import read
from plugins.moderation.rule import Mode, Rule, RuleSet
from plugins.moderation.rulebook import ADDED, LATE, SWITCHED
from plugins.moderation.sanctions import answer


def unknown(ctx: Moderation, name: str) -> str:
    return (
        f"There is no rule “{notice.excerpt(name, 60)}”. “{ctx.community.prefix}rules list” shows them all."
    )


# -- switching


@plugin.command("rules enforce", role=Role.MODERATOR, examples=["!rules enforce No gambling"])
async def enforce_rule(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """Let a rule act from now on. “!rules backtest” first shows what it would have done."""
    return await _switch(ctx, call, name, Mode.ENFORCE)


@plugin.command("rules watch", role=Role.MODERATOR, examples=["!rules watch No gambling"])
async def watch_rule(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """Let a rule only show what it would do."""
    return await _switch(ctx, call, name, Mode.WATCH)


@plugin.command("rules off", role=Role.MODERATOR, examples=["!rules off No gambling"])
async def switch_off(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """Let a rule neither act nor watch; its text stays, and “!rules watch” brings it back."""
    return await _switch(ctx, call, name, Mode.OFF)


_SAID = {
    Mode.ENFORCE: "is enforced from now on",
    Mode.WATCH: "only watches from now on",
    Mode.OFF: "is switched off from now on",
}


async def _switch(ctx: Moderation, call: Call, name: str, mode: Mode) -> Answer:
    rules = await rules_in_force(ctx)
    rule = rules.find(name)
    if rule is None:
        return unknown(ctx, name)
    given_up = rules.is_given_up(rule)
    if rules.mode(rule) is mode and not given_up:
        return f"{rule.name} is on {mode} already."
    value: Json = {
        "mode": str(mode),
        "version": rule.version,
        "by": call.author.name,
        "at": ctx.now.isoformat(),
    }
    said = f"{rule.name} {_SAID[mode]}."
    tried = (Remember(key=LATE + rule.version, value=None),) if given_up and mode is not Mode.OFF else ()
    if tried:
        said += " It took too long twice and is tried again; should it take too long once more, simplify its expressions."
    key = SWITCHED + rule.name.casefold()
    return await change(ctx, call, key, value, f"{rule.name} → {mode}", said, *tried)


# -- texts


@plugin.command(
    "rules add",
    role=Role.MODERATOR,
    examples=[
        "!rules add\nname: No gambling\nbody: [casino, free spins]\nwarn: Please no gambling here.\naction: remove"
    ],
)
async def add_rule(ctx: Moderation, call: Call, text: Rest) -> Answer:
    """Add a rule, or a new version of one; its text follows on the next lines, several with --- between. It watches until you enforce it."""
    found = read(_unfenced(text), "chat")
    if found.count > 1:
        return await _add_all(ctx, call, found)
    rule, remarks = read_one(text)
    if rule is None:
        return refused(call, remarks)
    if rule.name.startswith("rule "):
        return _NAMELESS
    return await store(ctx, call, rule, "added", remarks)


_NAMELESS = "Please give the rule a name, in a line of its own: name: No gambling"


async def _add_all(ctx: Moderation, call: Call, found: RuleSet) -> Answer:
    """Several rules at once, such as an export: all of them, or none. What is there already stays as it is."""
    wrong = [str(problem).removeprefix("chat:") for problem in found.problems if problem.level != "warning"]
    if wrong:
        return refused(call, [f"line {one}" for one in wrong])
    if any(rule.name.startswith("rule ") for rule in found.rules):
        return _NAMELESS
    there = await rules_in_force(ctx)
    log = await logged(ctx)
    kept: list[Remember] = []
    for rule in found.rules:
        old = there.find(rule.name)
        if old is not None and same_but_for_place(old, rule, there.mode(old), there.mode(rule)):
            continue
        key = ADDED + rule.name.casefold()
        value, done = _value(call, ctx, rule), "changed" if old else "added"
        log.append(await _entry(ctx, call, key, value, f"{rule.name} {done} ({rule.version})"))
        kept.append(Remember(key=key, value=value))
    if not kept:
        return "All of that is in force already."
    said = f"{len(kept)} rules are added or changed, {len(found.rules) - len(kept)} were there already. “{ctx.community.prefix}rules list” shows their modes."
    return Outcome(
        f"{len(kept)} rules added by {call.author.name}",
        (*kept, Remember(key=LOG, value=log[-KEPT:]), answer(call, said)),
    )


@plugin.command(
    "rules edit",
    role=Role.MODERATOR,
    examples=["!rules edit No gambling\nbody: [casino, free spins, roulette]\naction: remove"],
)
async def edit_rule(ctx: Moderation, call: Call, text: Rest) -> Answer:
    """Give a rule another text: its name, and on the next lines all of the new text. It watches until you enforce it."""
    name, _, body = text.strip().partition("\n")
    rules = await rules_in_force(ctx)
    old = rules.find(name)
    if old is None:
        return unknown(ctx, name)
    if not body.strip():
        return Reply(
            to=call.message.ref,
            text=document(
                f"Please send the new text below the name: all of it, as it is to be. Now {old.name} says:",
                quote(old.source),
            ),
        )
    new, remarks = read_one(body)
    if new is not None and new.name.startswith("rule "):
        new, remarks = read_one(f"name: {old.name}\n{_unfenced(body)}")
    if new is None:
        return refused(call, remarks, "change")
    if new.name.casefold() != old.name.casefold():
        return (
            f"That text is called {new.name}, and you are changing {old.name}. Leave its `name:` as it is, or add it as "
            f"a rule of its own with “{ctx.community.prefix}rules add”."
        )
    if new.version == old.version:
        return f"{old.name} says that already."
    return await store(ctx, call, new, "changed", remarks)


def read_one(text: str) -> tuple[Rule | None, list[str]]:
    """The one rule in a text, and what the reader says about it, as it does about files."""
    found = read(_unfenced(text), "chat")
    problems = [f"line {problem.line}: {problem.message}" for problem in found.problems]
    if found.count == 1 and len(found.rules) == 1:
        return found.rules[0], problems
    return None, problems or ["one rule was expected"]


def refused(call: Call, reasons: Sequence[str], what: str = "add") -> Reply:
    text = document(f"I did not {what} that rule:", bullets(*reasons), "Mend it and send it again.")
    return Reply(to=call.message.ref, text=text)


def _unfenced(text: str) -> str:
    """The rule without the code fence that people put around it to keep its form."""
    rows = text.strip("\n").splitlines()
    if len(rows) >= 2 and rows[0].startswith("```") and rows[-1].strip() == "```":
        rows = rows[1:-1]
    return "\n".join(rows)


async def store(
    ctx: Moderation, call: Call, rule: Rule, done: str, problems: Sequence[str], key: str | None = None
) -> Answer:
    """Keeps a rule's text; what it says of its mode holds, and what was switched for this version before."""
    value = _value(call, ctx, rule)
    remarks = f" Remarks: {'; '.join(problems)}." if problems else ""
    said = f"{rule.name} is {done} and only watches. “{ctx.community.prefix}rules backtest {rule.name}” shows what it would have done.{remarks}"
    switched = await ctx.recall(SWITCHED + rule.name.casefold())
    if isinstance(switched, dict) and switched["version"] == rule.version:
        said = f"{rule.name} is {done} and {_SAID[Mode(str(switched['mode']))]}, as this version was before.{remarks}"
    elif rule.mode and rule.mode is not Mode.WATCH:
        said = f"{rule.name} is {done} and {_SAID[rule.mode]}, as it says.{remarks}"
    return await change(
        ctx, call, key or ADDED + rule.name.casefold(), value, f"{rule.name} {done} ({rule.version})", said
    )


async def change(
    ctx: Moderation, call: Call, key: str, value: Json, what: str, said: str, *more: Remember
) -> Answer:
    """Remembers a value, and in the log who changed what when, and what was there before."""
    log = await logged(ctx)
    entry = await _entry(ctx, call, key, value, what)
    return Outcome(
        f"{what}, by {call.author.name}",
        (
            Remember(key=key, value=value),
            Remember(key=LOG, value=[*log, entry][-KEPT:]),
            *more,
            answer(call, said),
        ),
    )


def _value(call: Call, ctx: Moderation, rule: Rule) -> Json:
    """A rule as it is remembered."""
    return {"text": rule.source, "version": rule.version, "by": call.author.name, "at": ctx.now.isoformat()}


async def _entry(ctx: Moderation, call: Call, key: str, value: Json, what: str) -> Json:
    """A line of the log: who changed what when, and what was there before."""
    return {
        "what": what,
        "key": key,
        "before": await ctx.recall(key),
        "after": value,
        "by": call.author.name,
        "at": ctx.now.isoformat(),
    }


async def logged(ctx: Moderation) -> list[Json]:
    known = await ctx.recall(LOG)
    return known if isinstance(known, list) else []
