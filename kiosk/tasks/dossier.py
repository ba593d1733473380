"""My dossier: a code scanned or typed, the answer, the second factor."""

from __future__ import annotations

from dataclasses import replace

from kiosk.keys.typed import FACTOR_LENGTH
from kiosk.model import CameraState, Guidance, LookedUp, LookUp, Model, Pay, Scanned, Watch
from kiosk.moves import Entered, Env, Out, Tapped, go, today
from kiosk.scanner.grammar import dossier_code
from kiosk.tasks import checkin, place
from kiosk.vietqr import NOTE_LENGTH, note

HINTS = ("card", "payment", "health", "vneid", "postal", "product", "unknown", "several", "ticket", "appointment")
"""Papers that are told what they are; any other is told as `unknown`."""
GUIDES = ("closer", "farther", "still", "turn", "light")
CAMERA_SCREENS = ("scan", "ticket_number", "checkin")
"""Where the camera looks on."""


def enter_scan(model: Model) -> Out:
    """The camera; without one the keypad."""
    if not model.camera:
        return replace(go(model, "typing"), code=beginning(model), result=None), ()
    return replace(go(model, "scan"), code="", result=None, guidance=""), (Watch(True),)


def enter_typing(model: Model) -> Out:
    """The code's keypad."""
    return replace(go(model, "typing"), code=beginning(model), result=None), (Watch(False),)


def beginning(model: Model) -> str:
    """What a typed code begins with at this desk: most receipts are its own."""
    return f"{model.unit}-" if model.unit else ""


def camera(event: CameraState, model: Model) -> Out:
    """The camera came or went."""
    model = replace(model, camera=event.working)
    if model.screen == "scan" and not event.working:  # the keypad takes over, under the person's hands
        return replace(model, screen="typing", code=beginning(model), hint=""), ()
    return model, ()


def guided(event: Guidance, model: Model) -> Out:
    """What would help the camera now. A paper that was read is answered first."""
    hint = event.hint if event.hint in GUIDES and model.screen in CAMERA_SCREENS else ""
    return (model if hint == model.guidance else replace(model, guidance=hint)), ()


def scanned(event: Scanned, model: Model, env: Env) -> Out:
    """A paper was read."""
    if model.screen == "ticket_number":
        return place.scanned(event, model, env)
    if model.screen == "checkin" and event.kind == "appointment" and event.code and not model.booking.refused:
        return checkin.scanned(event.code, model)
    if model.screen not in ("scan", "not_found") or (model.screen == "not_found" and event.code is None):
        return model, ()
    model = replace(model, touched=model.now, warn_left=None, guidance="")
    if event.kind in ("dossier", "url_with_dossier") and event.code:
        return ask(replace(model, typed=False), event.code, None)
    if event.kind == "ticket" and event.code:
        return place.scanned(event, model, env)
    if event.kind == "appointment" and event.code:
        return checkin.scanned(event.code, model)
    hint = "several" if event.kind in ("dossier", "url_with_dossier") else event.kind
    return replace(model, hint=hint if hint in HINTS else "unknown"), ()


def ask(model: Model, code: str, factor: tuple[str, str] | None) -> Out:
    """Ask the server, if the code is one."""
    accepted = dossier_code(code, today(model))
    if accepted is None:
        return replace(model, hint="incomplete"), ()
    request = model.request + 1
    typed = model.typed or model.screen == "typing"
    source = "typed" if typed else "scan"
    asked = replace(go(model, "searching"), code=accepted, request=request, typed=typed, factor_wrong=False)
    if factor is None:
        asked = replace(asked, misses=0, retry_s=0)
    return asked, (LookUp(request, accepted, factor, source), Watch(False))  # type: ignore[arg-type]


def looked_up(event: LookedUp, model: Model) -> Out:
    """The server's answer, or that there is none."""
    if event.request != model.request or model.screen != "searching":
        return model, ()
    result = event.result
    asked_from = model.trail[-1]
    trail = model.trail[:-1]
    model = replace(model, touched=model.now, page=0, retry_s=result.retry_s)
    if asked_from == "factor":
        return _unlocked(event, model, trail)
    to = {"found": "status", "not_found": "not_found", "try_later": "try_later", "offline": "offline"}[result.kind]
    keep = (*trail, asked_from) if asked_from in ("scan", "typing") else trail
    return replace(model, screen=to, trail=keep, result=result), ()


def _unlocked(event: LookedUp, model: Model, trail: tuple[str, ...]) -> Out:
    """The answer to code and second factor; what the code alone told stays known behind it."""
    result = event.result
    model = replace(model, factor="")
    if result.kind == "not_found":
        # The server gives one answer for an unknown code and a wrong factor; here the code is known.
        return replace(model, screen="factor", trail=trail, factor_wrong=True, misses=model.misses + 1), ()
    if result.kind == "found" and result.dossier and result.dossier.details:
        fee = result.dossier.fee
        pay = Pay(fee.amount, transfer_note(result.dossier.code)) if fee else None
        return replace(model, screen="details", trail=trail, result=result, pay=pay, misses=0), ()
    if result.kind == "offline" and result.dossier:
        return replace(model, screen="offline", trail=trail, result=result), ()
    return replace(model, screen="try_later", trail=trail), ()


def transfer_note(code: str) -> str:
    """What a transfer says it is for: banks cut after 25 letters, so the end of the code must not be the one cut."""
    for text in (f"LP {code}", code, code.replace(".", "")):
        if len(text) <= NOTE_LENGTH:
            return note(text)
    return note(code.partition("-")[2])


def _factor_kind(value: str, model: Model, _env: Env) -> Out:
    kind = "lookup_code" if value == "lookup_code" else "id_last4"
    return replace(model, factor_kind=kind, factor="", factor_wrong=False), ()  # type: ignore[arg-type]


def _unlock(_value: str, model: Model, _env: Env) -> Out:
    if len(model.factor) != FACTOR_LENGTH:
        return model, ()
    return ask(model, model.code, (model.factor_kind, model.factor))


def _again(_value: str, model: Model, _env: Env) -> Out:
    """Ask once more, where the connection was lost or the server was busy."""
    asked = model.code and model.screen in ("offline", "try_later", "not_found")
    return ask(model, model.code, None) if asked else (model, ())


def _other_unit(_value: str, model: Model, _env: Env) -> Out:
    """A receipt of another office: the keypad begins at the beginning."""
    return (replace(model, code="", hint="") if model.screen == "typing" else model), ()


TAPS: dict[str, Tapped] = {
    "look": lambda _value, model, _env: ask(model, model.code, None),
    "factorkind": _factor_kind,
    "unlock": _unlock,
    "again": _again,
    "otherunit": _other_unit,
}
ENTER: dict[str, Entered] = {"scan": enter_scan, "typing": enter_typing}
