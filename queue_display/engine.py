"""The rules of the queue. Pure: a hall, a command and the moment go in; a `Change` or an `EngineError` comes out.

The hall is never altered here. The caller commits the change to the ledger first and applies it after (house §4).
`actor` is `role:device`, and goes into every event. Ticket states and transitions: house §6, `model.MOVES`.
"""

from __future__ import annotations

from dataclasses import replace

from queue_display.draft import STATE_VI, Draft, iso
from queue_display.hall import Hall
from queue_display.model import AT_COUNTER, RETAKEABLE, EngineError, Press, Ticket, TicketState
from queue_display.posts import at_work

NORMALS_BETWEEN = 2
"""Ordinary tickets that may be called between two priority ones while both wait (domain notes 7.5)."""


def issue(
    draft: Draft, service_id: str, *, priority: bool = False, press: Press | None = None, source: str = ""
) -> Ticket:
    """A new number. Refuses `full` (409) when the service's numbers of the day are used up: none is ever reused."""
    hall, now = draft.hall, draft.now
    service = draft.service(service_id)
    letter, first, last = service.letter, service.first, service.last
    if hall.reserve:
        letter, first, last = hall.reserve_letter, 1, 999
    n = max(hall.series.get(letter, 0) + 1, first)
    if n > last:
        raise EngineError(
            "full",
            f"{service.name}: đã phát hết số trong ngày ({letter}{last:03d}). Mời ông/bà gặp người hướng dẫn.",
            f"{service.name_en}: all numbers of the day are used ({letter}{last:03d}). Please see the guide.",
            n,
            [first, last],
        )
    number = f"{letter}{n:03d}"
    ticket = Ticket(
        id=f"{hall.service_day:%Y%m%d}-{number}",
        number=number,
        letter=letter,
        n=n,
        service=service.id,
        service_day=hall.service_day.isoformat(),
        epoch=hall.epoch,
        order=hall.order + 1,
        issued_at=iso(now),
        ahead=hall.waiting(service.id),
        print="queued" if hall.prints else "none",
        priority=priority,
        clock=now.trust,
        boot=now.boot,
        uptime=now.uptime,
    )
    draft.change.series[letter] = n
    draft.change.press = press
    if hall.prints:
        draft.job("ticket", ticket.id)
    draft.put(ticket)
    draft.tell("ticket.issued", ticket, ahead=ticket.ahead, source=source or None)
    return ticket


def _guard(draft: Draft, counter: int, seen: str | None) -> Ticket | None:
    """The counter's ticket; refuses (409 `stale`) when the clerk saw another one."""
    post = draft.post(counter)
    if seen is not None and seen != post.ticket:
        raise EngineError(
            "stale",
            f"Quầy {counter} đã đổi phiếu. Xem lại màn hình rồi thử lại.",
            f"Counter {counter} has another ticket now. Look at the screen and try again.",
            seen,
            post.ticket,
        )
    return draft.ticket(post.ticket) if post.ticket else None


def _current(draft: Draft, counter: int, seen: str | None) -> Ticket:
    ticket = _guard(draft, counter, seen)
    if ticket is None:
        raise EngineError(
            "no_ticket",
            f"Quầy {counter} chưa gọi phiếu nào.",
            f"Counter {counter} has called no ticket yet.",
            seen,
            "POST /v1/counters/{c}/next",
        )
    return ticket


def _finish(draft: Draft, counter: int) -> None:
    """Close what stands at the counter because the clerk goes on to the next one.

    A key pad has no start and no done key: calling the next one says both. Nobody came is said by its own key.
    """
    ticket = draft.hall.current(counter)
    if ticket is not None:
        done(draft, counter, None)


