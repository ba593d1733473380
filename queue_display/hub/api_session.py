"""Who sits here: signing in by token (TVs, machines) or by counter and PIN (officers), and the counters' seats."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, model_validator

from config.settings import Settings
from queue_display.desk import Asked, Desk, dumps
from queue_display.hub.access import COOKIE, Gate, Principal, forbidden
from queue_display.hub.bodies import Body, CounterNumber
from queue_display.hub.gatekeeper import Json, principal
from queue_display.hub.officers import Officers, Session
from queue_display.hub.seats import Seats
from queue_display.ledger import LedgerError
from queue_display.model import EngineError
from queue_display.rules import room
from queue_display.window import Touched

log = logging.getLogger("hub")

YEAR_S = 365 * 86400  # a TV on the wall has nobody to sign it in again
DAY_S = 86400
"""An officer's session is over when the hub says so; the browser forgets it after a day at the latest."""


class SessionBody(Body):
    """Sign a browser in: a machine by its token, an officer by PIN.

    With a PIN: the counter to sit at, or the role of a desk without one; the officer's code where two have one PIN.
    `take`: sit down although somebody sits there.
    """

    token: Annotated[str, Field(min_length=8, max_length=200)] | None = None
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")] | None = None
    staff: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")] | None = None
    role: Literal["reception", "supervisor"] | None = None
    counter: CounterNumber | None = None
    take: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> SessionBody:
        if (self.token is None) == (self.pin is None):
            raise ValueError("give a token or a PIN")
        if self.pin is not None and self.staff is None and self.counter is None and self.role is None:
            raise ValueError("with a PIN give counter, role or staff")
        return self


class SeatBody(Body):
    """One of the officer's own counters."""

    counter: CounterNumber
    take: bool = False


class LeaveBody(Body):
    """Stand up from this counter."""

    counter: CounterNumber


def attach(router: APIRouter, settings: Settings, desk: Desk, gate: Gate) -> None:
    """Add the routes of sessions and seats, and give the gate its officers."""

    def monotonic() -> float:
        return desk.clock.monotonic()

    def today() -> str:
        return desk.hall.service_day.isoformat()

    seats = Seats(settings.sessions.grace_s, settings.sessions.idle_hours * 3600, monotonic)
    officers = Officers(settings, gate.sign, seats, day=today, now=monotonic)
    gate.officers = officers
    secure = bool(settings.hub.tls_cert)

    def shown(counter: int) -> None:
        desk.window.seats[counter] = seats.shown(counter)
        desk.bump(Touched(posts={counter: desk.hall.posts[counter]}))

    seats.changed = shown

    def answer(who: Principal, value: str | None = None, age_s: int = DAY_S) -> Response:
        said = Json(dumps({"rev": desk.rev, **_about(who)}))
        if value is not None:
            said.set_cookie(COOKIE, value, max_age=age_s, httponly=True, samesite="strict", secure=secure)
        return said

    def sit(session: Session, counter: int, *, take: bool, own: str = "") -> Session:
        since = desk.now().wall.isoformat(timespec="seconds")
        # The revision at which it will be shown: later than any claim there is, also after a restart.
        session, lost = officers.sit(session, counter, desk.rev + 1, since, take=take, own=own)
        if lost is not None and lost != own:
            log.info("%s takes counter %d over", session.staff.id, counter)
            told = {"counter": counter, "held": False, "since": since}
            seats.tell(lost, dumps({"type": "seat", "rev": desk.rev, "data": told}))
        return session

    def audit(way: Literal["in", "out"], session: Session, counter: int | None = None) -> None:
        officer = session.staff
        key = f"staff:{way}:{session.sid}"
        told = Asked(f"{officer.role}:{officer.id}", key, key)
        try:
            desk.run(told, lambda draft: room.staff_signed(draft, way, officer.role, counter))
        except LedgerError as error:
            # A full disk keeps no officer from the counter.
            log.error("signing %s of %s could not be written: %s", way, officer.id, error)

    @router.post("/v1/session")
    async def sign_in(request: Request, body: SessionBody) -> Response:
        """Sign a browser in."""
        if body.token is not None:
            token = gate.token(body.token)
            who = gate.principal(token, body.counter)
            return answer(who, gate.cookie(token, body.counter), YEAR_S)
        assert body.pin is not None
        client = request.scope.get("client")
        address = str(client[0]) if client else ""
        officer = await officers.identify(address, body.pin, staff=body.staff, counter=body.counter, role=body.role)
        own = _session_of(gate, request)
        session = officers.begin(officer)
        if body.counter is not None:
            session = sit(session, body.counter, take=body.take, own=own.sid if own else "")
        elif officer.role == "clerk":
            raise EngineError(
                "no_counter",
                "Mời chọn quầy.",
                "Please choose a counter.",
                None,
                list(officer.counters),
                422,
            )
        log.info("%s signs in%s", officer.id, f" at counter {body.counter}" if body.counter else "")
        if own:
            seats.end(own.sid)  # one browser, one session: what it had before is given back
        audit("in", session, body.counter)
        return answer(gate.officer(session), officers.cookie(session))

    @router.get("/v1/session")
    async def who_am_i(request: Request) -> Response:
        """Who the browser is."""
        return answer(principal(request))

    @router.delete("/v1/session")
    async def sign_out(request: Request) -> Response:
        """Sign the browser out."""
        own = _session_of(gate, request)
        if own:
            audit("out", own)
            seats.end(own.sid)
        said = Json(dumps({"rev": desk.rev}))
        said.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=secure)
        return said

    @router.post("/v1/session/seat")
    async def take_seat(request: Request, body: SeatBody) -> Response:
        """Sit down at one more of the own counters, or (`take`) where somebody else sits."""
        session = sit(_officer(request), body.counter, take=body.take)
        seats.acted(session.sid)
        return answer(gate.officer(session), officers.cookie(session))

    @router.post("/v1/session/leave")
    async def leave_seat(request: Request, body: LeaveBody) -> Response:
        """Stand up from one of them; the session goes on."""
        session = _officer(request)
        seats.leave(body.counter, session.sid)
        claims = {counter: claim for counter, claim in session.claims.items() if counter != body.counter}
        session = Session(session.sid, session.staff, session.day, claims)
        return answer(gate.officer(session), officers.cookie(session))

    @router.get("/v1/seats")
    async def all_seats() -> Response:
        """Who sits where: for whoever looks after the room."""
        found = [
            {"counter": each.counter, "staff": each.staff, "role": each.role, "since": each.since}
            for each in seats.all()
        ]
        return Json(dumps({"rev": desk.rev, "seats": found}))


def _about(who: Principal) -> dict[str, Any]:
    """Who somebody is, as their own browser is told."""
    out: dict[str, Any] = {"role": who.role, "device": who.device, "counter": who.counter}
    session, standing = who.session, who.standing
    out["staff"] = session.staff.id if session else None
    out["own"] = list(session.staff.counters) if session else []
    out["held"] = sorted(standing.held) if standing else []
    out["lost"] = sorted(standing.lost) if standing else []
    return out


def _officer(request: Request) -> Session:
    """The officer's session. Refuses (403) a machine: it has no seats."""
    session = principal(request).session
    if session is None:
        raise forbidden("token", "an officer signed in by PIN")
    return session


def _session_of(gate: Gate, request: Request) -> Session | None:
    """This browser's officer session before, None without one."""
    try:
        who = gate.session(request.headers.get("cookie"))
    except EngineError:
        return None  # over already
    return who.session if who is not None else None
