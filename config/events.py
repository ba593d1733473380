"""Events: CloudEvents 1.0 envelopes with a closed list of types (house §6). No personal data in any field.

Identity of an event is (device, epoch, seq); `id` is only for tracing. `seq` has no gaps within an epoch.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_SEQ = 2**31 - 1

Clock = Literal["trusted", "holdover", "untrusted"]
Number = Annotated[str, Field(pattern=r"^[A-Z]\d{3}$")]
TicketId = Annotated[str, Field(pattern=r"^\d{8}-[A-Z]\d{3}$")]
Actor = Annotated[str, Field(pattern=r"^[a-z]+:[A-Za-z0-9_.-]{0,40}$", description="role:device that caused it")]
Word = Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,40}$")]


class _Data(BaseModel):
    """Data of an event: closed at the producer; the consumer reads tolerantly."""

    model_config = ConfigDict(extra="forbid")


class TicketData(_Data):
    """Something happened to a ticket."""

    ticket: TicketId
    number: Number
    service: Word
    state: Word
    priority: bool = False
    counter: Annotated[int, Field(ge=1, le=99)] | None = None
    from_counter: Annotated[int, Field(ge=1, le=99)] | None = None
    from_service: Word | None = None
    to_service: Word | None = None
    calls: Annotated[int, Field(ge=0, le=1000)] = 0
    ahead: Annotated[int, Field(ge=0, le=100000)] | None = None
    reason: Word | None = None
    source: Word | None = None
    actor: Actor


class RefusedData(_Data):
    """A press got no number: outside the hours, quota, closed day. At most one a minute and service is told."""

    service: Word
    code: Word
    source: Word | None = None
    actor: Actor


class PrintData(_Data):
    """What became of a print job."""

    job: Annotated[int, Field(ge=1)]
    kind: Word
    ticket: TicketId | None = None
    number: Number | None = None
    state: Word
    actor: Actor


class CounterData(_Data):
    """A counter opened, paused, resumed or closed; called for help; took its last act back; serves other services."""

    counter: Annotated[int, Field(ge=1, le=99)]
    state: Word
    reason: Word | None = None
    minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    services: Annotated[int, Field(ge=1, le=30)] | None = None
    actor: Actor


class StaffData(_Data):
    """An officer signed in or out, by code; `counter` where one was taken at once."""

    role: Literal["clerk", "reception", "supervisor"]
    counter: Annotated[int, Field(ge=1, le=99)] | None = None
    actor: Actor


class HelpData(_Data):
    """Somebody asked for a helper, or one came; never who."""

    help: Annotated[int, Field(ge=1)]
    where: Literal["kiosk", "reception", "counter"]
    what: Literal["write", "guide"]
    counter: Annotated[int, Field(ge=1, le=99)] | None = None
    actor: Actor


class BroadcastData(_Data):
    """A supervisor's text for all was shown or taken away; not its words."""

    minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    actor: Actor


class ListData(_Data):
    """A list of appointments was taken: how many entries, not which."""

    added: Annotated[int, Field(ge=0)]
    changed: Annotated[int, Field(ge=0)]
    dropped: Annotated[int, Field(ge=0)]
    kept: Annotated[int, Field(ge=0)]
    past: Annotated[int, Field(ge=0)] = 0
    actor: Actor


Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class HourData(_Data):
    """Sums of one service and one hour: people waited, came to the counter, were served. Seconds."""

    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    hour: Annotated[int, Field(ge=0, le=23)]
    service: Word
    issued: Count
    waiting_n: Count = 0
    waiting_sum_s: Seconds = 0
    waiting_median_s: Seconds | None = None
    waiting_p90_s: Seconds | None = None
    arrival_n: Count = 0
    arrival_sum_s: Seconds = 0
    arrival_median_s: Seconds | None = None
    arrival_p90_s: Seconds | None = None
    serving_n: Count = 0
    serving_sum_s: Seconds = 0
    serving_median_s: Seconds | None = None
    serving_p90_s: Seconds | None = None
    actor: Actor


class RatingData(_Data):
    """One answer to the one question; bound to a counter and an hour, never to a person."""

    score: Annotated[int, Field(ge=1, le=5)]
    of: Literal[3, 5]
    reasons: Annotated[list[Word], Field(max_length=2)] = []
    counter: Annotated[int, Field(ge=1, le=99)] | None = None
    hour: Annotated[int, Field(ge=0, le=23)]
    actor: Actor


