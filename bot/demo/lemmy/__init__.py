"""A Lemmy server in memory: speaks the HTTP API of Lemmy 0.19 or 1.0 on a loopback port, for the demo and the tests."""

from bot.demo.lemmy.faults import Fault, Faults
from bot.demo.lemmy.records import LemmyError
from bot.demo.lemmy.server import LemmyServer
from bot.demo.lemmy.state import Instance

__all__ = ["Fault", "Faults", "Instance", "LemmyError", "LemmyServer"]
