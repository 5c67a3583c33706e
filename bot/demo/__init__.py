"""The embedded community: servers that live in memory, a chat room in the terminal, a scripted tour."""
