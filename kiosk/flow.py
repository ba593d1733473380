"""The screen as a pure state machine: `Flow.on(event, model) -> (model, effects)`. No clock, no I/O, no drawing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk.model import (
    Broken,
    CallHelper,
    CameraState,
    Effect,
    Event,
    Face,
    Forget,
    HelperCalled,
    HubChanged,
    Issue,
    Key,
    LookedUp,
    LookUp,
    Model,
    PaperState,
    Refusal,
    Report,
    Scanned,
    Tap,
    Tick,
    TicketGiven,
    Touched,
    Watch,
)
from kiosk.scanner.grammar import dossier_code
from kiosk.typed import FACTOR_LENGTH, typed

SCREENS = (
    "home",
    "service",
    "busy",
    "issuing",
    "ticket",
    "fields",
    "list",
    "procedure",
    "search",
    "scan",
    "typing",
    "searching",
    "status",
    "factor",
    "details",
    "not_found",
    "try_later",
    "offline",
    "rate",
    "thanks",
    "help",
    "helper",
    "out_of_service",
    "closed",
    "failsafe",
)
IDLE_FACTOR = {"ticket": 0.5, "thanks": 0.2, "failsafe": 0.3}
"""Share of the idle time for screens that say one thing; the warning is never shorter."""
NUMBER_ONLY_S = 60.0
"""Without paper the number exists on this screen alone: at least so long before the warning, to write it down."""
UNWARNED = ("home", "thanks", "failsafe")
"""Nothing of a person is on these: they go home without asking."""
TIMEOUT_S = {"issuing": 12.0, "searching": 40.0}
"""Screens that wait for a worker give up after this; the worker's own deadline is shorter."""
MAX_REASONS = 2
REASONS = ("time", "attitude", "papers", "fee", "room")
RATINGS_A_MINUTE = 5
"""More than this is a child at play: thanked, and not counted."""

Out = tuple[Model, tuple[Effect, ...]]


def idle_of(model: Model, idle_s: float) -> float:
    """Seconds without a finger until the screen warns."""
    idle = idle_s * IDLE_FACTOR.get(model.screen, 1.0)
    return max(idle, idle_s, NUMBER_ONLY_S) if model.screen == "ticket" and model.paper == "broken" else idle


@dataclass(frozen=True, slots=True)
class Env:
    """What the flow is told once. `find`: folded search, procedure codes best first; `field_of`: code → field."""

    idle_s: float = 45.0
    warn_s: float = 20.0
    language: str = "vi"
    languages: tuple[str, ...] = ("vi", "en")
    faces: int = 5
    find: Callable[[str], tuple[str, ...]] = lambda text: ()
    service_of: Callable[[str], str | None] = lambda code: None


