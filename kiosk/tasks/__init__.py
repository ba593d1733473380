"""What citizens come for, a module each. Pure.

`TAPS` maps the name of a tap to what it does, `ENTER` a screen to how it is entered. A module that cares how a person
leaves has `leave(model, env) -> (model, effects)`; the flow calls it before a wipe.
"""

from __future__ import annotations

from kiosk.moves import Entered, Tapped
from kiosk.tasks import checkin, dossier, help, modes, number, pay, place, procedures, rating, search, staff

TASKS = (number, procedures, pay, dossier, place, rating, checkin, help, modes, search, staff)
TAPS: dict[str, Tapped] = {name: act for task in TASKS for name, act in task.TAPS.items()}
ENTER: dict[str, Entered] = {screen: act for task in TASKS for screen, act in task.ENTER.items()}
