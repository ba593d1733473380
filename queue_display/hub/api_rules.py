"""Routes of the deeper rules: visits that go on, undo, help, texts for all, the day by hand, appointments, sums."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from queue_display import day as days
from queue_display.appointments_file import BadList, appointment
from queue_display.desk import Desk, dumps
from queue_display.draft import Draft
from queue_display.hub import bodies
from queue_display.hub.access import may_act_at, refuse
from queue_display.hub.answers import counter_answer, plain_answer, ticket_answer
from queue_display.hub.gatekeeper import Json, principal
from queue_display.rules import booking, room, undo, visits

TicketPath = Annotated[str, Path(pattern=r"^\d{8}-[A-Z]\d{3}$")]
CounterPath = Annotated[int, Path(ge=1, le=99)]
HelpPath = Annotated[int, Path(ge=1, le=2**53)]
CodePath = Annotated[str, Path(pattern=r"^[A-Z0-9]{4,8}$")]
CounterQuery = Annotated[int | None, Query(ge=1, le=99)]
DayQuery = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")]

HISTORY_SHOWN = 100
_NO_NO, _NO_REASON, _NO_CARRY = bodies.NoBody(), bodies.ReasonBody(), bodies.CarryBody()
_NO_NOTE, _NO_CLOSE, _NO_DAY, _NO_CHECKIN = (
    bodies.NoteBody(),
    bodies.DayCloseBody(),
    bodies.DayOpenBody(),
    bodies.CheckInBody(),
)


def attach(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""
    _visits(router, desk)
    _counters(router, desk)
    _room(router, desk)
    _appointments(router, desk)
    _past(router, desk)


def _visits(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/tickets/{ticket_id}/reopen")
    async def reopen(request: Request, ticket_id: TicketPath, body: bodies.ReasonBody = _NO_REASON) -> Response:
        """Closed by mistake."""
        return ticket_answer(request, desk, lambda d: visits.reopen(d, ticket_id, body.reason))

    @router.post("/v1/tickets/{ticket_id}/note")
    async def note(request: Request, ticket_id: TicketPath, body: bodies.NoteBody = _NO_NOTE) -> Response:
        """A code word on the ticket; null takes it away."""
        return ticket_answer(request, desk, lambda d: visits.note(d, ticket_id, body.code))

    @router.post("/v1/tickets/{ticket_id}/move")
    async def move(request: Request, ticket_id: TicketPath, body: bodies.MoveBody) -> Response:
        """A waiting one to another queue."""
        target = {"to_counter": body.to_counter, "to_service": body.to_service}
        return ticket_answer(request, desk, lambda d: visits.move(d, ticket_id, **target))  # type: ignore[arg-type]

    @router.post("/v1/tickets/{ticket_id}/carry")
    async def carry(request: Request, ticket_id: TicketPath, body: bodies.CarryBody = _NO_CARRY) -> Response:
        """Keeps its number overnight."""
        return ticket_answer(request, desk, lambda d: visits.carry(d, ticket_id, body.keep))

    @router.post("/v1/tickets/{ticket_id}/also")
    async def also(request: Request, ticket_id: TicketPath, body: bodies.ServiceBody) -> Response:
        """One more service in this visit."""
        return ticket_answer(request, desk, lambda d: visits.also(d, ticket_id, body.service))


def _counters(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/counters/{counter}/undo")
    async def take_back(request: Request, counter: CounterPath, body: bodies.NoBody = _NO_NO) -> Response:
        """Take this counter's last act back; the answer is the ticket that stands there again, or null."""
        may_act_at(principal(request), counter)
        return ticket_answer(request, desk, lambda d: undo.undo(d, counter))

    @router.post("/v1/counters/{counter}/emergency")
    async def emergency(request: Request, counter: CounterPath, body: bodies.NoBody = _NO_NO) -> Response:
        """The officer needs help at once: supervisors see it, the public does not."""
        may_act_at(principal(request), counter)
        return counter_answer(request, desk, counter, lambda d: room.emergency(d, counter))

    @router.post("/v1/counters/{counter}/emergency-clear")
    async def emergency_clear(request: Request, counter: CounterPath, body: bodies.NoBody = _NO_NO) -> Response:
        """It is over."""
        may_act_at(principal(request), counter)
        return counter_answer(request, desk, counter, lambda d: room.emergency_clear(d, counter))

    @router.post("/v1/counters/{counter}/services")
    async def services(request: Request, counter: CounterPath, body: bodies.ServicesBody) -> Response:
        """Today's services of a counter; null = as the settings say."""
        return counter_answer(request, desk, counter, lambda d: room.set_services(d, counter, body.services))


