"""What the queue is made of: tickets, counters, print jobs, and the refusals a person can read. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from config.clock import Trust

TicketState = Literal[
    "waiting", "called", "serving", "parked", "waiting_papers", "no_show", "done", "done_on_spot", "cancelled", "void"
]
PrintState = Literal["none", "queued", "printing", "printed", "no_paper", "failed", "unknown", "copy"]
CounterState = Literal["open", "paused", "closed"]
JobKind = Literal["ticket", "copy", "list", "test", "light"]
JobState = Literal["queued", "printing", "printed", "no_paper", "failed", "unknown", "dropped"]

TICKET_STATES: tuple[TicketState, ...] = (
    "waiting",
    "called",
    "serving",
    "parked",
    "waiting_papers",
    "no_show",
    "done",
    "done_on_spot",
    "cancelled",
    "void",
)
CLOSED: frozenset[str] = frozenset({"done", "done_on_spot", "cancelled", "void"})
AT_COUNTER: frozenset[str] = frozenset({"called", "serving"})
OPEN_JOBS: frozenset[str] = frozenset({"queued", "printing", "no_paper", "failed", "unknown"})
"""Jobs that somebody may still have to do something about; `printed` and `dropped` are over."""

RETAKEABLE: frozenset[str] = frozenset({"queued", "no_paper", "failed"})
"""Jobs that certainly are not on paper, so the bridge may take them (again)."""

MOVES: dict[str, frozenset[str]] = {
    "waiting": frozenset({"called", "cancelled", "done_on_spot", "void"}),
    "called": frozenset({"serving", "no_show", "waiting", "done_on_spot", "void"}),
    "serving": frozenset({"done", "parked", "waiting_papers", "waiting", "done_on_spot", "void"}),
    "no_show": frozenset({"waiting", "called", "void"}),
    "parked": frozenset({"called", "void"}),
    "waiting_papers": frozenset({"called", "void"}),
    "done": frozenset(),
    "done_on_spot": frozenset(),
    "cancelled": frozenset(),
    "void": frozenset(),
}
"""Every transition of house §6 but the two that mend a slip: `REOPENS`, and undo (back to what it was)."""

REOPENS: dict[str, TicketState] = {
    "done": "parked",
    "done_on_spot": "parked",
    "no_show": "waiting",
    "cancelled": "waiting",
}
"""Where a ticket that was closed by mistake goes: to its officer's shelf, or back into the queue."""

PLACE_STEP = 1024
"""Between two places in the queue: room for somebody who comes back `after` others."""

NEVER_A_PRIORITY = 99
"""`Post.normals` of a counter that has called no priority ticket yet: the first one is due at once."""

PAUSE_REASONS = ("short_break", "meeting", "urgent", "helping", "other")


class EngineError(Exception):
    """A refusal: `code` for programs, `vi` and `en` for people, what was `given`, what is `allowed`."""

    def __init__(self, code: str, vi: str, en: str, given: Any = None, allowed: Any = None, status: int = 409) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.vi = vi
        self.en = en
        self.given = given
        self.allowed = allowed
        self.status = status
        """The HTTP status that fits: 404 unknown, 409 not now, 422 never."""


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of a command: `wall` aware, `uptime` seconds since boot, `boot` the kernel's boot id."""

    wall: datetime
    trust: Trust
    boot: str = "00000000"
    uptime: float = 0.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """One number on paper. `number` and `id` never change; times are ISO 8601 with offset.

    `counter` of a waiting ticket is the counter it was transferred to, which alone may call it next.
    `order` is the place in the queue: the order of issue, kept through transfers and returns. `since`: waiting since.
    `also`: services still to come in this visit; `back_to`, `back_service`: where it returns to when done here;
    `appointment`: came at the appointed time; `returns`: times it was put back after nobody came; `carry`: keeps its
    number overnight.
    """

    id: str
    number: str
    letter: str
    n: int
    service: str
    service_day: str
    epoch: str
    order: int
    issued_at: str
    ahead: int
    state: TicketState = "waiting"
    print: PrintState = "queued"
    priority: bool = False
    counter: int | None = None
    called_at: str | None = None
    served_at: str | None = None
    closed_at: str | None = None
    last_call_at: str | None = None
    calls: int = 0
    recalls: int = 0
    note: str | None = None
    clock: Trust = "trusted"
    boot: str = ""
    uptime: float = 0.0
    since: str | None = None
    also: tuple[str, ...] = ()
    back_to: int | None = None
    back_service: str | None = None
    appointment: bool = False
    prechecked: bool = False
    returns: int = 0
    carry: bool = False

    @property
    def first(self) -> bool:
        """Called before the ordinary ones: self-declared priority, or an appointment that was kept."""
        return self.priority or self.appointment

    @property
    def closed(self) -> bool:
        """Nothing can happen to it any more."""
        return self.state in CLOSED

    def as_json(self) -> dict[str, Any]:
        """The ticket as docs/contracts.md §2 says it."""
        out: dict[str, Any] = {
            "id": self.id,
            "number": self.number,
            "letter": self.letter,
            "n": self.n,
            "service": self.service,
            "state": self.state,
            "print": self.print,
            "priority": self.priority,
            "counter": self.counter,
            "issued_at": self.issued_at,
            "called_at": self.called_at,
            "served_at": self.served_at,
            "closed_at": self.closed_at,
            "calls": self.calls,
            "recalls": self.recalls,
            "ahead": self.ahead,
            "service_day": self.service_day,
            "epoch": self.epoch,
            "also": list(self.also),
            "back_to": self.back_to,
            "appointment": self.appointment,
            "returns": self.returns,
        }
        if self.note:
            out["note"] = self.note
        if self.prechecked:
            out["prechecked"] = True
        if self.carry:
            out["carry"] = True
        return out


