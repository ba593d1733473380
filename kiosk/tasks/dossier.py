"""My dossier: a code scanned or typed, the answer, the second factor."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import CameraState, LookedUp, LookUp, Model, Scanned, Watch
from kiosk.moves import Entered, Env, Out, Tapped, go, today
from kiosk.scanner.grammar import dossier_code
from kiosk.typed import FACTOR_LENGTH


def enter_scan(model: Model) -> Out:
    """The camera; without one the keypad."""
    if not model.camera:
        return replace(go(model, "typing"), code=""), ()
    return replace(go(model, "scan"), code="", result=None), (Watch(True),)


def enter_typing(model: Model) -> Out:
    """The code's keypad."""
    return replace(go(model, "typing"), code="", result=None), (Watch(False),)


def camera(event: CameraState, model: Model) -> Out:
    """The camera came or went."""
    model = replace(model, camera=event.working)
    if model.screen == "scan" and not event.working:  # the keypad takes over, under the person's hands
        return replace(model, screen="typing", code="", hint=""), ()
    return model, ()


def scanned(event: Scanned, model: Model) -> Out:
    """A paper was read."""
    if model.screen not in ("scan", "not_found") or (model.screen == "not_found" and event.code is None):
        return model, ()
    model = replace(model, touched=model.now, warn_left=None)
    if event.kind in ("dossier", "url_with_dossier") and event.code:
        return ask(replace(model, typed=False), event.code, None)
    hint = "several" if event.kind in ("dossier", "url_with_dossier") else event.kind
    return replace(model, hint=hint), ()


def ask(model: Model, code: str, factor: tuple[str, str] | None) -> Out:
    """Ask the server, if the code is one."""
    accepted = dossier_code(code, today(model))
    if accepted is None:
        return replace(model, hint="incomplete"), ()
    request = model.request + 1
    typed = model.typed or model.screen == "typing"
    source = "typed" if typed else "scan"
    asked = replace(go(model, "searching"), code=accepted, request=request, typed=typed, factor_wrong=False)
    return asked, (LookUp(request, accepted, factor, source), Watch(False))  # type: ignore[arg-type]


def looked_up(event: LookedUp, model: Model) -> Out:
    """The server's answer, or that there is none."""
    if event.request != model.request or model.screen != "searching":
        return model, ()
    result = event.result
    asked_from = model.trail[-1]
    trail = model.trail[:-1]
    model = replace(model, touched=model.now, page=0)
    if asked_from == "factor":
        if result.kind == "not_found":
            # The server gives one answer for an unknown code and a wrong factor; here the code is known.
            return replace(model, screen="factor", trail=trail, factor="", factor_wrong=True), ()
        if result.kind == "found" and result.dossier and result.dossier.details:
            return replace(model, screen="details", trail=trail, result=result, factor=""), ()
        return replace(model, screen="try_later", trail=trail, factor=""), ()
    to = {"found": "status", "not_found": "not_found", "try_later": "try_later", "offline": "offline"}[result.kind]
    keep = (*trail, asked_from) if asked_from in ("scan", "typing") else trail
    return replace(model, screen=to, trail=keep, result=result), ()


def _factor_kind(value: str, model: Model, _env: Env) -> Out:
    kind = "lookup_code" if value == "lookup_code" else "id_last4"
    return replace(model, factor_kind=kind, factor="", factor_wrong=False), ()  # type: ignore[arg-type]


def _unlock(_value: str, model: Model, _env: Env) -> Out:
    if len(model.factor) != FACTOR_LENGTH:
        return model, ()
    return ask(model, model.code, (model.factor_kind, model.factor))


TAPS: dict[str, Tapped] = {
    "look": lambda _value, model, _env: ask(model, model.code, None),
    "factorkind": _factor_kind,
    "unlock": _unlock,
}
ENTER: dict[str, Entered] = {"scan": enter_scan, "typing": enter_typing}
