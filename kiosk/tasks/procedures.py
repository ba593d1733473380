"""Procedures: fields, lists, one procedure."""

from __future__ import annotations

from dataclasses import replace

from kiosk.moves import Entered, Tapped, go

TAPS: dict[str, Tapped] = {
    "field": lambda value, model, _env: (replace(go(model, "list"), field=value), ()),
    "procedure": lambda value, model, _env: (replace(go(model, "procedure"), procedure=value), ()),
}
ENTER: dict[str, Entered] = {}
