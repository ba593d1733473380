"""The rules of the queue. Pure: a hall, a command and the moment go in; a `Change` or an `EngineError` comes out.

The hall is never altered here. The caller commits the change to the ledger first and applies it after (house §4).
`actor` is `role:device`, and goes into every event. Ticket states and transitions: house §6, `model.MOVES`.
"""

from __future__ import annotations

from dataclasses import replace

from queue_display.draft import STATE_VI, Draft, iso
from queue_display.model import AT_COUNTER, EngineError, Ticket, TicketState
from queue_display.posts import at_work
from queue_display.rules.choosing import choose, counted
from queue_display.rules.issuing import issue
from queue_display.rules.undo import undoable
from queue_display.rules.visits import goes_on

__all__ = [
    "call_next",
    "call_one",
    "cancel",
    "done",
    "done_on_spot",
    "finish_on_spot",
    "issue",
    "no_show",
    "park",
    "put_back",
    "recall",
    "start",
    "transfer",
    "void",
]


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
    at, post = iso(draft.now), draft.post(counter)
    if ticket.state == "waiting":
        draft.measure("waiting", ticket.since or ticket.issued_at, counter, ticket.id, ticket.service)
    if post.state == "open":
        draft.measure("idle", post.free_since, counter, ticket.id)
    called = draft.move(
        ticket,
        "called",
        counter=counter,
        calls=ticket.calls + 1,
        recalls=0,
        called_at=ticket.called_at or at,
        last_call_at=at,
    )
    normals = counted(post.normals, ticket)
    draft.change.posts[counter] = replace(post, ticket=called.id, normals=normals, free_since=None)
    draft.change.call = (called.id, counter)
    draft.tell("ticket.called", called)
    return called


@undoable("next")
def call_next(draft: Draft, counter: int, *, service: str | None = None, seen: str | None = None) -> Ticket | None:
    """Finish the counter's ticket and call the next; None when nobody waits for this counter."""
    _guard(draft, counter, seen)
    if service is not None:
        draft.service(service)
    at_work(draft, counter)
    _finish(draft, counter)
    draft.change.result = None
    ticket = choose(draft, counter, [service] if service else draft.hall.served(counter))
    return _call(draft, ticket, counter) if ticket is not None else None


def call_one(draft: Draft, ticket_id: str, counter: int) -> Ticket:
    """Call this one: out of the queue, parked, back with papers, or back after nobody came."""
    return _call_one(draft, counter, ticket_id)


@undoable("call")
def _call_one(draft: Draft, counter: int, ticket_id: str) -> Ticket:
    ticket = draft.ticket(ticket_id)
    draft.post(counter)
    if ticket.state in AT_COUNTER or ticket.closed:
        draft.move(ticket, "called")  # refuses with the sentence for its state
    at_work(draft, counter)
    _finish(draft, counter)
    return _call(draft, draft.ticket(ticket_id), counter)


