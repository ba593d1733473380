"""Samples: help."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model
from kiosk.samples.world import HUB, ONE, YOUTH


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    helpers = replace(HUB, help_days=(YOUTH,))
    return {
        "help": replace(ONE, screen="help"),
        "helper": replace(ONE, screen="helper", trail=("home", "help"), hub=helpers, helper="called"),
        "helper-asking": replace(ONE, screen="helper", trail=("home", "help"), helper="asking"),
        "helper-failed": replace(ONE, screen="helper", trail=("home", "help"), helper="failed"),
        "help_hours": replace(ONE, screen="help_hours", trail=("home", "help"), hub=helpers),
        "help_links": replace(ONE, screen="help_links", trail=("home", "help")),
        "help_post": replace(ONE, screen="help_post", trail=("home", "help")),
        "privacy": replace(ONE, screen="privacy", trail=("home", "help")),
        "privacy-more": replace(ONE, screen="privacy", trail=("home", "help"), page=1),
    }
