"""What was removed stays removed: its author may not bring it back.

Lemmy 0.19 lets nobody remove what its author has deleted, and authors can undo that whenever they like.
"""

from __future__ import annotations

from bot.api import Capability, Context, Edited, Outcome, Remove, State
from plugins.moderation.settings import ModerationSettings


async def returned(ctx: Context[ModerationSettings], edited: Edited) -> Outcome | None:
    """Removes once more what is there although it was removed; None where there is nothing of the kind."""
    message = edited.message
    if message.gone or not ctx.can(Capability.RESTORE, message.place.alias):
        return None
    for case in await ctx.cases(message.author, kinds=("remove",)):
        for stored in case.actions:
            if (
                isinstance(stored.action, Remove)
                and stored.action.ref == message.ref
                and stored.state is State.SENT
                and stored.undone_by is None
                and stored.receipt is not None
                and stored.receipt.at < edited.at
            ):
                why = f"its author brought back what was removed in case #{case.number}"
                again = Remove(ref=message.ref, person=message.author, reason=stored.action.reason)
                return Outcome(why, (again,), evidence=message.text or message.title)
    return None
