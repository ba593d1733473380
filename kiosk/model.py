"""What the screen knows, what can happen to it, and what it may ask for: frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Print = Literal["asking", "printed", "broken"]
Helper = Literal["", "asking", "called", "failed"]
ResultKind = Literal["found", "not_found", "try_later", "offline"]


@dataclass(frozen=True, slots=True)
class Face:
    """The clock as people read it; None in the model while the machine's clock is not to be believed."""

    year: int
    month: int
    day: int
    weekday: int  # 0 = Monday
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A queue one can take a number for. `estimate`: minutes, a range. `open`: a number can be taken now; where not,
    `status` is the hub's word for why and `opens_at` (ISO) when it will be. `long_wait`: ask before one is taken."""

    id: str
    letter: str
    name: str
    name_en: str
    waiting: int = 0
    estimate: tuple[int, int] | None = None
    open: bool = True
    status: str = "open"
    opens_at: str | None = None
    long_wait: bool = False


@dataclass(frozen=True, slots=True)
class HelpDay:
    """Who helps today, from … to (hh:mm), and with what."""

    start: str
    end: str
    who: str
    who_en: str
    what: str
    what_en: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no number can be had. `code`: the hub's word (`closed last_ticket quota holiday day_closed full …`);
    `service`: for which, "" for all; `opens_at`: ISO, or None where nobody knows."""

    code: str
    service: str = ""
    opens_at: str | None = None


@dataclass(frozen=True, slots=True)
class HubView:
    """What the hub last said. `parts` are the public sentences of parts that do not work: (part, vi, en); `message`
    is the supervisor's text for everybody: (vi, en)."""

    connected: bool = False
    services: tuple[ServiceLine, ...] = ()
    calls: tuple[tuple[str, int], ...] = ()
    parts: tuple[tuple[str, str, str], ...] = ()
    message: tuple[str, str] | None = None
    help_days: tuple[HelpDay, ...] = ()

    @property
    def printer(self) -> bool:
        """Whether paper can be expected."""
        return all(part != "printer" for part, _vi, _en in self.parts)

    @property
    def open(self) -> bool:
        """Whether any queue takes people now."""
        return any(service.open for service in self.services)

    def service(self, service_id: str) -> ServiceLine | None:
        """The service of an id."""
        return next((each for each in self.services if each.id == service_id), None)

    def refusal(self, service_id: str = "") -> Refusal:
        """Why no number can be had for a service, or for any of them: then the one that opens first speaks for all."""
        shut = [each for each in self.services if not each.open and service_id in ("", each.id)]
        shut.sort(key=lambda each: each.opens_at or "9")
        if not shut:
            return Refusal("closed", service_id)
        codes = {each.status for each in shut}
        code = shut[0].status if service_id or len(codes) == 1 else "closed"
        return Refusal("closed" if code in ("open", "no_counter") else code, service_id, shut[0].opens_at)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number that was given out."""

    id: str
    number: str
    service: str
    ahead: int
    estimate: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dossier's way."""

    name: str
    name_en: str
    at: str | None
    done: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as the server shows it; with `details` only after a second factor. Names arrive masked."""

    code: str
    field: str
    field_en: str
    group: str
    appointment: str | None = None
    details: bool = False
    status: str = ""
    status_vi: str = ""
    status_en: str = ""
    procedure: str = ""
    applicant: str = ""
    steps: tuple[Step, ...] = ()
    counter: tuple[int | None, str] | None = None
    bring: tuple[str, ...] = ()
    supplement: tuple[str, ...] = ()
    late_new: str | None = None


@dataclass(frozen=True, slots=True)
class LookupResult:
    """One of four answers. `as_of` is hh:mm of what is shown; `offline` may carry the last known dossier."""

    kind: ResultKind
    dossier: Dossier | None = None
    as_of: str = ""
    retry_s: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """Everything the screen shows. A wipe makes a new one; only what belongs to the machine is carried over."""

    screen: str = "home"
    trail: tuple[str, ...] = ()
    language: str = "vi"
    large: bool = False
    page: int = 0
    # the machine's
    now: float = 0.0
    face: Face | None = None
    hub: HubView = HubView()
    camera: bool = False
    request: int = 0
    rated_at: tuple[float, ...] = ()
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
    query: str = ""
    hits: tuple[str, ...] = ()
    code: str = ""
    typed: bool = False
    hint: str = ""
    factor_kind: Literal["id_last4", "lookup_code"] = "id_last4"
    factor: str = ""
    factor_wrong: bool = False
    result: LookupResult | None = None
    score: int = 0
    reasons: tuple[str, ...] = ()


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
class HelperCalled:
    """The answer to `CallHelper`: whether the staff know."""

    called: bool


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer to `LookUp`."""

    request: int
    result: LookupResult


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
    | HelperCalled
    | LookedUp
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
class LookUp:
    """Ask the commune server about a dossier. `factor`: (kind, value)."""

    request: int
    code: str
    factor: tuple[str, str] | None
    source: Literal["scan", "typed"]


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


Effect = Issue | CallHelper | LookUp | Report | Watch | Forget
