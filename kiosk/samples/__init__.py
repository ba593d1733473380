"""Every screen in sample states, with invented data: for pictures, golden tests and checks. No hub is needed."""

from __future__ import annotations

from kiosk.model import Model
from kiosk.samples import checkin, dossier, help, number, place, procedures, rating, search, staff, start

ROOMS = (start, number, procedures, search, dossier, place, rating, checkin, help, staff)


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    return {name: model for room in ROOMS for name, model in room.samples().items()}