class LookupData(_Data):
    """A look-up was answered; not which dossier, not whose."""

    result: Literal["found", "not_found", "try_later", "offline"]
    ms: Annotated[int, Field(ge=0, le=600000)]
    factor: bool
    source: Literal["scan", "typed"]
    actor: Actor


class PartData(_Data):
    """A part of the waiting room lost or regained its health."""

    part: Word
    state: Literal["ok", "degraded", "down"]
    code: Word
    actor: Actor


class LinkData(_Data):
    """Counters of one serial link since its last report."""

    link: Word
    sent: Annotated[int, Field(ge=0)]
    resent: Annotated[int, Field(ge=0)]
    bad_crc: Annotated[int, Field(ge=0)]
    out_of_order: Annotated[int, Field(ge=0)]
    rtt_ms: Annotated[float, Field(ge=0)] | None = None
    rtt_p50_ms: Annotated[float, Field(ge=0)] | None = None
    rtt_p95_ms: Annotated[float, Field(ge=0)] | None = None
    actor: Actor


class LedgerData(_Data):
    """A ledger was created, restored or set aside."""

    reason: Literal["created", "restored", "set_aside"]
    letter: Annotated[str, Field(pattern=r"^[A-Z]$")] | None = None
    actor: Actor


class DayData(_Data):
    """The service day changed."""

    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    issued: Annotated[int, Field(ge=0)]
    voided: Annotated[int, Field(ge=0)] = 0
    carried: Annotated[int, Field(ge=0)] = 0
    actor: Actor


@dataclass(frozen=True)
class EventType:
    """One entry of the closed list: its topic class, the model of its data, what it means."""

    name: str
    event_class: str
    model: type[_Data]
    meaning: str


def _types() -> dict[str, EventType]:
    rows: list[tuple[str, str, type[_Data], str]] = [
        ("ticket.issued", "ticket", TicketData, "a number was issued"),
        ("ticket.called", "call", TicketData, "a ticket was called to a counter"),
        ("ticket.recalled", "call", TicketData, "a called ticket was called again"),
        ("ticket.no_show", "call", TicketData, "nobody came"),
        ("ticket.serving", "ticket", TicketData, "the citizen is at the counter"),
        ("ticket.done", "ticket", TicketData, "served"),
        ("ticket.done_on_spot", "ticket", TicketData, "served and the result handed over at once"),
        ("ticket.transferred", "ticket", TicketData, "waiting again, at another counter or service; same number"),
        ("ticket.parked", "ticket", TicketData, "set aside by the clerk"),
        ("ticket.waiting_papers", "ticket", TicketData, "the citizen fetches papers"),
        ("ticket.returned", "ticket", TicketData, "back in the queue"),
        ("ticket.cancelled", "ticket", TicketData, "withdrawn while waiting"),
        ("ticket.void", "ticket", TicketData, "declared void by staff"),
        ("ticket.also", "ticket", TicketData, "one more service in this visit"),
        ("ticket.noted", "ticket", TicketData, "a code word on the ticket"),
        ("ticket.carried", "ticket", TicketData, "keeps its number overnight"),
        ("ticket.reopened", "ticket", TicketData, "was closed by mistake and is open again"),
        ("ticket.undone", "ticket", TicketData, "as before a counter's last act, which was taken back"),
        ("ticket.refused", "ticket", RefusedData, "a press got no number"),
        ("print.printed", "print", PrintData, "on paper"),
        ("print.no_paper", "print", PrintData, "the printer has no paper"),
        ("print.failed", "print", PrintData, "not printed"),
        ("print.unknown", "print", PrintData, "nobody can say whether it is on paper; never reprinted by itself"),
        ("print.copy", "print", PrintData, "a copy marked as such was asked for"),
        ("counter.opened", "audit", CounterData, "a counter opened"),
        ("counter.paused", "audit", CounterData, "a counter paused, with a reason"),
        ("counter.resumed", "audit", CounterData, "a counter went on"),
        ("counter.closed", "audit", CounterData, "a counter closed"),
        ("counter.emergency", "audit", CounterData, "an officer calls for help"),
        ("counter.emergency_over", "audit", CounterData, "the call for help is over"),
        ("counter.services", "audit", CounterData, "today's services of a counter were set"),
        ("counter.undone", "audit", CounterData, "a counter took its last act back"),
        ("staff.signed_in", "audit", StaffData, "an officer signed in by PIN"),
        ("staff.signed_out", "audit", StaffData, "an officer signed out"),
        ("help.asked", "audit", HelpData, "somebody asked for a helper"),
        ("help.done", "audit", HelpData, "a helper came"),
        ("broadcast.shown", "audit", BroadcastData, "a text for all is shown"),
        ("broadcast.cleared", "audit", BroadcastData, "it was taken away"),
        ("appointments.listed", "audit", ListData, "a list of appointments was taken"),
        ("stats.hour", "audit", HourData, "sums of one service and one hour"),
        ("rating.given", "rating", RatingData, "a citizen answered"),
        ("lookup.answered", "lookup", LookupData, "a dossier look-up was answered"),
        ("part.degraded", "health", PartData, "a part works badly or not at all"),
        ("part.restored", "health", PartData, "a part works again"),
        ("link.stats", "health", LinkData, "counters of a serial link"),
        ("ledger.epoch", "audit", LedgerData, "a new epoch began"),
        ("day.rolled", "audit", DayData, "a new service day began; counts are of the day that ended"),
        ("day.closed", "audit", DayData, "no more numbers today"),
        ("day.opened", "audit", DayData, "a closed day opened again, or a day was begun by hand"),
    ]
    return {
        f"vn.motcua.{name}": EventType(f"vn.motcua.{name}", event_class, model, meaning)
        for name, event_class, model, meaning in rows
    }


