"""The virtual waiting room: every process by its own command, a page to play with it, and the walk that proves it."""
