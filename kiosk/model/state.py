"""What the screen knows. What a task keeps for a person is one frozen dataclass and one field of `Model`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kiosk.model.values import Face, HubView, Link, LookupResult, Print, Refusal, Ticket, TicketNow

Helper = Literal["", "asking", "called", "failed"]
Sheet = Literal["", "modes", "language"]


@dataclass(frozen=True, slots=True)
class Modes:
    """How a person wants to be served. Kept on the way home, gone at a wipe. (`Model.large` belongs to these.)

    `sheet`: what lies over the screen; closing it leads back to exactly the same place. `volume`: percent, None: the
    site's. `silent`: the voice could not be heard the last time, and says so on the sheet.
    """

    contrast: bool = False
    speak: bool = False
    volume: int | None = None
    sheet: Sheet = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class MyTicket:
    """A ticket that was scanned, or whose number was typed. `why`: to know its place, or to rate.

    `state`: `asking`, `found`, `unknown`, `unreachable`, `other_site`; `typed`: the keys so far (A042).
    """

    why: Literal["place", "rate"] = "place"
    state: str = "asking"
    seen: TicketNow | None = None
    asked_at: float = 0.0
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What belongs to the answer beside face and reasons. `taps`: when, to know a child's hands by; `changes`: how
    often another face than the `last` one was touched."""

    ticket: str = ""
    counter: int | None = None
    taps: tuple[float, ...] = ()
    changes: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment's code as it is typed, and the hub's word where it gave no number (`early late used
    unknown_appointment …`), with what belongs to it."""

    code: str = ""
    refused: str = ""
    opens_at: str | None = None
    number: str = ""


Slip = Literal["", "asking", "printed", "no_paper", "failed"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody does with the procedure on the screen: the sums of its fee, its list of papers on paper.

    `pages` of the original, `copies` of it; `slip`: what became of the printed list asked for by `request`.
    """

    pages: int = 1
    copies: int = 1
    slip: Slip = ""
    request: int = 0


@dataclass(frozen=True, slots=True)
class Guard:
    """How often a PIN of the staff screen was wrong in a row, and until when (monotonic) none is taken."""

    wrong: int = 0
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff screen. `touches`: when the mark was touched; `pin`: digits so far; `open`: the right PIN was given.

    `state`: "" `asking` `wrong` `unreachable`, and what became of a test (`played silent printed no_paper failed …`).
    `crosses`, `trail`: what a finger reached on the touch test (shares of width and height); `volume`: 0 = the site's.
    """

    touches: tuple[float, ...] = ()
    pin: str = field(default="", repr=False)
    open: bool = False
    state: str = ""
    crosses: frozenset[int] = frozenset()
    trail: tuple[tuple[float, float], ...] = ()
    volume: int = 0
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Keyboard:
    """The keys of a search. `keys`: as pressed, composed anew after each; `done`: before the method was changed;
    `marks`: the page of marks, tones and digits is shown; `hidden`: all results instead of any keys; `old_style`: hòa,
    not hoà."""

    keys: str = ""
    done: str = ""
    method: Literal["plain", "telex", "vni"] = "plain"
    marks: bool = False
    hidden: bool = False
    old_style: bool = True


@dataclass(frozen=True, slots=True)
class Pay:
    """Money somebody may send by their bank: đồng, a note without personal data (ASCII, at most 25), and the
    procedure's code ("" where it is a dossier's). That it was sent is nothing this machine can know."""

    amount_vnd: int
    note: str
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything the screen shows. A wipe makes a new one; only what belongs to the machine is carried over."""

    screen: str = "home"
    trail: tuple[str, ...] = ()
    language: str = "vi"
    large: bool = False
    modes: Modes = Modes()
    page: int = 0
    # the machine's
    now: float = 0.0
    face: Face | None = None
    hub: HubView = HubView()
    camera: bool = False
    request: int = 0
    rated_at: tuple[float, ...] = ()
    rated: tuple[str, ...] = ()
    guard: Guard = Guard()
    unit: str = ""  # what a typed dossier code begins with here
    # the person's
    touched: float = 0.0
    warn_left: int | None = None
    extended: int = 0
    priority: bool = False
    ticket: Ticket | None = None
    paper: Print = "asking"
    wanted: str = ""
    refusal: Refusal | None = None
    helper: Helper = ""
    field: str = ""
    procedure: str = ""
    reading: Reading = Reading()
    pay: Pay | None = None
    keyboard: Keyboard = Keyboard()
    query: str = ""
    hits: tuple[str, ...] = ()
    code: str = ""
    typed: bool = False
    hint: str = ""
    guidance: str = ""
    misses: int = 0
    retry_s: int = 0
    factor_kind: Literal["id_last4", "lookup_code"] = "id_last4"
    factor: str = ""
    factor_wrong: bool = False
    result: LookupResult | None = None
    score: int = 0
    reasons: tuple[str, ...] = ()
    rating: Rating = Rating()
    mine: MyTicket | None = None
    booking: Booking = Booking()
    staff: Staff = Staff()
