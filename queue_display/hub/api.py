"""The routes of docs/contracts.md §2. Each is one line of rules; who may use it stands in `access.TABLE`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import ValidationError

from config import __version__
from config.events import EVENT_TYPES
from config.settings import Settings
from queue_display import engine, posts, printing
from queue_display.desk import Desk, dumps
from queue_display.draft import Draft
from queue_display.health import Notice
from queue_display.hub import api_rules, api_session, bodies, pages, stream
from queue_display.hub.access import JOB_KINDS, Gate, forbidden, may_act_at, refuse
from queue_display.hub.answers import counter_answer, ticket_answer
from queue_display.hub.gatekeeper import Json, asked, gated, install_errors, principal
from queue_display.model import JobState, Press, Ticket, TicketState
from queue_display.rules.booking import check_in
from queue_display.rules.choosing import before
from queue_display.rules.issuing import BEYOND_ROLES
from queue_display.window import audience_of

TicketPath = Annotated[str, Path(pattern=r"^\d{8}-[A-Z]\d{3}$")]
CounterPath = Annotated[int, Path(ge=1, le=99)]
JobPath = Annotated[int, Path(ge=1, le=2**53)]
StateQuery = Annotated[TicketState | None, Query()]
JobStateQuery = Annotated[JobState | None, Query()]
ServiceQuery = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9-]{0,31}$")]

# A command that says nothing more may come without a body at all.
_NO_NEXT, _NO_SEEN, _NO_REASON = bodies.NextBody(), bodies.SeenBody(), bodies.ReasonBody()
_NO_NO, _NO_PARK, _NO_TRANSFER = bodies.NoBody(), bodies.ParkBody(), bodies.TransferBody()


def build(settings: Settings, desk: Desk, gate: Gate) -> FastAPI:
    """The hub's application."""
    app = FastAPI(
        title="Một Cửa Edge hub",
        version=__version__,
        description="docs/contracts.md §2 says it in words.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        default_response_class=Json,
        responses={"4XX": {"description": "a refusal: code, a sentence in two languages, what is allowed"}},
    )
    app.state.desk, app.state.gate = desk, gate
    install_errors(app)
    # On the application's own router, the busiest routes first: each is asked in turn whether a request is its own.
    router = app.router
    router.route_class = gated(gate)
    _tickets(router, desk)
    _counters(router, desk)
    _asking(router, desk)
    api_rules.attach(router, desk)
    _jobs(router, desk)
    _reports(router, desk)
    api_session.attach(router, settings, desk, gate)
    router.route_class = APIRoute  # pages and stream need no principal of ours, or judge it themselves
    stream.attach(app, desk, gate)
    pages.attach(app, settings)
    return app


def _asking(router: APIRouter, desk: Desk) -> None:
    @router.get("/v1/health")
    async def health() -> Response:
        """Whether the hub lives, and what does not work."""
        now = desk.now()
        codes = desk.window.notices.codes()
        out: dict[str, Any] = {"ok": "storage_full" not in codes, "version": __version__, "epoch": desk.hall.epoch}
        out |= {"rev": desk.rev, "clock": now.trust, "pid": os.getpid(), "degraded": codes}
        return Json(dumps(out))

    @router.get("/v1/snapshot")
    async def snapshot(request: Request) -> Response:
        """Everything the role may see."""
        return Json(dumps(desk.snapshot(audience_of(principal(request).role))))

    @router.get("/v1/uplink")
    async def uplink() -> Response:
        """How far the commune server has the events."""
        depth, _ = desk.ledger.depth()
        own = {"watermark": desk.ledger.watermark(), "epoch": desk.ledger.epoch(), "seq": desk.ledger.seq()}
        return Json(dumps({**desk.window.uplink, "depth": depth, **own, "rev": desk.rev}))


