"""What a “forbidden” means: which right is missing in which room, and who can give it."""

from __future__ import annotations

from bot.platforms.matrix.power import CREATOR, OUT_OF_REACH, Powers
from bot.platforms.matrix.rooms import Room
from bot.platforms.protocol import Refused

#: What a server answers when an account may not do something.
FORBIDDEN = "M_FORBIDDEN"


def explained(
    refusal: Refused, room: Room | None, bot: str, act: str, needed: int, person: str | None = None
) -> Refused:
    """`refusal` with the sentence that tells what is missing for the account `bot` to do `act` (`ban somebody`).

    `needed` is the power level that this takes; `person` is on whom it falls. Any other refusal stays as it is.
    """
    if refusal.code != FORBIDDEN or room is None or not room.known:
        return refusal
    reason = missing(room.powers, bot, act, needed, person)
    return Refused(f"{room.label}: {reason} ({refusal.code})", refusal.code) if reason else refusal


def missing(powers: Powers, bot: str, act: str, needed: int, person: str | None = None) -> str | None:
    """Why `bot` may not do `act`, as far as the room's power levels tell; None where they allow it."""
    own = powers.level(bot)
    if own < needed:
        if needed >= OUT_OF_REACH:
            return f"the room's settings let nobody {act}; a moderator has to mend its power levels"
        return (
            f"to {act}, the bot needs the power level {needed} and has {own}; somebody of a higher level can give it in"
            " the room's settings, or at the bot's name in the list of members"
        )
    if person is None or own > powers.level(person):
        return None
    if powers.level(person) >= CREATOR:
        return f"{person} created the room, and from room version 12 on nobody stands above who created it"
    return (
        f"{person} has the power level {powers.level(person)} and the bot {own}; to {act}, the bot has to stand higher,"
        " so that somebody above both has to do it, or to change one of the levels"
    )
