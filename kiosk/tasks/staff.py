"""The staff screen: a mark touched five times, a PIN, then tests of camera, touch, colours, sound, printer and links.

Nothing here changes a setting or opens a shell; what a person before it typed is gone, and so is all of this at a wipe.
How often a PIN may be guessed belongs to the machine: a wipe does not forgive it. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import (
    CheckPin,
    Effect,
    Finger,
    Guard,
    LinksSeen,
    Model,
    PinChecked,
    Staff,
    StaffDone,
    StaffWork,
    Watch,
)
from kiosk.moves import Entered, Env, Out, Tapped, go

TOUCHES = 5
WITHIN_S = 4.0
"""The mark on the home screen, so often within so many seconds: never by chance, and easily told by phone."""
PIN_MIN, PIN_MAX = 4, 8
FREE_TRIES = 3
PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0
"""After `FREE_TRIES` wrong PINs a pause, twice as long after each further one."""
CROSSES = 5
COLOURS = 5
TRAIL = 60
"""Points of the drawn trail that are kept; older ones go first."""
PARTS = ("camera", "touch", "colours", "sound", "printer", "links")
SCREENS = ("staff_pin", "staff", *(f"staff_{part}" for part in PARTS))


def pause_after(wrong: int) -> float:
    """Seconds until the next try after so many wrong PINs in a row."""
    return min(LONGEST_PAUSE_S, PAUSE_S * 2.0 ** min(20, wrong - FREE_TRIES)) if wrong >= FREE_TRIES else 0.0


def _mark(_value: str, model: Model, env: Env) -> Out:
    """A touch of the mark: the fifth one asks for the PIN."""
    if model.screen != "home":
        return model, ()
    recent = (*(at for at in model.staff.touches if model.now - at < WITHIN_S), model.now)
    if len(recent) < TOUCHES:
        return replace(model, staff=Staff(touches=recent)), ()
    return replace(go(model, "staff_pin"), staff=Staff(state="" if env.staff else "unset"), large=False), ()


def _pin(value: str, model: Model, _env: Env) -> Out:
    staff = model.staff
    if model.screen != "staff_pin" or staff.state in ("asking", "unset"):
        return model, ()
    if value == "backspace":
        return replace(model, staff=replace(staff, pin=staff.pin[:-1], state="")), ()
    if value == "enter":
        if len(staff.pin) < PIN_MIN or model.now < model.guard.until:
            return model, ()
        request = model.request + 1
        asked = replace(staff, pin="", state="asking")
        return replace(model, staff=asked, request=request), (CheckPin(request, staff.pin),)
    if len(value) == 1 and value in "0123456789" and len(staff.pin) < PIN_MAX:
        return replace(model, staff=replace(staff, pin=staff.pin + value, state="")), ()
    return model, ()


def checked(event: PinChecked, model: Model) -> Out:
    """The answer to a PIN."""
    if event.request != model.request or model.screen != "staff_pin" or model.staff.state != "asking":
        return model, ()
    model = replace(model, touched=model.now)
    match event.verdict:
        case "right":
            return replace(model, screen="staff", staff=Staff(open=True), guard=Guard()), ()
        case "wrong":
            wrong = model.guard.wrong + 1
            guard = Guard(wrong, model.now + max(pause_after(wrong), float(event.wait_s)))
            return replace(model, staff=Staff(state="wrong"), guard=guard), ()
    return replace(model, staff=Staff(state="unreachable")), ()


def _part(value: str, model: Model, env: Env) -> Out:
    """Into a test, or back to the list of them."""
    if not model.staff.open:
        return model, ()
    effects: tuple[Effect, ...] = (Watch(False),) if model.screen == "staff_camera" else ()
    fresh = replace(model, staff=Staff(open=True, volume=model.staff.volume), page=0)
    if value == "menu":
        return replace(fresh, screen="staff", trail=("home",)), effects
    if value not in PARTS:
        return model, ()
    fresh = replace(fresh, screen=f"staff_{value}", trail=("home", "staff"))
    if value == "camera":
        return fresh, (Watch(True),)
    if value == "sound" and not env.voice:
        return replace(fresh, staff=replace(fresh.staff, state="none")), effects
    if value == "links":
        return _work(fresh, "links")
    return fresh, effects


def _work(model: Model, what: str, value: int = 0) -> Out:
    request = model.request + 1
    staff = replace(model.staff, state="asking")
    return replace(model, staff=staff, request=request), (StaffWork(request, what, value),)  # type: ignore[arg-type]


def _do(value: str, model: Model, env: Env) -> Out:
    """`sound`, `printer`, `links`, `restart`: something the machine is to do."""
    staff = model.staff
    if not staff.open or staff.state in ("asking", "none"):
        return model, ()
    if value == "restart" and model.screen == "staff":
        if staff.state != "sure":
            return replace(model, staff=replace(staff, state="sure")), ()
        return _work(model, "restart")
    if model.screen != f"staff_{value}":
        return model, ()
    return _work(model, value, staff.volume or env.volume)


def _volume(value: str, model: Model, env: Env) -> Out:
    if model.screen != "staff_sound" or not model.staff.open:
        return model, ()
    volume = (model.staff.volume or env.volume) + (10 if value == "up" else -10)
    return replace(model, staff=replace(model.staff, volume=max(20, min(100, volume)), state="")), ()


def _cross(value: str, model: Model, _env: Env) -> Out:
    if model.screen != "staff_touch" or not value.isdigit() or int(value) >= CROSSES:
        return model, ()
    hit = model.staff.crosses | {int(value)}
    return replace(model, staff=replace(model.staff, crosses=frozenset(hit))), ()


def _colour(_value: str, model: Model, _env: Env) -> Out:
    if model.screen != "staff_colours":
        return model, ()
    return replace(model, page=(model.page + 1) % COLOURS), ()


def finger(event: Finger, model: Model) -> Model:
    """A finger passes a place: drawn on the touch test, forgotten anywhere else."""
    if model.screen != "staff_touch":
        return model
    trail = (*model.staff.trail, (min(1.0, max(0.0, event.x)), min(1.0, max(0.0, event.y))))[-TRAIL:]
    return replace(model, touched=model.now, staff=replace(model.staff, trail=trail))


def done(event: StaffDone, model: Model) -> Model:
    """What became of a test."""
    if event.request != model.request or model.staff.state != "asking" or not model.staff.open:
        return model
    return replace(model, staff=replace(model.staff, state=event.state))


def links(event: LinksSeen, model: Model) -> Model:
    """How the parts of the machine stand."""
    if event.request != model.request or model.screen != "staff_links":
        return model
    return replace(model, staff=replace(model.staff, state="", links=event.links), page=0)


def _shut(model: Model) -> Out:
    """No screen of the staff is entered by its name: only by the mark and the PIN, and then by the list."""
    return model, ()


TAPS: dict[str, Tapped] = {
    "mark": _mark,
    "pin": _pin,
    "staff": _part,
    "do": _do,
    "level": _volume,
    "cross": _cross,
    "colour": _colour,
}
ENTER: dict[str, Entered] = dict.fromkeys(SCREENS, _shut)
