"""What can happen to the screen, and what it may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kiosk.model.values import Face, HubView, Link, ListPaper, LookupResult, Print, Ticket, TicketNow

# What can happen ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on. `now`: monotonic seconds."""

    now: float
    face: Face | None


@dataclass(frozen=True, slots=True)
class Tap:
    """A control was released inside."""

    id: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A finger came down somewhere: somebody is there."""


@dataclass(frozen=True, slots=True)
class Key:
    """A letter from a keyboard, or "backspace"."""

    text: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """A paper was read; `code` only where the grammar accepted it."""

    kind: str
    code: str | None


@dataclass(frozen=True, slots=True)
class CameraState:
    """Whether the scanner can be used."""

    working: bool


@dataclass(frozen=True, slots=True)
class HubChanged:
    """The hub's picture changed, or the hub went away."""

    hub: HubView


@dataclass(frozen=True, slots=True)
class TicketGiven:
    """The answer to `Issue`; without a ticket the hub could not be reached or refused."""

    request: int
    ticket: Ticket | None
    refused: str = ""
    opens_at: str | None = None


@dataclass(frozen=True, slots=True)
class PaperState:
    """What became of the paper of a ticket."""

    ticket: str
    paper: Print


@dataclass(frozen=True, slots=True)
class ListState:
    """The answer to `PrintList`: what became of the printed list."""

    request: int
    slip: ListPaper


@dataclass(frozen=True, slots=True)
class HelperCalled:
    """The answer to `CallHelper`: whether the staff know."""

    called: bool


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer to `LookUp`."""

    request: int
    result: LookupResult


@dataclass(frozen=True, slots=True)
class Guidance:
    """What would help the camera to read the paper before it: `closer`, `farther`, `still`, `turn`, `light`, or ""
    where there is nothing to say."""

    hint: str


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """The answer to `AskTicket`; without a ticket `why` is `unknown` or `unreachable`."""

    request: int
    ticket: TicketNow | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The answer to `CheckIn`; without a ticket `refused` is the hub's word, `""` where it could not be reached."""

    request: int
    ticket: Ticket | None
    refused: str = ""
    opens_at: str | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class VoiceLost:
    """What was to be read aloud could not be heard."""


@dataclass(frozen=True, slots=True)
class PinChecked:
    """The answer to `CheckPin`; `wait_s`: the hub takes no further PIN for so long."""

    request: int
    verdict: Literal["right", "wrong", "unreachable"]
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class StaffDone:
    """What became of a `StaffWork`: `played silent printed no_paper failed unknown unreachable`."""

    request: int
    state: str


@dataclass(frozen=True, slots=True)
class LinksSeen:
    """The answer to `StaffWork("links")`."""

    request: int
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Finger:
    """A finger passes this place (shares of width and height): told on the touch test alone."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Broken:
    """Our own code failed: the failsafe screen."""


Event = (
    Tick
    | Tap
    | Touched
    | Key
    | Scanned
    | CameraState
    | HubChanged
    | TicketGiven
    | PaperState
    | ListState
    | HelperCalled
    | LookedUp
    | Guidance
    | TicketSeen
    | CheckedIn
    | VoiceLost
    | PinChecked
    | StaffDone
    | LinksSeen
    | Finger
    | Broken
)

# What the screen may ask for ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issue:
    """Take a number; `request` makes the idempotency key, so that a retry is the same ticket."""

    request: int
    service: str
    priority: bool


@dataclass(frozen=True, slots=True)
class CallHelper:
    """Tell the staff that somebody at the screen wants help with writing."""


@dataclass(frozen=True, slots=True)
class PrintList:
    """Put a procedure's list of papers on the ticket printer; `request` makes the idempotency key."""

    request: int
    procedure: str
    language: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the commune server about a dossier. `factor`: (kind, value)."""

    request: int
    code: str
    factor: tuple[str, str] | None
    source: Literal["scan", "typed"]


@dataclass(frozen=True, slots=True)
class AskTicket:
    """Ask the hub how a ticket stands. `id`: 20261123-A042."""

    request: int
    id: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Take the number of an appointment. `code`: 4 to 8 capitals and digits."""

    request: int
    code: str
    priority: bool


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Whether the staff screen may be opened with this PIN."""

    request: int
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StaffWork:
    """Something the staff screen asks of the machine. `value`: the volume, percent."""

    request: int
    what: Literal["sound", "printer", "links", "restart"]
    value: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the hub something that becomes an event."""

    type: str
    data: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """Camera on (and forget what was seen) or off."""

    on: bool


@dataclass(frozen=True, slots=True)
class Forget:
    """The person is gone: drop cached pictures of words, and whatever else was theirs."""


Effect = Issue | PrintList | CallHelper | LookUp | AskTicket | CheckIn | Report | Watch | Forget | CheckPin | StaffWork
