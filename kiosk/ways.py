"""What must hold for the flow from any state: who looks for home finds it, who walks away leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.flow import Flow
from kiosk.model import Model, Tap, Tick
from kiosk.moves import TIMEOUT_S, UNWARNED
from kiosk.view.checks import Problem
from kiosk.view.layout import Item
from kiosk.view.widgets import Box

HOME = ("home", "attract")
MACHINE = ("face", "hub", "camera", "request", "rated_at", "rated", "unit", "guard", "keyboard", "touched", "now")
"""What of a model belongs to the machine, not to a person: a wipe may keep it."""
LONGEST_S = 900
"""A screen that is not wiped by then never will be."""


def front_ids(items: list[Item]) -> list[str]:
    """What can be tapped: behind a dialogue's scrim nothing can."""
    scrims = [at for at, item in enumerate(items) if isinstance(item.widget, Box) and item.widget.scrim]
    return [item.id for item in items[scrims[-1] if scrims else 0 :] if item.id is not None]


def way_home(flow: Flow, model: Model, ids_of: Callable[[Model], list[str]]) -> list[Problem]:
    """One tap leads home from `model`, or one after a sheet is closed. `ids_of`: what a model's screen lets one tap."""
    if model.screen in HOME:
        return []
    ids = ids_of(model)
    if any(_leads_home(flow, model, each) for each in ids if each in ("home", "done")):
        return []
    for each in ids:
        if each.endswith(":close"):
            closed, _effects = flow.on(Tap(each), model)
            if closed != model and not way_home(flow, closed, ids_of):
                return []
    return [Problem("way", model.screen, f"no tap leads home; there are {', '.join(ids) or 'none'}")]


def _leads_home(flow: Flow, model: Model, target: str) -> bool:
    after, _effects = flow.on(Tap(target), model)
    return after.screen == "home"


def time_out(flow: Flow, model: Model) -> list[Problem]:
    """Left alone, `model` becomes an untouched home screen; where a person may be reading, `warn_s` is counted down."""
    start = model.now
    at = replace(model, touched=start, warn_left=None)
    warned = 0
    for second in range(1, LONGEST_S + 1):
        before = at
        at, _effects = flow.on(Tick(start + second, model.face), at)
        warned = warned + 1 if at.warn_left is not None else warned
        if at.screen in HOME and _untouched(flow, at):
            must_warn = before.screen not in (*UNWARNED, *TIMEOUT_S)
            if must_warn and warned < flow.env.warn_s - 1:
                said = f"wiped after {second} s with {warned} s of warning, at least {flow.env.warn_s:.0f} s"
                return [Problem("time", model.screen, said)]
            return []
        if at.screen != before.screen:
            warned = 0
    return [Problem("time", model.screen, f"not wiped after {LONGEST_S} s: it stands on {at.screen}")]


def _untouched(flow: Flow, model: Model) -> bool:
    """Whether nothing but what belongs to the machine is in it."""
    fresh = replace(flow.start(model.now), **{name: getattr(model, name) for name in MACHINE})
    return fresh == replace(model, screen="home", page=0)
