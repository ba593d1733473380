"""What requests may carry: the pydantic models the OpenAPI is generated from. Every field has a type and a range."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ServiceId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="service id of the settings")]
TicketId = Annotated[str, Field(pattern=r"^\d{8}-[A-Z]\d{3}$", description="e.g. 20261123-A042")]
CounterNumber = Annotated[int, Field(ge=1, le=99)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,40}$", description="a code word, never free text")]
AppointmentCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{4,8}$", description="a code, never a name")]
Sentence = Annotated[str, Field(max_length=200)]
Line = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """A closed body: an unknown field is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PressBody(Body):
    """One press of one button."""

    board: Annotated[str, Field(pattern=r"^[0-9a-f]{8,32}$", description="unique id of the microcontroller, hex")]
    boot: Annotated[int, Field(ge=0, le=2**53, description="its boot counter")]
    press: Annotated[int, Field(ge=0, le=2**53, description="its press counter")]
    button: Annotated[int, Field(ge=0, le=255)]
    service: ServiceId


class IssueBody(Body):
    """A ticket by screen or by staff."""

    service: ServiceId
    priority: bool = False
    appointment: AppointmentCode | None = None
    for_counter: CounterNumber | None = None
    beyond: bool = False


class NextBody(Body):
    """Call the next one; `ticket`: the one the clerk sees at the counter now."""

    service: ServiceId | None = None
    ticket: TicketId | None = None


class SeenBody(Body):
    """`ticket`: the one the clerk sees; another one there is a refusal (409 `stale`)."""

    ticket: TicketId | None = None


class ParkBody(SeenBody):
    """Set aside; `papers`: the citizen fetches papers (state `waiting_papers`)."""

    papers: bool = False
    note: Word | None = None


class TransferBody(SeenBody):
    """Exactly one target, or none for the counter's `transfer_to` setting."""

    to_counter: CounterNumber | None = None
    to_service: ServiceId | None = None
    back: bool = False


class MoveBody(Body):
    """Exactly one target."""

    to_counter: CounterNumber | None = None
    to_service: ServiceId | None = None


class PauseBody(Body):
    """Why, and for how long."""

    reason: Literal["short_break", "meeting", "urgent", "helping", "other"]
    minutes: Annotated[int, Field(ge=1, le=240)]


class NoBody(Body):
    """Nothing to say."""


class CallBody(Body):
    """Call this ticket to a counter."""

    counter: CounterNumber


class ReasonBody(Body):
    """Why, as a code word."""

    reason: Word | None = None


class NoteBody(Body):
    """A code word on a ticket; null takes it away."""

    code: Word | None = None


class CarryBody(Body):
    """Whether the ticket keeps its number overnight."""

    keep: bool = True


class ServiceBody(Body):
    """One service."""

    service: ServiceId


class ServicesBody(Body):
    """Today's services of a counter; null = as the settings say."""

    services: Annotated[list[ServiceId], Field(max_length=30)] | None


class HelpBody(Body):
    """Who asks for help is not said; where and for what is."""

    where: Literal["kiosk", "reception", "counter"]
    what: Literal["write", "guide"] = "write"
    counter: CounterNumber | None = None


class BroadcastBody(Body):
    """A text for everybody, without anybody's number in it."""

    vi: Annotated[str, Field(min_length=1, max_length=160)]
    en: Annotated[str, Field(max_length=160)] = ""
    minutes: Annotated[int, Field(ge=1, le=240)]


class DayCloseBody(Body):
    """`carry`: who still waits keeps the number until tomorrow; null = as the settings say."""

    carry: bool | None = None


class DayOpenBody(Body):
    """`day`: which one begins; null = the closed one again."""

    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class AppointmentItem(Body):
    """One appointment. `at`: `2026-11-23T09:00`, local, or with an offset."""

    code: AppointmentCode
    service: ServiceId
    at: Annotated[str, Field(min_length=10, max_length=40)]
    prechecked: bool = False


class AppointmentsBody(Body):
    """A list; `replace`: what is not on it any more, of the days it speaks of, is dropped."""

    items: Annotated[list[AppointmentItem], Field(max_length=500)]
    replace: bool = False


class CheckInBody(Body):
    """Check-in by code."""

    priority: bool = False


class SlotBody(Body):
    """Check-in by service and time."""

    service: ServiceId
    at: Annotated[str, Field(min_length=10, max_length=40)]
    priority: bool = False


class ListPayload(Body):
    """Papers to bring, on paper. `notes` stand below them and have no box to tick."""

    title: Line
    lines: Annotated[list[Line], Field(max_length=60)]
    notes: Annotated[list[Line], Field(max_length=20)] = Field(default_factory=list)


class LightPayload(Body):
    """Light for the camera."""

    seconds: Annotated[int, Field(ge=1, le=60)]


class JobBody(Body):
    """Work for the bridge that belongs to no ticket."""

    kind: Literal["list", "light", "test"]
    payload: ListPayload | LightPayload | None = None


class ReportBody(Body):
    """What became of a print job."""

    state: Literal["printed", "no_paper", "failed", "unknown"]
    detail: Annotated[str, Field(max_length=200)] | None = None


class PartBody(Body):
    """Health of a part of the waiting room."""

    part: Word
    state: Literal["ok", "degraded", "down"]
    code: Word
    vi: Sentence = ""
    en: Sentence = ""
    public_vi: Sentence | None = None
    public_en: Sentence | None = None


class FactBody(Body):
    """Something that happened and concerns no ticket."""

    type: Literal["rating.given", "lookup.answered", "link.stats"]
    data: dict[str, Any]
