"""A whole Lemmy server in memory: its database, and everything that people may do to it."""

from __future__ import annotations

import secrets

from bot.demo.lemmy.moderators import Moderators
from bot.demo.lemmy.records import LemmyError, Person


class Instance(Moderators):
    """One server, `host`, with what has reached it from others. `journal` and `transcript()` tell what happened."""

    def sign_in(self, username: str, password: str) -> str:
        """A token for a local account. Raises LemmyError for a wrong name or password."""
        try:
            person = self.who(username)
        except LemmyError:
            raise LemmyError("incorrect_login") from None
        if person.password is None or not secrets.compare_digest(person.password, password):
            raise LemmyError("incorrect_login")
        token = secrets.token_urlsafe(24)
        self.tokens[token] = person.id
        return token

    def signed_in(self, token: str) -> Person | None:
        """Whose token it is; None for a dead one."""
        return self.people.get(self.tokens.get(token, 0))

    def sign_out_everybody(self) -> None:
        """All tokens die, as when an administrator changes the server's secret."""
        self.tokens.clear()