def _room(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/help")
    async def ask_help(request: Request, body: bodies.HelpBody) -> Response:
        """Somebody asks for a helper."""

        def rule(draft: Draft) -> dict[str, Any]:
            return {"help": room.ask_help(draft, body.where, body.what, body.counter).as_json()}

        return plain_answer(request, desk, rule)

    @router.post("/v1/help/{help_id}/done")
    async def help_done(request: Request, help_id: HelpPath, body: bodies.NoBody = _NO_NO) -> Response:
        """A helper is there."""
        return plain_answer(request, desk, lambda d: {"help": room.help_done(d, help_id).as_json()})

    @router.post("/v1/broadcast")
    async def broadcast(request: Request, body: bodies.BroadcastBody) -> Response:
        """A text for everybody, for a while."""

        def rule(draft: Draft) -> dict[str, Any]:
            told = room.broadcast(draft, body.vi, body.en, body.minutes)
            return {"broadcast": {"vi": told.vi, "en": told.en, "until": told.until}}

        return plain_answer(request, desk, rule)

    @router.post("/v1/broadcast/clear")
    async def broadcast_clear(request: Request, body: bodies.NoBody = _NO_NO) -> Response:
        """Take it away."""

        def rule(draft: Draft) -> dict[str, Any]:
            room.broadcast_clear(draft)
            return {"broadcast": None}

        return plain_answer(request, desk, rule)

    @router.post("/v1/day/close")
    async def day_close(request: Request, body: bodies.DayCloseBody = _NO_CLOSE) -> Response:
        """No more numbers today."""

        def rule(draft: Draft) -> dict[str, Any]:
            ended = days.close(draft, carry=body.carry)
            return {"day": draft.hall.service_day.isoformat(), "day_closed": True, "ended": ended}

        return plain_answer(request, desk, rule)

    @router.post("/v1/day/open")
    async def day_open(request: Request, body: bodies.DayOpenBody = _NO_DAY) -> Response:
        """Open a closed day again, or begin one by hand on an untrusted clock."""
        wanted = _day(body.day)

        def rule(draft: Draft) -> dict[str, Any]:
            if wanted is not None and wanted != draft.hall.service_day:
                desk.upkeep.sum_up(draft.now, everything=True)
            return {"day": days.open_by_hand(draft, wanted).isoformat(), "day_closed": False}

        return plain_answer(request, desk, rule)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refuse(422, "bad_day", "Không có ngày này.", "There is no such day.", text, "YYYY-MM-DD") from error


def _appointments(router: APIRouter, desk: Desk) -> None:
    @router.get("/v1/appointments")
    async def listed() -> Response:
        """Appointments from today on, by time."""
        found = sorted(desk.hall.appointments.values(), key=lambda each: (each.at, each.code))
        return Json(dumps({"rev": desk.rev, "appointments": [each.as_json() for each in found]}))

    @router.post("/v1/appointments")
    async def take(request: Request, body: bodies.AppointmentsBody) -> Response:
        """Take a list: codes, services and times, never names."""
        zone = desk.now().wall.tzinfo
        try:
            items = [appointment(each.model_dump(), at, zone) for at, each in enumerate(body.items, 1)]
        except BadList as error:
            vi, _, en = str(error).partition("/")
            raise refuse(422, "bad_list", vi, en or vi, None, "code, service, at, prechecked") from error
        return plain_answer(request, desk, lambda d: dict(booking.take_list(d, items, replace_all=body.replace)))

    @router.post("/v1/appointments/checkin")
    async def by_slot(request: Request, body: bodies.SlotBody) -> Response:
        """A number by service and time, where the citizen has no code at hand."""
        source, zone = principal(request).role, desk.now().wall.tzinfo
        try:
            at = appointment({"code": "SLOT", "service": body.service, "at": body.at}, 1, zone).at
        except BadList as error:
            raise refuse(
                422, "bad_time", "Giờ hẹn chưa đúng dạng.", "Not a time.", body.at, "2026-11-23T09:00"
            ) from error
        more = {"priority": body.priority, "source": source}
        return ticket_answer(request, desk, lambda d: booking.check_in_slot(d, body.service, at, **more))

    @router.post("/v1/appointments/{code}/checkin")
    async def check_in(request: Request, code: CodePath, body: bodies.CheckInBody = _NO_CHECKIN) -> Response:
        """A number for an appointment."""
        source = principal(request).role
        return ticket_answer(request, desk, lambda d: booking.check_in(d, code, priority=body.priority, source=source))


def _past(router: APIRouter, desk: Desk) -> None:
    @router.get("/v1/history")
    async def history(counter: CounterQuery = None) -> Response:
        """The day's tickets that ended, or were missed, at a counter (or anywhere), newest first."""
        if counter is not None and counter not in desk.hall.counters:
            known = sorted(desk.hall.counters)
            raise refuse(404, "unknown_counter", "Không có quầy này.", "There is no such counter.", counter, known)
        over = [
            each
            for each in desk.hall.tickets.values()
            if (each.closed or each.state == "no_show") and (counter is None or each.counter == counter)
        ]
        over.sort(key=lambda each: each.closed_at or each.last_call_at or each.issued_at, reverse=True)
        return Json(dumps({"rev": desk.rev, "tickets": [each.as_json() for each in over[:HISTORY_SHOWN]]}))

    @router.get("/v1/stats")
    async def stats(day: DayQuery = None) -> Response:
        """Hourly sums of a day, the hour under way included; default: the service day."""
        wanted = _day(day) or desk.hall.service_day
        today = wanted == desk.hall.service_day
        rows = desk.upkeep.day_rows(wanted, desk.now())
        totals = dict(desk.hall.totals) if today else None
        return Json(dumps({"rev": desk.rev, "day": wanted.isoformat(), "hours": rows, "totals": totals}))
