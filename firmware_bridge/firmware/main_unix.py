"""main.py of the virtual board. Ends when the firmware ends: the cabinet starts it anew, as a watchdog would."""

import json
import sys

import boot

with open(sys.argv[1]) as wiring:
    config = json.load(wiring)
if not boot.start(config["flash"], config):
    sys.exit(70)
