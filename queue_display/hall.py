"""The waiting room in memory: the state every command is decided on, and how a committed change alters it.

One `Hall` lives in the hub. It is read from the ledger at start and from then on changed only by `apply`, after the
commit. Pure: no file, no time of its own.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from config.settings import Appointments, Counter, Queue, Service, Settings
from config.settings_hours import Hours
from queue_display.model import (
    AT_COUNTER,
    OPEN_JOBS,
    PLACE_STEP,
    TICKET_STATES,
    Appointment,
    Change,
    Help,
    Job,
    Notes,
    Post,
    Ticket,
    Undo,
)
from queue_display.rules.calendar import Calendar

Lane = tuple[str | int, bool]
"""A queue of its own: (service id, or the counter a ticket was sent to; whether it goes before ordinary ones)."""

NOT_TAKEN = frozenset({"cancelled", "void"})
"""States that give a number of the day's quota back."""

CALLS_SHOWN = 8


@dataclass
class Hall:
    """Everything the engine decides on. `series`: letter → last number issued this service day."""

    services: dict[str, Service]
    counters: dict[int, Counter]
    service_day: date
    epoch: str
    queue: Queue = field(default_factory=Queue)
    booking: Appointments = field(default_factory=Appointments)
    calendar: Calendar = field(default_factory=lambda: Calendar(Hours(), ()))
    reserve_letter: str = "P"
    reserve: bool = False
    prints: bool = True
    tickets: dict[str, Ticket] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)
    presses: dict[str, tuple[int, int]] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("issued", *TICKET_STATES), 0))
    calls: list[str] = field(default_factory=list)
    lanes: dict[Lane, list[tuple[int, str]]] = field(default_factory=dict)
    order: int = 0
    last_job: int = 0
    held: set[str] = field(default_factory=set)
    """Numbers that people kept from another day: not issued again on this one, whatever became of them."""
    taken: dict[str, int] = field(default_factory=dict)
    """Letter → tickets of the day that count for its quota."""
    waiters: dict[str, list[int]] = field(default_factory=dict)
    """Service → [ordinary, before ordinary] tickets that wait, so that nobody has to count a queue."""
    helps: dict[int, Help] = field(default_factory=dict)
    last_help: int = 0
    appointments: dict[str, Appointment] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    undo: dict[int, Undo] = field(default_factory=dict)
    slips: dict[str, float] = field(default_factory=dict)
    """Service → uptime of its last slip that said why there was no number."""

    @classmethod
    def of(cls, settings: Settings, service_day: date, epoch: str, *, reserve: bool = False) -> Hall:
        """An empty room as the settings describe it."""
        return cls(
            services={each.id: each for each in settings.services},
            counters={each.id: each for each in settings.counters},
            service_day=service_day,
            epoch=epoch,
            queue=settings.queue,
            booking=settings.appointments,
            calendar=Calendar(settings.hours, settings.services),
            reserve_letter=settings.hub.reserve_letter,
            reserve=reserve,
            prints=settings.printer.kind != "none",
            posts={each.id: Post(each.id) for each in settings.counters},
        )

    def load(self, tickets: Iterable[Ticket], posts: Iterable[Post], jobs: Iterable[Job]) -> None:
        """Take what the ledger holds of this service day. Counters the settings no longer know are left out."""
        for ticket in tickets:
            self._count(None, ticket)
            self.tickets[ticket.id] = ticket
            self.order = max(self.order, ticket.order)
        for post in posts:
            if post.id in self.counters:
                # A counter never waits for a ticket that is not of this day: nobody could finish it.
                self.posts[post.id] = post if post.ticket in self.tickets else replace(post, ticket=None)
        self.jobs.update({job.id: job for job in jobs if job.state in OPEN_JOBS})
        called = sorted((t for t in self.tickets.values() if t.last_call_at), key=lambda t: t.last_call_at or "")
        self.calls = [ticket.id for ticket in reversed(called[-CALLS_SHOWN:])]

    def waiting(self, service: str) -> int:
        """People waiting for a service, those sent to one counter included."""
        return sum(self.waiters.get(service, (0, 0)))

    def waiting_first(self, service: str) -> int:
        """Of these, the ones who go before ordinary tickets."""
        return self.waiters[service][1] if service in self.waiters else 0

    def served(self, counter: int) -> Sequence[str]:
        """The services of a counter today: what the supervisor said, else the settings."""
        own = self.posts[counter].services
        return self.counters[counter].services if own is None else own

    def counters_of(self, service: str) -> list[int]:
        """The counters that serve a service today."""
        return [each for each in self.counters if service in self.served(each)]

    def taken_of(self, service: str) -> int:
        """Tickets of the day that count for a service's quota."""
        return self.taken.get(self.services[service].letter, 0)

    @property
    def next_place(self) -> int:
        """The end of the queue."""
        return self.order + PLACE_STEP

    def head(self, lane: Lane) -> Ticket | None:
        """The next one of a lane."""
        queue = self.lanes.get(lane)
        return self.tickets[queue[0][1]] if queue else None

    def _lane(self, ticket: Ticket) -> Lane | None:
        if ticket.state != "waiting":
            return None
        return (ticket.counter if ticket.counter is not None else ticket.service, ticket.first)

    def _count(self, old: Ticket | None, new: Ticket) -> None:
        if old is None:
            self.totals["issued"] += 1
        else:
            self.totals[old.state] -= 1
        self.totals[new.state] += 1
        was, now = old is not None and old.state not in NOT_TAKEN, new.state not in NOT_TAKEN
        if was != now:
            self.taken[new.letter] = self.taken.get(new.letter, 0) + (1 if now else -1)
        for each, step in ((old, -1), (new, 1)):
            if each is not None and each.state == "waiting":
                self.waiters.setdefault(each.service, [0, 0])[each.first] += step
        if new.id[:8] != new.service_day.replace("-", ""):
            self.held.add(new.number)
        before, after = self._lane(old) if old else None, self._lane(new)
        if before == after and (old is None or old.order == new.order):
            return
        if before is not None and old is not None:
            queue = self.lanes[before]
            del queue[bisect_left(queue, (old.order, old.id))]
        if after is not None:
            insort(self.lanes.setdefault(after, []), (new.order, new.id))

    def apply(self, change: Change) -> None:
        """Make a committed change visible."""
        for ticket in change.tickets.values():
            self._count(self.tickets.get(ticket.id), ticket)
            self.tickets[ticket.id] = ticket
            self.order = max(self.order, ticket.order)
            if ticket.last_call_at is None and ticket.id in self.calls:
                self.calls.remove(ticket.id)  # the call was taken back
        if change.day is not None:
            self._begin_day(change)
        self.series.update(change.series)
        self.posts.update(change.posts)
        for job in change.jobs:
            self.last_job = max(self.last_job, job.id)
            if job.state in OPEN_JOBS:
                self.jobs[job.id] = job
            else:
                self.jobs.pop(job.id, None)
        if change.press is not None:
            self.note_press(change.press.board, change.press.boot, change.press.press)
        if change.call is not None:
            ticket_id = change.call[0]
            self.calls = [ticket_id, *(each for each in self.calls if each != ticket_id)][:CALLS_SHOWN]
        self._note(change)

    def _note(self, change: Change) -> None:
        """What is neither a ticket nor a counter."""
        for asked in change.helps.values():
            self.last_help = max(self.last_help, asked.id)
            if asked.done_at is None:
                self.helps[asked.id] = asked
            else:
                self.helps.pop(asked.id, None)
        for booked in change.appointments.values():
            if booked.dropped:
                self.appointments.pop(booked.code, None)
            else:
                self.appointments[booked.code] = booked
        if change.notes is not None:
            self.notes = change.notes
        for counter, undo in change.undo.items():
            if undo is None:
                self.undo.pop(counter, None)
            else:
                self.undo[counter] = undo
        if change.slip is not None:
            self.slips[change.slip] = change.at_uptime

    def note_press(self, board: str, boot: int, press: int) -> None:
        """Keep the highest committed press of a board."""
        if (boot, press) > self.presses.get(board, (-1, -1)):
            self.presses[board] = (boot, press)

    def _begin_day(self, change: Change) -> None:
        # Only what the new day took over stays in memory; the ledger keeps the rest.
        assert change.day is not None
        self.service_day, self.reserve = change.day.day, change.day.reserve
        day = self.service_day.isoformat()
        kept = [each for each in self.tickets.values() if each.service_day == day]
        self.tickets, self.lanes, self.calls, self.series, self.order = {}, {}, [], {}, 0
        self.held, self.taken, self.waiters, self.undo, self.helps = set(), {}, {}, {}, {}
        self.appointments = {code: each for code, each in self.appointments.items() if each.at[:10] >= day}
        self.totals = dict.fromkeys(self.totals, 0)
        self.load(kept, (), ())

    def current(self, counter: int) -> Ticket | None:
        """Who is called to, or served at, a counter."""
        ticket = self.posts[counter].ticket
        return self.tickets.get(ticket) if ticket else None

    def shown(self, counter: int) -> str:
        """What a counter's board shows: the number called or served there, or nothing."""
        ticket = self.current(counter)
        return ticket.number if ticket is not None and ticket.state in AT_COUNTER else ""