def _call(draft: Draft, ticket: Ticket, counter: int) -> Ticket:
    """Call a ticket to a counter that is ready and free."""
    at = iso(draft.now)
    called = draft.move(
        ticket,
        "called",
        counter=counter,
        calls=ticket.calls + 1,
        called_at=ticket.called_at or at,
        last_call_at=at,
        note=None,
    )
    post = draft.post(counter)
    normals = 0 if ticket.priority else min(post.normals + 1, NORMALS_BETWEEN)
    draft.change.posts[counter] = replace(post, ticket=called.id, normals=normals)
    draft.change.call = (called.id, counter)
    draft.tell("ticket.called", called)
    return called


def _choose(hall: Hall, counter: int, services: list[str], normals: int) -> Ticket | None:
    """Who is next at a counter: the longest waiting, a priority one first, at most two ordinary between two of them."""
    lanes: list[str | int] = [counter, *services]
    urgent = [t for lane in lanes if (t := hall.head((lane, True))) is not None]
    normal = [t for lane in lanes if (t := hall.head((lane, False))) is not None]
    pool = urgent if urgent and (normals >= NORMALS_BETWEEN or not normal) else normal or urgent
    return min(pool, key=lambda each: each.order, default=None)


def call_next(draft: Draft, counter: int, *, service: str | None = None, seen: str | None = None) -> Ticket | None:
    """Finish the counter's ticket and call the next; None when nobody waits for this counter."""
    _guard(draft, counter, seen)
    if service is not None:
        draft.service(service)
    at_work(draft, counter)
    _finish(draft, counter)
    draft.change.result = None
    served = [service] if service else draft.hall.counters[counter].services
    ticket = _choose(draft.hall, counter, served, draft.post(counter).normals)
    return _call(draft, ticket, counter) if ticket is not None else None


def call_one(draft: Draft, ticket_id: str, counter: int) -> Ticket:
    """Call this one: out of the queue, parked, back with papers, or back after nobody came."""
    ticket = draft.ticket(ticket_id)
    draft.post(counter)
    if ticket.state in AT_COUNTER or ticket.closed:
        draft.move(ticket, "called")  # refuses with the sentence for its state
    at_work(draft, counter)
    _finish(draft, counter)
    return _call(draft, ticket, counter)


