"""Looking back at what was changed about rules by chat, and going back."""

from __future__ import annotations

from bot.api import Answer, Block, Call, Outcome, Remember, Reply, Rest, Role, document, line, quote
from plugins.moderation import notice
from plugins.moderation.changes import LOG, Change, changes_of, compared, told
from plugins.moderation.handlers import Moderation, plugin, rules_in_force
from plugins.moderation.rule import Rule
from plugins.moderation.rulebook import InForce
from plugins.moderation.rulechanges import change, logged, read_one, refused, store, unknown
from plugins.moderation.sanctions import answer

#: Changes of one rule that are shown.
SHOWN = 10


@plugin.command("rules undo", role=Role.MODERATOR, examples=["!rules undo"])
async def undo_change(ctx: Moderation, call: Call) -> Answer:
    """Take the last change of a rule by chat back."""
    log = await logged(ctx)
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
    changes = changes_of(await logged(ctx), name)
    rules = await rules_in_force(ctx)
    rule = rules.find(name)
    if not changes:
        return unknown(ctx, name) if rule is None else f"{rule.name} was never changed by chat."
    original = _in_files(ctx, name)
    blocks: list[Block | str] = []
    for one in changes[-SHOWN:]:
        blocks.append(line(told(one)))
        rows = compared(one, original.source if original else "")
        if rows:
            blocks.append(quote("\n".join(rows)))
    blocks.append(
        f"“{ctx.community.prefix}rules rollback”, its name and one of the versions in brackets bring a text back."
    )
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
    log = await logged(ctx)
    title, wanted = name.strip(), ""
    head, _, last = title.rpartition(" ")
    if head and not changes_of(log, title):
        title, wanted = head, last.strip("()")
    changes = [one for one in changes_of(log, title) if one.is_text]
    original = _in_files(ctx, title)
    if not changes:
        return f"The text of “{notice.excerpt(title, 60)}” was never changed by chat, so there is nothing to go back to."
    if not wanted:
        texts = [changes[-1].before]
    else:
        texts = [value for one in changes for value in (one.before, one.after)]
        texts = [value for value in texts if isinstance(value, dict) and value.get("version") == wanted]
        if original and original.version == wanted:
            texts = [None]
    if not texts:
        return f"There is no version “{notice.excerpt(wanted, 20)}” of it. “{ctx.community.prefix}rules history {title}” shows which there are."
    key, value = changes[-1].key, texts[0]
    if not isinstance(value, dict):
        what = f"{title} back as it is in the files" if original else f"{title} taken out"
        return await change(ctx, call, key, None, what, f"{what[0].upper()}{what[1:]}.")
    rule, remarks = read_one(str(value["text"]))
    if rule is None:
        return refused(call, remarks, "bring back")
    return await store(ctx, call, rule, "brought back", remarks, key)