def recall(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """Say and show the counter's number once more.

    Who was called `queue.no_show_after` times without coming is marked as not there instead; otherwise
    `queue.recall_limit` recalls are the most (409 `recall_limit`).
    """
    ticket, rules = _current(draft, counter, seen), draft.hall.queue
    if ticket.state == "called" and rules.no_show_after and ticket.recalls + 1 >= rules.no_show_after:
        return no_show(draft, counter, seen, reason="calls")
    if ticket.recalls >= rules.recall_limit:
        raise EngineError(
            "recall_limit",
            f"Số {ticket.number} đã gọi lại {ticket.recalls} lần. Hãy bấm Vắng mặt, hoặc gọi số tiếp theo.",
            f"{ticket.number} was called again {ticket.recalls} times. Mark it as not there, or call the next one.",
            ticket.recalls,
            rules.recall_limit,
        )
    again = draft.put(replace(ticket, calls=ticket.calls + 1, recalls=ticket.recalls + 1, last_call_at=iso(draft.now)))
    draft.change.call = (again.id, counter)
    draft.change.undo[counter] = None  # what was spoken cannot be taken back, nor what was before it
    draft.tell("ticket.recalled", again)
    return again


@undoable("no-show")
def no_show(draft: Draft, counter: int, seen: str | None = None, *, reason: str | None = None) -> Ticket:
    """Nobody came. The ticket can be called or put back later."""
    ticket = draft.move(_current(draft, counter, seen), "no_show")
    draft.leave(ticket)
    draft.tell("ticket.no_show", ticket, reason=reason)
    return ticket


@undoable("start")
def start(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """The citizen is at the counter."""
    return _start(draft, _current(draft, counter, seen), iso(draft.now))


def _start(draft: Draft, ticket: Ticket, at: str) -> Ticket:
    serving = draft.move(ticket, "serving", served_at=at)
    if at == iso(draft.now) and ticket.counter is not None:
        draft.measure("arrival", ticket.last_call_at, ticket.counter, ticket.id, ticket.service)
    draft.tell("ticket.serving", serving)
    return serving


def _serving(draft: Draft, counter: int, seen: str | None) -> Ticket:
    """The counter's ticket as served: who finishes without having pressed start served from the call on."""
    ticket = _current(draft, counter, seen)
    return _start(draft, ticket, ticket.last_call_at or iso(draft.now)) if ticket.state == "called" else ticket


def _served(draft: Draft, ticket: Ticket) -> None:
    """The end of a turn at a counter, for the sums."""
    if ticket.state == "serving" and ticket.counter is not None:
        draft.measure("service", ticket.served_at, ticket.counter, ticket.id, ticket.service)


@undoable("done")
def done(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """Served. Who was sent here with return goes back, who has more services to come waits for the next one."""
    serving = _serving(draft, counter, seen)
    _served(draft, serving)
    on = goes_on(draft, serving)
    if on is not None:
        return on
    ticket = draft.move(serving, "done")
    draft.leave(ticket)
    draft.tell("ticket.done", ticket)
    return ticket


@undoable("done-on-spot")
def done_on_spot(draft: Draft, counter: int, seen: str | None = None) -> Ticket:
    """Served and the result handed over at once ("tại chỗ"); a visit with more services goes on."""
    ticket = _current(draft, counter, seen)
    if ticket.also or ticket.back_to is not None:
        return done(draft, counter, seen)
    return finish_on_spot(draft, ticket.id)


@undoable("park")
def park(
    draft: Draft, counter: int, seen: str | None = None, *, papers: bool = False, note: str | None = None
) -> Ticket:
    """Set aside: for later, or (`papers`) while the citizen fetches papers. Called again with `call_one`."""
    state: TicketState = "waiting_papers" if papers else "parked"
    serving = _serving(draft, counter, seen)
    _served(draft, serving)
    ticket = draft.move(serving, state, note=note or serving.note)
    draft.leave(ticket)
    draft.tell(f"ticket.{state}", ticket, reason=note)
    return ticket


@undoable("transfer")
def transfer(
    draft: Draft,
    counter: int,
    seen: str | None = None,
    *,
    to_counter: int | None = None,
    to_service: str | None = None,
    back: bool = False,
) -> Ticket:
    """Waiting again at another counter or for another service, at the place its number earned; same number.

    With neither target the counter's `transfer_to` setting says where (the key pad's key). `back`: it comes back to
    this counter when done there.
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
    _served(draft, ticket)
    draft.leave(ticket)
    returning = {"back_to": counter, "back_service": ticket.service} if back else {}
    moved = draft.move(ticket, "waiting", counter=to_counter, service=service, **returning)
    reason = "back" if back else None
    draft.tell("ticket.transferred", moved, from_counter=counter, from_service=ticket.service, reason=reason)
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
    before = draft.ticket(ticket_id)
    if state == "done_on_spot":
        _served(draft, before)
    ticket = draft.move(before, state, note=reason or before.note, print=draft.drop_paper(before, state))
    draft.leave(ticket)
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
    rules = draft.hall.queue
    fields: dict[str, int] = {}
    if ticket.state == "no_show":
        if ticket.returns >= rules.no_show_returns:
            raise EngineError(
                "returned_already",
                f"Số {ticket.number} đã được xếp lại {ticket.returns} lần. Quầy có thể gọi thẳng số này.",
                f"{ticket.number} was put back {ticket.returns} times already. A counter can still call it by itself.",
                ticket.returns,
                rules.no_show_returns,
            )
        fields = {"returns": ticket.returns + 1, "order": _place(draft, ticket)}
    draft.leave(ticket)
    back = draft.move(ticket, "waiting", counter=None, note=reason or ticket.note, **fields)
    draft.tell("ticket.returned", back, from_counter=ticket.counter, reason=reason)
    return back


def _place(draft: Draft, ticket: Ticket) -> int:
    """Where somebody who did not come waits again (`queue.return_place`)."""
    hall, rules = draft.hall, draft.hall.queue
    if rules.return_place == "earned":
        return ticket.order
    lane = hall.lanes.get((ticket.service, ticket.first), [])
    if rules.return_place == "end" or len(lane) <= rules.return_after:
        return max(ticket.order, hall.next_place)
    before, after = lane[rules.return_after - 1][0], lane[rules.return_after][0]
    return max(ticket.order, (before + after) // 2)
