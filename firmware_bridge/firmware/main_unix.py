"""main.py of the virtual board. Ends when the firmware ends: the cabinet starts it anew, as a watchdog would."""

import json
import sys

import boot

config = json.loads(sys.argv[1])
if not boot.start(config["flash"], config):
    sys.exit(70)
