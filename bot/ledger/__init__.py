"""The ledger: the one database, and the only package that speaks SQL."""

from bot.ledger.errors import (
    IllegalMove,
    LedgerBusy,
    LedgerCorrupt,
    LedgerError,
    LedgerFull,
    LedgerReadOnly,
    Overtaken,
    SchemaNew,
    SchemaOld,
)
from bot.ledger.inbox import Committed
from bot.ledger.ledger import Ledger
from bot.ledger.migrate import upgrade
from bot.ledger.queue import Job

__all__ = [
    "Committed",
    "IllegalMove",
    "Job",
    "Ledger",
    "LedgerBusy",
    "LedgerCorrupt",
    "LedgerError",
    "LedgerFull",
    "LedgerReadOnly",
    "Overtaken",
    "SchemaNew",
    "SchemaOld",
    "upgrade",
]
