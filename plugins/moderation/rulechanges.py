"""Rules by chat: add one, change it, switch it, take changes back; each change is kept with who made it and when."""

from __future__ import annotations

from collections.abc import Sequence

from bot.api import (
    Answer,
    Block,
    Call,
    Json,
    Outcome,
    Remember,
    Reply,
    Rest,
    Role,
    bullets,
    document,
    line,
    quote,
)
from plugins.moderation import notice
from plugins.moderation.changes import KEPT, LOG, Change, changes_of, compared, told
from plugins.moderation.handlers import Moderation, plugin, rules_in_force
from plugins.moderation.reader import read
from plugins.moderation.rule import Mode, Rule
from plugins.moderation.rulebook import ADDED, LATE, SWITCHED, InForce
from plugins.moderation.sanctions import answer

#: Changes of one rule that are shown.
SHOWN = 10


def unknown(name: str) -> str:
    return f"There is no rule “{notice.excerpt(name, 60)}”. “!rules list” shows them all."


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
        return unknown(name)
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
    return await _change(ctx, call, key, value, f"{rule.name} → {mode}", said, *tried)


# -- texts


@plugin.command(
    "rules add",
    role=Role.MODERATOR,
    examples=[
        "!rules add\nname: No gambling\nbody: [casino, free spins]\nwarn: Please no gambling here.\naction: remove"
    ],
)
async def add_rule(ctx: Moderation, call: Call, text: Rest) -> Answer:
    """Add a rule, or a new version of one; its text follows on the next lines. It watches until you enforce it."""
    rule, remarks = _read(text)
    if rule is None:
        return _refused(call, remarks)
    if rule.name.startswith("rule "):
        return "Please give the rule a name, in a line of its own: name: No gambling"
    return await _store(ctx, call, rule, "added", remarks)


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
        return unknown(name)
    if not body.strip():
        return Reply(
            to=call.message.ref,
            text=document(
                f"Please send the new text below the name: all of it, as it is to be. Now {old.name} says:",
                quote(old.source),
            ),
        )
    new, remarks = _read(body)
    if new is not None and new.name.startswith("rule "):
        new, remarks = _read(f"name: {old.name}\n{_unfenced(body)}")
    if new is None:
        return _refused(call, remarks, "change")
    if new.name.casefold() != old.name.casefold():
        return (
            f"That text is called {new.name}, and you are changing {old.name}. Leave its `name:` as it is, or add it as "
            "a rule of its own with “!rules add”."
        )
    if new.version == old.version:
        return f"{old.name} says that already."
    return await _store(ctx, call, new, "changed", remarks)


def _read(text: str) -> tuple[Rule | None, list[str]]:
    """The one rule in a text, and what the reader says about it, as it does about files."""
    found = read(_unfenced(text), "chat")
    problems = [f"line {problem.line}: {problem.message}" for problem in found.problems]
    if found.count == 1 and len(found.rules) == 1:
        return found.rules[0], problems
    return None, problems or ["one rule was expected"]


def _refused(call: Call, reasons: Sequence[str], what: str = "add") -> Reply:
    text = document(f"I did not {what} that rule:", bullets(*reasons), "Mend it and send it again.")
    return Reply(to=call.message.ref, text=text)


def _unfenced(text: str) -> str:
    """The rule without the code fence that people put around it to keep its form."""
    rows = text.strip("\n").splitlines()
    if len(rows) >= 2 and rows[0].startswith("```") and rows[-1].strip() == "```":
        rows = rows[1:-1]
    return "\n".join(rows)


async def _store(
    ctx: Moderation, call: Call, rule: Rule, done: str, problems: Sequence[str], key: str | None = None
) -> Answer:
    value: Json = {
        "text": rule.source,
        "version": rule.version,
        "by": call.author.name,
        "at": ctx.now.isoformat(),
    }
    remarks = f" Remarks: {'; '.join(problems)}." if problems else ""
    said = f"{rule.name} is {done} and only watches. “!rules backtest {rule.name}” shows what it would have done.{remarks}"
    switched = await ctx.recall(SWITCHED + rule.name.casefold())
    if isinstance(switched, dict) and switched["version"] == rule.version:
        said = f"{rule.name} is {done} and {_SAID[Mode(str(switched['mode']))]}, as this version was before.{remarks}"
    elif rule.mode and rule.mode is not Mode.WATCH:
        said = f"{rule.name} is {done} and {_SAID[rule.mode]}, as it says.{remarks}"
    return await _change(
        ctx, call, key or ADDED + rule.name.casefold(), value, f"{rule.name} {done} ({rule.version})", said
    )


