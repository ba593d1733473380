"""Samples: the rating."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model, Rating
from kiosk.samples.world import ONE


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    return {
        "rate": replace(ONE, screen="rate"),
        "rate-ticket": replace(ONE, screen="rate", rating=Rating("20261123-A042", 3)),
        "rate-why-ticket": replace(ONE, screen="rate", score=2, rating=Rating("20261123-A042", 3)),
        "rate-why": replace(ONE, screen="rate", score=4, reasons=("attitude",)),
        "thanks": replace(ONE, screen="thanks"),
    }
