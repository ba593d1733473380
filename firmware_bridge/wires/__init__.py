"""`motcua wires`: what a technician does with the serial buses: look, search, test, record, play again, load anew."""
