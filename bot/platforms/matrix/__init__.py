"""Matrix: chat rooms on any homeserver, over the client-server API."""