@dataclass(frozen=True, slots=True)
class Post:
    """A counter as it stands now. `normals`: ordinary tickets called here since the last priority one.

    `services`: what it serves today, None = as the settings say; `free_since`: at work and without a ticket since.
    """

    id: int
    state: CounterState = "open"
    ticket: str | None = None
    pause_reason: str | None = None
    pause_until: str | None = None
    normals: int = NEVER_A_PRIORITY
    services: tuple[str, ...] | None = None
    emergency: bool = False
    free_since: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """Work for the bridge: paper (`ticket`, `copy`, `list`, `test`) or the scanner's `light`."""

    id: int
    kind: JobKind
    ticket: str | None
    state: JobState
    payload: dict[str, Any] | None
    created_at: str
    detail: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands in the snapshot."""
        return {"id": self.id, "kind": self.kind, "ticket": self.ticket, "state": self.state}


@dataclass(frozen=True, slots=True)
class Press:
    """The identity of one press of one button (house §4.1)."""

    board: str
    boot: int
    press: int
    button: int

    @property
    def key(self) -> str:
        """The idempotency key the hub makes of it."""
        return f"press:{self.board}:{self.boot}:{self.press}"


@dataclass(frozen=True, slots=True)
class NewDay:
    """The service day moved on. `reset`: numbers begin anew (false when a day was only given its right name)."""

    day: date
    reset: bool
    reserve: bool
    issued: int
    voided: int
    carried: int = 0


HelpPlace = Literal["kiosk", "reception", "counter"]
HelpKind = Literal["write", "guide"]


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody asks for help ("nhờ viết giúp"). No word about who."""

    id: int
    where: HelpPlace
    what: HelpKind
    at: str
    counter: int | None = None
    done_at: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands in the snapshot."""
        out = {"id": self.id, "where": self.where, "what": self.what, "at": self.at}
        return {**out, "counter": self.counter} if self.counter is not None else out


@dataclass(frozen=True, slots=True)
class Appointment:
    """A code, a service and a time; never a name. `ticket`: given at the check-in; `dropped`: not on the list now."""

    code: str
    service: str
    at: str
    prechecked: bool = False
    ticket: str | None = None
    dropped: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the API says it."""
        return {
            "code": self.code,
            "service": self.service,
            "at": self.at,
            "prechecked": self.prechecked,
            "ticket": self.ticket,
        }


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A text of the supervisor for the public, until a moment."""

    vi: str
    en: str
    until: str


SampleKind = Literal["waiting", "arrival", "service", "idle"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured time, seconds: waiting before a call, from the call to the start, of service, of an idle counter.

    `day`: the service day; `at`: when it ended, local.
    """

    day: str
    kind: SampleKind
    service: str
    counter: int
    ticket: str
    at: str
    seconds: float

    @property
    def hour(self) -> int:
        """The local hour, 0..23."""
        return int(self.at[11:13])


@dataclass(frozen=True, slots=True)
class Undo:
    """How a counter's last act is taken back: what stood before, and what must still stand now."""

    counter: int
    what: str
    boot: str
    until_uptime: float
    until: str
    before: tuple[Ticket, ...]
    after: tuple[Ticket, ...]
    posts_before: tuple[Post, ...]
    posts_after: tuple[Post, ...]
    jobs_before: tuple[Job, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """What the room as a whole is told: kept in the ledger's own notes."""

    broadcast: Broadcast | None = None
    day_closed: bool = False
    auto_closed: str = ""
    """The day that closed by itself: opened again by hand, it stays open."""


@dataclass(slots=True)
class Change:
    """What one command does: whole new versions of what it touched, and the events that tell of it.

    Nothing of it is visible before the ledger has committed it.
    """

    tickets: dict[str, Ticket] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    series: dict[str, int] = field(default_factory=dict)
    press: Press | None = None
    refused: dict[str, Any] | None = None
    """Why a press got no number; the press counts as committed all the same."""
    day: NewDay | None = None
    call: tuple[str, int] | None = None
    """(ticket id, counter) that the boards show and the voice says."""
    result: Ticket | None = None
    helps: dict[int, Help] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    notes: Notes | None = None
    samples: list[Sample] = field(default_factory=list)
    unsampled: list[Sample] = field(default_factory=list)
    undo: dict[int, Undo | None] = field(default_factory=dict)
    """Counter → how its act is taken back; in memory only, ten seconds long."""
    slip: str | None = None
    """The service whose refusal was printed on a slip."""
    at_uptime: float = 0.0

    def __bool__(self) -> bool:
        touched = self.tickets or self.posts or self.jobs or self.events or self.day or self.press
        return bool(touched or self.helps or self.appointments or self.notes)
