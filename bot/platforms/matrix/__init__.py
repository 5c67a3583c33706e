"""Matrix: chat rooms on any homeserver, over the client-server API."""

from bot.platforms.matrix.adapter import Credentials as Credentials
from bot.platforms.matrix.adapter import MatrixAdapter as MatrixAdapter
