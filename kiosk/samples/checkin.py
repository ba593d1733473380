"""Samples: who comes by appointment."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Booking, Model
from kiosk.samples.world import ONE

TYPING = replace(ONE, screen="checkin", trail=("home", "service"))
OPENS = "2026-11-23T09:30+07:00"


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""

    def refused(why: str, opens_at: str | None = None, number: str = "") -> Model:
        return replace(TYPING, booking=Booking("K7M2", why, opens_at, number))

    return {
        "checkin": TYPING,
        "checkin-part": replace(TYPING, booking=Booking("K7")),
        "checkin-ready": replace(TYPING, booking=Booking("K7M2")),
        "checkin-early": refused("early", OPENS),
        "checkin-late": refused("late"),
        "checkin-used": refused("used", None, "A017"),
        "checkin-unknown": refused("unknown_appointment"),
        "checkin-closed": refused("day_closed"),
    }