def _tickets(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/press")
    async def press(request: Request, body: bodies.PressBody) -> Response:
        """A press of a button: the same press gives the same ticket."""
        identity = Press(body.board, body.boot, body.press, body.button)
        return Json(desk.press(principal(request).actor, identity, body.service))

    @router.post("/v1/tickets")
    async def issue(request: Request, body: bodies.IssueBody) -> Response:
        """A number, asked for at the screen or by staff."""
        source = principal(request).role
        if (body.beyond or body.for_counter is not None) and source not in BEYOND_ROLES:
            raise forbidden(source, sorted(BEYOND_ROLES))

        def rule(draft: Draft) -> Ticket:
            more: dict[str, Any] = {"priority": body.priority, "source": source, "beyond": body.beyond}
            if body.appointment is not None:
                return check_in(draft, body.appointment, service=body.service, **more)
            return engine.issue(draft, body.service, for_counter=body.for_counter, **more)

        return ticket_answer(request, desk, rule)

    @router.get("/v1/tickets")
    async def tickets(state: StateQuery = None, service: ServiceQuery = None) -> Response:
        """The tickets of the service day in the order of issue."""
        if service is not None and service not in desk.hall.services:
            known = sorted(desk.hall.services)
            raise refuse(404, "unknown_service", "Không có lĩnh vực này.", "There is no such service.", service, known)
        found = [
            each.as_json()
            for each in desk.hall.tickets.values()
            if (state is None or each.state == state) and (service is None or each.service == service)
        ]
        return Json(dumps({"rev": desk.rev, "tickets": found}))

    @router.get("/v1/tickets/{ticket_id}")
    async def ticket(ticket_id: TicketPath) -> Response:
        """One ticket of any day; while it waits with how many will be called earlier, and how long that may take."""
        found = desk.ticket(ticket_id)
        people = before(desk.hall, found) if found.id in desk.hall.tickets else None
        wait = None if people is None else desk.window.estimate(found.service, people, desk.now())
        return Json(dumps({"rev": desk.rev, "ticket": found.as_json(), "before": people, "estimate": wait}))

    @router.post("/v1/tickets/{ticket_id}/call")
    async def call(request: Request, ticket_id: TicketPath, body: bodies.CallBody) -> Response:
        """Call this one."""
        may_act_at(principal(request), body.counter)
        return ticket_answer(request, desk, lambda d: engine.call_one(d, ticket_id, body.counter))

    @router.post("/v1/tickets/{ticket_id}/cancel")
    async def cancel(request: Request, ticket_id: TicketPath, body: bodies.ReasonBody = _NO_REASON) -> Response:
        """Withdrawn while waiting."""
        return ticket_answer(request, desk, lambda d: engine.cancel(d, ticket_id, body.reason))

    @router.post("/v1/tickets/{ticket_id}/void")
    async def void(request: Request, ticket_id: TicketPath, body: bodies.ReasonBody = _NO_REASON) -> Response:
        """Void, by staff."""
        return ticket_answer(request, desk, lambda d: engine.void(d, ticket_id, body.reason))

    @router.post("/v1/tickets/{ticket_id}/done-on-spot")
    async def on_spot(request: Request, ticket_id: TicketPath, body: bodies.ReasonBody = _NO_REASON) -> Response:
        """Answered at the door."""
        return ticket_answer(request, desk, lambda d: engine.finish_on_spot(d, ticket_id, body.reason))

    @router.post("/v1/tickets/{ticket_id}/return")
    async def put_back(request: Request, ticket_id: TicketPath, body: bodies.ReasonBody = _NO_REASON) -> Response:
        """Back in the queue."""
        return ticket_answer(request, desk, lambda d: engine.put_back(d, ticket_id, body.reason))

    @router.post("/v1/tickets/{ticket_id}/reprint")
    async def reprint(request: Request, ticket_id: TicketPath, body: bodies.NoBody = _NO_NO) -> Response:
        """A copy, marked as such."""
        return ticket_answer(request, desk, lambda d: printing.reprint(d, d.ticket(ticket_id)))


def _counters(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/counters/{counter}/next")
    async def call_next(request: Request, counter: CounterPath, body: bodies.NextBody = _NO_NEXT) -> Response:
        """Finish here and call the next one; `ticket` is null when nobody waits."""
        may_act_at(principal(request), counter)
        return ticket_answer(
            request, desk, lambda d: engine.call_next(d, counter, service=body.service, seen=body.ticket)
        )

    def verb(name: str, rule: Callable[[Draft, int, str | None], Ticket]) -> None:
        @router.post(f"/v1/counters/{{counter}}/{name}", name=name)
        async def act(request: Request, counter: CounterPath, body: bodies.SeenBody = _NO_SEEN) -> Response:
            may_act_at(principal(request), counter)
            return ticket_answer(request, desk, lambda d: rule(d, counter, body.ticket))

        act.__doc__ = rule.__doc__

    verb("recall", engine.recall)
    verb("no-show", engine.no_show)
    verb("start", engine.start)
    verb("done", engine.done)
    verb("done-on-spot", engine.done_on_spot)

    @router.post("/v1/counters/{counter}/park")
    async def park(request: Request, counter: CounterPath, body: bodies.ParkBody = _NO_PARK) -> Response:
        """Set aside."""
        may_act_at(principal(request), counter)
        return ticket_answer(
            request, desk, lambda d: engine.park(d, counter, body.ticket, papers=body.papers, note=body.note)
        )

    @router.post("/v1/counters/{counter}/transfer")
    async def transfer(request: Request, counter: CounterPath, body: bodies.TransferBody = _NO_TRANSFER) -> Response:
        """Waiting again elsewhere; same number."""
        may_act_at(principal(request), counter)
        target = {"to_counter": body.to_counter, "to_service": body.to_service, "back": body.back}
        return ticket_answer(request, desk, lambda d: engine.transfer(d, counter, body.ticket, **target))  # type: ignore[arg-type]

    def state(name: str, rule: Callable[[Draft, int], Any]) -> None:
        @router.post(f"/v1/counters/{{counter}}/{name}", name=name)
        async def act(request: Request, counter: CounterPath, body: bodies.NoBody = _NO_NO) -> Response:
            may_act_at(principal(request), counter)
            return counter_answer(request, desk, counter, lambda d: rule(d, counter))

        act.__doc__ = rule.__doc__

    state("resume", posts.resume)
    state("open", posts.resume)
    state("close", posts.close_counter)

    @router.post("/v1/counters/{counter}/pause")
    async def pause(request: Request, counter: CounterPath, body: bodies.PauseBody) -> Response:
        """A pause with a reason."""
        may_act_at(principal(request), counter)
        return counter_answer(request, desk, counter, lambda d: posts.pause(d, counter, body.reason, body.minutes))


def _jobs(router: APIRouter, desk: Desk) -> None:
    @router.get("/v1/jobs")
    async def jobs(state: JobStateQuery = None) -> Response:
        """Work for the bridge that is not over."""
        found = [each.as_json() for each in desk.hall.jobs.values() if state is None or each.state == state]
        return Json(dumps({"rev": desk.rev, "jobs": found}))

    @router.get("/v1/jobs/{job_id}")
    async def one(job_id: JobPath) -> Response:
        """What became of one; without what is on it."""
        return Json(dumps({"rev": desk.rev, "job": desk.job(job_id).as_json()}))

    @router.post("/v1/jobs")
    async def add(request: Request, body: bodies.JobBody) -> Response:
        """Paper or light that belongs to no ticket."""
        role = principal(request).role
        if role not in JOB_KINDS[body.kind]:
            raise forbidden(role, sorted(JOB_KINDS[body.kind]))
        wanted: Any = {"list": bodies.ListPayload, "light": bodies.LightPayload, "test": type(None)}[body.kind]
        if not isinstance(body.payload, wanted):
            raise refuse(
                422, "bad_payload", "Nội dung việc không khớp.", f"{body.kind} needs another payload.", body.kind
            )
        payload = body.payload.model_dump(exclude_defaults=True) if body.payload is not None else None
        return Json(desk.run(asked(request), lambda d: {"job": printing.add(d, body.kind, payload=payload).as_json()}))

    @router.post("/v1/jobs/{job_id}/take")
    async def take(request: Request, job_id: JobPath, body: bodies.NoBody = _NO_NO) -> Response:
        """The bridge is about to do it; the answer has all it needs."""
        job = desk.job(job_id)

        def command(draft: Draft) -> dict[str, Any]:
            return {"job": desk.paper(printing.take(draft, job))}

        return Json(desk.run(asked(request), command))

    @router.post("/v1/jobs/{job_id}/report")
    async def report(request: Request, job_id: JobPath, body: bodies.ReportBody) -> Response:
        """What became of it."""
        job = desk.job(job_id)
        return Json(
            desk.run(asked(request), lambda d: {"job": printing.report(d, job, body.state, body.detail).as_json()})
        )


def _reports(router: APIRouter, desk: Desk) -> None:
    @router.post("/v1/parts")
    async def parts(request: Request, body: bodies.PartBody) -> Response:
        """Health of a part: a notice and an event when it changes."""
        actor = principal(request).actor
        changed = desk.window.notices.code(body.part) != (None if body.state == "ok" else body.code)
        name = "part.restored" if body.state == "ok" else "part.degraded"
        data = {"part": body.part, "state": body.state, "code": body.code, "actor": actor}

        def command(draft: Draft) -> dict[str, Any]:
            if changed:
                draft.change.events.append((f"vn.motcua.{name}", data))
            return {"changed": changed}

        answer = desk.run(asked(request), command)
        if body.state == "ok":
            desk.clear(body.part)
        else:
            level = "error" if body.state == "down" else "warn"
            words = (body.vi or body.code, body.en or body.code, body.public_vi, body.public_en)
            desk.notice(Notice(body.code, body.part, level, *words))  # type: ignore[arg-type]
        return Json(answer)

    @router.post("/v1/reports")
    async def reports(request: Request, body: bodies.FactBody) -> Response:
        """A rating, an answered look-up, the counters of a link: an event, nothing else."""
        entry = EVENT_TYPES[f"vn.motcua.{body.type}"]
        data = {**body.data, "actor": principal(request).actor}
        try:
            entry.model.model_validate(data)
        except ValidationError as error:
            found = [{"at": ".".join(map(str, one["loc"])), "en": one["msg"]} for one in error.errors()[:8]]
            raise refuse(422, "bad_data", "Dữ liệu không đúng dạng.", "The data does not fit.", found) from error

        def command(draft: Draft) -> dict[str, Any]:
            draft.change.events.append((entry.name, data))
            return {}

        return Json(desk.run(asked(request), command))