class Flow:
    """The machine. Every screen has a way home, a time-out and the failsafe."""

    def __init__(self, env: Env) -> None:
        self.env = env

    def start(self, now: float = 0.0) -> Model:
        """The first model."""
        return Model(language=self.env.language, now=now, touched=now)

    def on(self, event: Event, model: Model) -> Out:
        """One step."""
        match event:
            case Tick():
                return self._tick(event, model)
            case Tap():
                return self._tap(event.id, replace(model, touched=model.now, warn_left=None))
            case Touched():
                return replace(model, touched=model.now), ()
            case Key():
                return typed(event.text, replace(model, touched=model.now, warn_left=None), self.env.find), ()
            case Scanned():
                return self._scanned(event, model)
            case CameraState():
                model = replace(model, camera=event.working)
                if model.screen == "scan" and not event.working:  # the keypad takes over, under the person's hands
                    return replace(model, screen="typing", code="", hint=""), ()
                return model, ()
            case HubChanged():
                return replace(model, hub=event.hub), ()
            case TicketGiven():
                return self._ticket(event, model)
            case PaperState():
                if model.ticket and model.ticket.id == event.ticket:
                    # "Please write it down" begins when it is said, not when the number came.
                    news = event.paper == "broken" and model.paper != "broken"
                    return replace(model, paper=event.paper, touched=model.now if news else model.touched), ()
                return model, ()
            case HelperCalled():
                if model.helper == "asking":
                    return replace(model, helper="called" if event.called else "failed"), ()
                return model, ()
            case LookedUp():
                return self._looked_up(event, model)
            case Broken():
                return replace(self._fresh(model), screen="failsafe"), (Forget(), Watch(False))

    def deadline(self, model: Model) -> float:
        """Monotonic seconds at which the warning (or, unwarned, the wipe) is due."""
        return model.touched + idle_of(model, self.env.idle_s)

    def today(self, model: Model) -> dt.date | None:
        """The date, where it may be believed."""
        return dt.date(model.face.year, model.face.month, model.face.day) if model.face else None

    # time -----------------------------------------------------------------------------------

    def _tick(self, event: Tick, model: Model) -> Out:
        model = replace(model, now=event.now, face=event.face)
        if model.screen in TIMEOUT_S:
            if event.now - model.touched < TIMEOUT_S[model.screen]:
                return model, ()
            to = "out_of_service" if model.screen == "issuing" else "try_later"
            return replace(model, screen=to, request=model.request + 1, touched=event.now), ()
        over = event.now - self.deadline(model)
        if over < 0:
            return (replace(model, warn_left=None) if model.warn_left is not None else model), ()
        if model.screen in UNWARNED or over >= self.env.warn_s:
            if model.screen == "home" and model == replace(self._fresh(model), touched=model.touched):
                return model, ()
            return self.wipe(model)
        return replace(model, warn_left=max(1, int(self.env.warn_s - over + 0.999))), ()

    def _fresh(self, model: Model) -> Model:
        return Model(
            language=self.env.language,
            now=model.now,
            face=model.face,
            hub=model.hub,
            camera=model.camera,
            request=model.request + (model.screen in TIMEOUT_S),
            rated_at=model.rated_at,
            touched=model.now,
        )

    def wipe(self, model: Model) -> Out:
        """Back to an untouched home screen: nothing of the person stays in the model."""
        model, told = self._send_rating(model)
        return self._fresh(model), (*told, Forget(), Watch(False))

    def _home(self, model: Model) -> Out:
        wiped, effects = self.wipe(model)
        return replace(wiped, language=model.language, large=model.large), effects

    # moving -----------------------------------------------------------------------------------

    def _go(self, model: Model, screen: str) -> Model:
        return replace(model, screen=screen, trail=(*model.trail, model.screen), page=0, hint="")

    def _back(self, model: Model) -> Out:
        if not model.trail:
            return self._home(model)
        screen, trail = model.trail[-1], model.trail[:-1]
        while screen in TIMEOUT_S and trail:
            screen, trail = trail[-1], trail[:-1]
        if screen == "home":
            return self._home(model)
        model = replace(model, screen=screen, trail=trail, page=0, hint="", factor="", factor_wrong=False)
        return model, ((Watch(True),) if screen == "scan" else ())

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
            case "large":
                return replace(model, large=not model.large, page=0), ()
            case "language":
                every = self.env.languages
                return replace(model, language=every[(every.index(model.language) + 1) % len(every)], page=0), ()
            case "page":
                return replace(model, page=max(0, model.page + (1 if value == "next" else -1))), ()
            case "key":
                return typed(value, model, self.env.find), ()
        return self._screen_tap(name, value, model)

    def _screen_tap(self, name: str, value: str, model: Model) -> Out:
        match name:
            case "go":
                return self._enter(value, model)
            case "priority":
                return replace(model, priority=not model.priority), ()
            case "take":
                return self._ask_first(value, model)
            case "anyway":
                return self._take(model.wanted, model) if model.wanted and model.screen == "busy" else (model, ())
            case "why":
                return self._no_number(model.hub.refusal(value), model), ()
            case "helper":
                if model.helper in ("asking", "called"):
                    return (model if model.screen == "helper" else self._go(model, "helper")), ()
                return replace(self._go(model, "helper"), helper="asking"), (CallHelper(),)
            case "field":
                return replace(self._go(model, "list"), field=value), ()
            case "procedure":
                return replace(self._go(model, "procedure"), procedure=value), ()
            case "takefor":
                service = self.env.service_of(model.procedure)
                known = any(each.id == service and each.open for each in model.hub.services)
                return self._ask_first(service, model) if service and known else self._enter("service", model)
            case "look":
                return self._ask(model, model.code, None)
            case "factorkind":
                kind = "lookup_code" if value == "lookup_code" else "id_last4"
                return replace(model, factor_kind=kind, factor="", factor_wrong=False), ()  # type: ignore[arg-type]
            case "unlock" if len(model.factor) == FACTOR_LENGTH:
                return self._ask(model, model.code, (model.factor_kind, model.factor))
            case "face":
                return replace(model, score=int(value)), ()
            case "reason":
                return self._reason(value, model), ()
            case "send":
                sent, told = self._send_rating(model)
                return replace(self._go(sent, "thanks"), score=0, reasons=()), told
            case _:
                return model, ()

    def _enter(self, screen: str, model: Model) -> Out:
        if screen == "service":
            if not model.hub.connected:
                return self._go(model, "out_of_service"), ()
            if not model.hub.open:
                return self._no_number(model.hub.refusal(), model), ()
        if screen == "scan":
            if not model.camera:
                return replace(self._go(model, "typing"), code=""), ()
            return replace(self._go(model, "scan"), code="", result=None), (Watch(True),)
        if screen == "typing":
            return replace(self._go(model, "typing"), code="", result=None), (Watch(False),)
        if screen not in SCREENS:
            return model, ()
        return self._go(model, screen), ()

    # a number -----------------------------------------------------------------------------------

    def _no_number(self, refusal: Refusal, model: Model) -> Model:
        """Say why not, and what to do instead."""
        return replace(self._go(model, "closed"), refusal=refusal)

    def _ask_first(self, service: str, model: Model) -> Out:
        """Where the queue is long, say how long before a number is taken."""
        line = model.hub.service(service)
        if line is not None and line.long_wait and line.estimate and model.screen != "issuing":
            return replace(self._go(model, "busy"), wanted=service), ()
        return self._take(service, model)

    def _take(self, service: str, model: Model) -> Out:
        if model.screen == "issuing":
            return model, ()  # a double tap is one ticket
        request = model.request + 1
        model = replace(self._go(model, "issuing"), request=request, ticket=None, paper="asking", wanted=service)
        return model, (Issue(request, service, model.priority),)

    def _ticket(self, event: TicketGiven, model: Model) -> Out:
        if event.request != model.request or model.screen != "issuing":
            return model, ()
        trail = model.trail[:1]
        if event.ticket is None:
            to = "closed" if event.refused else "out_of_service"
            refusal = Refusal(event.refused, model.wanted, event.opens_at) if event.refused else None
            return replace(model, screen=to, trail=trail, touched=model.now, refusal=refusal), ()
        paper = "asking" if model.hub.printer else "broken"
        done = replace(model, screen="ticket", trail=trail, ticket=event.ticket, touched=model.now, priority=False)
        return replace(done, paper=paper), ()  # type: ignore[arg-type]

    # a dossier ----------------------------------------------------------------------------------

    def _scanned(self, event: Scanned, model: Model) -> Out:
        if model.screen not in ("scan", "not_found") or (model.screen == "not_found" and event.code is None):
            return model, ()
        model = replace(model, touched=model.now, warn_left=None)
        if event.kind in ("dossier", "url_with_dossier") and event.code:
            return self._ask(replace(model, typed=False), event.code, None)
        hint = "several" if event.kind in ("dossier", "url_with_dossier") else event.kind
        return replace(model, hint=hint), ()

    def _ask(self, model: Model, code: str, factor: tuple[str, str] | None) -> Out:
        accepted = dossier_code(code, self.today(model))
        if accepted is None:
            return replace(model, hint="incomplete"), ()
        request = model.request + 1
        typed = model.typed or model.screen == "typing"
        source = "typed" if typed else "scan"
        asked = replace(self._go(model, "searching"), code=accepted, request=request, typed=typed, factor_wrong=False)
        return asked, (LookUp(request, accepted, factor, source), Watch(False))  # type: ignore[arg-type]

    def _looked_up(self, event: LookedUp, model: Model) -> Out:
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

    # rating -------------------------------------------------------------------------------------

    def _reason(self, reason: str, model: Model) -> Model:
        if reason in model.reasons:
            return replace(model, reasons=tuple(each for each in model.reasons if each != reason))
        if reason not in REASONS or len(model.reasons) >= MAX_REASONS:
            return model
        return replace(model, reasons=(*model.reasons, reason))

    def _send_rating(self, model: Model) -> Out:
        """A face that was touched counts even if its owner walks away without "send"."""
        if not model.score:
            return model, ()
        recent = tuple(at for at in model.rated_at if model.now - at < 60.0)
        counted = len(recent) < RATINGS_A_MINUTE
        model = replace(model, rated_at=(*recent, model.now) if counted else recent)
        hour = model.face.hour if model.face else None
        data = (("score", model.score), ("of", self.env.faces), ("reasons", model.reasons), ("hour", hour))
        return model, ((Report("rating.given", data),) if counted else ())


def face_of(wall: dt.datetime, trusted: bool) -> Face | None:
    """The clock face for a wall time; None while it is not to be believed."""
    if not trusted:
        return None
    return Face(wall.year, wall.month, wall.day, wall.weekday(), wall.hour, wall.minute)
