"""The other end of every cable, as devices that can misbehave on command."""
