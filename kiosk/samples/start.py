"""Samples: home in its states, and what says that something does not work."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import HubView, Model
from kiosk.samples.dossier import FOUND, IN_SCAN
from kiosk.samples.world import BASE, HUB, NO_PAPER, ONE, SHUT


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    told = ("Quầy 3 tạm nghỉ vì mất điện, mời ông/bà chờ ít phút.", "Counter 3 has lost power, please wait a little.")
    return {
        "home": BASE,
        "home-unplugged": replace(BASE, hub=HubView()),
        "home-no-paper": replace(BASE, hub=replace(HUB, parts=(NO_PAPER,))),
        "home-untrusted": replace(BASE, face=None),
        "home-message": replace(BASE, hub=replace(HUB, message=told)),
        "home-closed": replace(BASE, hub=SHUT),
        "out_of_service": replace(ONE, screen="out_of_service", hub=HubView()),
        "failsafe": replace(BASE, screen="failsafe"),
        "warning": replace(IN_SCAN, screen="status", result=FOUND, warn_left=18),
    }
