"""Samples: procedures."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model
from kiosk.samples.world import ONE


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    return {
        "fields": replace(ONE, screen="fields"),
        "list": replace(ONE, screen="list", trail=("home", "fields"), field="civil-status"),
        "list-2": replace(ONE, screen="list", trail=("home", "fields"), field="civil-status", page=1),
        "procedure": replace(ONE, screen="procedure", trail=("home", "fields", "list"), procedure="1.001193"),
        "procedure-2": replace(ONE, screen="procedure", trail=("home", "fields", "list"), procedure="1.001193", page=1),
        "procedure-fee": replace(ONE, screen="procedure", trail=("home", "search"), procedure="2.000815"),
    }