def recall(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """Say and show the counter's number once more."""
    ticket = _current(draft, counter, seen)
    again = draft.put(replace(ticket, calls=ticket.calls + 1, last_call_at=iso(draft.now)))
    draft.change.call = (again.id, counter)
    draft.tell("ticket.recalled", again)
    return again


def no_show(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """Nobody came. The ticket can be called or put back later."""
    ticket = draft.move(_current(draft, counter, seen), "no_show")
    draft.leave(ticket)
    draft.tell("ticket.no_show", ticket)
    return ticket


def start(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """The citizen is at the counter."""
    return _start(draft, _current(draft, counter, seen), iso(draft.now))


def _start(draft: Draft, ticket: Ticket, at: str) -> Ticket:
    serving = draft.move(ticket, "serving", served_at=at)
    draft.tell("ticket.serving", serving)
    return serving


def _serving(draft: Draft, counter: int, seen: str | None) -> Ticket:
    """The counter's ticket as served: who finishes without having pressed start served from the call on."""
    ticket = _current(draft, counter, seen)
    return _start(draft, ticket, ticket.last_call_at or iso(draft.now)) if ticket.state == "called" else ticket


def done(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """Served."""
    ticket = draft.move(_serving(draft, counter, seen), "done")
    draft.leave(ticket)
    draft.tell("ticket.done", ticket)
    return ticket


def done_on_spot(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """Served and the result handed over at once ("tại chỗ")."""
    return finish_on_spot(draft, _current(draft, counter, seen).id)


def park(draft: Draft, counter: int, seen: str | None = None, *, papers: bool = False) -> Ticket:
    """Set aside: for later, or (`papers`) while the citizen fetches papers. Called again with `call_one`."""
    state: TicketState = "waiting_papers" if papers else "parked"
    ticket = draft.move(_serving(draft, counter, seen), state)
    draft.leave(ticket)
    draft.tell(f"ticket.{state}", ticket)
    return ticket


def transfer(
    draft: Draft,
    counter: int,
    seen: str | None = None,
    *,
    to_counter: int | None = None,
    to_service: str | None = None,
) -> Ticket:
    """Waiting again at another counter or for another service, at the place its number earned; same number.

    With neither target the counter's `transfer_to` setting says where (the key pad's key).
    """
    ticket = _current(draft, counter, seen)
    if to_counter is None and to_service is None:
        to_counter = draft.hall.counters[counter].transfer_to
    if (to_counter is None) == (to_service is None):
        raise EngineError(
            "no_target",
            "Chuyển đi đâu: chọn đúng một quầy hoặc một lĩnh vực.",
            "Transfer where: give exactly one counter or one service.",
            {"to_counter": to_counter, "to_service": to_service},
            {"to_counter": sorted(draft.hall.posts), "to_service": sorted(draft.hall.services)},
            422,
        )
    if to_counter == counter:
        raise EngineError(
            "same_counter",
            f"Phiếu đang ở quầy {counter} rồi.",
            f"The ticket is at counter {counter} already.",
            to_counter,
            sorted(each for each in draft.hall.posts if each != counter),
            422,
        )
    if to_counter is not None and draft.post(to_counter).state == "closed":
        opened = sorted(number for number, post in draft.hall.posts.items() if post.state != "closed")
        raise EngineError(
            "counter_closed",
            f"Quầy {to_counter} đang đóng.",
            f"Counter {to_counter} is closed.",
            to_counter,
            opened,
        )
    service = draft.service(to_service).id if to_service is not None else ticket.service
    draft.leave(ticket)
    moved = draft.move(ticket, "waiting", counter=to_counter, service=service)
    draft.tell("ticket.transferred", moved, from_counter=counter, from_service=ticket.service)
    return moved


def cancel(draft: Draft, ticket_id: str, reason: str | None = None) -> Ticket:
    """Withdrawn while waiting."""
    return _close(draft, ticket_id, "cancelled", "ticket.cancelled", reason)


def void(draft: Draft, ticket_id: str, reason: str | None = None) -> Ticket:
    """Declared void by staff, from any open state."""
    return _close(draft, ticket_id, "void", "ticket.void", reason)


def finish_on_spot(draft: Draft, ticket_id: str, reason: str | None = None) -> Ticket:
    """Done on the spot, also straight from the queue (a guide answered at the door)."""
    return _close(draft, ticket_id, "done_on_spot", "ticket.done_on_spot", reason)


def _close(draft: Draft, ticket_id: str, state: TicketState, event: str, reason: str | None) -> Ticket:
    ticket = draft.move(draft.ticket(ticket_id), state, note=reason)
    draft.leave(ticket)
    unprinted = [j for j in draft.hall.jobs.values() if j.ticket == ticket_id and j.state in RETAKEABLE]
    draft.change.jobs += [replace(job, state="dropped", detail=state) for job in unprinted]
    draft.tell(event, ticket, reason=reason)
    return ticket


def put_back(draft: Draft, ticket_id: str, reason: str | None = None) -> Ticket:
    """Called by mistake, or came after all: back in the queue at the place its number earned."""
    ticket = draft.ticket(ticket_id)
    if ticket.state not in ("called", "no_show"):
        raise EngineError(
            "wrong_state",
            f"Phiếu {ticket.number} đang “{STATE_VI[ticket.state]}”, không đưa lại hàng chờ được.",
            f"Ticket {ticket.number} is {ticket.state}; it cannot go back to the queue.",
            ticket.state,
            ["called", "no_show"],
        )
    draft.leave(ticket)
    back = draft.move(ticket, "waiting", counter=None, note=reason)
    draft.tell("ticket.returned", back, from_counter=ticket.counter, reason=reason)
    return back
