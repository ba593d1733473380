"""Who comes by appointment takes the number of it here: the code is typed or scanned, no name is asked."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Booking, CheckedIn, CheckIn, Model, TicketGiven, Watch
from kiosk.moves import Entered, Env, Out, Tapped, go
from kiosk.tasks import number

SHORTEST = 4
"""Characters of an appointment's code, at least (docs/contracts.md §2: 4 to 8)."""


def enter(model: Model) -> Out:
    """The keypad of the appointment's code."""
    if not model.hub.connected:
        return go(model, "out_of_service"), ()
    return replace(go(model, "checkin"), booking=Booking()), ((Watch(True),) if model.camera else ())


def scanned(code: str, model: Model) -> Out:
    """The code was read from a paper."""
    there = model if model.screen == "checkin" else go(model, "checkin")
    asked = replace(there, booking=Booking(code.rpartition("/")[2]), touched=model.now, warn_left=None)
    return _ask("", asked, Env())


def _ask(_value: str, model: Model, _env: Env) -> Out:
    if model.screen != "checkin" or len(model.booking.code) < SHORTEST:
        return model, ()
    request = model.request + 1
    asked = replace(go(model, "issuing"), request=request, ticket=None, paper="asking", wanted="")
    return asked, (CheckIn(request, model.booking.code, model.priority), Watch(False))


def checked_in(event: CheckedIn, model: Model) -> Out:
    """The hub's answer."""
    if event.request != model.request or model.screen != "issuing":
        return model, ()
    if event.ticket is not None or not event.refused:
        return number.given(TicketGiven(event.request, event.ticket), model)
    booking = replace(model.booking, refused=event.refused, opens_at=event.opens_at, number=event.number)
    return replace(model, screen="checkin", trail=model.trail[:-1], touched=model.now, booking=booking), ()


def _retype(_value: str, model: Model, _env: Env) -> Out:
    return replace(model, booking=replace(model.booking, refused="")), ()


TAPS: dict[str, Tapped] = {"checkin": _ask, "retype": _retype}
ENTER: dict[str, Entered] = {"checkin": enter}