EVENT_TYPES: Mapping[str, EventType] = _types()
"""The closed list: full type → its entry."""

EVENT_CLASSES = ("ticket", "call", "print", "rating", "lookup", "health", "audit")


class Envelope(BaseModel):
    """A CloudEvents 1.0 envelope as it stands in the outbox, on the wire and in the server's table."""

    model_config = ConfigDict(extra="forbid")

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=8, max_length=64)]
    source: Annotated[str, Field(pattern=r"^/[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+$")]
    type: Annotated[str, Field(pattern=r"^vn\.motcua\.[a-z_]+\.[a-z_]+$")]
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    site: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    epoch: Annotated[str, Field(pattern=r"^[a-z0-9]{4,16}$")]
    seq: Annotated[int, Field(ge=1, le=MAX_SEQ)]
    clock: Clock
    bootid: Annotated[str, Field(pattern=r"^[a-f0-9-]{8,40}$")]
    uptimes: Annotated[float, Field(ge=0)]
    data: dict[str, Any]

    @property
    def device(self) -> str:
        """The device level of `source` (`/province/commune/device`)."""
        return self.source.rsplit("/", 1)[1]


class EventError(ValueError):
    """An event that is not of the contract: unknown type, or data that does not fit it."""


def check_data(event_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Validate an event's data against its type. Raises `EventError`; gives the data without unset fields."""
    entry = EVENT_TYPES.get(event_type)
    if entry is None:
        raise EventError(
            f"unknown event type {event_type[:80]!r}; see config/events.py for the {len(EVENT_TYPES)} known"
        )
    try:
        return entry.model.model_validate(dict(data)).model_dump(exclude_none=True)
    except ValueError as error:
        raise EventError(f"{event_type}: {error}") from error


def make_event(
    event_type: str,
    data: Mapping[str, Any],
    *,
    source: str,
    site: str,
    epoch: str,
    seq: int,
    time: datetime,
    clock: Clock,
    bootid: str,
    uptimes: float,
    event_id: str | None = None,
) -> dict[str, Any]:
    """A checked envelope as a plain dict, ready for `json.dumps`.

    `time` must be aware; `uptimes` is seconds since boot; `seq` 1..2³¹−1. Raises `EventError`. Built without going
    through pydantic twice: only the data is validated here, the frame is made of values the caller owns (the contract
    test validates whole envelopes).
    """
    if time.tzinfo is None:
        raise EventError("time is naive; give an aware datetime (config.clock gives those)")
    if not 1 <= seq <= MAX_SEQ:
        raise EventError(f"seq is {seq}; allowed: 1 to {MAX_SEQ}")
    return {
        "specversion": "1.0",
        "id": event_id or uuid.uuid4().hex,
        "source": source,
        "type": event_type,
        "time": time.isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "site": site,
        "epoch": epoch,
        "seq": seq,
        "clock": clock,
        "bootid": bootid,
        "uptimes": round(uptimes, 3),
        "data": check_data(event_type, data),
    }


PERSONAL = re.compile(r"\d{9,}|\b0\d{8,}\b")
"""What a person's id number or phone would look like in a field: no value of ours may match (contract test)."""
