"""Samples: home in its states, and what says that something does not work."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import HubView, Model, Modes
from kiosk.samples.dossier import FOUND, IN_SCAN
from kiosk.samples.world import BASE, HUB, NO_PAPER, ONE, SHUT

SLOGAN = (
    "Cải cách hành chính góp phần mang lại sự hài lòng của tổ chức, cá nhân.",
    "Administrative reform is for the satisfaction of people and organisations.",
)


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    told = ("Quầy 3 tạm nghỉ vì mất điện, mời ông/bà chờ ít phút.", "Counter 3 has lost power, please wait a little.")
    return {
        "home": BASE,
        "home-one-queue": replace(BASE, hub=replace(HUB, services=HUB.services[:1])),
        "home-unplugged": replace(BASE, hub=HubView()),
        "home-no-paper": replace(BASE, hub=replace(HUB, parts=(NO_PAPER,))),
        "home-untrusted": replace(BASE, face=None),
        "home-message": replace(BASE, hub=replace(HUB, message=told)),
        "home-closed": replace(BASE, hub=SHUT),
        "home-modes": replace(BASE, modes=Modes(sheet="modes")),
        "home-modes-on": replace(BASE, modes=Modes(sheet="modes", contrast=True, speak=True, volume=90)),
        "status-modes": replace(IN_SCAN, screen="status", result=FOUND, modes=Modes(sheet="modes")),
        "home-languages": replace(BASE, modes=Modes(sheet="language")),
        "attract": replace(BASE, screen="attract"),
        "attract-hours": replace(BASE, screen="attract", page=1),
        "attract-slogan": replace(BASE, screen="attract", page=2, hub=replace(HUB, idle=(SLOGAN,))),
        "attract-help": replace(BASE, screen="attract", page=3, hub=replace(HUB, idle=(SLOGAN,))),
        "attract-message": replace(BASE, screen="attract", hub=replace(HUB, message=told)),
        "attract-closed": replace(BASE, screen="attract", hub=SHUT),
        "attract-unplugged": replace(BASE, screen="attract", hub=HubView(), face=None),
        "out_of_service": replace(ONE, screen="out_of_service", hub=HubView()),
        "failsafe": replace(BASE, screen="failsafe"),
        "warning": replace(IN_SCAN, screen="status", result=FOUND, warn_left=18),
    }
