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
"""Every transition of house §6; nothing else ever happens to a ticket."""

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
    `order` is the place in the queue: the order of issue, kept through transfers and returns.
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
    note: str | None = None
    clock: Trust = "trusted"
    boot: str = ""
    uptime: float = 0.0

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
            "ahead": self.ahead,
            "service_day": self.service_day,
            "epoch": self.epoch,
        }
        if self.note:
            out["note"] = self.note
        return out


@dataclass(frozen=True, slots=True)
class Post:
    """A counter as it stands now. `normals`: ordinary tickets called here since the last priority one."""

    id: int
    state: CounterState = "open"
    ticket: str | None = None
    pause_reason: str | None = None
    pause_until: str | None = None
    normals: int = 2


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
    day: NewDay | None = None
    call: tuple[str, int] | None = None
    """(ticket id, counter) that the boards show and the voice says."""
    result: Ticket | None = None

    def __bool__(self) -> bool:
        return bool(self.tickets or self.posts or self.jobs or self.events or self.day)
