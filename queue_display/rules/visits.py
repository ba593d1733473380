"""A visit that goes on: several services, there and back again, moved, reopened, kept for tomorrow. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from queue_display.draft import STATE_VI, Draft, iso
from queue_display.model import REOPENS, EngineError, Ticket, TicketState

MOST_ALSO = 5
"""Services of one visit after the first (the same bound as the best-known commercial desk)."""


def _wrong_state(ticket: Ticket, wanted_vi: str, wanted: str, allowed: list[str]) -> EngineError:
    return EngineError(
        "wrong_state",
        f"Phiếu {ticket.number} đang “{STATE_VI[ticket.state]}”, không {wanted_vi} được.",
        f"Ticket {ticket.number} is {ticket.state}; it cannot be {wanted}.",
        ticket.state,
        allowed,
    )


def also(draft: Draft, ticket_id: str, service_id: str) -> Ticket:
    """One more service in this visit: when done here it waits for the next one, with the same number."""
    ticket, service = draft.ticket(ticket_id), draft.service(service_id)
    if ticket.closed:
        raise _wrong_state(ticket, "thêm việc", "given another service", ["waiting", "called", "serving", "parked"])
    if service.id == ticket.service or service.id in ticket.also:
        raise EngineError(
            "already",
            f"Phiếu {ticket.number} đã có lĩnh vực này.",
            f"Ticket {ticket.number} has this service already.",
            service.id,
            sorted(set(draft.hall.services) - {ticket.service, *ticket.also}),
        )
    if len(ticket.also) >= MOST_ALSO:
        raise EngineError(
            "too_many",
            f"Một lượt tối đa {MOST_ALSO + 1} lĩnh vực.",
            f"A visit has at most {MOST_ALSO + 1} services.",
            len(ticket.also) + 2,
            MOST_ALSO + 1,
        )
    more = draft.put(replace(ticket, also=(*ticket.also, service.id)))
    draft.tell("ticket.also", more, reason="also", to_service=service.id)
    return more


def goes_on(draft: Draft, ticket: Ticket) -> Ticket | None:
    """What happens instead of closing a served ticket: back to who sent it, else on to its next service.

    It keeps number and place. A counter that has closed meanwhile cannot take it back: then its service's queue does.
    """
    if ticket.back_to is not None:
        counter = ticket.back_to
        post = draft.hall.posts.get(counter)
        there = counter if post is not None and draft.post(counter).state != "closed" else None
        service = ticket.back_service or ticket.service
        on = _on(draft, ticket, counter=there, service=service, back_to=None, back_service=None)
        draft.tell("ticket.returned", on, from_counter=ticket.counter, from_service=ticket.service, reason="back")
        return on
    if ticket.also:
        on = _on(draft, ticket, counter=None, service=ticket.also[0], also=ticket.also[1:])
        draft.tell("ticket.transferred", on, from_counter=ticket.counter, from_service=ticket.service, reason="also")
        return on
    return None


def _on(draft: Draft, ticket: Ticket, **fields: object) -> Ticket:
    draft.leave(ticket)
    return draft.move(ticket, "waiting", **fields)


def move(draft: Draft, ticket_id: str, *, to_service: str | None = None, to_counter: int | None = None) -> Ticket:
    """A waiting ticket to another service's queue or to one counter; number and place stay."""
    ticket = draft.ticket(ticket_id)
    if ticket.state != "waiting":
        raise _wrong_state(ticket, "dời", "moved", ["waiting"])
    if (to_counter is None) == (to_service is None):
        raise EngineError(
            "no_target",
            "Dời đi đâu: chọn đúng một quầy hoặc một lĩnh vực.",
            "Move where: give exactly one counter or one service.",
            {"to_counter": to_counter, "to_service": to_service},
            {"to_counter": sorted(draft.hall.posts), "to_service": sorted(draft.hall.services)},
            422,
        )
    service = draft.service(to_service).id if to_service is not None else ticket.service
    if to_counter is not None and draft.post(to_counter).state == "closed":
        raise EngineError(
            "counter_closed", f"Quầy {to_counter} đang đóng.", f"Counter {to_counter} is closed.", to_counter
        )
    if (service, to_counter) == (ticket.service, ticket.counter):
        return draft.put(ticket)
    moved = draft.put(replace(ticket, service=service, counter=to_counter))
    data = {"from_counter": ticket.counter, "from_service": ticket.service, "reason": "moved"}
    draft.tell("ticket.transferred", moved, **data)
    return moved


def note(draft: Draft, ticket_id: str, code: str | None) -> Ticket:
    """A code word on a ticket that is not over (never free text); None takes it away."""
    ticket = draft.ticket(ticket_id)
    if ticket.closed:
        raise _wrong_state(ticket, "ghi chú", "given a note", sorted({"waiting", "called", "serving", "parked"}))
    noted = draft.put(replace(ticket, note=code))
    draft.tell("ticket.noted", noted, reason=code)
    return noted


def carry(draft: Draft, ticket_id: str, keep: bool = True) -> Ticket:
    """This ticket keeps its number overnight, whatever the site's setting."""
    ticket = draft.ticket(ticket_id)
    if ticket.state not in ("waiting", "parked", "waiting_papers"):
        raise _wrong_state(ticket, "giữ sang hôm sau", "kept overnight", ["waiting", "parked", "waiting_papers"])
    kept = draft.put(replace(ticket, carry=keep))
    draft.tell("ticket.carried", kept, reason="kept" if keep else "released")
    return kept


def reopen(draft: Draft, ticket_id: str, reason: str | None = None) -> Ticket:
    """Closed by mistake: a served one lies parked for its officer, the others wait again at their place.

    Refuses (409 `too_late`) after `queue.reopen_min` minutes.
    """
    ticket = draft.ticket(ticket_id)
    state = REOPENS.get(ticket.state)
    if state is None:
        raise _wrong_state(ticket, "mở lại", "reopened", sorted(REOPENS))
    closed = ticket.closed_at or ticket.last_call_at or ticket.issued_at
    minutes = (draft.now.wall - datetime.fromisoformat(closed)).total_seconds() / 60
    limit = draft.hall.queue.reopen_min
    if minutes > limit:
        raise EngineError(
            "too_late",
            f"Phiếu {ticket.number} đã đóng {int(minutes)} phút, chỉ mở lại được trong {limit} phút.",
            f"Ticket {ticket.number} was closed {int(minutes)} minutes ago; it can be reopened within {limit}.",
            int(minutes),
            limit,
        )
    back = _reopened(draft, ticket, state)
    draft.tell("ticket.reopened", back, reason=reason)
    return back


def _reopened(draft: Draft, ticket: Ticket, state: TicketState) -> Ticket:
    fields: dict[str, object] = {"state": state, "closed_at": None}
    if state == "waiting":
        fields |= {"counter": None, "since": iso(draft.now)}
    return draft.put(replace(ticket, **fields))  # type: ignore[arg-type]
