"""How a person wants to be served: large text, high contrast, a voice, a language. From every screen, by one button.

The choices lie on a sheet over the screen, so that closing it leads back to exactly the same place.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model
from kiosk.moves import Entered, Env, Out, Tapped

VOLUME_STEP = 10
QUIETEST, LOUDEST = 20, 100
"""Percent. Below 20 nobody hears a voice that is said to be on."""


def volume_of(model: Model, env: Env) -> int:
    """Percent the voice speaks with."""
    return env.volume if model.modes.volume is None else model.modes.volume


def _sheet(value: str, model: Model, _env: Env) -> Out:
    sheet = "" if value == "close" or (value == "" and model.modes.sheet == "modes") else "modes"
    return replace(model, modes=replace(model.modes, sheet=sheet)), ()  # type: ignore[arg-type]


def _large(_value: str, model: Model, _env: Env) -> Out:
    # Other pages: what stood on page 3 stands elsewhere now.
    return replace(model, large=not model.large, page=0), ()


def _contrast(_value: str, model: Model, _env: Env) -> Out:
    return replace(model, modes=replace(model.modes, contrast=not model.modes.contrast)), ()


def _speak(_value: str, model: Model, env: Env) -> Out:
    if not env.voice:
        return model, ()
    return replace(model, modes=replace(model.modes, speak=not model.modes.speak, silent=False)), ()


def _volume(value: str, model: Model, env: Env) -> Out:
    if not env.voice or value not in ("up", "down"):
        return model, ()
    wanted = volume_of(model, env) + (VOLUME_STEP if value == "up" else -VOLUME_STEP)
    return replace(model, modes=replace(model.modes, volume=max(QUIETEST, min(LOUDEST, wanted)))), ()


def _language(value: str, model: Model, env: Env) -> Out:
    """One of them, chosen; without a value the other one, or the sheet where there are more than two."""
    if value in env.languages:
        modes = replace(model.modes, sheet="" if model.modes.sheet == "language" else model.modes.sheet)
        return replace(model, language=value, page=0 if value != model.language else model.page, modes=modes), ()
    if value:
        return model, ()
    if len(env.languages) > 2:
        return replace(model, modes=replace(model.modes, sheet="language")), ()
    others = [each for each in env.languages if each != model.language]
    return replace(model, language=others[0] if others else model.language, page=0), ()


def lost(model: Model) -> Model:
    """The voice cannot be heard: say so where it is switched on, and go on without it."""
    if not model.modes.speak:
        return model
    return replace(model, modes=replace(model.modes, speak=False, silent=True, sheet="modes"))


TAPS: dict[str, Tapped] = {
    "modes": _sheet,
    "large": _large,
    "contrast": _contrast,
    "speak": _speak,
    "volume": _volume,
    "language": _language,
}
ENTER: dict[str, Entered] = {}
