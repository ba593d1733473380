"""The virtual waiting room: starts every process by its own command and reaches it only as its users would."""
