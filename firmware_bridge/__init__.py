"""The wires: serial bus, GPIO, ticket printer, loudspeaker. This file also stands on the chip: keep it bare."""
