"""Matrix's error codes, and what each means for us, as a sentence for the person who can mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.platforms.protocol import PlatformError, Refused, SignedOut

#: The token is not accepted (any more), whether or not the server would take the device back.
DEAD_TOKEN = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED"})

#: The server asks for patience.
PATIENCE = frozenset({"M_LIMIT_EXCEEDED"})

#: The account is locked by an administrator, who may unlock it.
LOCKED = "M_USER_LOCKED"

#: There is no such thing (any more).
MISSING = frozenset({"M_NOT_FOUND"})

SENTENCES: Mapping[str, str] = {
    "M_BAD_ALIAS": "the address does not belong to that room",
    "M_BAD_STATE": "the person is not in a state that allows it (kicking somebody who is banned, for one)",
    "M_DUPLICATE_ANNOTATION": "the bot has put that reaction there already",
    "M_FORBIDDEN": "the server does not allow it; check the bot's power level in the room, and that it is in it",
    "M_GUEST_ACCESS_FORBIDDEN": "the account is a guest; use a registered one",
    "M_INVITE_BLOCKED": "the person takes no invitations",
    "M_LIMIT_EXCEEDED": "the server asks us to slow down",
    "M_NOT_FOUND": "there is no such thing here (any more)",
    "M_NOT_JSON": "the server could not read what we sent",
    "M_ROOM_IN_USE": "that room address is taken",
    "M_TOO_LARGE": "the message is larger than Matrix allows (64 KiB with everything)",
    "M_UNABLE_TO_AUTHORISE_JOIN": "no server that could let the bot in can be reached; let a moderator invite it",
    "M_UNKNOWN_POS": "the place in the stream is not known to the server",
    "M_UNRECOGNIZED": "the server does not know this call; it may be too old",
    "M_UNSUPPORTED_ROOM_VERSION": "the server does not know the room's version; it has to be updated",
    "M_USER_LOCKED": "the account is locked; ask the server's administrators",
    "M_USER_SUSPENDED": "the account is suspended; ask the server's administrators",
    "M_WEAK_PASSWORD": "the server wants a stronger password",
    "M_CONSENT_NOT_GIVEN": "the server wants its terms accepted first; sign in once with a client and do so",
    "M_RESOURCE_LIMIT_EXCEEDED": "the server has reached a limit of its own; ask its administrators",
}


class Challenge(Refused):
    """The server wants more proof of who we are first (user-interactive authentication); `answer` tells what."""

    def __init__(self, message: str, answer: dict[str, Any]) -> None:
        super().__init__(message, "challenge")
        self.answer = answer


def failure(where: str, code: str, said: str, account: str) -> PlatformError:
    """The exception for errcode `code` that the server gave at `where` (server and call), with its own words `said`."""
    if code in DEAD_TOKEN:
        return SignedOut(f"{where}: the account {account} is no longer signed in ({code}); sign it in again")
    sentence = SENTENCES.get(code, "the server refused")
    own = " ".join(said.split())[:200]
    return Refused(f"{where}: {sentence} ({code}{': ' + own if own else ''})", code=code)
