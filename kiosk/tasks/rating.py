"""The rating: one question, a face, at most two reasons."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model, Report
from kiosk.moves import Entered, Env, Out, Tapped, go

MAX_REASONS = 2
REASONS = ("time", "attitude", "papers", "fee", "room")
RATINGS_A_MINUTE = 5
"""More than this is a child at play: thanked, and not counted."""


def leave(model: Model, env: Env) -> Out:
    """A face that was touched counts even if its owner walks away without "send"."""
    if not model.score:
        return model, ()
    recent = tuple(at for at in model.rated_at if model.now - at < 60.0)
    counted = len(recent) < RATINGS_A_MINUTE
    model = replace(model, rated_at=(*recent, model.now) if counted else recent)
    hour = model.face.hour if model.face else None
    data = (("score", model.score), ("of", env.faces), ("reasons", model.reasons), ("hour", hour))
    return model, ((Report("rating.given", data),) if counted else ())


def _reason(reason: str, model: Model, _env: Env) -> Out:
    if reason in model.reasons:
        return replace(model, reasons=tuple(each for each in model.reasons if each != reason)), ()
    if reason not in REASONS or len(model.reasons) >= MAX_REASONS:
        return model, ()
    return replace(model, reasons=(*model.reasons, reason)), ()


def _send(_value: str, model: Model, env: Env) -> Out:
    sent, told = leave(model, env)
    return replace(go(sent, "thanks"), score=0, reasons=()), told


TAPS: dict[str, Tapped] = {
    "face": lambda value, model, _env: (replace(model, score=int(value)), ()),
    "reason": _reason,
    "send": _send,
}
ENTER: dict[str, Entered] = {}
