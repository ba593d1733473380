"""`motcua sim day`: a whole day of the desk, through the real hub and virtual wires, in a minute."""
