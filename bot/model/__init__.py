"""What is said, where, and by whom: frozen data without behaviour, shared by every layer.

All times are aware datetimes in UTC. Nothing here reads a clock, a file or the network.
"""

from bot.model.occurrences import (
    Act,
    Edited,
    Joined,
    Noticed,
    Occurrence,
    Reacted,
    Removed,
    Reported,
    Resolved,
    Restored,
    Sanctioned,
    Tick,
)
from bot.model.people import (
    Author,
    Community,
    Place,
    PlaceKind,
    Platform,
    Profile,
    Ref,
    Role,
)
from bot.model.policies import Policy, PolicyKind
from bot.model.speech import (
    Discussion,
    Json,
    Message,
    Receipt,
    Strike,
    Thread,
)

__all__ = [
    "Act",
    "Author",
    "Community",
    "Discussion",
    "Edited",
    "Joined",
    "Json",
    "Message",
    "Noticed",
    "Occurrence",
    "Place",
    "PlaceKind",
    "Platform",
    "Policy",
    "PolicyKind",
    "Profile",
    "Reacted",
    "Receipt",
    "Ref",
    "Removed",
    "Reported",
    "Resolved",
    "Restored",
    "Role",
    "Sanctioned",
    "Strike",
    "Thread",
    "Tick",
]
