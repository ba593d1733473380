"""Which screens there are and how one gets from one to another. Pure; the tasks and the flow share it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from config.catalogue_model import Fee
from kiosk.model import Effect, Keyboard, Model

Out = tuple[Model, tuple[Effect, ...]]

SCREENS = (
    "home",
    "attract",
    "service",
    "busy",
    "issuing",
    "ticket",
    "popular",
    "fields",
    "list",
    "procedure",
    "sums",
    "carry",
    "pay",
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
    "my_ticket",
    "ticket_number",
    "checkin",
    "rate",
    "thanks",
    "help",
    "helper",
    "help_hours",
    "help_links",
    "help_post",
    "privacy",
    "out_of_service",
    "closed",
    "failsafe",
    "staff_pin",
    "staff",
    "staff_camera",
    "staff_touch",
    "staff_colours",
    "staff_sound",
    "staff_printer",
    "staff_links",
)
IDLE_FACTOR = {"staff_pin": 0.5, "pay": 2.0, "carry": 1.5, "ticket": 0.5, "thanks": 0.2, "failsafe": 0.3}
"""Share of the idle time: less for screens that say one thing, more where a phone has to be found first. The warning is
never shorter."""
NUMBER_ONLY_S = 60.0
"""Without paper the number exists on this screen alone: at least so long before the warning, to write it down."""
UNWARNED = ("home", "attract", "thanks", "failsafe")
"""Nothing of a person is on these: they go home without asking."""
TIMEOUT_S = {"issuing": 12.0, "searching": 40.0}
"""Screens that wait for a worker give up after this; the worker's own deadline is shorter."""
GIVES_UP_TO = {"issuing": "out_of_service", "searching": "try_later"}
"""Where a screen of `TIMEOUT_S` goes when it gives up."""


@dataclass(frozen=True, slots=True)
class Env:
    """What the flow is told once. `find`: folded search, procedure codes best first; `service_of`: procedure code →
    service; `voice`: the kiosk has a sound device of its own, at `volume` percent; `attract_s`: how long home stands
    untouched before the attract screen (0: never), a page of which stands `attract_turn_s`; `site`: whose tickets are
    ours; `unit`: what a typed dossier code begins with; `counter`: where the kiosk stands, 0 = in the waiting room;
    `fee_of`: procedure code → fee; `pays`: there is an account to pay into, `purpose` begins the note of a transfer."""

    idle_s: float = 45.0
    warn_s: float = 20.0
    language: str = "vi"
    languages: tuple[str, ...] = ("vi", "en")
    faces: int = 5
    find: Callable[[str], tuple[str, ...]] = lambda text: ()
    service_of: Callable[[str], str | None] = lambda code: None
    voice: bool = False
    volume: int = 70
    attract_s: float = 0.0
    attract_turn_s: float = 15.0
    site: str = ""
    unit: str = ""
    counter: int = 0
    keyboard: Keyboard = Keyboard()
    staff: bool = True
    fee_of: Callable[[str], Fee | None] = lambda code: None
    pays: bool = False
    purpose: str = "LP"


Tapped = Callable[[str, Model, Env], Out]
"""What a task does with the value of one of its taps (`name:value`)."""
Entered = Callable[[Model], Out]
"""What a task does when one of its screens is asked for (`go:screen`)."""


def go(model: Model, screen: str) -> Model:
    """One screen further; *back* leads here again. Who goes in a circle has gone back: the way never grows."""
    trail = (*model.trail, model.screen)
    trail = trail[: trail.index(screen)] if screen in trail else trail
    return replace(model, screen=screen, trail=trail, page=0, hint="")


def today(model: Model) -> dt.date | None:
    """The date, where it may be believed."""
    return dt.date(model.face.year, model.face.month, model.face.day) if model.face else None


def idle_of(model: Model, idle_s: float) -> float:
    """Seconds without a finger until the screen warns."""
    idle = idle_s * IDLE_FACTOR.get(model.screen, 1.0)
    return max(idle, idle_s, NUMBER_ONLY_S) if model.screen == "ticket" and model.paper == "broken" else idle
