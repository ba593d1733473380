"""What hangs on the wires, by kind of wire."""
