"""What a key does on the screens that are typed on. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.keys.code import filled, next_keys, shortened
from kiosk.keys.keyboard import searched
from kiosk.model import Model, MyTicket
from kiosk.moves import today

FACTOR_LENGTH = 4
CODE_MAX = 54
BOOKING_MAX = 8


def typed(key: str, model: Model, find: Callable[[str], tuple[str, ...]]) -> Model:
    """A letter, or `backspace`, or `clear`. `find`: folded search, procedure codes best first."""
    match model.screen:
        case "search":
            return searched(key, model, find)
        case "typing":
            return _code(key.upper(), model)
        case "factor":
            return _factor(key.upper(), model)
        case "ticket_number":
            return _ticket(key.upper(), model)
        case "checkin":
            return _booking(key.upper(), model)
        case _:
            return model


def _code(key: str, model: Model) -> Model:
    day = today(model)
    if key == "BACKSPACE":
        return replace(model, code=shortened(model.code, day), hint="")
    if key == "CLEAR":
        return replace(model, code="", hint="")
    code = model.code
    for letter in key:
        if letter in next_keys(code, day) and len(code) < CODE_MAX:
            code = filled(code + letter, day)
    return replace(model, code=code, hint="")


def ticket_keys(typed: str, letters: str) -> frozenset[str]:
    """What may follow in a ticket's number: a letter of a service, then up to three digits."""
    if not typed:
        return frozenset(letters)
    return frozenset("0123456789" if len(typed) < 4 else "")


def _ticket(key: str, model: Model) -> Model:
    mine = model.mine or MyTicket()
    letters = "".join(each.letter for each in model.hub.services)
    typed = mine.typed
    if key == "BACKSPACE":
        typed = typed[:-1]
    elif key in ticket_keys(typed, letters):
        typed += key
    elif len(key) == 1 and key in letters:
        typed = key + typed[1:]  # another letter takes the place of the first one
    return replace(model, mine=replace(mine, typed=typed, state="typing"))


def _booking(key: str, model: Model) -> Model:
    code = model.booking.code
    if key == "BACKSPACE":
        code = code[:-1]
    elif key.isascii() and key.isalnum() and len(key) + len(code) <= BOOKING_MAX:
        code += key
    return replace(model, booking=replace(model.booking, code=code, refused=""))


def _factor(key: str, model: Model) -> Model:
    if key == "BACKSPACE":
        return replace(model, factor=model.factor[:-1])
    good = key.isascii() and (key.isdigit() if model.factor_kind == "id_last4" else key.isalnum())
    if not good or len(key) + len(model.factor) > FACTOR_LENGTH:
        return model
    return replace(model, factor=model.factor + key, factor_wrong=False)
