"""What the Lemmy adapter promises, told to any Lemmy server: the one in memory, and real ones of 0.19 and 1.0."""
