"""What a key does on the three screens that are typed on. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.grammar_keys import next_keys
from kiosk.keyboard import searched
from kiosk.model import Model

FACTOR_LENGTH = 4
CODE_MAX = 54


def typed(key: str, model: Model, find: Callable[[str], tuple[str, ...]]) -> Model:
    """A letter, or `backspace`, or `clear`. `find`: folded search, procedure codes best first."""
    match model.screen:
        case "search":
            return searched(key, model, find)
        case "typing":
            return _code(key.upper(), model)
        case "factor":
            return _factor(key.upper(), model)
        case _:
            return model


def _code(key: str, model: Model) -> Model:
    if key == "BACKSPACE":
        return replace(model, code=model.code[:-1], hint="")
    code = model.code
    for letter in key:
        if letter in next_keys(code) and len(code) < CODE_MAX:
            code += letter
    return replace(model, code=code, hint="")


def _factor(key: str, model: Model) -> Model:
    if key == "BACKSPACE":
        return replace(model, factor=model.factor[:-1])
    good = key.isascii() and (key.isdigit() if model.factor_kind == "id_last4" else key.isalnum())
    if not good or len(key) + len(model.factor) > FACTOR_LENGTH:
        return model
    return replace(model, factor=model.factor + key, factor_wrong=False)
