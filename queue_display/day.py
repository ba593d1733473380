"""When a service day begins. Pure.

The day never goes back: it is the later of the one stored and the clock's, and an untrusted clock begins none. A clock
that gets better in the middle of a morning must not throw away the queue that was issued before: those tickets are
taken over into the day's right name and the numbers go on (nobody in the room may hold a number that is issued twice).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from config.clock import Trust
from queue_display.draft import Draft, iso
from queue_display.hall import Hall
from queue_display.model import NewDay, Now, Post, Ticket, TicketState

SAME_MORNING_S = 8 * 3600.0
_RANK: dict[Trust, int] = {"untrusted": 0, "holdover": 1, "trusted": 2}

_AT_DAY_END: dict[str, TicketState] = {
    "waiting": "cancelled",
    "called": "no_show",
    "serving": "done",
    "parked": "void",
    "waiting_papers": "void",
}


def due(hall: Hall, now: Now) -> date | None:
    """The service day that ought to begin now, or None."""
    today = now.wall.date()
    return today if now.trust != "untrusted" and today > hall.service_day else None


def first_day(now: Now) -> date:
    """The service day of a new ledger."""
    return now.wall.date()


def roll(draft: Draft, day: date) -> NewDay:
    """Begin `day`: what is open from before is closed with the reason `day_end`, except what this morning issued
    under a worse clock."""
    hall, now = draft.hall, draft.now
    taken_over = [each for each in hall.tickets.values() if _this_morning(each, now)]
    ended = voided = 0
    for ticket in hall.tickets.values():
        if _this_morning(ticket, now):
            draft.change.tickets[ticket.id] = replace(ticket, service_day=day.isoformat())
            continue
        ended += 1
        state = _AT_DAY_END.get(ticket.state)
        if state is not None:
            closed_at = None if state == "no_show" else iso(now)
            over = replace(ticket, state=state, closed_at=closed_at, note="day_end")
            draft.change.tickets[ticket.id] = over
            draft.tell(f"ticket.{state}", over, reason="day_end")
            voided += state in ("cancelled", "void")
    kept = {each.id for each in taken_over}
    for job in hall.jobs.values():
        if job.ticket is not None and job.ticket not in kept and job.state != "printing":
            draft.change.jobs.append(replace(job, state="dropped", detail="day_end"))
    for post in hall.posts.values():
        if post.ticket not in kept or post.state == "paused":
            fresh = Post(post.id, state="closed" if post.state == "closed" else "open")
            draft.change.posts[post.id] = replace(fresh, ticket=post.ticket if post.ticket in kept else None)
    if taken_over:
        draft.change.series.update(hall.series)
    new = NewDay(day, not taken_over, hall.reserve and bool(taken_over), ended, voided)
    draft.change.day = new
    draft.change.result = None
    data = {"day": day.isoformat(), "issued": ended, "voided": voided, "actor": draft.actor}
    draft.change.events.append(("vn.motcua.day.rolled", data))
    return new


def _this_morning(ticket: Ticket, now: Now) -> bool:
    age = now.uptime - ticket.uptime
    return ticket.boot == now.boot and _RANK[ticket.clock] < _RANK[now.trust] and 0 <= age < SAME_MORNING_S
