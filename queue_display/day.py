"""When a service day begins, and how one is closed or opened by hand. Pure.

The day never goes back: it is the later of the one stored and the clock's, and an untrusted clock begins none. A clock
that gets better in the middle of a morning must not throw away the queue that was issued before: those tickets are
taken over into the day's right name and the numbers go on (nobody in the room may hold a number that is issued twice).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from config.clock import Trust
from config.settings_hours import minutes_of
from queue_display.draft import Draft, iso
from queue_display.hall import Hall
from queue_display.model import AT_COUNTER, EngineError, NewDay, Now, Post, PrintState, Ticket, TicketState

SAME_MORNING_S = 8 * 3600.0
_RANK: dict[Trust, int] = {"untrusted": 0, "holdover": 1, "trusted": 2}

_AT_DAY_END: dict[str, TicketState] = {
    "waiting": "cancelled",
    "called": "no_show",
    "serving": "done",
    "parked": "void",
    "waiting_papers": "void",
}
_CARRIED = frozenset({"waiting", "called", "parked", "waiting_papers"})
"""States in which a number can be kept overnight; who was called late is not called in the morning without asking."""

BY_HAND_DAYS = 31
"""As far ahead of the last service day a new one may be begun by hand: longer than any holiday, short of a typo."""
FIRST_YEAR = 2026


def due(hall: Hall, now: Now) -> date | None:
    """The service day that ought to begin now, or None."""
    today = now.wall.date()
    return today if now.trust != "untrusted" and today > hall.service_day else None


def first_day(now: Now) -> date:
    """The service day of a new ledger."""
    return now.wall.date()


def roll(draft: Draft, day: date) -> NewDay:
    """Begin `day`: what is open from before is closed with the reason `day_end`, except what this morning issued
    under a worse clock, and what is kept overnight (`queue.carry_overnight`, or staff said so of one ticket)."""
    hall, now = draft.hall, draft.now
    taken_over = {each.id for each in hall.tickets.values() if _this_morning(each, now)}
    ended = voided = 0
    kept = set(taken_over)
    for ticket in hall.tickets.values():
        if ticket.id in taken_over:
            draft.change.tickets[ticket.id] = replace(ticket, service_day=day.isoformat())
            continue
        ended += 1
        if _carried(hall, ticket):
            kept.add(ticket.id)
            _carry(draft, ticket, day)
        else:
            voided += _end(draft, ticket) in ("cancelled", "void")
    for job in hall.jobs.values():
        if job.ticket is not None and job.ticket not in kept and job.state != "printing":
            draft.change.jobs.append(replace(job, state="dropped", detail="day_end"))
    for post in hall.posts.values():
        if post.ticket not in taken_over or post.state == "paused" or post.services is not None:
            fresh = Post(post.id, state="closed" if post.state == "closed" else "open", emergency=post.emergency)
            draft.change.posts[post.id] = replace(fresh, ticket=post.ticket if post.ticket in taken_over else None)
    for asked in hall.helps.values():
        draft.change.helps[asked.id] = replace(asked, done_at=iso(now))
    if taken_over:
        draft.change.series.update(hall.series)
    if hall.notes.day_closed:
        draft.change.notes = replace(hall.notes, day_closed=False)
    carried = len(kept) - len(taken_over)
    new = NewDay(day, not taken_over, hall.reserve and bool(taken_over), ended, voided, carried)
    draft.change.day = new
    draft.change.result = None
    _day_event(draft, "rolled", day, ended, voided, carried)
    return new


def _day_event(draft: Draft, name: str, day: date, issued: int, voided: int = 0, carried: int = 0) -> None:
    data = {"day": day.isoformat(), "issued": issued, "voided": voided, "carried": carried, "actor": draft.actor}
    draft.change.events.append((f"vn.motcua.day.{name}", data))


def _carried(hall: Hall, ticket: Ticket) -> bool:
    return ticket.state in _CARRIED and (ticket.carry or hall.queue.carry_overnight)


def _carry(draft: Draft, ticket: Ticket, day: date) -> None:
    called = ticket.state == "called"
    state: TicketState = "waiting" if called else ticket.state
    counter = None if called else ticket.counter
    on = replace(ticket, service_day=day.isoformat(), state=state, counter=counter, carry=False)
    draft.change.tickets[ticket.id] = on
    draft.tell("ticket.carried", on, reason="day_end")


def _end(draft: Draft, ticket: Ticket) -> TicketState | None:
    """Close what the day leaves open; gives the state it ended in."""
    state = _AT_DAY_END.get(ticket.state)
    if state is not None:
        closed_at = None if state == "no_show" else iso(draft.now)
        unprinted: PrintState = "none" if ticket.print == "queued" else ticket.print
        over = replace(ticket, state=state, closed_at=closed_at, note="day_end", print=unprinted)
        draft.change.tickets[ticket.id] = over
        draft.tell(f"ticket.{state}", over, reason="day_end")
    return state


def close(draft: Draft, *, carry: bool | None = None, at_counters: bool = True) -> int:
    """No more numbers today. What is open ends as `day_end`, or, with `carry`, waits for tomorrow; how many ended.

    Without `at_counters` who is being served is served to the end (the day that closes by itself).
    """
    hall = draft.hall
    if hall.notes.day_closed:
        raise EngineError(
            "day_closed", "Hôm nay đã đóng rồi.", "The day is closed already.", hall.service_day.isoformat()
        )
    ended = voided = carried = 0
    for ticket in hall.tickets.values():
        if ticket.state in AT_COUNTER and not at_counters:
            continue
        if ticket.state in _CARRIED and (carry or (carry is None and _carried(hall, ticket))):
            carried += 1
            if not ticket.carry:
                draft.change.tickets[ticket.id] = replace(ticket, carry=True)
            if ticket.state == "called":
                draft.leave(ticket)
                draft.change.tickets[ticket.id] = replace(
                    ticket, state="waiting", counter=None, carry=True, since=iso(draft.now)
                )
                draft.tell("ticket.returned", draft.ticket(ticket.id), from_counter=ticket.counter, reason="day_end")
            continue
        draft.leave(ticket)
        state = _end(draft, ticket)
        ended += state is not None
        voided += state in ("cancelled", "void")
    over = {each.id for each in draft.change.tickets.values() if each.closed or each.state == "no_show"}
    for job in hall.jobs.values():
        if job.ticket in over and job.state != "printing":
            draft.change.jobs.append(replace(job, state="dropped", detail="day_end"))
    draft.change.notes = replace(hall.notes, day_closed=True)
    draft.change.result = None
    _day_event(draft, "closed", hall.service_day, hall.totals["issued"], voided, carried)
    return ended


def closes_itself(hall: Hall, now: Now) -> bool:
    """Whether the day ought to close by itself now (`queue.auto_day_close`): once, on a believed clock."""
    at = hall.queue.auto_day_close
    if not at or now.trust == "untrusted" or hall.notes.day_closed or now.wall.date() != hall.service_day:
        return False
    return hall.notes.auto_closed != hall.service_day.isoformat() and (
        now.wall.hour * 60 + now.wall.minute >= minutes_of(at)
    )


def close_itself(draft: Draft) -> None:
    """The day closes by itself; opened again by hand, it stays open."""
    close(draft, at_counters=False)
    assert draft.change.notes is not None
    draft.change.notes = replace(draft.change.notes, auto_closed=draft.hall.service_day.isoformat())


def open_by_hand(draft: Draft, day: date | None) -> date:
    """Open a closed day again, or begin another by hand where the clock cannot say which day it is.

    Refuses (409 `clock_knows`) another day than the clock's on a believed clock, (422 `bad_day`) one that lies before
    the last service day, or more than a month after it.
    """
    hall, now = draft.hall, draft.now
    if day is None or day == hall.service_day:
        if hall.notes.day_closed:
            draft.change.notes = replace(hall.notes, day_closed=False)
            _day_event(draft, "opened", hall.service_day, hall.totals["issued"])
        return hall.service_day
    today = now.wall.date()
    if now.trust != "untrusted" and day != today:
        raise EngineError(
            "clock_knows",
            f"Đồng hồ đang đúng: hôm nay là {today:%d/%m/%Y}, ngày tự bắt đầu.",
            f"The clock is right: today is {today}; the day begins by itself.",
            day.isoformat(),
            today.isoformat(),
        )
    earliest = max(hall.service_day + timedelta(days=1), date(FIRST_YEAR, 1, 1))
    latest = hall.service_day + timedelta(days=BY_HAND_DAYS)
    if hall.service_day.year < FIRST_YEAR:
        latest = date(2099, 12, 31)  # a new machine that never knew the date
    if not earliest <= day <= latest:
        raise EngineError(
            "bad_day",
            f"Ngày phục vụ mới phải từ {earliest:%d/%m/%Y} đến {latest:%d/%m/%Y}.",
            f"The new service day must be from {earliest} to {latest}.",
            day.isoformat(),
            [earliest.isoformat(), latest.isoformat()],
            422,
        )
    roll(draft, day)
    _day_event(draft, "opened", day, 0)
    return day


def _this_morning(ticket: Ticket, now: Now) -> bool:
    age = now.uptime - ticket.uptime
    return ticket.boot == now.boot and _RANK[ticket.clock] < _RANK[now.trust] and 0 <= age < SAME_MORNING_S
