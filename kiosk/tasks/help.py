"""Help: somebody who guides and writes."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import CallHelper, HelperCalled, Model
from kiosk.moves import Entered, Env, Out, Tapped, go


def called(event: HelperCalled, model: Model) -> Out:
    """Whether the staff know."""
    if model.helper == "asking":
        return replace(model, helper="called" if event.called else "failed"), ()
    return model, ()


def _helper(_value: str, model: Model, _env: Env) -> Out:
    if model.helper in ("asking", "called"):
        return (model if model.screen == "helper" else go(model, "helper")), ()
    return replace(go(model, "helper"), helper="asking"), (CallHelper(),)


TAPS: dict[str, Tapped] = {"helper": _helper}
ENTER: dict[str, Entered] = {}
