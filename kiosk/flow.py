"""The screen as a pure state machine: `Flow.on(event, model) -> (model, effects)`. No clock, no I/O, no drawing.

Time and navigation are here; what a task does with its own taps and answers is in `kiosk/tasks/`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from kiosk.keys.typed import typed
from kiosk.model import (
    Broken,
    CameraState,
    CheckedIn,
    Event,
    Face,
    Finger,
    Forget,
    Guidance,
    HelperCalled,
    HubChanged,
    Key,
    LinksSeen,
    ListState,
    LookedUp,
    Model,
    PaperState,
    PinChecked,
    Scanned,
    StaffDone,
    Tap,
    Tick,
    TicketGiven,
    TicketSeen,
    Touched,
    VoiceLost,
    Watch,
)
from kiosk.moves import GIVES_UP_TO, SCREENS, TIMEOUT_S, UNWARNED, Env, Out, go, idle_of
from kiosk.tasks import ENTER, TAPS, checkin, dossier, modes, number, place, procedures, rating, staff
from kiosk.tasks import help as helping


class Flow:
    """The machine. Every screen has a way home, a time-out and the failsafe."""

    def __init__(self, env: Env) -> None:
        self.env = env

    def start(self, now: float = 0.0) -> Model:
        """The first model."""
        return Model(language=self.env.language, now=now, touched=now, unit=self.env.unit, keyboard=self.env.keyboard)

    def on(self, event: Event, model: Model) -> Out:
        """One step."""
        match event:
            case Tick():
                return self._tick(event, model)
            case Tap():
                return self._tap(event.id, replace(model, touched=model.now, warn_left=None))
            case Touched():
                return self._touched(model), ()
            case Key():
                if model.screen == "attract":
                    return self._touched(model), ()
                return typed(event.text, replace(model, touched=model.now, warn_left=None), self.env.find), ()
            case HubChanged():
                return place.follow(replace(rating.of_day(model, event.hub.day), hub=event.hub))
            case Scanned():
                return dossier.scanned(event, model, self.env)
            case Guidance():
                return dossier.guided(event, model)
            case CameraState():
                return dossier.camera(event, model)
            case LookedUp():
                return dossier.looked_up(event, model)
            case TicketGiven():
                return number.given(event, model)
            case PaperState():
                return number.paper(event, model)
            case ListState():
                return procedures.printed(event, model)
            case HelperCalled():
                return helping.called(event, model)
            case TicketSeen():
                return place.seen(event, model)
            case CheckedIn():
                return checkin.checked_in(event, model)
            case VoiceLost():
                return modes.lost(model), ()
            case PinChecked():
                return staff.checked(event, model)
            case StaffDone():
                return staff.done(event, model), ()
            case LinksSeen():
                return staff.links(event, model), ()
            case Finger():
                return staff.finger(event, model), ()
            case Broken():
                return replace(self._fresh(model), screen="failsafe"), (Forget(), Watch(False))

    def _touched(self, model: Model) -> Model:
        # A finger on the attract screen only wakes it: nothing on it can be pressed, and what comes up under the
        # finger was not there when it came down.
        screen = "home" if model.screen == "attract" else model.screen
        return replace(model, screen=screen, page=0 if screen != model.screen else model.page, touched=model.now)

    def deadline(self, model: Model) -> float:
        """Monotonic seconds at which the warning (or, unwarned, the wipe) is due."""
        return model.touched + idle_of(model, self.env.idle_s)

    # time -----------------------------------------------------------------------------------

    def _tick(self, event: Tick, model: Model) -> Out:
        model = replace(model, now=event.now, face=event.face)
        if model.screen in TIMEOUT_S:
            if event.now - model.touched < TIMEOUT_S[model.screen]:
                return model, ()
            to = GIVES_UP_TO[model.screen]
            return replace(model, screen=to, request=model.request + 1, touched=event.now), ()
        if model.screen == "attract":
            turns = (event.now - model.touched - self.env.attract_s) // self.env.attract_turn_s
            return replace(model, page=max(0, int(turns))), ()
        if 0 < self.env.attract_s <= event.now - model.touched and self._untouched(model):
            return replace(model, screen="attract"), ()
        over = event.now - self.deadline(model)
        if over < 0:
            return (replace(model, warn_left=None) if model.warn_left is not None else model), ()
        if model.screen in UNWARNED or over >= self.env.warn_s:
            if self._untouched(model):
                return model, ()
            return self.wipe(model)
        return replace(model, warn_left=max(1, int(self.env.warn_s - over + 0.999))), ()

    def _untouched(self, model: Model) -> bool:
        """Home, and nothing of a person is left in it."""
        return model.screen == "home" and model == replace(self._fresh(model), touched=model.touched)

    def _fresh(self, model: Model) -> Model:
        return Model(
            language=self.env.language,
            now=model.now,
            face=model.face,
            hub=model.hub,
            camera=model.camera,
            request=model.request + (model.screen in TIMEOUT_S),
            rated_at=model.rated_at,
            rated=model.rated,
            unit=model.unit,
            guard=model.guard,
            keyboard=self.env.keyboard,
            touched=model.now,
        )

    def wipe(self, model: Model) -> Out:
        """Back to an untouched home screen: nothing of the person stays in the model."""
        model, told = rating.leave(model, self.env)
        return self._fresh(model), (*told, Forget(), Watch(False))

    def _home(self, model: Model) -> Out:
        wiped, effects = self.wipe(model)
        kept = replace(model.modes, sheet="")
        return replace(wiped, language=model.language, large=model.large, modes=kept), effects

    # moving -----------------------------------------------------------------------------------

    def _back(self, model: Model) -> Out:
        if not model.trail:
            return self._home(model)
        screen, trail = model.trail[-1], model.trail[:-1]
        while screen in TIMEOUT_S and trail:
            screen, trail = trail[-1], trail[:-1]
        if screen == "home":
            return self._home(model)
        looked = model.screen in dossier.CAMERA_SCREENS
        looks = screen in dossier.CAMERA_SCREENS and model.camera
        model = replace(model, screen=screen, trail=trail, page=0, hint="", factor="", factor_wrong=False)
        return model, ((Watch(looks),) if looks or looked else ())

    def _tap(self, target: str, model: Model) -> Out:
        name, _, value = target.partition(":")
        match name:
            case "done":
                return self.wipe(model)
            case "home":
                return self._home(model)
            case "back":
                return self._back(model)
            case "more":
                return replace(model, extended=model.extended + 1), ()
            case "page":
                return replace(model, page=max(0, model.page + (1 if value == "next" else -1))), ()
            case "key":
                return typed(value, model, self.env.find), ()
            case "go":
                if value in ENTER:
                    return ENTER[value](model)
                return (go(model, value) if value in SCREENS else model), ()
        return TAPS[name](value, model, self.env) if name in TAPS else (model, ())


def face_of(wall: dt.datetime, trusted: bool) -> Face | None:
    """The clock face for a wall time; None while it is not to be believed."""
    if not trusted:
        return None
    return Face(wall.year, wall.month, wall.day, wall.weekday(), wall.hour, wall.minute)