async def _change(
    ctx: Moderation, call: Call, key: str, value: Json, what: str, said: str, *more: Remember
) -> Answer:
    """Remembers a value, and in the log who changed what when, and what was there before."""
    log = await _log(ctx)
    entry: Json = {
        "what": what,
        "key": key,
        "before": await ctx.recall(key),
        "after": value,
        "by": call.author.name,
        "at": ctx.now.isoformat(),
    }
    return Outcome(
        f"{what}, by {call.author.name}",
        (
            Remember(key=key, value=value),
            Remember(key=LOG, value=[*log, entry][-KEPT:]),
            *more,
            answer(call, said),
        ),
    )


async def _log(ctx: Moderation) -> list[Json]:
    known = await ctx.recall(LOG)
    return known if isinstance(known, list) else []


# -- looking back, and going back


@plugin.command("rules undo", role=Role.MODERATOR, examples=["!rules undo"])
async def undo_change(ctx: Moderation, call: Call) -> Answer:
    """Take the last change of a rule by chat back."""
    log = await _log(ctx)
    last = Change.of(log[-1]) if log else None
    if last is None:
        return "No rule was changed by chat."
    return Outcome(
        f"change of rules taken back by {call.author.name}: {last.what}",
        (
            Remember(key=last.key, value=last.before),
            Remember(key=LOG, value=log[:-1] or None),
            answer(call, f"Taken back: {last.what} (changed by {last.by})."),
        ),
    )


@plugin.command("rules history", role=Role.MODERATOR, examples=["!rules history No gambling"])
async def rule_history(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """Who changed a rule when, line by line."""
    changes = changes_of(await _log(ctx), name)
    rules = await rules_in_force(ctx)
    rule = rules.find(name)
    if not changes:
        return unknown(name) if rule is None else f"{rule.name} was never changed by chat."
    original = _in_files(ctx, name)
    blocks: list[Block | str] = []
    for change in changes[-SHOWN:]:
        blocks.append(line(told(change)))
        rows = compared(change, original.source if original else "")
        if rows:
            blocks.append(quote("\n".join(rows)))
    blocks.append("“!rules rollback”, its name and one of the versions in brackets bring a text back.")
    return Reply(to=call.message.ref, text=document(*blocks))


def _in_files(ctx: Moderation, name: str) -> Rule | None:
    """The rule as the files have it."""
    return InForce(ctx.settings.ruleset.rules, {}, ctx.settings.mode).find(name)


@plugin.command(
    "rules rollback",
    role=Role.MODERATOR,
    examples=["!rules rollback No gambling", "!rules rollback No gambling 3762cf77"],
)
async def roll_back(ctx: Moderation, call: Call, name: Rest) -> Answer:
    """Bring the text of a rule back as it was before its last change, or a version that “!rules history” shows."""
    log = await _log(ctx)
    title, wanted = name.strip(), ""
    head, _, last = title.rpartition(" ")
    if head and not changes_of(log, title):
        title, wanted = head, last.strip("()")
    changes = [change for change in changes_of(log, title) if change.is_text]
    original = _in_files(ctx, title)
    if not changes:
        return f"The text of “{notice.excerpt(title, 60)}” was never changed by chat, so there is nothing to go back to."
    if not wanted:
        texts = [changes[-1].before]
    else:
        texts = [value for change in changes for value in (change.before, change.after)]
        texts = [value for value in texts if isinstance(value, dict) and value.get("version") == wanted]
        if original and original.version == wanted:
            texts = [None]
    if not texts:
        return f"There is no version “{notice.excerpt(wanted, 20)}” of it. “!rules history {title}” shows which there are."
    key, value = changes[-1].key, texts[0]
    if not isinstance(value, dict):
        what = f"{title} back as it is in the files" if original else f"{title} taken out"
        return await _change(ctx, call, key, None, what, f"{what[0].upper()}{what[1:]}.")
    rule, remarks = _read(str(value["text"]))
    if rule is None:
        return _refused(call, remarks, "bring back")
    return await _store(ctx, call, rule, "brought back", remarks, key)
