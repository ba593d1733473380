"""Samples: search."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Keyboard, Model
from kiosk.samples.world import ONE

HITS = ("1.001193", "1.004884", "2.000528", "2.000986", "1.004772", "1.000689")


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    empty = replace(ONE, screen="search", trail=("home", "fields"))
    typed = replace(empty, query="khai si", hits=HITS[:3], keyboard=Keyboard("khai si"))
    return {
        "search": empty,
        "search-hits": typed,
        "search-many": replace(empty, query="khai sinh", hits=HITS, keyboard=Keyboard("khai sinh")),
        "search-all": replace(empty, query="khai sinh", hits=HITS, keyboard=Keyboard("khai sinh", hidden=True)),
        "search-none": replace(empty, query="xyzq", keyboard=Keyboard("xyzq")),
        "search-vni": replace(empty, query="khai tử", hits=("1.000656",), keyboard=Keyboard("khai tu73", method="vni")),
        "search-marks": replace(
            empty, query="hộ nghè", hits=("1.011607",), keyboard=Keyboard("hooj ngheof", method="telex", marks=True)
        ),
        "search-long": replace(
            empty, query="tôi muốn làm giấy khai sinh cho con tôi", hits=HITS[:2], keyboard=Keyboard("x")
        ),
    }
