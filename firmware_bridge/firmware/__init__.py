"""The microcontroller's side. Everything here runs in MicroPython; the core files import no board."""
