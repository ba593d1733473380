"""Samples: procedures."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model, Pay, Reading
from kiosk.samples.world import ONE

COPIES = "2.000815"
LINKED = "2.000986"
IN_ONE = replace(ONE, trail=("home", "popular", "procedure"))


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    one = replace(ONE, screen="procedure", trail=("home", "popular"))
    counted = Reading(pages=5, copies=2)
    return {
        "popular": replace(ONE, screen="popular"),
        "popular-2": replace(ONE, screen="popular", page=1),
        "fields": replace(ONE, screen="fields", trail=("home", "popular")),
        "list": replace(ONE, screen="list", trail=("home", "popular", "fields"), field="civil-status"),
        "list-2": replace(ONE, screen="list", trail=("home", "popular", "fields"), field="civil-status", page=1),
        "procedure": replace(one, procedure="1.001193"),
        "procedure-2": replace(one, procedure="1.001193", page=1),
        "procedure-fee": replace(one, trail=("home", "search"), procedure=COPIES),
        "procedure-cases": replace(one, procedure="1.004873", page=1),
        "procedure-exempt": replace(one, procedure="1.004222"),
        "procedure-exempt-2": replace(one, procedure="1.004222", page=2),
        "procedure-linked": replace(one, procedure=LINKED, page=1),
        "procedure-linked-2": replace(one, procedure=LINKED, page=2),
        "carry": replace(IN_ONE, screen="carry", procedure="1.001193"),
        "carry-asking": replace(IN_ONE, screen="carry", procedure="1.001193", reading=Reading(slip="asking")),
        "carry-printed": replace(IN_ONE, screen="carry", procedure="1.001193", reading=Reading(slip="printed")),
        "carry-no-paper": replace(IN_ONE, screen="carry", procedure="1.001193", reading=Reading(slip="no_paper")),
        "carry-failed": replace(IN_ONE, screen="carry", procedure="1.001193", reading=Reading(slip="failed")),
        "sums": replace(IN_ONE, screen="sums", procedure=COPIES, reading=counted),
        "sums-cap": replace(IN_ONE, screen="sums", procedure=COPIES, reading=Reading(pages=198, copies=12)),
        "sums-copies": replace(IN_ONE, screen="sums", procedure="2.000635", reading=Reading(copies=3)),
        "pay": replace(IN_ONE, screen="pay", procedure="1.004222", pay=Pay(20_000, "LP 1.004222", "1.004222")),
        "pay-dossier": replace(
            IN_ONE, screen="pay", procedure="1.004222", pay=Pay(1_250_000, "LP H38.12.25-240815-0003")
        ),
        "pay-none": replace(IN_ONE, screen="pay", procedure="1.004222"),
    }
