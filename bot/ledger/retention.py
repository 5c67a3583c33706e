"""How long words are kept: what is merely said for a while, evidence for a time of its own, and neither for ever."""

from __future__ import annotations

import json
import re
from datetime import datetime

from sqlalchemy import Connection, exists, select, update

from bot.ledger import codec
from bot.ledger.rows import WAITING
from bot.ledger.tables import action, decision, occurrence

#: What tells people about a case, and quotes the words: cards that were edited and answers to “why”, too.
_QUOTING = ("report", "warn", "tell", "edit", "reply")

#: What was matched, in the sentence that says why.
_QUOTED = re.compile("“[^”]*”")

#: Occurrences that carry what somebody wrote.
_SPOKEN = ("message", "edited", "reported")


def prune(conn: Connection, before: datetime) -> int:
    """Blanks what was said before then; returns how much. Keys stay, so nothing is handled twice; evidence stays, too."""
    return conn.execute(
        update(occurrence)
        .where(occurrence.c.kind.in_(_SPOKEN), occurrence.c.at < before, occurrence.c.body.is_not(None))
        .values(body=None)
    ).rowcount


def prune_evidence(conn: Connection, before: datetime) -> int:
    """Blanks the evidence of decisions from before then, and what was told and explained with it; returns how many.

    What still has to be carried out or decided keeps its words. Numbers, rules, times and states stay for good.
    """
    waits = exists().where(action.c.decision_id == decision.c.id, action.c.state.in_(WAITING))
    old = select(decision.c.id, decision.c.because).where(
        decision.c.at < before, decision.c.evidence.is_not(None), ~waits
    )
    rows = conn.execute(old).all()
    for ident, because in rows:
        left = {"evidence": None, "because": _QUOTED.sub("“…”", because)}
        conn.execute(update(decision).where(decision.c.id == ident).values(**left))
        told = select(action.c.id, action.c.body).where(
            action.c.decision_id == ident, action.c.kind.in_(_QUOTING)
        )
        for row in conn.execute(told).all():
            body = json.loads(row.body) | {"text": {"blocks": []}}
            conn.execute(update(action).where(action.c.id == row.id).values(body=codec.dump(body)))
    return len(rows)
