"""One command in the making: it reads the hall and sees its own changes first. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from config.settings import Service
from queue_display.hall import Hall
from queue_display.model import (
    MOVES,
    RETAKEABLE,
    Change,
    EngineError,
    Job,
    JobKind,
    Now,
    Post,
    PrintState,
    Sample,
    SampleKind,
    Ticket,
    TicketState,
)

LONGEST_S = 8 * 3600.0
"""A measured time beyond this is a clock that jumped or a key that was forgotten; it is left out."""


def iso(now: Now) -> str:
    """The moment as it stands in tickets and answers."""
    return now.wall.isoformat(timespec="milliseconds")


@dataclass
class Draft:
    """One command in the making: reads the hall, sees its own changes first."""

    hall: Hall
    now: Now
    actor: str
    change: Change = field(default_factory=Change)

    def ticket(self, ticket_id: str) -> Ticket:
        """A ticket of this service day. Refuses an unknown one (404)."""
        found = self.change.tickets.get(ticket_id) or self.hall.tickets.get(ticket_id)
        if found is None:
            raise EngineError(
                "unknown_ticket",
                f"Hôm nay không có phiếu {ticket_id}.",
                f"There is no ticket {ticket_id} today.",
                ticket_id,
                status=404,
            )
        return found

    def post(self, counter: int) -> Post:
        """A counter of the settings. Refuses an unknown one (404)."""
        found = self.change.posts.get(counter) or self.hall.posts.get(counter)
        if found is None:
            known = sorted(self.hall.posts)
            raise EngineError(
                "unknown_counter", f"Không có quầy {counter}.", f"There is no counter {counter}.", counter, known, 404
            )
        return found

    def service(self, service: str) -> Service:
        """A service of the settings. Refuses an unknown one (404)."""
        found = self.hall.services.get(service)
        if found is None:
            raise EngineError(
                "unknown_service",
                f"Không có lĩnh vực “{service}”.",
                f"There is no service {service!r}.",
                service,
                sorted(self.hall.services),
                404,
            )
        return found

    def tell(self, name: str, ticket: Ticket, **more: Any) -> None:
        """Add a ticket's event."""
        data: dict[str, Any] = {
            "ticket": ticket.id,
            "number": ticket.number,
            "service": ticket.service,
            "state": ticket.state,
            "priority": ticket.priority,
            "counter": ticket.counter,
            "calls": ticket.calls,
            "actor": self.actor,
        }
        data.update(more)
        self.change.events.append((f"vn.motcua.{name}", data))

    def job(self, kind: JobKind, ticket: str | None = None, payload: dict[str, Any] | None = None) -> Job:
        """A new job for the bridge."""
        new = sum(1 for each in self.change.jobs if each.id > self.hall.last_job)
        job = Job(self.hall.last_job + new + 1, kind, ticket, "queued", payload, iso(self.now))
        self.change.jobs.append(job)
        return job

    def put(self, ticket: Ticket) -> Ticket:
        """Note a ticket's new version; it is also the command's result unless a later one is."""
        self.change.tickets[ticket.id] = ticket
        self.change.result = ticket
        return ticket

    def move(self, ticket: Ticket, state: TicketState, **fields: Any) -> Ticket:
        """One transition of house §6. Refuses (409 `wrong_state`) any other."""
        if state not in MOVES[ticket.state]:
            raise EngineError(
                "wrong_state",
                f"Phiếu {ticket.number} đang “{STATE_VI[ticket.state]}”, không thể chuyển sang “{STATE_VI[state]}”.",
                f"Ticket {ticket.number} is {ticket.state}; it cannot become {state}.",
                ticket.state,
                sorted(origin for origin, allowed in MOVES.items() if state in allowed),
            )
        if state in ("done", "done_on_spot", "cancelled", "void"):
            fields.setdefault("closed_at", iso(self.now))
        if state == "waiting":
            fields.setdefault("since", iso(self.now))
        return self.put(replace(ticket, state=state, **fields))

    def leave(self, ticket: Ticket) -> None:
        """Free the counter where the ticket stands."""
        if ticket.counter is not None and ticket.counter in self.hall.posts:
            post = self.post(ticket.counter)
            if post.ticket == ticket.id:
                self.change.posts[post.id] = replace(post, ticket=None, free_since=iso(self.now))

    def drop_paper(self, ticket: Ticket, detail: str) -> PrintState:
        """Nobody needs this ticket's paper any more; gives the print state it then has."""
        for job in self.hall.jobs.values():
            if job.ticket == ticket.id and job.state in RETAKEABLE:
                self.change.jobs.append(replace(job, state="dropped", detail=detail))
        return "none" if ticket.print == "queued" else ticket.print

    def waited_s(self, ticket: Ticket) -> float:
        """Seconds since its issue: by the uptime where it was issued in this boot, else by the wall clock."""
        if ticket.boot == self.now.boot:
            return self.now.uptime - ticket.uptime
        return (self.now.wall - datetime.fromisoformat(ticket.issued_at)).total_seconds()

    def measure(self, kind: SampleKind, since: str | None, counter: int, ticket: str, service: str = "") -> None:
        """Note how long something took; what a clock jump made absurd is left out."""
        if since is None:
            return
        seconds = (self.now.wall - datetime.fromisoformat(since)).total_seconds()
        if 0 <= seconds <= LONGEST_S:
            day = self.hall.service_day.isoformat()
            self.change.samples.append(Sample(day, kind, service, counter, ticket, iso(self.now), round(seconds, 3)))


STATE_VI: dict[str, str] = {
    "waiting": "đang chờ",
    "called": "đã gọi",
    "serving": "đang phục vụ",
    "parked": "để chờ riêng",
    "waiting_papers": "chờ bổ sung giấy tờ",
    "no_show": "vắng mặt",
    "done": "đã xong",
    "done_on_spot": "trả kết quả ngay",
    "cancelled": "đã hủy",
    "void": "vô hiệu",
}
