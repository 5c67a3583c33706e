"""The demo on a Matrix homeserver: people, rooms, and a story that they play."""
