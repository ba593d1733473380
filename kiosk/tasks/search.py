"""The keyboard of the search: its way of typing and its page. What is typed goes through `kiosk.keys.typed`. Pure."""

from __future__ import annotations

from dataclasses import replace

from kiosk.keys.keyboard import change_method, turn
from kiosk.model import Model
from kiosk.moves import Entered, Tapped


def _show(model: Model, *, hidden: bool) -> Model:
    """The keyboard put away, so that all results have room; or brought back."""
    return replace(model, keyboard=replace(model.keyboard, hidden=hidden), page=0)


TAPS: dict[str, Tapped] = {
    "method": lambda _value, model, _env: (replace(model, keyboard=change_method(model.keyboard)), ()),
    "results": lambda _value, model, _env: (_show(model, hidden=True), ()),
    "keyboard": lambda _value, model, _env: (_show(model, hidden=False), ()),
    "marks": lambda _value, model, _env: (replace(model, keyboard=turn(model.keyboard)), ()),
}
ENTER: dict[str, Entered] = {}
