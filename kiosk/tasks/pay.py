"""Paying a fee by one's own bank: an amount, a note, a code to photograph. Whether it was paid nobody here knows."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model, Pay
from kiosk.moves import Entered, Env, Out, Tapped, go
from kiosk.vietqr import note


def _enter(model: Model) -> Out:
    return (go(model, "pay") if model.pay else model), ()


def _fee(_value: str, model: Model, env: Env) -> Out:
    """The fee of the procedure on the screen, at the counts its sums stand at."""
    fee = env.fee_of(model.procedure) if env.pays else None
    due = fee.due(model.reading.pages, model.reading.copies) if fee else None
    if not due:
        return model, ()
    pay = Pay(due, note(f"{env.purpose} {model.procedure}"), model.procedure)
    return replace(go(model, "pay"), pay=pay), ()


TAPS: dict[str, Tapped] = {"payfee": _fee}
ENTER: dict[str, Entered] = {"pay": _enter}
