"""main.py of the Pico: starts the firmware that boot.py chooses. Never replaced by an update."""

import time

import boot
import machine

if boot.read("")[1] != boot.FACTORY:
    # A firmware on trial may hang before it has a watchdog of its own.
    machine.WDT(timeout=8000)
boot.start("")
time.sleep(1)  # it crashed: whoever sits at the USB port has a moment to stop it
machine.reset()
