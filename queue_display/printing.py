"""Print jobs and the print axis of a ticket (house §6). Pure, as `engine.py`.

`queued → printing → printed | no_paper | failed | unknown`. What certainly is not on paper (`queued`, `no_paper`,
`failed`) may be taken again; `unknown` never: staff reprint a copy marked as such, or void the ticket.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queue_display.draft import Draft
from queue_display.model import RETAKEABLE, EngineError, Job, JobKind, JobState, PrintState, Ticket

REPORTED = ("printed", "no_paper", "failed", "unknown")


def _mark(draft: Draft, job: Job, state: PrintState) -> None:
    ticket = draft.hall.tickets.get(job.ticket or "")
    # A copy must not make the ticket look unprinted: only its success shows on the ticket.
    if ticket is not None and job.kind == "ticket":
        draft.put(replace(ticket, print=state))
    elif ticket is not None and job.kind == "copy" and state == "printed":
        draft.put(replace(ticket, print="copy"))


def take(draft: Draft, job: Job) -> Job:
    """The bridge is about to print. Refuses (409 `taken`) a job that somebody has, or that is over."""
    if job.state not in RETAKEABLE:
        raise EngineError(
            "taken",
            f"Việc in {job.id} không còn chờ ({job.state}).",
            f"Print job {job.id} is not waiting any more ({job.state}).",
            job.state,
            sorted(RETAKEABLE),
        )
    taken = replace(job, state="printing")
    draft.change.jobs.append(taken)
    _mark(draft, job, "printing")
    return taken


def report(draft: Draft, job: Job, state: JobState, detail: str | None = None) -> Job:
    """What became of it. Saying the same again is no error; a job that is over cannot change any more."""
    if state not in REPORTED:
        raise EngineError(
            "bad_state", "Trạng thái in không hợp lệ.", "Not a state of a print job.", state, list(REPORTED), 422
        )
    if job.state == state:
        return job
    if job.state not in ("printing", "unknown", "no_paper", "failed") or (job.state, state) == ("unknown", "no_paper"):
        raise EngineError(
            "wrong_state",
            f"Việc in {job.id} đang “{job.state}”, không ghi được “{state}”.",
            f"Print job {job.id} is {job.state}; it cannot become {state}.",
            job.state,
            ["printing"],
        )
    over = replace(job, state=state, detail=detail)
    draft.change.jobs.append(over)
    _mark(draft, job, state)  # type: ignore[arg-type]  # the reported states are print states too
    if job.kind != "light":
        data: dict[str, Any] = {"job": job.id, "kind": job.kind, "ticket": job.ticket, "state": state}
        data |= {"number": job.ticket.rpartition("-")[2] if job.ticket else None, "actor": draft.actor}
        draft.change.events.append((f"vn.motcua.print.{state}", data))
    return over


def reprint(draft: Draft, ticket: Ticket) -> Ticket:
    """Ask for a copy, marked as such on paper."""
    if ticket.closed:
        raise EngineError(
            "wrong_state",
            f"Phiếu {ticket.number} đã kết thúc, không in bản sao.",
            f"Ticket {ticket.number} is closed; no copy is printed.",
            ticket.state,
        )
    job = add(draft, "copy", ticket=ticket)
    draft.change.result = ticket
    data = {
        "job": job.id,
        "kind": "copy",
        "ticket": ticket.id,
        "number": ticket.number,
        "state": "queued",
        "actor": draft.actor,
    }
    draft.change.events.append(("vn.motcua.print.copy", data))
    return ticket


def add(draft: Draft, kind: JobKind, *, ticket: Ticket | None = None, payload: dict[str, Any] | None = None) -> Job:
    """A new job for the bridge. Refuses paper where there is no printer."""
    if not draft.hall.prints and kind != "light":
        raise EngineError(
            "no_printer", "Máy này không có máy in.", "There is no printer here.", "printer.kind = none", status=409
        )
    return draft.job(kind, ticket.id if ticket else None, payload)


def after_restart(draft: Draft) -> None:
    """Nobody can say what became of a job that was being printed when the hub ended: `unknown`, never done again.

    A light that nobody switched on in time is not wanted any more.
    """
    for job in list(draft.hall.jobs.values()):
        if job.kind == "light":
            draft.change.jobs.append(replace(job, state="dropped", detail="restart"))
        elif job.state == "printing":
            report(draft, job, "unknown", "restart")
    draft.change.result = None
